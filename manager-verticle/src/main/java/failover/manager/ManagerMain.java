package failover.manager;

import failover.manager.config.ManagerConfig;
import failover.manager.config.ManagerSettings;
import failover.protocol.Launcher;
import failover.protocol.LogSetup;
import failover.protocol.PrivateDirectory;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.GoFlags.Flag;
import failover.protocol.config.GoFlags.Kind;
import failover.protocol.config.GoFlags.Parsed;
import failover.protocol.config.HostPort;
import failover.protocol.config.LoadedConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** The program {@code failover-manager}. */
public final class ManagerMain {
    private static final Duration TRIGGER_LIMIT = Duration.ofSeconds(60);
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(10);
    private static final HostPort STANDARD_API = new HostPort("127.0.0.1", 8081);

    private static final List<Flag> FLAGS = List.of(
            new Flag("config", Kind.TEXT, "", "", "Read this JSON file; flags and environment win over it."),
            new Flag("active", Kind.TEXT, "active_validator", "", "The active validator's agent, for example http://192.168.1.10:8080."),
            new Flag("passive", Kind.TEXT, "passive_validator", "", "The passive validator's agent."),
            new Flag("interval", Kind.DURATION, "heartbeat_interval", "2s", "Poll both agents this often."),
            new Flag("misses", Kind.INTEGER, "misses_before_failover", "5", "Fail over after this many intervals of silence."),
            new Flag("slot-threshold", Kind.INTEGER, "slot_diff_threshold", "100",
                    "Fail over when the active lags by more slots than this."),
            new Flag("timeout", Kind.DURATION, "request_timeout", "5s", "Limit of one request to one agent."),
            new Flag("dry-run", Kind.SWITCH, "dry_run", "true", "Say what would be done and do nothing; --dry-run=false for real."),
            new Flag("shutdown-agent", Kind.SWITCH, "", "", "Stop the agents, the active one first, and exit."),
            new Flag("trigger-failover", Kind.SWITCH, "", "", "Ask the manager that runs on this host to fail over, and exit."),
            new Flag("i-have-fenced", Kind.SWITCH, "", "", "With --trigger-failover: the active cannot sign, do not wait for proof.",
                    "trigger-failover"),
            new Flag("accept-stale-tower", Kind.SWITCH, "", "",
                    "With --trigger-failover: go on although the tower is older than the chain, or missing.", "trigger-failover"),
            new Flag("check-sources", Kind.SWITCH, "", "",
                    "Ask every cluster_rpc and both agents once, say what each can prove of the votes, and exit: 0 well, 1 not."),
            new Flag("without-source", Kind.TEXT, "without_source", "",
                    "Leave this cluster_rpc out, by its name in the log or its host, several with commas: it has no say on anything."),
            new Flag("pause", Kind.SWITCH, "", "", "Let the manager that runs on this host begin no failover, and exit."),
            new Flag("resume", Kind.SWITCH, "", "", "The opposite of --pause, and exit."),
            new Flag("reason", Kind.TEXT, "", "manual failover triggered via CLI", "Why, for --trigger-failover, --pause and --resume."));

    /** As the original wrote it, byte for byte. */
    private static final String EXAMPLE = """
      {
        "active_validator": "http://192.168.1.10:8080",
        "passive_validator": "http://192.168.1.11:8080",
        "cluster_rpc": "https://api.mainnet-beta.solana.com",
        "slot_check_interval": "30s",
        "heartbeat_interval": "5s",
        "misses_before_failover": 5,
        "slot_diff_threshold": 100,
        "request_timeout": "5s",
        "dry_run": false,
        "log_file": ""
      }""";

    private ManagerMain() {
    }

    public static void main(String[] args) {
        Launcher.main(spec(), args);
    }

    /** What makes this program. */
    public static Launcher.Spec<ManagerConfig> spec() {
        Map<String, Launcher.Action> actions = new LinkedHashMap<>();
        actions.put("trigger-failover", ManagerMain::trigger);
        actions.put("pause", (vertx, flags, layers, out) -> pause(vertx, flags, layers, out, true));
        actions.put("resume", (vertx, flags, layers, out) -> pause(vertx, flags, layers, out, false));
        actions.put("check-sources", ManagerMain::checkSources);
        actions.put("shutdown-agent", ManagerMain::shutdown);
        return new Launcher.Spec<>("manager",
                "Watches two validators through their agents and moves the identity when the active one fails.",
                FLAGS, ManagerSettings.VARIABLES, "manager-config.json", EXAMPLE,
                (layers, environment, flagsOnly) -> ManagerSettings.read(layers, environment), ManagerVerticle::new, ManagerConfig::logFile,
                config -> "api_listen " + config.apiListen().map(HostPort::toString).orElse("off"), actions,
                ManagerMain::advice);
    }

    /** What would keep it from starting on this host, for {@code --check-config}. */
    private static List<String> advice(ManagerConfig config) {
        try {
            String objection = Files.isDirectory(config.stateDir()) ? PrivateDirectory.objection(config.stateDir()) : null;
            return objection == null ? List.of() : List.of("state_dir " + config.stateDir() + " is not used: " + objection);
        } catch (IOException e) {
            return List.of("state_dir " + config.stateDir() + " cannot be looked at: " + e.getMessage());
        }
    }

    private static Future<Integer> trigger(Vertx vertx, Parsed flags, ConfigLayers layers, PrintStream out) {
        Asked asked = asked(flags, layers, out);
        String reason = flags.text("reason").orElse("manual failover triggered via CLI");
        return asked == null ? Future.succeededFuture(1)
                : new CliCommands(vertx, out).trigger(asked.api(), reason, flags.on("i-have-fenced"), flags.on("accept-stale-tower"),
                        asked.limit());
    }

    private static Future<Integer> pause(Vertx vertx, Parsed flags, ConfigLayers layers, PrintStream out, boolean pause) {
        Asked asked = asked(flags, layers, out);
        return asked == null ? Future.succeededFuture(1)
                : new CliCommands(vertx, out).pause(asked.api(), pause, flags.text("reason").orElse("asked via CLI"), asked.limit());
    }

    /** Where the running manager is asked, and for how long. */
    private record Asked(HostPort api, Duration limit) {
    }

    /** {@code null} where the API is off, which has been said. */
    private static Asked asked(Parsed flags, ConfigLayers layers, PrintStream out) {
        // Without a file the original's address, so that it works on a bare shell in an emergency.
        if (flags.text("config").isEmpty()) {
            return new Asked(STANDARD_API, TRIGGER_LIMIT);
        }
        ManagerConfig config = ManagerSettings.read(layers, System.getenv()).config();
        if (config.apiListen().isEmpty()) {
            out.println("api_listen is \"off\" in " + layers.fileName()
                    + ": the manager cannot be asked; set it and restart the manager");
            return null;
        }
        Duration work = config.timing().demotionTimeout().plus(config.timing().promotionTimeout()).plusSeconds(10);
        return new Asked(config.apiListen().get(), work.compareTo(TRIGGER_LIMIT) > 0 ? work : TRIGGER_LIMIT);
    }

    private static Future<Integer> checkSources(Vertx vertx, Parsed flags, ConfigLayers layers, PrintStream out) {
        ManagerConfig config = ManagerSettings.read(layers, System.getenv()).config();
        Promise<Integer> code = Promise.promise();
        vertx.getOrCreateContext().runOnContext(begun -> new SourceCheck(vertx, out, config).run().onComplete(code));
        return code.future();
    }

    private static Future<Integer> shutdown(Vertx vertx, Parsed flags, ConfigLayers layers, PrintStream out) {
        return new CliCommands(vertx, out).shutdown(ManagerSettings.agents(layers), SHUTDOWN_LIMIT);
    }

    /**
     * The settings of a verticle that the Vert.x launcher deployed: its configuration and this process's environment. Opens the log file
     * and logs the warnings, as the program does. Blocks for the moment it takes to open a file.
     *
     * @throws failover.protocol.config.ConfigException with every problem at once
     */
    public static ManagerConfig configured(JsonObject config) {
        LoadedConfig<ManagerConfig> loaded = ManagerSettings.read(ConfigLayers.ofFile(config, "verticle configuration")
                .withEnvironment(ManagerSettings.VARIABLES, System.getenv()), System.getenv());
        try {
            if (loaded.config().logFile().isPresent()) {
                LogSetup.toFile(loaded.config().logFile().get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        loaded.warnings().forEach(LoggerFactory.getLogger(ManagerMain.class)::warn);
        return loaded.config();
    }
}
