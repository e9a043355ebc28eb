package failover.testbed.sim;

import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import java.util.function.Consumer;

/** SIGKILL for exactly one process of a host, and the look whether it is dead. The signal goes on its way, whoever has sent it. */
final class SimKiller {
    private final World world;
    private final int host;
    private final Program program;
    private final SimValidator validator;

    SimKiller(World world, int host, Program program, SimValidator validator) {
        this.world = world;
        this.host = host;
        this.program = program;
        this.validator = validator;
    }

    void kill(Task.Kill kill, Consumer<TaskResult> then) {
        boolean same = validator.process().sameProcess(kill.pid(), Math.abs(kill.startTicks()));
        if (same && world.on(Fault.Kind.VALIDATOR_UNKILLABLE, host)) {
            program.after(world.clock(host).world(kill.limit()), () -> then.accept(new TaskResult.Killed(false, "it is in state D")));
            return;
        }
        long dies = world.dice(Dice.Concern.VALIDATORS, host).millis(1, 60);
        world.machine(host).after(dies, () -> {
            if (same && validator.pid() == kill.pid()) {
                validator.die(world.dice(Dice.Concern.VALIDATORS, host).millis(500, 8_000));
            }
        });
        program.after(dies + 1_000_000, () -> then.accept(new TaskResult.Killed(true, "")));
    }
}
