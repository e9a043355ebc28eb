package failover.manager.decision;

import failover.protocol.wire.VoteWord;

/**
 * What one source said of the identity's votes, once: the vote and its witness come from one answer (safety.md, E6).
 *
 * @param account the vote account, base58
 * @param lastVote the newest slot the account has voted for; 0 when it never voted
 * @param slot the source's own slot in the same answer
 * @param askedAt monotonic instant when the source was asked, in nanoseconds of the manager's clock; never later than the truth
 */
public record VoteReading(String account, long lastVote, long slot, long askedAt) {

    /**
     * The reading in an agent's answer.
     *
     * @param word without an error
     * @param polledAt monotonic instant when the poll was sent: the agent answered later, so that the result is never too young
     */
    public static VoteReading of(VoteWord word, long polledAt) {
        return new VoteReading(word.account(), word.lastVote(), word.slot(), polledAt - Math.max(0, word.ageMs()) * 1_000_000L);
    }
}
