package failover.agent.decision;

import failover.protocol.wire.Role;
import java.time.Duration;

/**
 * What an earlier start of the agent in this boot left in the lease file (E16). The file lies in memory and is written before anything that
 * it is about is done: where the state file knows less, that one is lost, an older copy, or another host's.
 *
 * @param left what is left of the fencer's deadline; not positive when it has passed
 * @param epoch of the lease; 0 when the file does not say, as that of the first version does not
 * @param hostId of the host that held it; {@code null} when the file does not say
 */
public record FormerLease(Duration left, long epoch, String hostId) {

    /** One of which nothing but its end is known. */
    public FormerLease(Duration left) {
        this(left, 0, null);
    }

    /**
     * The state file was written by whoever held this lease, at that time or later. One that says "passive" was written after it only
     * if it has met a newer epoch since: the deadline is taken back first, and then the role is written.
     */
    boolean knownTo(AgentMemory memory) {
        if (hostId != null && !hostId.equals(memory.hostId())) {
            return false;
        }
        boolean leased = memory.role() == Role.ACTIVE && memory.terms() != null || memory.intent() != null || memory.unsettled() != null;
        if (leased) {
            return memory.epoch() >= epoch;
        }
        return epoch == 0 ? left.isNegative() || left.isZero() : memory.epoch() > epoch;
    }
}
