package failover.agent.decision;

/** What happens to the self-fence ({@link SelfFence}). Given to it by the one thread that drives it. */
public sealed interface FenceEvent {

    /**
     * What to go by from now on.
     *
     * @param by the lease and what is known
     * @param fences how many fences of this start the publisher had heard the end of: what was known before one counts no more after it
     */
    record Published(AgentEffect.Publish by, long fences) implements FenceEvent {
    }

    /** Time has passed. At least as often as {@link SelfFence#wait} demands, and whenever a clock may have jumped. */
    record Look() implements FenceEvent {
    }

    /**
     * A task has ended, also when it failed.
     *
     * @param number of the {@link FenceEffect.Do} that it answers
     * @param result its answer
     */
    record Done(long number, TaskResult result) implements FenceEvent {
    }

    /**
     * The state of fencer or watchdog was read.
     *
     * @param capable by its report of the last seconds it would fence this host at the deadline it received
     * @param problem why it would not; {@code null} where it would, or where there is none
     */
    record FencerSaid(boolean capable, String problem) implements FenceEvent {
    }

    /** The agent is to end: {@link FenceEffect.Ended} follows as soon as this host may be left alone. */
    record Stop() implements FenceEvent {
    }
}
