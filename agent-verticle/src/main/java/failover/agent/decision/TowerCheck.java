package failover.agent.decision;

/**
 * What the tower file here is worth.
 *
 * @param verdict see {@link Verdict}
 * @param detail path and reason, for people
 * @param lastVotedSlot when {@link Verdict#VALID}; else 0
 */
public record TowerCheck(Verdict verdict, String detail, long lastVotedSlot) {

    /** The three answers. */
    public enum Verdict {
        /** Parses, and its signature is the staked identity's. */
        VALID,
        /** Missing, empty, broken, or another identity's. */
        BAD,
        /** Where the tower lies is not configured, or whose it must be is not known: it cannot be judged. */
        NOT_KNOWN
    }
}
