package failover.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import failover.agent.config.AgentConfig;
import failover.agent.config.AgentSettings;
import failover.protocol.config.ConfigException;
import failover.protocol.config.ConfigLayers;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/** The layers of a configuration: a file of settings, and its values once more as environment, are refused by name, or can be used. */
class SettingsFuzzTest {

    @FuzzTest
    void layers(byte[] text) {
        JsonObject file;
        try {
            file = new JsonObject(Buffer.buffer(text));
            file.encode();
        } catch (DecodeException | ClassCastException noObject) {
            return;
        }
        used(ConfigLayers.ofFile(file, "test.json"));
        Map<String, String> keys = new HashMap<>();
        Map<String, String> values = new HashMap<>();
        for (String key : file.fieldNames()) {
            keys.put("V_" + key, key);
            values.put("V_" + key, String.valueOf(file.getValue(key)));
        }
        used(ConfigLayers.ofFile(new JsonObject(), "test.json").withEnvironment(keys, values));
    }

    private static void used(ConfigLayers layers) {
        try {
            AgentConfig config = AgentSettings.read(layers, Map.of(), false).config();
            assertFalse(config.toString().isBlank());
            OptionsFactory.of(config, "S", null);
        } catch (ConfigException refused) {
            refused.problems().forEach(problem -> assertFalse(problem.message().isBlank() || problem.toString().contains("\n"),
                problem.toString()));
        }
    }
}
