package failover.agent.decision;

import failover.protocol.Level;
import java.time.Duration;

/**
 * What the self-fence wants done, in the order given. Nothing of it may be waited for: what takes time is answered later, or is overdue;
 * and what fails must not keep the rest from being done.
 */
public sealed interface FenceEffect {

    /** No command but the fence's own may begin, and what runs is cut short (E2). */
    record CloseGate() implements FenceEffect {
    }

    /** Commands may begin again. */
    record OpenGate() implements FenceEffect {
    }

    /**
     * Do one step of the fence; answer with {@link FenceEvent.Done}. A step that has not answered in time counts as failed, and its late
     * answer is ignored: another step may be under way by then.
     *
     * @param number of this step
     * @param task the step; never a {@link Task.Wait}
     * @param memory as the fence knows it
     * @param fences how many fences of this start there have been, with this one
     */
    record Do(long number, Task task, DurableAgentState memory, long fences) implements FenceEffect {
    }

    /**
     * Write the lease down for the fencer and for this agent's next start (E4, E16).
     *
     * @param deadlineNanos until when, on the boot clock
     * @param lastNanos when the last in line has to act, on the boot clock: agent and fencer have had their time by then
     * @param epoch of the lease
     * @param hostId of this host
     */
    record Arm(long deadlineNanos, long lastNanos, long epoch, String hostId) implements FenceEffect {
    }

    /** Write down that there is no lease: the fencer rests. */
    record Disarm() implements FenceEffect {
    }

    /** Ask fencer or watchdog; answer with {@link FenceEvent.FencerSaid}. */
    record AskFencer() implements FenceEffect {
    }

    /** Probes of the validator from before now are invalid. */
    record ForgetLooks() implements FenceEffect {
    }

    /**
     * Post an event to the agent's core.
     *
     * @param event what
     */
    record Post(AgentEvent event) implements FenceEffect {
    }

    /**
     * Write a line to the log.
     *
     * @param level how loud
     * @param line the line
     */
    record Say(Level level, String line) implements FenceEffect {
    }

    /**
     * The self-fence has ended, and is not asked any more.
     *
     * @param free this host holds no lease: a watchdog behind it may be called off
     */
    record Ended(boolean free) implements FenceEffect {
    }

    /** How long a step may take before it is answered for. */
    static Duration limit(Task task) {
        if (task instanceof Task.Run run) {
            return run.limit().plus(SelfFence.GRACE);
        } else if (task instanceof Task.Kill kill) {
            return kill.limit().plus(SelfFence.GRACE);
        } else if (task instanceof Task.KillAll kill) {
            return kill.limit().plus(SelfFence.GRACE);
        } else if (task instanceof Task.Look) {
            return SelfFence.LOOK_LIMIT.plus(SelfFence.GRACE);
        } else if (task instanceof Task.Save) {
            return SelfFence.DISK_LIMIT;
        }
        return SelfFence.TOWER_LIMIT;
    }
}
