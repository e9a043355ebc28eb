package failover.agent.decision;

import failover.protocol.lease.WatchdogTiming;
import failover.protocol.wire.LeaseStatus;
import java.time.Duration;
import java.util.Set;

/**
 * The configuration as far as decisions need it.
 *
 * @param dryRun execute nothing, claim nothing
 * @param activeOnStart the configuration calls this host active; counts only before there is a memory
 * @param configuredIdentity staked identity named by the configuration or by the keypair in its command; {@code null} when neither
 * @param configured the commands that are not empty
 * @param managerTimeout silence of the manager after which the peer is asked
 * @param peerConfigured there is a peer to ask
 * @param checkInternetWhenIsolated before becoming passive in isolation, try the Internet (the newer original's rule)
 * @param minProcessUptime a validator younger than this is not healthy
 * @param towerBackupInterval between backups while active
 * @param commandTimeout limit of each command
 * @param demotionTimeout limit of a whole demotion
 * @param promotionTimeout limit of a whole promotion
 * @param fenceTimeout what a fence needs here: a lease whose D is less is refused; zero: whatever the manager's lease allows (E2)
 * @param maxTowerLagSlots how much older than the identity's newest vote on the chain a tower may be that comes from a store; 0: what
 *     backups and lease leave
 * @param fencing whether a fencer is required, used if there is one, or off (E4)
 * @param watchdog the systemd or hardware watchdog used instead of a fencer; {@code null} when there is none (E1, E4)
 * @param version of this agent
 */
public record AgentOptions(
        boolean dryRun,
        boolean activeOnStart,
        String configuredIdentity,
        Set<CommandKind> configured,
        Duration managerTimeout,
        boolean peerConfigured,
        boolean checkInternetWhenIsolated,
        Duration minProcessUptime,
        Duration towerBackupInterval,
        Duration commandTimeout,
        Duration demotionTimeout,
        Duration promotionTimeout,
        Duration fenceTimeout,
        long maxTowerLagSlots,
        Fencing fencing,
        WatchdogTiming watchdog,
        String version) {

    /** What a host without a fencer may do. */
    public enum Fencing {
        /** It is not made active. */
        REQUIRED,
        /** It is made active, with a warning. */
        BEST_EFFORT,
        /** The fencer is left alone. */
        OFF
    }

    /** Rules without a watchdog. */
    public AgentOptions(boolean dryRun, boolean activeOnStart, String configuredIdentity, Set<CommandKind> configured,
            Duration managerTimeout, boolean peerConfigured, boolean checkInternetWhenIsolated, Duration minProcessUptime,
            Duration towerBackupInterval, Duration commandTimeout, Duration demotionTimeout, Duration promotionTimeout,
            Duration fenceTimeout, long maxTowerLagSlots, Fencing fencing, String version) {
        this(dryRun, activeOnStart, configuredIdentity, configured, managerTimeout, peerConfigured, checkInternetWhenIsolated,
                minProcessUptime, towerBackupInterval, commandTimeout, demotionTimeout, promotionTimeout, fenceTimeout, maxTowerLagSlots,
                fencing, null, version);
    }

    /** The same with a watchdog. */
    public AgentOptions withWatchdog(WatchdogTiming numbers) {
        return new AgentOptions(dryRun, activeOnStart, configuredIdentity, configured, managerTimeout, peerConfigured,
                checkInternetWhenIsolated, minProcessUptime, towerBackupInterval, commandTimeout, demotionTimeout, promotionTimeout,
                fenceTimeout, maxTowerLagSlots, fencing, numbers, version);
    }

    /** What ends the validator when this agent cannot: a value of {@link LeaseStatus#fencedBy}. */
    public String fencedBy() {
        return watchdog == null ? LeaseStatus.FENCER : LeaseStatus.WATCHDOG;
    }

    /** The command of that kind is configured. */
    public boolean has(CommandKind kind) {
        return configured.contains(kind);
    }
}
