package failover.testbed.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.config.AgentSettings;
import failover.manager.config.ManagerSettings;
import failover.protocol.config.ConfigException;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.LoadedConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/configuration.md has every key that a program reads, and none that it does not. */
class ConfigurationPageTest {
    private static final Pattern KEY = Pattern.compile("`([a-z_0-9]+(?:\\.[a-z_0-9]+)?)`");
    /** Named in the page below the table. */
    private static final Pattern WITHOUT_EFFECT = Pattern.compile("telegram_.*|secure_identity_mode");
    private static final Map<String, String> HOME = Map.of("HOME", "/home/sol", "STATE_DIRECTORY", "/var/lib/failover");

    private static LoadedConfig<?> manager(JsonObject file) {
        return ManagerSettings.read(ConfigLayers.ofFile(file, "test.json"), HOME);
    }

    private static LoadedConfig<?> agent(JsonObject file) {
        return AgentSettings.read(ConfigLayers.ofFile(file, "test.json"), HOME, false);
    }

    private static JsonObject pair() {
        return new JsonObject().put("active_validator", "http://10.0.0.1:8080").put("passive_validator", "http://10.0.0.2:8080");
    }

    @Test
    void everyKeyOfTheManagerIsThereAndNoOther() throws IOException {
        compare("Manager", manager(pair()), ConfigurationPageTest::manager);
    }

    @Test
    void everyKeyOfTheAgentIsThereAndNoOther() throws IOException {
        compare("Agent", agent(new JsonObject()), ConfigurationPageTest::agent);
    }

    private static void compare(String section, LoadedConfig<?> loaded, Function<JsonObject, LoadedConfig<?>> reader) throws IOException {
        Set<String> written = keys(section);
        assertTrue(written.size() > 20, written::toString);
        Set<String> read = loaded.settings().stream().map(LoadedConfig.Setting::key).collect(Collectors.toCollection(TreeSet::new));
        read.removeAll(written);
        read.removeIf(key -> WITHOUT_EFFECT.matcher(key).matches());
        assertEquals(Set.of(), read, "read by the program, and not in docs/configuration.md");
        Set<String> unknown = written.stream().filter(key -> isUnknown(key, reader)).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), unknown, "in docs/configuration.md, and unknown to the program");
    }

    /** A value of no type that any key takes: what is wrong then is its type, or that nobody knows the key. */
    private static boolean isUnknown(String key, Function<JsonObject, LoadedConfig<?>> reader) {
        int dot = key.indexOf('.');
        Object value = new JsonObject().put("no", "value");
        JsonObject file = dot < 0 ? new JsonObject().put(key, value)
                : new JsonObject().put(key.substring(0, dot), new JsonObject().put(key.substring(dot + 1), value));
        try {
            return reader.apply(file).warnings().stream().anyMatch(line -> line.contains("unknown"));
        } catch (ConfigException e) {
            return e.problems().stream().anyMatch(problem -> problem.toString().contains(key.substring(dot + 1))
                    && problem.toString().contains("unknown"));
        }
    }

    private static Set<String> keys(String section) throws IOException {
        List<String> lines = Files.readAllLines(CitedPagesTest.root().resolve("docs/configuration.md"));
        Set<String> keys = new TreeSet<>();
        boolean here = false;
        for (String line : lines) {
            if (line.startsWith("## ")) {
                here = line.equals("## " + section);
            } else if (here && line.startsWith("| `")) {
                KEY.matcher(line.substring(0, line.indexOf('|', 2))).results().forEach(found -> keys.add(found.group(1)));
            }
        }
        return keys;
    }
}
