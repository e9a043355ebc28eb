package failover.manager;

import failover.manager.config.ManagerConfig;
import failover.manager.decision.ManagerOptions;
import failover.manager.decision.Policy;
import failover.protocol.config.Endpoint;
import failover.protocol.config.GoDuration;
import failover.protocol.config.HostPort;
import failover.protocol.lease.LeaseTiming;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** From the configuration to what the decisions need, and to the lines an operator sees at the start. Pure. */
final class OptionsFactory {
    /** What the original's agents demand; ours say what they demand in their answers. */
    private static final Duration MIN_PROCESS_UPTIME = Duration.ofSeconds(120);

    private OptionsFactory() {
    }

    /** E8: no setting makes it shorter than the leases that an earlier start may have granted. */
    private static Duration atLeast(Duration asked, Duration least) {
        return asked.compareTo(least) > 0 ? asked : least;
    }

    private static Policy policy(ManagerConfig config, List<String> sources) {
        return new Policy(LeaseTiming.of(config.timing().heartbeatInterval(), config.limits().missesBeforeFailover(),
                config.timing().lease(), config.timing().fence()), sources,
            Policy.VoteEvidence.valueOf(config.policy().voteEvidence().name()), Policy.Fencing.valueOf(config.policy().fencing().name()),
            config.policy().holdWhileVoting());
    }

    /** The rules; {@code sources} are the names of those of cluster_rpc. */
    static ManagerOptions rules(ManagerConfig config, List<String> sources) {
        ManagerConfig.Timing timing = config.timing();
        return new ManagerOptions(config.dryRun(), config.hosts().primaryIsActive(), config.hosts().primary().toString(),
                config.hosts().secondary().toString(), timing.heartbeatInterval(), config.limits().missesBeforeFailover(),
                config.limits().slotDiffThreshold(), timing.slotCheckInterval(), timing.requestTimeout(),
                config.limits().unhealthyChecksBeforeFailover(), MIN_PROCESS_UPTIME, timing.failoverCooldown(),
                timing.demotionTimeout(), timing.promotionTimeout(),
                atLeast(timing.startupGracePeriod().orElse(Duration.ZERO), policy(config, sources).numbers().grantorWait()),
                policy(config, sources), config.stakedIdentity().orElse(null));
    }

    /** The banner: everything in effect, no secret (endpoints mask theirs), and what follows from it. */
    static List<String> banner(ManagerConfig config, ManagerOptions rules) {
        String active = rules.rolesConfigured() ? "active" : "validator 1";
        String passive = rules.rolesConfigured() ? "passive" : "validator 2";
        return List.of(
                "=== Solana validator failover manager ===",
                "Mode: " + (rules.dryRun() ? "DRY-RUN, nothing is commanded (dry_run=false to act)" : "LIVE, failovers are executed"),
                "[primary]   " + rules.primaryEndpoint() + " (" + active + " by configuration; the agents' reports win)",
                "[secondary] " + rules.secondaryEndpoint() + " (" + passive + " by configuration)",
                "Heartbeat interval: " + text(rules.heartbeatInterval()) + ", misses before failover: " + rules.missesBeforeFailover()
                        + ", so a host counts as gone after " + text(rules.silence()) + " of silence",
                "Lease: " + rules.policy().numbers().arithmetic(),
                "Request timeout: " + text(rules.requestTimeout()) + " for each host by itself",
                "Unhealthy or lagging by more than " + rules.slotDiffThreshold() + " slots: failover after " + rules.unhealthyChecks()
                        + " consecutive checks, about " + text(rules.heartbeatInterval().multipliedBy(rules.unhealthyChecks())),
                "Network slot from: " + config.clusterRpc().stream().map(Endpoint::host).collect(Collectors.joining(", "))
                        + " every " + text(rules.slotCheckInterval()),
                "No silent host is replaced in the first " + text(rules.startupGrace()) + ", nor a second time within "
                        + text(rules.failoverCooldown()),
                "A demotion may take " + text(rules.demotionTimeout()) + ", a promotion " + text(rules.promotionTimeout()),
                "State directory: " + config.stateDir() + ", operators' API: " + config.apiListen().map(HostPort::toString).orElse("off"));
    }

    private static String text(Duration duration) {
        return GoDuration.format(duration);
    }
}
