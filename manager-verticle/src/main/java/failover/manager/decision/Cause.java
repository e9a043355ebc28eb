package failover.manager.decision;

/** Why an operation runs, with all that is known of it when it begins and does not change while it runs. */
sealed interface Cause {
    /** For people: it stands in the log, in the command and in the state file. */
    String reason();

    /** The manager's own decision, counted by the cooldown. */
    default boolean automatic() {
        return true;
    }

    /** The holder is well: its validator is not to be hurt. */
    default boolean planned() {
        return false;
    }

    /** The holder has been silent for S, or is stated not to be able to sign and does not answer: its last call is not waited for long. */
    default boolean holderSilent() {
        return false;
    }

    /** An operator states that the host that is to lose the identity cannot sign. */
    default boolean holderCannotSign() {
        return false;
    }

    /** An operator accepts a tower that is older than the chain, or none. */
    default boolean staleTower() {
        return false;
    }

    /** The holder answers, and its validator's process is gone, or it says that it is sick. */
    record HolderSick(String reason) implements Cause {
    }

    /**
     * The holder answers, and its votes stand still.
     *
     * @param newestVote slot of the newest of them, at least 1
     */
    record VotesStalled(String reason, long newestVote) implements Cause {
    }

    /** The holder has been silent for S; what its votes do after a last call to it decides (E3, E6). */
    record HolderSilent(String reason) implements Cause {
        @Override
        public boolean holderSilent() {
            return true;
        }
    }

    /** Nobody is active. */
    record Vacant(String reason) implements Cause {
    }

    /** Both are active: one is made passive, nobody is promoted. */
    record DualActive(String reason) implements Cause {
    }

    /**
     * An operator asked for it.
     *
     * @param ticket of the answer that is owed
     * @param planned the holder answers, and its process runs
     */
    record Requested(long ticket, String reason, boolean planned, boolean holderSilent, boolean holderCannotSign, boolean staleTower)
            implements Cause {
        @Override
        public boolean automatic() {
            return false;
        }
    }

    /** The manager stopped in the middle of it: what became of its last command is read before anything else is done. */
    record Interrupted(String reason) implements Cause {
    }

    /**
     * The way back: who lost the identity by this very operation is given it again, because the other one did not take it.
     *
     * @param way the cause of the way there
     * @param holderCannotSign an operator states it of the host that did not take it
     * @param holderMayHaveVoted that one was asked to take it, and did not refuse before it ran anything
     */
    record WayBack(Cause way, boolean holderCannotSign, boolean holderMayHaveVoted) implements Cause {
        @Override
        public String reason() {
            return way.reason();
        }

        @Override
        public boolean automatic() {
            return way.automatic();
        }

        @Override
        public boolean staleTower() {
            return way.staleTower();
        }
    }
}
