package failover.manager.decision;

import failover.protocol.wire.VoteReport;

/**
 * What one source said of the identity's votes, once (safety.md, E6).
 *
 * @param account the vote account, base58
 * @param lastVote the newest slot the account has voted for; 0 when it never voted
 * @param slot the source's own slot, not newer than the vote: of the same answer, or of a question before it
 * @param askedAt monotonic instant when the source was asked, in nanoseconds of the manager's clock; never later than the truth
 * @param slotAfter the source's own slot, not older than the vote; {@code slot} where both are of one answer
 */
public record VoteReading(String account, long lastVote, long slot, long askedAt, long slotAfter) {

    /** Vote and slot are of one answer. */
    public VoteReading(String account, long lastVote, long slot, long askedAt) {
        this(account, lastVote, slot, askedAt, slot);
    }

    /**
     * The reading in an agent's answer.
     *
     * @param word without an error
     * @param polledAt monotonic instant when the poll was sent: the agent answered later, so that the result is never too young
     */
    public static VoteReading of(VoteReport word, long polledAt) {
        return new VoteReading(word.account(), word.lastVote(), word.slot(), polledAt - Math.max(0, word.ageMs()) * 1_000_000L,
                Math.max(word.slot(), word.slotAfter()));
    }

    /** The witness is not of after the vote by much, and the vote not of after the witness: else it is no reading, and this says why. */
    String absurd() {
        return lastVote > slotAfter ? "its last vote " + lastVote + " is newer than its own slot " + slotAfter : null;
    }
}
