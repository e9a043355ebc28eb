package failover.agent.fence;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.CommandKind;
import failover.agent.decision.CommandResult;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.FenceEffect;
import failover.agent.decision.FenceEvent;
import failover.agent.decision.HeldLease;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.agent.decision.SelfFence;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.protocol.ClockReading;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;

/**
 * A dry run of a fence from beginning to end: the lease of a fictitious validator ends, every step fails, and the kill is decided but not
 * performed, so that every class and message on that path is loaded before it is needed. Touches nothing; one thread.
 */
final class FenceWarmUp {
    private static final int MOST_STEPS = 1000;
    private final SelfFence machine;

    FenceWarmUp(boolean dryRun) {
        machine = new SelfFence(new AgentOptions(dryRun, false, "nobody",
            EnumSet.of(CommandKind.IDENTITY_REMOVE, CommandKind.VALIDATOR_RESTART), Duration.ofSeconds(30), false, false, Duration.ZERO,
            Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO, 0,
            AgentOptions.Fencing.BEST_EFFORT, "rehearsal"));
    }

    /** How many steps it took until the fence had ended; the tests want to know. */
    int play() {
        ClockReading now = ClockReading.ofMachine();
        DurableAgentState memory = new DurableAgentState("nobody", Role.ACTIVE, 1, "nobody", 0, null, null, null);
        HeldLease over = new HeldLease(1, now, Duration.ZERO, Duration.ofSeconds(2), Duration.ofMillis(500));
        Deque<FenceEvent> events = new ArrayDeque<>();
        events.add(new FenceEvent.Published(new AgentEffect.Publish(over, memory), 0));
        int steps = 0;
        while (!events.isEmpty() && steps < MOST_STEPS) {
            steps++;
            for (FenceEffect effect : machine.step(events.poll(), now)) {
                if (effect instanceof FenceEffect.Do todo) {
                    events.add(new FenceEvent.Done(todo.number(), answer(todo.task(), now)));
                }
            }
            Duration wait = machine.wait(now);
            if (events.isEmpty() && machine.fencing()) {
                now = new ClockReading(now.nanos() + wait.toNanos() + 1, now.wallMillis() + wait.toMillis(), now.bootNanos()
                        + wait.toNanos());
                events.add(new FenceEvent.Look());
            }
        }
        return machine.current().hold() == null ? steps : MOST_STEPS;
    }

    private static TaskResult answer(Task task, ClockReading now) {
        if (task instanceof Task.Run run) {
            return new TaskResult.Ran(run.kind(), new CommandResult(CommandResult.How.TIMED_OUT, -1, "", Duration.ZERO));
        } else if (task instanceof Task.Look) {
            return new TaskResult.Looked(new Observation(now.nanos(), ProcessView.UNKNOWN, 0, false, "nobody looks", null, "nobody looks"));
        } else if (task instanceof Task.Save) {
            return new TaskResult.Saved(null);
        } else if (task instanceof Task.TakeTower) {
            return new TaskResult.TowerTaken(null);
        }
        return task instanceof Task.KillAll ? new TaskResult.Killed(true, null) : new TaskResult.Waited();
    }
}
