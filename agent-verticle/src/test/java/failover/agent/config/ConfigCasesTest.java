package failover.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.AgentMain;
import failover.protocol.Launcher;
import failover.protocol.config.ConfigException;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.LoadedConfig;
import failover.protocol.config.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** One file per case in {@code config-cases}: what is given ({@code flags environment config}) and what must come of it. */
class ConfigCasesTest {
    private static final Path CASES = Path.of("src/test/resources/config-cases");
    private static final Path EXAMPLES = Path.of("../conf");

    @TestFactory
    Stream<DynamicTest> everyCase() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            List<Path> found = files.sorted().toList();
            assertTrue(found.size() > 5);
            return found.stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
        }
    }

    private static void check(Path file) throws IOException {
        String text = Files.readString(file);
        JsonObject given = new JsonObject(text);
        List<String> problems = List.of();
        List<String> warnings;
        Map<String, String> settings = Map.of();
        String shown = "";
        try {
            LoadedConfig<AgentConfig> loaded = read(given);
            warnings = loaded.warnings();
            settings = loaded.settings().stream().collect(Collectors.toMap(LoadedConfig.Setting::key, s -> s.value() + " (" + s.from()
                    + ")"));
            shown = loaded.toString();
        } catch (ConfigException e) {
            problems = e.problems().stream().map(Problem::toString).toList();
            warnings = e.warnings();
        }
        assertEquals(lines(given, "problems"), String.join("\n", problems));
        if (given.containsKey("warnings")) {
            assertEquals(lines(given, "warnings"), String.join("\n", warnings));
        }
        for (Map.Entry<String, Object> expected : given.getJsonObject("settings", new JsonObject())) {
            assertEquals(expected.getValue(), settings.get(expected.getKey()), expected.getKey());
        }
        // Whatever a case calls a secret contains this word, and nothing may show it.
        assertFalse((shown + problems + warnings).contains("sesame"), shown + problems + warnings);
    }

    private static String lines(JsonObject given, String key) {
        return given.getJsonArray(key, new JsonArray()).stream().map(String::valueOf).collect(Collectors.joining("\n"));
    }

    private static LoadedConfig<AgentConfig> read(JsonObject given) {
        String[] flags = given.getJsonArray("flags", new JsonArray()).stream().map(String::valueOf).toArray(String[]::new);
        Map<String, String> environment = given.getJsonObject("environment", new JsonObject()).stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> String.valueOf(e.getValue())));
        boolean hasFile = given.containsKey("config");
        Launcher.Spec<AgentConfig> spec = AgentMain.spec();
        ConfigLayers layers = ConfigLayers.ofFile(given.getJsonObject("config", new JsonObject()), hasFile ? "test.json" : "command line")
                .withEnvironment(spec.variables(), environment).withFlags(Launcher.flags(spec).parse(flags).settings());
        return spec.reader().read(layers, environment, !hasFile);
    }

    @Test
    void theExamplesOfBothHostsLoadWithoutAWarningAndFitEachOther() {
        AgentConfig active = example("validator-active.json");
        AgentConfig passive = example("validator-passive.json");
        assertTrue(active.activeOnStart() && !passive.activeOnStart());
        assertTrue(active.dryRun() && passive.dryRun());
        assertEquals(active.validatorIdentity(), passive.validatorIdentity());
        assertTrue(active.allowedIps().allows(active.peer().orElseThrow().host()));
        assertTrue(passive.allowedIps().allows(passive.peer().orElseThrow().host()));
    }

    @Test
    void om011TheExamplesOfBothHostsUseTheSameCommands() {
        assertEquals(example("validator-active.json").commands().toString(), example("validator-passive.json").commands().toString());
        assertTrue(example("validator-active.json").commands().identityChange().contains("--require-tower"));
    }

    private static AgentConfig example(String name) {
        try {
            JsonObject file = new JsonObject(Files.readString(EXAMPLES.resolve(name)));
            LoadedConfig<AgentConfig> loaded = read(new JsonObject().put("config", file));
            assertEquals(List.of(), loaded.warnings(), name);
            return loaded.config();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
