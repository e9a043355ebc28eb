package failover.agent.decision;

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
 */
public record Observation(
        long atNanos,
        ProcessView process,
        long slot,
        boolean healthy,
        String slotError,
        String identity,
        String identityError) {
}
