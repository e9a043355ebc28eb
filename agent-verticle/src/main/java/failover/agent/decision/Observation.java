package failover.agent.decision;

import failover.protocol.wire.VoteReport;

/**
 * One look at the validator: process table, then its RPC, if it runs.
 *
 * @param atNanos monotonic instant when the look began
 * @param process the process table's word
 * @param slot its slot; 0 when it did not say
 * @param healthy {@code getHealth} is ok; false when it did not say
 * @param slotError why it did not say its slot, in the original's words; {@code null} when it did
 * @param identity who it says it is, base58; {@code null} when it did not say
 * @param identityError why it did not; {@code null} when it did
 * @param votes what its RPC said lately of the staked identity's votes, its age that at {@code atNanos}; {@code null} when it was not
 *     asked
 */
public record Observation(
        long atNanos,
        ProcessView process,
        long slot,
        boolean healthy,
        String slotError,
        String identity,
        String identityError,
        VoteReport votes) {

    /** A look that says nothing of votes. */
    public Observation(long atNanos, ProcessView process, long slot, boolean healthy, String slotError, String identity,
            String identityError) {
        this(atNanos, process, slot, healthy, slotError, identity, identityError, null);
    }
}
