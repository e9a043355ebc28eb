package failover.testbed.sim;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.FenceEffect;
import failover.agent.decision.FenceEvent;
import failover.agent.decision.FormerLease;
import failover.agent.decision.HeldLease;
import failover.agent.decision.SelfFence;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.agent.decision.WatchdogPolicy;
import failover.protocol.ClockReading;
import failover.protocol.wire.LeaseKeepalive;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The agent's dead-man thread (E2, E4): the real {@link SelfFence}, with this world's time, commands, probes and fencer in the place of
 * those of {@code fence.DeadManSwitch}. It needs nobody's message, but it is a thread of the agent's process: it stands still and dies
 * with it.
 */
final class SimDeadMan {
    private static final long LOOK = 20_000_000L;
    private static final Duration ASK = Duration.ofSeconds(1);
    /** For how long the fencer's last answer counts. */
    private static final long LATELY = 3_000_000_000L;

    private final SimContext world;
    private final int host;
    private final SimProcess program;
    private final AgentOptions rules;
    private final SimCommandRunner commands;
    private final SimProbe shown;
    private final SimProbe eyes;
    private final SimKiller killer;
    private final SimDisk<DurableAgentState> disk;
    private final Mutant mutant;
    private final Consumer<AgentEvent> post;
    private final RandomStream dice;
    private SimFencer fencer;
    private SimWatchdog watchdog;
    private SelfFence machine;
    private Runnable onEnd;
    private long timerAt;
    private int timer;
    private boolean timing;
    private long answeredAt;
    /** A step of the fence has no answer yet. */
    private boolean waits;
    /** Without E2 the fence begins only when the lease has run out: the clock it reads is that much late. */
    private Duration late = Duration.ZERO;

    /**
     * A dead-man.
     *
     * @param shown the looks that the rest of the agent shares
     * @param eyes its own
     */
    SimDeadMan(SimContext world, int host, SimProcess program, AgentOptions rules, SimCommandRunner commands, SimProbe shown, SimProbe eyes,
            SimKiller killer, SimDisk<DurableAgentState> disk, Mutant mutant, Consumer<AgentEvent> post) {
        this.world = world;
        this.host = host;
        this.program = program;
        this.rules = rules;
        this.commands = commands;
        this.shown = shown;
        this.eyes = eyes;
        this.killer = killer;
        this.disk = disk;
        this.mutant = mutant;
        this.post = post;
        this.dice = world.dice(RandomStream.Concern.FENCERS, host);
    }

    /** The lease file of this host, and who watches it. */
    void fencer(SimFencer behind) {
        fencer = behind;
    }

    /** The watchdog that stands behind this host in the fencer's place. */
    void watchdog(SimWatchdog behind) {
        watchdog = behind;
    }

    /** Its user may not signal its validator. */
    void mayNotKill() {
        killer.forbid();
    }

    boolean guarded() {
        return watchdog != null || fencer != null && fencer.present();
    }

    /** The agent starts anew: nothing is known, no fence runs. */
    void start() {
        machine = new SelfFence(rules);
        onEnd = () -> { };
        eyes.forget();
        timing = false;
        waits = false;
        timer++;
        late = Duration.ZERO;
        answeredAt = -LATELY;
        ask();
        feeding();
    }

    /** The agent is told to go; {@code then} when it may: this host is fenced, or somebody guards it. */
    void stop(Runnable then) {
        onEnd = then;
        step(new FenceEvent.Stop());
    }

    private void ask() {
        step(new FenceEvent.Look());
        program.after(world.clock(host).world(ASK), this::ask);
    }

    /** The agent's thread that feeds: it stands still and dies with the process, also between its decision and its keepalive. */
    private void feeding() {
        if (watchdog == null) {
            return;
        }
        program.after(world.clock(host).world(rules.watchdog().every()), this::feeding);
        if (WatchdogPolicy.allowed(machine.current(), true, now()) || mutant.is(Mutant.WATCHDOG_FED_TOO_LONG)) {
            program.after(dice.between(10_000, 1_000_000), watchdog::feed);
        }
    }

    /** The lease in the file; {@code null} when none is there (E16). */
    FormerLease former() {
        return fencer == null ? null : fencer.previous();
    }

    /** What is left of the lease that this host holds, by its own clocks; {@code null} when it holds none. */
    Duration leaseLeft() {
        AgentEffect.Publish current = machine == null ? null : machine.current();
        return current == null || current.hold() == null ? null : current.hold().left(now());
    }

    /** Without E0 a lease that has run out goes on when the manager's word for it comes. */
    void revive(LeaseKeepalive offer) {
        AgentEffect.Publish current = machine.current();
        HeldLease hold = current == null ? null : current.hold();
        ClockReading issued = LeaseMutants.issued(offer.token());
        if (hold != null && !machine.fencing() && hold.ended(now()) && issued != null && hold.epoch() == offer.grantEpoch()) {
            HeldLease again = new HeldLease(hold.epoch(), issued, hold.worth(), hold.fence(), hold.jitter(), hold.watchdog());
            publish(new AgentEffect.Publish(again, current.memory()), Long.MAX_VALUE);
        }
    }

    private ClockReading now() {
        ClockReading real = LeaseMutants.clock(mutant, program.now());
        return new ClockReading(real.nanos() - late.toNanos(), real.wallMillis() - late.toMillis(), real.bootNanos() - late.toNanos());
    }

    /** From now on this is what counts, by somebody who has heard of so many fences. */
    void publish(AgentEffect.Publish next, long fences) {
        if (mutant.is(Mutant.E2_LATE) && next.hold() != null) {
            late = next.hold().lead();
        }
        step(new FenceEvent.Published(next, fences));
    }

    /** Why the fencer would not act; {@code null} when it has answered that it would. */
    void awaitArmed(Duration limit, Consumer<String> then) {
        if (watchdog != null) {
            program.after(1_000_000, () -> then.accept(watchdog.fed() ? null : "it has taken no keepalive lately"));
            return;
        }
        if (fencer == null || !fencer.answers()) {
            program.after(1_000_000, () -> then.accept("no fencer answers in the lease_dir"));
            return;
        }
        int life = program.life();
        fencer.awaitArmed(limit, armed -> {
            if (life == program.life()) {
                program.arrive(() -> then.accept(armed ? null : "it has not answered within its time"));
            }
        });
    }

    private boolean guardAnswers() {
        if (mutant.is(Mutant.ATTESTS_FALSELY)) {
            return true;
        }
        long now = world.agenda().now();
        answeredAt = watchdog != null ? watchdog.fed() ? now : -LATELY : fencer != null && fencer.answers() ? now : answeredAt;
        return now - answeredAt < LATELY;
    }

    /** A clock has jumped, or the host has woken: its next look, every 20 ms, sees it. */
    void jolt() {
        program.after(dice.between(1_000_000, LOOK), () -> step(new FenceEvent.Look()));
    }

    private void step(FenceEvent event) {
        if (mutant.is(Mutant.STEP_WITHOUT_END) && event instanceof FenceEvent.Look && waits) {
            return;
        }
        perform(machine.step(event, now()));
    }

    private void perform(List<FenceEffect> effects) {
        boolean asked = false;
        for (int i = 0; i < effects.size(); i++) {
            FenceEffect effect = effects.get(i);
            if (!(effect instanceof FenceEffect.Say || effect instanceof FenceEffect.AskFencer)) {
                world.mark(host, effect);
            }
            asked |= effect instanceof FenceEffect.AskFencer;
            perform(effect);
            if (effect instanceof FenceEffect.Say && mutant.is(Mutant.LOG_BLOCKS) && world.on(Fault.Kind.LOG_HANGS, host)) {
                // Whoever waits for the log does nothing that comes after the word.
                program.freezeWhile(() -> world.on(Fault.Kind.LOG_HANGS, host));
                List<FenceEffect> rest = List.copyOf(effects.subList(i + 1, effects.size()));
                program.arrive(() -> perform(rest));
                return;
            }
        }
        watch();
        if (asked) {
            step(new FenceEvent.FencerSaid(guardAnswers(), null));
        }
    }

    /** One timer, which is moved only to an earlier instant: a renewal is seen when it is due. */
    private void watch() {
        Duration wait = machine.wait(now());
        long nanos = world.clock(host).world(wait) + (machine.fencing() ? 1_000_000 : dice.between(1_000_000, LOOK));
        long at = world.agenda().now() + nanos;
        if (timing && timerAt <= at || wait.compareTo(ASK) > 0 && !machine.fencing()) {
            return;
        }
        timing = true;
        timerAt = at;
        int mine = ++timer;
        program.after(nanos, () -> {
            if (mine == timer) {
                timing = false;
                step(new FenceEvent.Look());
            }
        });
    }

    private void perform(FenceEffect effect) {
        if (effect instanceof FenceEffect.CloseGate) {
            if (!mutant.is(Mutant.COMMANDS_NOT_CUT)) {
                commands.close();
            }
        } else if (effect instanceof FenceEffect.OpenGate) {
            commands.open();
        } else if (effect instanceof FenceEffect.Do todo) {
            waits = true;
            perform(todo.task(), result -> {
                waits = false;
                step(new FenceEvent.Done(todo.number(), result));
            });
        } else if (effect instanceof FenceEffect.Arm arm) {
            if (fencer != null && !mutant.is(Mutant.FENCER_ARMED_LATE) && arm.deadlineNanos() > program.now().bootNanos()) {
                fencer.arm(arm.deadlineNanos(), arm.epoch(), arm.hostId());
            }
        } else if (effect instanceof FenceEffect.Disarm) {
            if (fencer != null) {
                fencer.disarm();
            }
        } else if (effect instanceof FenceEffect.ForgetLooks) {
            shown.changed();
            eyes.changed();
        } else if (effect instanceof FenceEffect.Post told) {
            program.after(100_000, () -> post.accept(told.event()));
        } else if (effect instanceof FenceEffect.Say say) {
            world.note(host, say.line());
        } else if (effect instanceof FenceEffect.Ended) {
            onEnd.run();
        } else if (!(effect instanceof FenceEffect.AskFencer)) {
            throw new AssertionError(effect);
        }
    }

    private void perform(Task task, Consumer<TaskResult> done) {
        world.mark(host, task);
        if (task instanceof Task.Run run) {
            commands.fence(run.kind(), run.limit(), result -> done.accept(new TaskResult.Ran(run.kind(), result)));
        } else if (task instanceof Task.Look) {
            eyes.lookWithin(SelfFence.LOOK_LIMIT.toNanos(), seen -> done.accept(new TaskResult.Looked(seen)));
        } else if (task instanceof Task.Kill || task instanceof Task.KillAll) {
            if (mutant.is(Mutant.NO_SIGKILL)) {
                program.after(1_000_000, () -> done.accept(new TaskResult.Killed(false, "no kill")));
            } else if (task instanceof Task.Kill kill) {
                killer.kill(kill, done);
            } else {
                killer.killAll(((Task.KillAll) task).limit(), done);
            }
        } else if (task instanceof Task.Save save) {
            disk.write(save.memory(), error -> done.accept(new TaskResult.Saved(error)));
        } else if (task instanceof Task.TakeTower) {
            program.after(1_000, () -> done.accept(new TaskResult.TowerTaken(world.towers().take(host))));
        } else if (task instanceof Task.SetTowerAside) {
            program.after(1_000, () -> done.accept(new TaskResult.Waited()));
        } else {
            throw new AssertionError(task);
        }
    }
}
