package failover.testbed.sim;

import failover.protocol.wire.VoteWord;

/** What one source of votes has truly told the manager since its start, kept by the model: INV-6 is held against this. */
final class Witness {
    /** Of the source's own slots: for so many a vote must stand still (E6). */
    static final long STILL = 16;
    private static final long FRESH = 8_000_000_000L;
    private static final long NEVER = -1;

    private long askedAt = NEVER;
    private long failedAt = NEVER;
    private long slot;
    private long vote;
    private long stillSince;
    private long lowest;

    /** Its answer to a question that was asked then, in the manager's time ({@link Examiner#time}). */
    void said(VoteWord word, long asked) {
        if (word.error() != null) {
            failedAt = Math.max(failedAt, asked);
        } else if (askedAt == NEVER) {
            askedAt = asked;
            slot = word.slot();
            vote = word.lastVote();
            stillSince = slot;
            lowest = vote;
        } else if (word.slot() >= slot && asked >= askedAt) {
            // A lower slot is that of a pool's other node, or an answer that was overtaken.
            stillSince = word.lastVote() == vote ? stillSince : word.slot();
            askedAt = asked;
            slot = word.slot();
            vote = word.lastVote();
            lowest = Math.min(lowest, vote);
        } else if (asked > askedAt && word.lastVote() == vote && word.slot() - stillSince >= STILL) {
            // Asked later, of a moment before, and still for long enough by then: its agent's answers overtook each other.
            askedAt = asked;
        }
    }

    /** It has answered at all. */
    boolean everAnswered() {
        return askedAt != NEVER;
    }

    /** Its newest word is one of the present, and shows that the identity votes. */
    boolean progress(long tip) {
        return everAnswered() && tip - slot <= STILL && vote > lowest && slot - stillSince < STILL;
    }

    /** Asked after that instant, and lately, it has seen the last vote stand still for long enough. */
    boolean still(long after, long now) {
        return everAnswered() && failedAt <= askedAt && askedAt > after && now - askedAt <= FRESH && slot - stillSince >= STILL;
    }

    @Override
    public String toString() {
        return everAnswered() ? "last vote " + vote + " at its slot " + slot + ", the same since " + stillSince : "silent";
    }
}
