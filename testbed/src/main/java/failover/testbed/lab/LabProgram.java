package failover.testbed.lab;

import failover.testbed.Http;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** An agent or the manager of a lab: the real program from its fat jar, with a configuration file that a test may change. */
public final class LabProgram extends ManagedProcess {
    private final Path config;
    private final String url;

    LabProgram(String name, List<String> command, Map<String, String> environment, Path directory, Path log, Path config, String url) {
        super(name, command, environment, directory, log);
        this.config = config;
        this.url = url;
    }

    /** Where it listens, past every link: the agent's listen_addr, the manager's api_listen. */
    public String url() {
        return url;
    }

    /** Its configuration file. */
    public Path config() {
        return config;
    }

    /** Rewrites the configuration file; takes effect with {@link #restart}. */
    public LabProgram reconfigure(Consumer<JsonObject> change) {
        try {
            JsonObject json = new JsonObject(Files.readString(config));
            change.accept(json);
            Files.writeString(config, json.encodePrettily());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("configuration of " + name(), e);
        }
    }

    /** Posts JSON to a path of it; any status but 200 is an error. */
    public JsonObject post(String path, JsonObject body) {
        try {
            return Http.post(url + path, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Posts JSON to a path of it and returns whatever comes. */
    public HttpResponse<String> exchange(String path, JsonObject body) {
        try {
            return Http.exchange(url + path, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gets JSON from a path of it; any status but 200 is an error. */
    public JsonObject get(String path) {
        try {
            return Http.get(url + path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An agent's status. */
    public JsonObject status() {
        return post("/status", new JsonObject().put("timestamp", System.currentTimeMillis() / 1000));
    }

    /** Waits until it answers any HTTP at all. */
    public LabProgram awaitListening(Duration within) {
        Await.until(name() + " listens on " + url, within, () -> {
            if (!alive()) {
                throw new AssertionError(name() + " has ended with exit code " + exitCode() + tail());
            }
            return Http.exchange(url + "/health", null).statusCode() > 0;
        }, this::tail);
        return this;
    }
}
