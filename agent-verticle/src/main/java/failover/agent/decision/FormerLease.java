package failover.agent.decision;

import failover.protocol.wire.Role;
import java.time.Duration;

/**
 * The lease that an earlier process of the agent in this boot left in the lease file (E16). The file is in memory and is written before the
 * action it covers: where the state file knows less, that one is lost, an older copy, or another host's.
 *
 * @param left what is left of the fencer's deadline; not positive when it has passed
 * @param epoch of the lease; 0 when the file does not contain it, as that of the first version
 * @param hostId of the host that held it; {@code null} when the file does not contain it
 */
public record FormerLease(Duration left, long epoch, String hostId) {
    /** The boot clock is read in steps of 10 ms. */
    private static final Duration CLOCK_STEPS = Duration.ofMillis(50);

    /** One of which nothing but its end is known. */
    public FormerLease(Duration left) {
        this(left, 0, null);
    }

    /**
     * The state file was written by whoever held this lease, at that time or later. One that says "passive" was written after it only
     * if it has met a newer epoch since: the deadline is taken back first, and then the role is written.
     */
    boolean knownTo(DurableAgentState memory) {
        if (hostId != null && !hostId.equals(memory.hostId())) {
            return false;
        }
        boolean leased = memory.role() == Role.ACTIVE && memory.terms() != null || memory.intent() != null || memory.inDoubt() != null;
        if (leased) {
            return memory.epoch() >= epoch;
        }
        return epoch == 0 ? left.isNegative() || left.isZero() : memory.epoch() > epoch;
    }

    /** What is left of the lease itself: a fencer is told a later instant where the lease is short. {@code null} when unknown. */
    static Duration ofLease(DurableAgentState.Terms terms, Duration told) {
        if (told == null || terms == null) {
            return null;
        }
        Duration left = told.minus(HeldLease.toldLater(Duration.ofMillis(terms.fenceMs())));
        // No lease has more left than it is worth: that deadline was computed by another clock and is meaningless.
        return left.compareTo(Duration.ofMillis(terms.leaseMs()).plus(CLOCK_STEPS)) > 0 ? null : left;
    }
}
