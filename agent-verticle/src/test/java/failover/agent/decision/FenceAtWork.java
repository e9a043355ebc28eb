package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import failover.protocol.ClockReading;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** The dead-man's machine, driven by hand. */
abstract class FenceAtWork {
    static final long MS = 1_000_000L;
    static final Duration D = Duration.ofSeconds(2);
    static final Duration J = Duration.ofMillis(500);
    static final Duration Q = Duration.ofMillis(9405);

    final List<FenceEffect> effects = new ArrayList<>();
    AgentOptions.Fencing fencing = AgentOptions.Fencing.BEST_EFFORT;
    SelfFence machine;
    long millis = 1_000_000;
    /** By how much the wall clock was moved, and how long this host has slept, in milliseconds. */
    long wallAhead;
    long bootAhead;

    SelfFence machine() {
        if (machine == null) {
            machine = new SelfFence(rules());
        }
        return machine;
    }

    AgentOptions rules() {
        return new AgentOptions(false, false, AgentAtWork.STAKED, EnumSet.of(CommandKind.IDENTITY_REMOVE, CommandKind.VALIDATOR_RESTART),
                Duration.ofSeconds(30), true, false, Duration.ofSeconds(120), Duration.ofSeconds(60), Duration.ofSeconds(5),
                Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ZERO, 33, fencing, "1");
    }

    ClockReading now() {
        return new ClockReading(millis * MS, 1_800_000_000_000L + millis + wallAhead, (millis + bootAhead) * MS);
    }

    static DurableAgentState active() {
        return new DurableAgentState("host", Role.ACTIVE, 5, AgentAtWork.STAKED, 0, null, null, null).withIdentityRead();
    }

    HeldLease hold(long epoch) {
        return new HeldLease(epoch, now(), Q, D, J);
    }

    List<FenceEffect> step(FenceEvent event) {
        List<FenceEffect> now = machine().step(event, now());
        effects.addAll(now);
        return now;
    }

    List<FenceEffect> publish(HeldLease hold, long fences) {
        return step(new FenceEvent.Published(new AgentEffect.Publish(hold, active()), fences));
    }

    List<FenceEffect> after(Duration time) {
        millis += time.toMillis();
        return step(new FenceEvent.Look());
    }

    List<FenceEffect> due() {
        return after(Q.minus(D).minus(J));
    }

    static <T extends FenceEffect> T one(List<FenceEffect> effects, Class<T> type) {
        List<T> found = effects.stream().filter(type::isInstance).map(type::cast).toList();
        assertEquals(1, found.size(), type.getSimpleName() + " in " + effects);
        return found.get(0);
    }

    static boolean none(List<FenceEffect> effects, Class<? extends FenceEffect> type) {
        return effects.stream().noneMatch(type::isInstance);
    }

    static Observation look(boolean runs, String identity, boolean certain) {
        return new Observation(0, runs ? new ProcessView(true, 77, 770, Duration.ofHours(1), certain) : ProcessView.NOT_RUNNING, 0, false,
                null, identity, identity == null ? "no answer" : null);
    }

    static TaskResult answer(Task task, Observation seen) {
        if (task instanceof Task.Run run) {
            return new TaskResult.Ran(run.kind(), new CommandResult(CommandResult.How.EXITED, 0, "", Duration.ZERO));
        } else if (task instanceof Task.Look) {
            return new TaskResult.Looked(seen);
        } else if (task instanceof Task.Save) {
            return new TaskResult.Saved(null);
        } else if (task instanceof Task.TakeTower) {
            return new TaskResult.TowerTaken(null);
        } else if (task instanceof Task.Kill || task instanceof Task.KillAll) {
            return new TaskResult.Killed(true, null);
        }
        return new TaskResult.Waited();
    }

    /** Answers all that is asked at once, until nothing is. */
    void work(List<FenceEffect> begun, Observation seen) {
        List<FenceEffect> now = begun;
        for (int i = 0; i < 100; i++) {
            FenceEffect.Do todo = (FenceEffect.Do) now.stream().filter(FenceEffect.Do.class::isInstance).findFirst().orElse(null);
            if (todo == null) {
                if (!machine().fencing()) {
                    return;
                }
                now = after(machine().wait(now()).plusMillis(1));
            } else {
                now = step(new FenceEvent.Done(todo.number(), answer(todo.task(), seen)));
            }
        }
    }
}
