package failover.testbed.sim;

import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import java.time.Duration;
import java.util.function.Consumer;

/** SIGKILL for exactly one process of a host, and the look whether it is dead. The signal goes on its way, whoever has sent it. */
final class SimKiller {
    private final SimContext world;
    private final int host;
    private final SimProcess program;
    private final SimValidator validator;
    private boolean forbidden;

    SimKiller(SimContext world, int host, SimProcess program, SimValidator validator) {
        this.world = world;
        this.host = host;
        this.program = program;
        this.validator = validator;
    }

    /** The agent's user is not the validator's. */
    void forbid() {
        forbidden = true;
    }

    /** Whatever bears the validator's name: there is one such process on a host of this world. */
    void killAll(Duration limit, Consumer<TaskResult> then) {
        if (!validator.running()) {
            program.after(1_000_000, () -> then.accept(new TaskResult.Killed(true, "")));
            return;
        }
        kill(new Task.Kill(validator.pid(), validator.process().startTicks(), limit), then);
    }

    void kill(Task.Kill kill, Consumer<TaskResult> then) {
        if (forbidden) {
            program.after(1_000_000, () -> then.accept(new TaskResult.Killed(false, "this agent lacks the permission")));
            return;
        }
        boolean same = validator.process().sameProcess(kill.pid(), Math.abs(kill.startTicks()));
        if (same && world.on(Fault.Kind.VALIDATOR_UNKILLABLE, host)) {
            program.after(world.clock(host).world(kill.limit()), () -> then.accept(new TaskResult.Killed(false, "it is in state D")));
            return;
        }
        long dies = world.dice(RandomStream.Concern.VALIDATORS, host).millis(1, 60);
        world.machine(host).after(dies, () -> {
            if (same && validator.pid() == kill.pid()) {
                validator.die(world.dice(RandomStream.Concern.VALIDATORS, host).millis(500, 8_000));
            }
        });
        program.after(dies + 1_000_000, () -> then.accept(new TaskResult.Killed(true, "")));
    }
}
