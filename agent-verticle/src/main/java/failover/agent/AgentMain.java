package failover.agent;

import failover.agent.config.AgentConfig;
import failover.agent.config.AgentSettings;
import failover.agent.state.ForgetRequests;
import failover.protocol.Launcher;
import failover.protocol.LogSetup;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.GoFlags.Flag;
import failover.protocol.config.GoFlags.Kind;
import failover.protocol.config.GoFlags.Parsed;
import failover.protocol.config.LoadedConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** The program {@code failover-agent}. */
public final class AgentMain {
    private static final List<Flag> FLAGS = List.of(
            new Flag("config", Kind.TEXT, "", "", "Read this JSON file; flags and environment win over it."),
            new Flag("listen", Kind.TEXT, "listen_addr", ":8080", "Listen here, host:port or :port."),
            new Flag("rpc", Kind.TEXT, "local_rpc", "http://127.0.0.1:8899", "The local validator's RPC."),
            new Flag("process", Kind.TEXT, "process_name", "agave-validator", "The validator's process name."),
            new Flag("peer", Kind.TEXT, "peer_endpoint", "", "The other host's agent, for example http://192.168.1.11:8080."),
            new Flag("active", Kind.SWITCH, "is_active_on_start", "false",
                    "Start as the active one, if the validator does not know better."),
            new Flag("forget-manager", Kind.SWITCH, "", "", "Let the agent on this host forget the manager that it obeys and that is gone"
                    + " for good, running or not, and exit."),
            new Flag("forget-peer", Kind.SWITCH, "", "", "The same for the other host's agent, where that host was replaced for good."),
            new Flag("dry-run", Kind.SWITCH, "dry_run", "true", "Log commands instead of running them; --dry-run=false for real."));

    /** As the original wrote it, byte for byte. */
    private static final String EXAMPLE = """
      {
        "listen_addr": ":8080",
        "local_rpc": "http://127.0.0.1:8899",
        "process_name": "agave-validator",
        "peer_endpoint": "http://192.168.1.11:8080",
        "is_active_on_start": false,
        "manager_timeout": "30s",
        "tower_backup_command": "echo 'tower backup command not configured'",
        "tower_restore_command": "echo 'tower restore command not configured'",
        "identity_change_command": "echo 'identity change command not configured'",
        "identity_remove_command": "echo 'identity remove command not configured'",
        "dry_run": true,
        "log_file": ""
      }""";

    private AgentMain() {
    }

    public static void main(String[] args) {
        Launcher.main(spec(), args);
    }

    /** What makes this program. */
    public static Launcher.Spec<AgentConfig> spec() {
        return new Launcher.Spec<>("agent", "Guards the validator beside it and moves its identity when the manager says so.", FLAGS,
                AgentSettings.VARIABLES, "validator-config.json", EXAMPLE, AgentSettings::read, AgentVerticle::new, AgentConfig::logFile,
                config -> "listen_addr " + config.listen(),
                Map.of("forget-manager", AgentMain::forget, "forget-peer", AgentMain::forget), HostAdvice::of);
    }

    private static Future<Integer> forget(Vertx vertx, Parsed flags, ConfigLayers layers, PrintStream out) {
        AgentConfig config = AgentSettings.read(layers, System.getenv(), flags.text("config").isEmpty()).config();
        return vertx.executeBlocking(() -> new ForgetRequests(config.stateDir()).ask(
                new ForgetRequests.Asked(flags.on("forget-manager"), flags.on("forget-peer")), ForgetRequests.PATIENCE, out), false);
    }

    /**
     * The settings of a verticle that the Vert.x launcher deployed: its configuration and this process's environment. Opens the log file
     * and logs the warnings, as the program does. Blocks for the moment it takes to open a file.
     *
     * @throws failover.protocol.config.ConfigException with every problem at once
     */
    public static AgentConfig configured(JsonObject config) {
        LoadedConfig<AgentConfig> loaded = AgentSettings.read(ConfigLayers.ofFile(config, "verticle configuration")
                .withEnvironment(AgentSettings.VARIABLES, System.getenv()), System.getenv(), false);
        try {
            if (loaded.config().logFile().isPresent()) {
                LogSetup.toFile(loaded.config().logFile().get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        loaded.warnings().forEach(LoggerFactory.getLogger(AgentMain.class)::warn);
        return loaded.config();
    }
}
