package failover.agent.decision;

import java.time.Duration;

/**
 * How a command ended.
 *
 * @param how the kind of its end
 * @param exit its exit status when it {@link How#EXITED}; else -1
 * @param output what it printed (both streams), bounded; or why it did not start
 * @param took from start to end of its whole process tree
 */
public record CommandResult(How how, int exit, String output, Duration took) {

    /** The kinds of end. */
    public enum How {
        /** It ended by itself. */
        EXITED,
        /** It was killed, tree and all, at its time limit: what it did may still take effect. */
        TIMED_OUT,
        /** It was killed because something more urgent came: what it did may still take effect. */
        CANCELLED,
        /** It never ran: nothing was done. */
        NOT_STARTED
    }

    /** It ran to its end with exit status 0. */
    public boolean ok() {
        return how == How.EXITED && exit == 0;
    }

    /** It ran, and we cannot know what of it takes effect. */
    public boolean cutShort() {
        return how == How.TIMED_OUT || how == How.CANCELLED;
    }

    /** The result in the original's wording ({@code command failed: exit status 1, output: …}). */
    public String failure() {
        switch (how) {
            case EXITED:
                return "command failed: exit status " + exit + ", output: " + output;
            case TIMED_OUT:
                return "command failed: killed at its time limit after " + took.toMillis() + " ms, output: " + output;
            case CANCELLED:
                return "command failed: cut short after " + took.toMillis() + " ms, output: " + output;
            default:
                return "command failed: " + output;
        }
    }
}
