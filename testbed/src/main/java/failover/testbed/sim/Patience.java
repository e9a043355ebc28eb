package failover.testbed.sim;

import failover.manager.decision.DurableManagerState;
import failover.manager.decision.ManagerOptions;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;

/** For how long one manager has to wait before it may replace a host, by the contract and not by what it does. */
final class Patience {
    private final SimContext world;
    private final long[] boundUntil = new long[2];
    private final boolean[] attested = new boolean[2];
    private ManagerOptions rules;
    private long startedAt;
    /** How long the leases of its start before bind everybody else. */
    private Duration granted = Duration.ZERO;

    Patience(SimContext world) {
        this.world = world;
    }

    /** It starts by these rules; {@code memory} is what is on its disk, {@code null} for nothing. */
    void starts(DurableManagerState memory, ManagerOptions its) {
        rules = its;
        startedAt = world.agenda().now();
        granted = memory == null || memory.terms() == null ? Duration.ZERO
                : LeaseTiming.grantorWait(Duration.ofMillis(memory.terms().leaseMs()), Duration.ofMillis(memory.terms().jitterMs()));
    }

    void heard(int host, StatusResponse status) {
        attested[host] = status.lease() != null && status.lease().fenceCapable();
        boundUntil[host] = world.agenda().now() + (status.lease() == null ? 0 : status.lease().boundMs() * 1_000_000L);
    }

    /**
     * For how long a host that was heard just now will have to be silent before it is replaced (E3): the usual time, and what the longer
     * leases of the start before may have left (E8).
     */
    Duration silence() {
        Duration rest = granted.minusNanos((long) ((world.agenda().now() - startedAt) * world.clock(SimContext.MANAGER).rate()));
        return rest.compareTo(rules.silence()) > 0 ? rest : rules.silence();
    }

    /** By its last word somebody stands behind that host who ends what its agent leaves. */
    boolean attested(int host) {
        return attested[host];
    }

    /** For how long that host would still refuse to be promoted, by its last word (E7). */
    Duration bound(int host) {
        return Duration.ofNanos(Math.max(0, boundUntil[host] - world.agenda().now()));
    }
}
