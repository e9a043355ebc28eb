package failover.manager.decision;

import java.time.Duration;

/**
 * The configuration as far as decisions need it.
 *
 * @param dryRun decide and say, command nothing
 * @param rolesConfigured the configuration says which endpoint is active; else the agents do
 * @param primaryEndpoint base URL of the first host
 * @param secondaryEndpoint base URL of the second host
 * @param heartbeatInterval P
 * @param missesBeforeFailover N; silence is P × N
 * @param slotDiffThreshold slots behind the network above which a validator lags
 * @param slotCheckInterval between readings of the network's slot while all is well
 * @param requestTimeout of one poll
 * @param unhealthyChecks consecutive bad readings before a sick active is replaced
 * @param minProcessUptime what the agents demand, for messages only
 * @param failoverCooldown after an automatic failover none follows for this long
 * @param demotionTimeout of a whole {@code become_passive}
 * @param promotionTimeout of a whole {@code become_active}
 * @param startupGrace after the start no silent host is replaced for this long
 * @param policy what a silent host may be replaced on
 * @param stakedIdentity the identity the pair moves, base58; {@code null} when the configuration does not say
 */
public record ManagerOptions(
        boolean dryRun,
        boolean rolesConfigured,
        String primaryEndpoint,
        String secondaryEndpoint,
        Duration heartbeatInterval,
        int missesBeforeFailover,
        long slotDiffThreshold,
        Duration slotCheckInterval,
        Duration requestTimeout,
        int unhealthyChecks,
        Duration minProcessUptime,
        Duration failoverCooldown,
        Duration demotionTimeout,
        Duration promotionTimeout,
        Duration startupGrace,
        Policy policy,
        String stakedIdentity) {

    /** The silence after which a host counts as gone, and its lease has certainly run out (E3). */
    public Duration silence() {
        Duration wait = policy.numbers().grantorWait();
        return wait.compareTo(policy.numbers().silence()) > 0 ? wait : policy.numbers().silence();
    }

    /** The least time between two readings that count as two: extra looks between heartbeats do not shorten a grace. */
    public Duration nearlyAHeartbeat() {
        return Duration.ofNanos(heartbeatInterval.toNanos() / 4 * 3);
    }

    /** The base URL of a host. */
    public String endpoint(Host host) {
        return host == Host.PRIMARY ? primaryEndpoint : secondaryEndpoint;
    }
}
