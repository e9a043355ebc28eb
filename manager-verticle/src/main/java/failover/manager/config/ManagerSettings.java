package failover.manager.config;

import failover.manager.config.ManagerConfig.Fencing;
import failover.manager.config.ManagerConfig.Hosts;
import failover.manager.config.ManagerConfig.Limits;
import failover.manager.config.ManagerConfig.Policy;
import failover.manager.config.ManagerConfig.Timing;
import failover.manager.config.ManagerConfig.VoteEvidence;
import failover.protocol.Bounds;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.ConfigParsers;
import failover.protocol.config.Endpoint;
import failover.protocol.config.GoDuration;
import failover.protocol.config.HostPort;
import failover.protocol.config.IpAllowList;
import failover.protocol.config.LoadedConfig;
import failover.protocol.config.Redact;
import failover.protocol.config.SettingsReader;
import failover.protocol.config.StateDir;
import failover.protocol.lease.LeaseTiming;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the manager's keys out of the layers: the one place that knows their names, defaults and relations. Pure. */
public final class ManagerSettings {
    /** Environment variable to key. */
    public static final Map<String, String> VARIABLES = Map.of("ACTIVE_VALIDATOR", "active_validator",
            "PASSIVE_VALIDATOR", "passive_validator", "DRY_RUN", "dry_run", "MANAGER_LOG_FILE", "log_file");
    private static final List<Endpoint> MAINNET = List.of(Endpoint.parse("https://api.mainnet-beta.solana.com"));
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "ip6-localhost");
    private static final String STANDARD_API = "127.0.0.1:8081";
    private static final List<String> HOST_KEYS = List.of("endpoint", "ip", "ledger_path");
    private static final Duration STANDARD_REQUEST_TIMEOUT = Duration.ofSeconds(5);
    /** Keys of the newer original whose feature does not exist here yet. */
    private static final List<String> WITHOUT_EFFECT = List.of("telegram_chat_id", "identity_keypair_path", "ssh_user",
            "ssh_key_path", "ssh_set_identity_command", "ssh_authorized_voter_command", "stale_vote_slot_threshold");

    private ManagerSettings() {
    }

    /**
     * Reads everything.
     *
     * @param environment for the default of {@code state_dir} only; variables that set keys are in {@code layers}
     * @throws failover.protocol.config.ConfigException with every problem
     */
    public static LoadedConfig<ManagerConfig> read(ConfigLayers layers, Map<String, String> environment) {
        SettingsReader in = new SettingsReader(layers);
        List<String> idle = new ArrayList<>();
        Named named = Named.read(in, idle);
        Optional<Hosts> hosts = named.pair(in);
        List<Endpoint> cluster = without(in, clusterRpc(in));
        onTheirHosts(in, hosts, cluster);
        boolean dryRun = in.truth("dry_run", true);
        Limits limits = new Limits(
                (int) in.integer("misses_before_failover", 5),
                (int) in.integer("unhealthy_checks_before_failover", 3),
                in.integer("slot_diff_threshold", 100));
        Timing timing = timing(in, limits);
        Optional<Path> logFile = in.parsed("log_file", ConfigParsers::logFile);
        Path stateDir = in.parsed("state_dir", StateDir.standard(environment, "failover-manager"), ConfigParsers::path);
        Optional<HostPort> api = api(in);
        Optional<String> identity = in.parsed("staked_identity_pubkey", ConfigParsers::publicKey);
        Optional<String> voteAccount = in.parsed("vote_account_pubkey", ConfigParsers::publicKey);
        Policy policy = new Policy(choice(in, "vote_evidence", List.of(VoteEvidence.values())),
                choice(in, "fencing", List.of(Fencing.values())), in.truth("hold_while_voting", false));
        withoutEffect(in, idle);
        return in.finish(() -> new ManagerConfig(hosts.orElseThrow(), cluster, dryRun, logFile, stateDir, api, identity, voteAccount,
                policy, limits, timing));
    }

    /**
     * The agents to shut down: the active one first when the settings say which it is. One is enough here, and the other keys do not
     * matter, so that an agent can be stopped with a file that is otherwise faulty.
     */
    public static List<Endpoint> agents(ConfigLayers layers) {
        Named named = Named.read(new SettingsReader(layers), new ArrayList<>());
        List<Endpoint> configured = Stream.of(named.active(), named.passive()).flatMap(Optional::stream).toList();
        return configured.isEmpty() ? Stream.of(named.first(), named.second()).flatMap(Optional::stream).toList() : configured;
    }

    /** The endpoints that were written, those that can be read. */
    private record Named(Optional<Endpoint> active, Optional<Endpoint> passive, Optional<Endpoint> first, Optional<Endpoint> second,
            boolean activeGiven, boolean passiveGiven, boolean firstGiven, boolean secondGiven) {

        static Named read(SettingsReader in, List<String> idle) {
            Optional<Endpoint> active = in.parsed("active_validator", Endpoint::parse);
            Optional<Endpoint> passive = in.parsed("passive_validator", Endpoint::parse);
            SettingsReader first = host(in, "validator1", idle);
            SettingsReader second = host(in, "validator2", idle);
            Named named = new Named(active, passive, first.parsed("endpoint", Endpoint::parse), second.parsed("endpoint", Endpoint::parse),
                    in.isSet("active_validator"), in.isSet("passive_validator"), first.isSet("endpoint"), second.isSet("endpoint"));
            first.refuseUnknown();
            second.refuseUnknown();
            return named;
        }

        private static SettingsReader host(SettingsReader in, String key, List<String> idle) {
            SettingsReader child = in.child(key, HOST_KEYS);
            Stream.of("ip", "ledger_path").filter(child::isSet).forEach(part -> idle.add(key + "." + part));
            return child;
        }

        Optional<Hosts> pair(SettingsReader in) {
            boolean roles = activeGiven && passiveGiven;
            if (!roles && !(firstGiven && secondGiven)) {
                in.problem(in.where("active_validator"), missingKey(), "", "is missing. "
                        + "Both --active and --passive validator endpoints are required (keys active_validator and passive_validator,"
                        + " or validator1.endpoint and validator2.endpoint; for example \"http://192.168.1.10:8080\")");
                return Optional.empty();
            }
            if (roles && (firstGiven || secondGiven)) {
                in.warn("validator1 and validator2 are not used, because active_validator and passive_validator are set");
            }
            if (!roles && (activeGiven || passiveGiven)) {
                in.warn((activeGiven ? "active_validator" : "passive_validator")
                        + " alone is not used: the hosts are validator1 and validator2, and the agents say which is active");
            }
            Optional<Endpoint> one = roles ? active : first;
            Optional<Endpoint> two = roles ? passive : second;
            if (one.isEmpty() || two.isEmpty()) {
                return Optional.empty();
            }
            if (one.get().sameServer(two.get())) {
                String key = roles ? "passive_validator" : "validator2.endpoint";
                in.problem(in.where(roles ? "passive_validator" : "validator2"), key, "\"" + two.get() + "\"",
                        "is the same server as " + (roles ? "active_validator" : "validator1.endpoint") + "; name the other host");
                return Optional.empty();
            }
            return Optional.of(new Hosts(one.get(), two.get(), roles));
        }

        private String missingKey() {
            if (firstGiven || secondGiven) {
                return firstGiven ? "validator2.endpoint" : "validator1.endpoint";
            }
            return activeGiven ? "passive_validator" : "active_validator";
        }
    }

    private static List<Endpoint> clusterRpc(SettingsReader in) {
        List<Endpoint> given = in.list("cluster_rpc", Endpoint::parse);
        for (int i = 0; i < given.size(); i++) {
            Endpoint each = given.get(i);
            Optional<Endpoint> before = given.subList(0, i).stream().filter(other -> sameNode(other, each)).findFirst();
            if (before.isPresent()) {
                in.problem(in.where("cluster_rpc"), "cluster_rpc", "\"" + each + "\"", before.get().equals(each)
                        ? "is written twice: it would count as two sources that agree; keep one of them, or name another"
                        : "leads to the same server as \"" + before.get() + "\": the two would count as two sources that agree; keep one of"
                                + " them, or name another provider");
            }
        }
        if (!given.isEmpty() || in.isSet("cluster_rpc")) {
            return given.isEmpty() ? MAINNET : given;
        }
        in.note("cluster_rpc", MAINNET.get(0).toString(), "default");
        in.warn("cluster_rpc is not set: slots are compared with mainnet (" + MAINNET.get(0) + "); set it if this pair votes elsewhere");
        return MAINNET;
    }

    /**
     * Those that are left without the ones an operator takes out, because they lie or stand in the way, until the file is corrected. Each
     * is named as the log names it, without its key, or by its host.
     */
    private static List<Endpoint> without(SettingsReader in, List<Endpoint> all) {
        List<String> names = in.list("without_source", text -> text).stream().flatMap(text -> Stream.of(text.split(",")))
                .map(String::strip).filter(name -> !name.isEmpty()).toList();
        List<Endpoint> left = new ArrayList<>(all);
        for (String name : names) {
            List<Endpoint> meant = all.stream().filter(each -> isNamed(each, name)).toList();
            if (meant.isEmpty()) {
                in.problem(in.where("without_source"), "without_source", "\"" + Bounds.line(Redact.url(name)) + "\"",
                        "is none of cluster_rpc; write the name of one of them, or its host: " + joined(all)
                                + ". The RPC beside a host is set on that host (local_rpc)");
            } else if (left.removeAll(meant)) {
                in.warn("cluster_rpc " + joined(meant) + " is left out (without_source): it has no say on votes, slots or anything; "
                        + "start without that flag once it is right again, or take it out of cluster_rpc");
            }
        }
        if (left.isEmpty()) {
            in.problem(in.where("without_source"), "without_source", "\"" + Bounds.line(Redact.url(String.join(",", names))) + "\"",
                    "leaves no cluster_rpc: name another there first");
            return all;
        }
        return List.copyOf(left);
    }

    private static String joined(List<Endpoint> all) {
        return all.stream().map(Endpoint::toString).collect(Collectors.joining(", "));
    }

    private static boolean isNamed(Endpoint each, String name) {
        return each.toString().equals(name) || each.uri().toString().equals(name) || plainHost(each).equalsIgnoreCase(name)
                || each.host().equalsIgnoreCase(name) || (plainHost(each) + ":" + each.port()).equalsIgnoreCase(name);
    }

    /** The same host and port: paths and keys are one provider's names for one server. */
    private static boolean sameNode(Endpoint one, Endpoint other) {
        return plainHost(one).equals(plainHost(other)) && one.port() == other.port();
    }

    private static String plainHost(Endpoint endpoint) {
        String host = endpoint.host().toLowerCase(Locale.ROOT);
        String plain = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return LOOPBACK.contains(plain) ? "127.0.0.1" : plain;
    }

    /** A source on a host of the pair goes with it: said, not refused, as behind one address there may be several machines. */
    private static void onTheirHosts(SettingsReader in, Optional<Hosts> hosts, List<Endpoint> cluster) {
        for (Endpoint each : cluster) {
            hosts.filter(pair -> !plainHost(each).startsWith("127.") && (plainHost(each).equals(plainHost(pair.primary()))
                    || plainHost(each).equals(plainHost(pair.secondary())))).ifPresent(pair -> in.warn("cluster_rpc " + each
                            + " is on a host of the pair: it says nothing any more when that host dies, and has no say on it; name an"
                            + " independent one"));
        }
    }

    /** One of some words; the first is the default. */
    private static <E extends Enum<E>> E choice(SettingsReader in, String key, List<E> all) {
        List<String> words = all.stream().map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
        String word = in.parsed(key, words.get(0), text -> {
            if (!words.contains(text)) {
                throw new IllegalArgumentException("must be \"" + String.join("\" or \"", words) + "\"");
            }
            return text;
        });
        return all.get(words.indexOf(word));
    }

    private static Timing timing(SettingsReader in, Limits limits) {
        Duration heartbeat = in.duration("heartbeat_interval", Duration.ofSeconds(2));
        Duration silence = heartbeat.multipliedBy(limits.missesBeforeFailover());
        Duration request = in.duration("request_timeout",
                silence.compareTo(STANDARD_REQUEST_TIMEOUT) < 0 ? silence : STANDARD_REQUEST_TIMEOUT);
        if (request.compareTo(silence) > 0) {
            in.problem(in.where("request_timeout"), "request_timeout", GoDuration.format(request),
                    "must not exceed heartbeat_interval × misses_before_failover (" + GoDuration.format(heartbeat) + " × "
                            + limits.missesBeforeFailover() + " = " + GoDuration.format(silence)
                            + "), the silence that means \"gone\"; write at most \""
                            + GoDuration.format(silence) + "\"");
        }
        Timing timing = new Timing(heartbeat, request,
                in.duration("slot_check_interval", Duration.ofSeconds(30), Bounds.LONGEST_SETTING),
                in.duration("failover_cooldown", Duration.ofMinutes(5), Bounds.LONGEST_SETTING),
                in.duration("demotion_timeout", Duration.ofSeconds(10)),
                in.duration("promotion_timeout", Duration.ofSeconds(20)),
                in.duration("startup_grace_period", "what the safety rules need", Bounds.LONGEST_SETTING),
                in.duration("lease_ttl", "what follows from the heartbeat"),
                in.duration("fence_timeout", "what follows from the heartbeat"));
        try {
            LeaseTiming.of(heartbeat, limits.missesBeforeFailover(), timing.lease(), timing.fence());
        } catch (LeaseTiming.Refused e) {
            in.problem(in.where(e.key()), e.key(), e.value(), e.why());
        }
        return timing;
    }

    private static Optional<HostPort> api(SettingsReader in) {
        String key = "api_listen";
        String text = in.parsed(key, STANDARD_API, given -> given.equals("off") ? given : HostPort.parse(given).toString());
        Optional<HostPort> api = text.equals("off") ? Optional.empty() : Optional.of(HostPort.parse(text));
        api.filter(address -> !IpAllowList.of(List.of("127.0.0.0/8", "::1")).allows(address.host()) && !address.host().equals("localhost"))
                .ifPresent(address -> in.warn(key + " " + address
                        + " is not a loopback address: requests from elsewhere are refused anyway"));
        return api;
    }

    private static void withoutEffect(SettingsReader in, List<String> hostKeys) {
        List<String> idle = new ArrayList<>(hostKeys);
        in.secret("telegram_bot_token").ifPresent(token -> idle.add(0, "telegram_bot_token"));
        WITHOUT_EFFECT.stream().filter(in::isSet).forEach(idle::add);
        if (!idle.isEmpty()) {
            in.warn("these keys have no effect in this version: " + String.join(", ", idle));
        }
        if (in.isSet("gossip_check_command")) {
            in.warn("gossip_check_command is not needed: the agents say which validator is active");
        }
        if (in.truth("secure_identity_mode", false)) {
            in.problem(in.where("secure_identity_mode"), "secure_identity_mode", "true", "is not supported yet: identities are set by the"
                    + " agents, not over SSH; set it to false and give each agent an identity_change_command");
        }
    }
}
