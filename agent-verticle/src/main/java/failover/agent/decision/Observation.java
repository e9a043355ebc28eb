package failover.agent.decision;

import failover.protocol.wire.VoteReport;

/**
 * One probe of the validator: process table, then its RPC, if it runs.
 *
 * @param atNanos monotonic instant when the probe began
 * @param process the process table's result
 * @param slot its slot; 0 when unknown
 * @param healthy {@code getHealth} is ok; false when unknown
 * @param slotError why its slot is unknown, in the original's wording; {@code null} when it is known
 * @param identity the identity it reports, base58; {@code null} when unknown
 * @param identityError why that is unknown; {@code null} when it is known
 * @param votes the newest reading of the staked identity's votes, with its age at {@code atNanos}; {@code null} when it was not asked
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

    /** A probe without votes. */
    public Observation(long atNanos, ProcessView process, long slot, boolean healthy, String slotError, String identity,
            String identityError) {
        this(atNanos, process, slot, healthy, slotError, identity, identityError, null);
    }

    /** As far as this probe shows, the validator signs with another identity than that, or certainly does not run. */
    boolean withoutIdentity(String staked) {
        return process.running() ? identity != null && !staked.equals(identity) : process.certain();
    }
}
