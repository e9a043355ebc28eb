package failover.protocol.config;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The given settings by layer, in descending priority: flags, environment, file. A key in none of them has its default.
 *
 * @param flags by the key they set; only those that were written
 * @param environment by the key they set; an empty variable counts as not set
 * @param file the file's object, empty when there is none
 * @param fileName how to name the file in messages
 */
public record ConfigLayers(Map<String, Given> flags, Map<String, Given> environment, JsonObject file, String fileName) {
    /**
     * A text and who gave it.
     *
     * @param text as it was written
     * @param where {@code flag --interval} or {@code environment DRY_RUN}
     */
    public record Given(String text, String where) {
    }

    /** A file (or an object that takes its place) alone. */
    public static ConfigLayers ofFile(JsonObject file, String fileName) {
        return new ConfigLayers(Map.of(), Map.of(), file, fileName);
    }

    /**
     * The same with the variables of {@code values} that {@code keys} (variable to key) knows.
     *
     * @throws ConfigException when two variables that set the same key contradict each other
     */
    public ConfigLayers withEnvironment(Map<String, String> keys, Map<String, String> values) {
        Map<String, Given> found = new LinkedHashMap<>();
        keys.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            String text = values.getOrDefault(entry.getKey(), "");
            if (text.isEmpty()) {
                return;
            }
            Given given = new Given(text, "environment " + entry.getKey());
            Given earlier = found.putIfAbsent(entry.getValue(), given);
            if (earlier != null && !earlier.text().equals(text)) {
                throw new ConfigException(new Problem(given.where(), entry.getValue(), "\"" + text + "\"",
                        "contradicts " + earlier.where() + " \"" + earlier.text() + "\"; set one of them, or both alike"));
            }
        });
        return new ConfigLayers(flags, found, file, fileName);
    }

    /** The same with these flags. */
    public ConfigLayers withFlags(Map<String, Given> given) {
        return new ConfigLayers(given, environment, file, fileName);
    }
}
