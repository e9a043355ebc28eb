package failover.agent.config;

import failover.agent.config.AgentConfig.Commands;
import failover.agent.config.AgentConfig.Isolation;
import failover.agent.config.AgentConfig.OnIsolation;
import failover.agent.config.AgentConfig.Timing;
import failover.agent.decision.AgentOptions.Fencing;
import failover.protocol.Bounds;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.ConfigParsers;
import failover.protocol.config.Endpoint;
import failover.protocol.config.GoDuration;
import failover.protocol.config.HostPort;
import failover.protocol.config.IpAllowList;
import failover.protocol.config.LoadedConfig;
import failover.protocol.config.SettingsReader;
import failover.protocol.config.StateDir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the agent's keys out of the layers: the one place that knows their names, defaults and relations. Pure. */
public final class AgentSettings {
    /** Environment variable to key. */
    public static final Map<String, String> VARIABLES = Map.of("VALIDATOR_LISTEN", "listen_addr", "VALIDATOR_RPC", "local_rpc",
            "VALIDATOR_PEER", "peer_endpoint", "VALIDATOR_DRY_RUN", "dry_run", "DRY_RUN", "dry_run", "VALIDATOR_LOG_FILE", "log_file");
    /** What the kernel keeps of a process's name; {@code pgrep -x} never matches more (lesson OM0-12). */
    private static final int LONGEST_PROCESS_NAME = 15;
    private static final List<HostPort> PUBLIC_RESOLVERS = List.of(new HostPort("8.8.8.8", 53), new HostPort("1.1.1.1", 53),
            new HostPort("9.9.9.9", 53));
    private static final Pattern ETCD_PUT = Pattern.compile("\\betcdctl\\b[^|;]*?\\bput\\s+(?:-\\S+\\s+)*(\\S+)");
    private static final Pattern ETCD_GET = Pattern.compile("\\betcdctl\\b[^|;]*?\\bget\\s+(?:-\\S+\\s+)*(\\S+)");
    private static final Pattern GLOB_TARGET = Pattern.compile(">\\s*\"?[^\\s|;&>]*[*?]");

    /** Where the fencer's unit puts its directory; without it the lease file lies in the state directory. */
    private static final Path FENCER_DIR = Path.of("/run/failover");

    private AgentSettings() {
    }

    /**
     * Reads everything.
     *
     * @param environment for the default of {@code state_dir} only; variables that set keys are in {@code layers}
     * @param flagsOnly true when there is no file: unset commands are then the original's harmless echoes
     * @throws failover.protocol.config.ConfigException with every problem
     */
    public static LoadedConfig<AgentConfig> read(ConfigLayers layers, Map<String, String> environment, boolean flagsOnly) {
        SettingsReader in = new SettingsReader(layers);
        HostPort listen = in.parsed("listen_addr", HostPort.parse(":8080"), HostPort::parse);
        Endpoint rpc = in.parsed("local_rpc", Endpoint.parse("http://127.0.0.1:8899"), Endpoint::parse);
        String process = in.parsed("process_name", "agave-validator", AgentSettings::processName);
        Optional<Endpoint> peer = in.parsed("peer_endpoint", Endpoint::parse);
        boolean active = in.truth("is_active_on_start", false);
        boolean dryRun = in.truth("dry_run", true);
        Timing timing = timing(in);
        Commands commands = commands(in, flagsOnly);
        Optional<Path> logFile = in.parsed("log_file", ConfigParsers::logFile);
        Path stateDir = in.parsed("state_dir", StateDir.standard(environment, "failover-agent-" + listen.port()), ConfigParsers::path);
        List<String> allowed = in.list("allowed_ips", AgentSettings::allowedEntry);
        Optional<String> identity = in.parsed("validator_identity", ConfigParsers::publicKey);
        Optional<Path> ledger = in.parsed("ledger_path", ConfigParsers::path);
        Optional<String> towerFile = in.parsed("tower_file_path", AgentSettings::towerFile);
        long towerLag = in.integer("max_tower_lag_slots", 0);
        Isolation isolation = isolation(in);
        Fencing fencing = fencing(in.parsed("fencing", word(Fencing.BEST_EFFORT), text -> word(fencing(text))));
        Path leaseDir = in.parsed("lease_dir", Files.isWritable(FENCER_DIR) ? FENCER_DIR : stateDir, ConfigParsers::path);
        AgentConfig.Watchdog watchdog = WatchdogSettings.read(in, fencing);
        notUsed(in);
        advise(in, commands, dryRun);
        if (peer.isEmpty() && !in.isSet("peer_endpoint") && isolation.action() == OnIsolation.BECOME_PASSIVE) {
            in.warn("peer_endpoint is not set: when the manager is silent for " + GoDuration.format(timing.managerTimeout())
                    + ", an active agent has nobody to ask and becomes passive; set it to the other agent's URL");
        }
        if (allowed.isEmpty() && !in.isSet("allowed_ips")) {
            in.warn("allowed_ips is not set: whoever reaches " + listen + " can promote, demote and stop this host;"
                    + " list the manager and the peer");
        }
        return in.finish(() -> new AgentConfig(listen, rpc, process, peer, active, dryRun, logFile, stateDir,
                IpAllowList.of(allowed), identity, ledger, towerFile, towerLag, isolation, commands, timing, fencing, leaseDir,
                watchdog));
    }

    private static Timing timing(SettingsReader in) {
        Timing timing = new Timing(
                in.duration("manager_timeout", Duration.ofSeconds(30), Bounds.LONGEST_SETTING),
                in.duration("min_process_uptime", Duration.ofSeconds(120), Bounds.LONGEST_SETTING),
                in.duration("tower_backup_interval", Duration.ofSeconds(10), Bounds.LONGEST_SETTING),
                in.duration("rpc_timeout", Duration.ofSeconds(2)),
                in.duration("command_timeout", Duration.ofSeconds(10)),
                in.duration("demotion_timeout", Duration.ofSeconds(10)),
                in.duration("promotion_timeout", Duration.ofSeconds(20)),
                in.duration("fence_timeout", "whatever the manager's lease leaves"));
        notLonger(in, "command_timeout", timing.commandTimeout(), "demotion_timeout", timing.demotionTimeout());
        notLonger(in, "command_timeout", timing.commandTimeout(), "promotion_timeout", timing.promotionTimeout());
        return timing;
    }

    private static void notLonger(SettingsReader in, String key, Duration value, String other, Duration limit) {
        if (value.compareTo(limit) > 0) {
            in.problem(in.where(in.isSet(key) ? key : other), key, GoDuration.format(value), "must not exceed " + other + " ("
                    + GoDuration.format(limit) + "); set " + key + " to at most \"" + GoDuration.format(limit) + "\", or raise " + other);
        }
    }

    private static Commands commands(SettingsReader in, boolean flagsOnly) {
        return new Commands(
                in.command("tower_backup_command", flagsOnly ? "echo 'tower backup not configured'" : ""),
                in.command("tower_restore_command", flagsOnly ? "echo 'tower restore not configured'" : ""),
                in.command("identity_change_command", flagsOnly ? "echo 'identity change not configured'" : ""),
                in.command("identity_remove_command", flagsOnly ? "echo 'identity remove not configured'" : ""),
                in.command("passive_identity_symlink_command", ""),
                in.command("active_identity_symlink_command", ""),
                in.command("validator_restart_command", ""),
                in.command("agent_stop_command", ""),
                in.command("identity_check_command", ""));
    }

    private static Isolation isolation(SettingsReader in) {
        OnIsolation action = in.parsed("on_isolation", "become_passive", text -> {
            if (!text.equals("become_passive") && !text.equals("check_internet")) {
                throw new IllegalArgumentException("must be \"become_passive\" or \"check_internet\"");
            }
            return text;
        }).equals("check_internet") ? OnIsolation.CHECK_INTERNET : OnIsolation.BECOME_PASSIVE;
        List<HostPort> endpoints = in.list("internet_check_endpoints", HostPort::parse);
        if (endpoints.isEmpty() && !in.isSet("internet_check_endpoints")) {
            endpoints = PUBLIC_RESOLVERS;
            in.note("internet_check_endpoints", endpoints.toString(), "default");
        } else if (action != OnIsolation.CHECK_INTERNET) {
            in.warn("internet_check_endpoints has no effect while on_isolation is not \"check_internet\"");
        }
        return new Isolation(action, endpoints.isEmpty() ? PUBLIC_RESOLVERS : endpoints);
    }

    /** Keys of the newer original that we have no need of: accepted, so that its files work, and named. */
    private static void notUsed(SettingsReader in) {
        for (String key : List.of("gossip_check_command", "local_ip")) {
            if (in.isSet(key)) {
                in.warn(key + " is not used: the validator itself is asked who it is (getIdentity on local_rpc),"
                        + " which gossip cannot answer reliably; remove the key");
            }
        }
    }

    /** Faults of the original's own examples that cost a tower (lessons OM0-9, OM0-11, OM-20). */
    private static void advise(SettingsReader in, Commands commands, boolean dryRun) {
        if (!dryRun) {
            for (String key : List.of("tower_restore_command", "identity_change_command", "identity_remove_command")) {
                if (!in.isSet(key)) {
                    in.warn(key + " is not set and dry_run is false: "
                            + (key.equals("identity_remove_command")
                                    ? "this host cannot be demoted" : "this host cannot be promoted safely"));
                }
            }
        }
        Matcher put = ETCD_PUT.matcher(commands.towerBackup());
        Matcher get = ETCD_GET.matcher(commands.towerRestore());
        if (put.find() && get.find() && !put.group(1).equals(get.group(1))) {
            in.warn("tower_backup_command writes " + put.group(1) + " but tower_restore_command reads " + get.group(1)
                    + ": this host would restore a tower that it never wrote; use one key, the same on both hosts");
        }
        if (GLOB_TARGET.matcher(commands.towerRestore()).find()) {
            in.warn("tower_restore_command redirects into a pattern: without a matching file it creates one literally named *,"
                    + " with two it fails; write the file's whole name");
        }
        if (commands.identityChange().contains("set-identity") && !commands.identityChange().contains("--require-tower")
                && commands.identityChange().contains("agave-validator")) {
            in.warn("identity_change_command lacks --require-tower: the validator would start to vote without a tower");
        }
        if (!commands.activeSymlink().isEmpty()) {
            in.warn("active_identity_symlink_command makes the staked key the one the validator boots with: a host that reboots after it"
                    + " was replaced comes back signing; remove the key and let --identity always point to the unstaked one");
        }
    }

    private static Fencing fencing(String text) {
        for (Fencing fencing : Fencing.values()) {
            if (word(fencing).equals(text)) {
                return fencing;
            }
        }
        throw new IllegalArgumentException("must be \"required\", \"best_effort\" or \"off\"");
    }

    /** As it is written in the settings, and shown. */
    private static String word(Fencing fencing) {
        return fencing.name().toLowerCase(Locale.ROOT);
    }

    private static String processName(String text) {
        if (text.length() > LONGEST_PROCESS_NAME || text.indexOf('/') >= 0 || text.chars().anyMatch(Bounds::forges)) {
            throw new IllegalArgumentException("is no process name: the kernel keeps " + LONGEST_PROCESS_NAME
                    + " characters, without the path; write what \"ps -o comm= -p PID\" prints");
        }
        return text;
    }

    private static String allowedEntry(String text) {
        IpAllowList.of(List.of(text));
        return text;
    }

    private static String towerFile(String text) {
        if (text.indexOf('*') >= 0 || text.indexOf('?') >= 0) {
            throw new IllegalArgumentException("must name one file, no pattern; write for example"
                    + " \"/mnt/ledger/tower-1_9-{validator_identity}.bin\"");
        }
        return ConfigParsers.path(text).toString();
    }
}
