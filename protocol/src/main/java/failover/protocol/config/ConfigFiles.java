package failover.protocol.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileSystemException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the layers file and environment through Vert.x Config. */
public final class ConfigFiles {
    private ConfigFiles() {
    }

    /**
     * Reads the file, if one is named, and the variables that {@code keys} (variable to key) knows. The future fails with a
     * {@link ConfigException}. The file is read off the event loop.
     */
    public static Future<ConfigLayers> read(Vertx vertx, Optional<String> file, Map<String, String> keys) {
        String name = file.orElse("command line");
        Future<JsonObject> object = file.map(path -> readFile(vertx, path)).orElse(Future.succeededFuture(new JsonObject()));
        Future<Map<String, String>> values = readEnvironment(vertx, keys);
        return Future.join(object, values).map(both -> ConfigLayers.ofFile(object.result(), name).withEnvironment(keys, values.result()));
    }

    private static Future<JsonObject> readFile(Vertx vertx, String path) {
        // Absolute, for otherwise Vert.x would look on the class path too.
        String absolute = Path.of(path).toAbsolutePath().toString();
        ConfigStoreOptions store = new ConfigStoreOptions().setType("file").setFormat(StrictJson.NAME)
                .setConfig(new JsonObject().put("path", absolute));
        return once(vertx, store).recover(cause -> Future.failedFuture(
                new ConfigException(new Problem(path, "", "", explain(cause)))));
    }

    private static Future<Map<String, String>> readEnvironment(Vertx vertx, Map<String, String> keys) {
        ConfigStoreOptions store = new ConfigStoreOptions().setType("env")
                .setConfig(new JsonObject().put("raw-data", true).put("keys", new JsonArray(List.copyOf(keys.keySet()))));
        return once(vertx, store).map(object -> {
            Map<String, String> values = new HashMap<>();
            object.forEach(entry -> values.put(entry.getKey(), String.valueOf(entry.getValue())));
            return values;
        });
    }

    private static Future<JsonObject> once(Vertx vertx, ConfigStoreOptions store) {
        ConfigRetriever retriever = ConfigRetriever.create(vertx,
                new ConfigRetrieverOptions().setIncludeDefaultStores(false).setScanPeriod(0).addStore(store));
        return retriever.getConfig().eventually(retriever::close);
    }

    private static String explain(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof FileSystemException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof NoSuchFileException) {
            return "does not exist; check --config, or write an example with --generate-config";
        }
        if (cause instanceof AccessDeniedException) {
            return "may not be read by this user; change its owner or mode";
        }
        return cause instanceof IllegalArgumentException ? cause.getMessage() : "cannot be read: " + cause.getMessage();
    }
}
