package failover.testbed.sim;

import failover.agent.decision.DurableAgentState;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.agent.decision.TowerCheck;
import failover.protocol.wire.PeerStatusResponse;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Does the steps of a change as the agent's shell does them: one at a time; what an abandoned one gives is told to nobody. */
final class AgentTasks {
    private final SimContext world;
    private final int host;
    private final SimProcess program;
    private final SimCommandRunner commands;
    private final SimProbe eyes;
    private final SimKiller killer;
    private final SimDisk<DurableAgentState> disk;
    private final Consumer<TaskResult> done;
    private Task out;
    private int number;

    private final Consumer<Consumer<PeerStatusResponse>> askPeer;
    private final BiConsumer<Duration, Consumer<String>> awaitArmed;

    /**
     * Nothing is begun yet.
     *
     * @param askPeer asks the peer; {@code null} when it is silent
     * @param awaitArmed waits for the fencer's word; gives why it would not act, {@code null} when it would
     */
    AgentTasks(SimContext world, int host, SimProcess program, SimCommandRunner commands, SimProbe eyes, SimKiller killer,
            SimDisk<DurableAgentState> disk,
            Consumer<Consumer<PeerStatusResponse>> askPeer, BiConsumer<Duration, Consumer<String>> awaitArmed, Consumer<TaskResult> done) {
        this.world = world;
        this.host = host;
        this.program = program;
        this.commands = commands;
        this.eyes = eyes;
        this.killer = killer;
        this.disk = disk;
        this.askPeer = askPeer;
        this.awaitArmed = awaitArmed;
        this.done = done;
    }

    /** The agent starts anew, or its change is no more. */
    void forget() {
        number++;
        out = null;
    }

    void abandon() {
        forget();
        commands.cutShort();
    }

    void begin(Task task) {
        if (out != null) {
            world.violated("two tasks at once: " + out + " and " + task);
        }
        out = task;
        int mine = ++number;
        if (task instanceof Task.Run run) {
            commands.run(run.kind(), run.limit(), result -> program.arrive(() -> finish(mine, new TaskResult.Ran(run.kind(), result))));
        } else if (task instanceof Task.Look) {
            eyes.lookAfresh(seen -> finish(mine, new TaskResult.Looked(seen)));
        } else if (task instanceof Task.Wait wait) {
            program.after(world.clock(host).world(wait.time()), () -> finish(mine, new TaskResult.Waited()));
        } else if (task instanceof Task.Kill kill) {
            killer.kill(kill, result -> program.arrive(() -> finish(mine, result)));
        } else if (task instanceof Task.Save save) {
            disk.write(save.memory(), error -> program.arrive(() -> finish(mine, new TaskResult.Saved(error))));
            program.after(world.clock(host).world(save.limit()), () -> finish(mine, new TaskResult.Saved("the disk is late")));
        } else if (task instanceof Task.Arm arm) {
            awaitArmed.accept(arm.limit(), why -> finish(mine, new TaskResult.Armed(why)));
        } else if (task instanceof Task.CheckTower) {
            lookAtTower(check -> finish(mine, new TaskResult.TowerChecked(check)));
        } else if (task instanceof Task.TakeTower) {
            program.after(1_000_000, () -> finish(mine, new TaskResult.TowerTaken(world.towers().take(host))));
        } else if (task instanceof Task.InstallTower install) {
            if (world.on(Fault.Kind.TOWER_BAD, host)) {
                world.towers().notInstalled(host);
            }
            TowerCheck check = world.on(Fault.Kind.TOWER_BAD, host)
                    ? new TowerCheck(TowerCheck.Verdict.BAD, "the tower handed over cannot be put in place", 0)
                    : new TowerCheck(TowerCheck.Verdict.VALID, "", world.towers().install(host, install.tower(), install.newest()));
            program.after(2_000_000, () -> finish(mine, new TaskResult.TowerChecked(check)));
        } else if (task instanceof Task.SetTowerAside) {
            program.after(1_000_000, () -> finish(mine, new TaskResult.Waited()));
        } else if (task instanceof Task.AskPeer) {
            askPeer.accept(answer -> finish(mine, new TaskResult.PeerSaid(answer)));
        } else {
            throw new AssertionError(task);
        }
    }

    /** What the tower of this host is worth now. */
    void lookAtTower(Consumer<TowerCheck> then) {
        TowerCheck check = world.on(Fault.Kind.TOWER_BAD, host) ? new TowerCheck(TowerCheck.Verdict.BAD, "tower: 0 bytes", 0)
                : new TowerCheck(TowerCheck.Verdict.VALID, "", world.towers().of(host));
        program.after(2_000_000, () -> then.accept(check));
    }

    /** Cuts the command that runs now short, or ends a wait; a moment later. */
    void cutShort() {
        int mine = number;
        program.after(1_000, () -> cutShort(mine));
    }

    private void cutShort(int mine) {
        if (mine == number && out instanceof Task.Run) {
            commands.cutShort();
        } else if (mine == number && out instanceof Task.Wait) {
            finish(mine, new TaskResult.Waited());
        }
    }

    private void finish(int mine, TaskResult result) {
        if (mine != number || out == null) {
            return;
        }
        if (out instanceof Task.Run || out instanceof Task.Kill) {
            // What was seen before a command is not shown to anybody after it.
            eyes.changed();
        }
        out = null;
        done.accept(result);
    }
}
