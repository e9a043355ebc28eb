package failover.agent;

import failover.agent.config.AgentConfig;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;

/** Settings for tests: by the same reader as the program's. */
public final class Configs {
    private Configs() {
    }

    public static AgentConfig of(Path directory, JsonObject settings) {
        JsonObject all = new JsonObject().put("listen_addr", "127.0.0.1:0").put("state_dir", directory.resolve("state").toString())
            .put("dry_run", false).mergeIn(settings);
        return AgentConfig.fromVertx(all, Map.of());
    }
}
