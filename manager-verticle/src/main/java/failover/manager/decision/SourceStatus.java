package failover.manager.decision;

import java.util.function.Supplier;

/**
 * What one source says at one instant.
 *
 * @param state its word
 * @param fresh it answered when it was asked last, and that was lately
 * @param words {@link #why}; made when somebody reads it
 */
record SourceStatus(State state, boolean fresh, Supplier<String> words) {

    /** Words of a source. Only two of them say anything of the votes. */
    enum State { NOT_ASKED, ERROR, BEHIND, AHEAD, OLD, NOT_YET, PROGRESS, NO_PROGRESS }

    static SourceStatus of(SourceHistory said, ClusterTip tip, long notAskedBefore, long now) {
        VoteReading newest = said.newest();
        if (newest == null) {
            return said.failure() == null ? new SourceStatus(State.NOT_ASKED, false, () -> "has not been asked yet")
                    : new SourceStatus(State.ERROR, false, () -> "could not say: " + said.failure());
        }
        boolean failing = said.failure() != null;
        boolean fresh = !failing && now - newest.askedAt() <= Evidence.FRESH.toNanos();
        long needed = tip.pace().still();
        long estimate = tip.estimate(now);
        long behind = estimate - newest.slot();
        if (behind > needed) {
            return new SourceStatus(failing ? State.ERROR : State.BEHIND, fresh, () -> (failing ? "could not say: " + said.failure()
                    + "; its last answer" : standing(said)) + " is " + behind + " slots behind " + estimate
                    + ", where the cluster must be");
        }
        boolean votes = said.voted() && said.stillFor() < needed;
        if (said.ahead() && !(votes && fresh)) {
            return new SourceStatus(failing ? State.ERROR : State.AHEAD, fresh, () -> (failing ? "could not say: " + said.failure()
                    + "; its last answer, " : "shows ") + "slot " + newest.slot() + ", is further ahead than the cluster can have come");
        }
        if (votes) {
            // A vote that was seen is not unseen by a failure after it, nor by being seen too early.
            return new SourceStatus(State.PROGRESS, fresh, () -> "sees votes (last " + newest.lastVote() + " at its slot " + newest.slot()
                    + ")");
        }
        if (failing) {
            return new SourceStatus(State.ERROR, false, () -> "could not say: " + said.failure());
        }
        if (notAskedBefore != 0 && newest.askedAt() - notAskedBefore <= 0) {
            return new SourceStatus(State.OLD, fresh, () -> "has not been asked since the last attempt to demote (" + still(said) + ")");
        }
        return said.stillFor() >= needed ? new SourceStatus(State.NO_PROGRESS, fresh, () -> "sees no votes (" + still(said) + ")")
                : new SourceStatus(State.NOT_YET, fresh, () -> "cannot say yet (" + still(said) + ", " + needed + " are needed)");
    }

    /** For people, to follow its name. */
    String why() {
        return words.get();
    }

    /** It answers, and is where the cluster is: what it sees of the votes can be believed, whatever that is. */
    boolean able() {
        return fresh && state != State.BEHIND && state != State.AHEAD;
    }

    private static String still(SourceHistory said) {
        return "last vote " + said.newest().lastVote() + ", the same for " + said.stillFor() + " of its slots";
    }

    private static String standing(SourceHistory said) {
        long stood = (said.newest().askedAt() - said.slotSince()) / 1_000_000_000L;
        String slot = "its slot " + said.newest().slot();
        return stood == 0 ? "lags: " + slot : "is frozen: " + slot + " for " + stood + " s";
    }
}
