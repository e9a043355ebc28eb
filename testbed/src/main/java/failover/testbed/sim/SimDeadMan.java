package failover.testbed.sim;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentMemory;
import failover.agent.decision.AgentRules;
import failover.agent.decision.Feeding;
import failover.agent.decision.Fence;
import failover.agent.decision.Hold;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.protocol.Now;
import failover.protocol.wire.LeaseOffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The agent's dead-man thread (E2) and what it tells the fencer (E4), as {@code failover.agent.DeadMan} and {@code FencerWord} do it. It
 * needs nobody's message, but it is a thread of the agent's process: it stands still and dies with it.
 */
final class SimDeadMan {
    private static final long LOOK = 20_000_000L;
    private static final long AGAIN = 1_000_000_000L;
    private static final long ASK_LIMIT = 250_000_000L;
    /** For how long the fencer's last answer counts. */
    private static final long LATELY = 3_000_000_000L;

    private final World world;
    private final int host;
    private final Program program;
    private final AgentRules rules;
    private final CommandRunner commands;
    private final Eyes eyes;
    private final SimKiller killer;
    private final Disk<AgentMemory> disk;
    private final Mutant mutant;
    private final Consumer<AgentEvent> post;
    private final Dice dice;
    private SimFencer fencer;
    private SimWatchdog watchdog;
    private AgentEffect.Publish published;
    private Fence fence;
    private boolean busy;
    private boolean rested;
    private long timerAt;
    private int timer;
    private boolean timing;
    private boolean capable;
    private boolean everArmed;
    private long answeredAt;

    SimDeadMan(World world, int host, Program program, AgentRules rules, CommandRunner commands, Eyes eyes, SimKiller killer,
            Disk<AgentMemory> disk, Mutant mutant, Consumer<AgentEvent> post) {
        this.world = world;
        this.host = host;
        this.program = program;
        this.rules = rules;
        this.commands = commands;
        this.eyes = eyes;
        this.killer = killer;
        this.disk = disk;
        this.mutant = mutant;
        this.post = post;
        this.dice = world.dice(Dice.Concern.FENCERS, host);
    }

    /** The lease file of this host, and who watches it. */
    void fencer(SimFencer behind) {
        fencer = behind;
    }

    /** The watchdog that stands behind this host in the fencer's place. */
    void watchdog(SimWatchdog behind) {
        watchdog = behind;
    }

    boolean guarded() {
        return watchdog != null || fencer != null && fencer.present();
    }

    /** The agent's thread that feeds: it stands still and dies with the process, also between its decision and its keepalive. */
    void feeding() {
        if (watchdog == null) {
            return;
        }
        program.after(world.clock(host).world(rules.watchdog().every()), this::feeding);
        if (Feeding.allowed(published, true, now()) || mutant.is(Mutant.WATCHDOG_FED_TOO_LONG)) {
            program.after(dice.between(10_000, 1_000_000), watchdog::feed);
        }
    }

    /** The agent starts anew: nothing is known, no fence runs. */
    void forget() {
        published = null;
        fence = null;
        busy = false;
        timing = false;
        timer++;
        capable = false;
        everArmed = false;
        answeredAt = -LATELY;
    }

    /** What is left of the lease in the file; {@code null} when none is there (E16). */
    Duration left() {
        return fencer == null || fencer.previous() == 0 ? null : Duration.ofNanos(fencer.previous() - program.now().bootNanos());
    }

    /** What is left of the lease that is published; {@code null} when there is none. */
    Duration left(Now now) {
        return published == null || published.hold() == null ? null : published.hold().left(now);
    }

    /** Without E0 a lease that has run out goes on when the manager's word for it comes. */
    void revive(LeaseOffer offer) {
        Hold hold = published == null ? null : published.hold();
        Now issued = LeaseMutants.issued(offer.token());
        if (hold != null && !busy && hold.ended(now()) && issued != null && hold.epoch() == offer.grantEpoch()) {
            Hold again = new Hold(hold.epoch(), issued, hold.worth(), hold.fence(), hold.jitter(), hold.watchdog());
            publish(new AgentEffect.Publish(again, published.memory()));
        }
    }

    private Now now() {
        return LeaseMutants.clock(mutant, program.now());
    }

    /** From now on this is what counts. */
    void publish(AgentEffect.Publish next) {
        published = next;
        if (!busy) {
            act();
        }
    }

    private void act() {
        tell(published.hold());
        watch();
    }

    private void tell(Hold hold) {
        if (fencer == null) {
            return;
        }
        if (hold == null) {
            if (everArmed) {
                fencer.disarm();
            }
        } else if (!hold.ended(now()) && !mutant.is(Mutant.FENCER_ARMED_LATE)) {
            Duration left = hold.left(now());
            everArmed = true;
            fencer.arm(program.now().bootNanos() + Duration.ofMillis(left.toMillis() + 1).toNanos(), hold.fence());
        }
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

    /** Looks at the fencer's answers; to be called now and then. */
    void lookAtFencer() {
        if (mutant.is(Mutant.ATTESTS_FALSELY) && !capable) {
            capable = true;
            post.accept(new AgentEvent.FencerSeen(true));
        }
        if (fencer == null || mutant.is(Mutant.ATTESTS_FALSELY)) {
            return;
        }
        long now = world.agenda().now();
        answeredAt = watchdog != null ? watchdog.fed() ? now : -LATELY : fencer.answers() ? now : answeredAt;
        boolean is = now - answeredAt < LATELY;
        if (is != capable) {
            capable = is;
            post.accept(new AgentEvent.FencerSeen(is));
        }
    }

    /** One timer, which is moved only to an earlier instant: a renewal is seen when it is due. */
    private void watch() {
        Hold hold = published.hold();
        if (hold == null) {
            return;
        }
        Duration left = hold.left(now()).minus(hold.lead());
        long wait = (left.isNegative() ? 0 : world.clock(host).world(left)) + dice.between(1_000_000, LOOK);
        long at = world.agenda().now() + wait;
        if (timing && timerAt <= at) {
            return;
        }
        timing = true;
        timerAt = at;
        int mine = ++timer;
        program.after(wait, () -> {
            if (mine == timer) {
                timing = false;
                look();
            }
        });
    }

    /** A clock has jumped, or the host has woken: its next look, every 20 ms, sees it. */
    void jolt() {
        program.after(dice.between(1_000_000, LOOK), this::look);
    }

    private void look() {
        if (busy || published == null || published.hold() == null) {
            return;
        }
        if (mutant.is(Mutant.E2_LATE) ? published.hold().ended(now()) : published.hold().due(now())) {
            begin(published);
        } else {
            watch();
        }
    }

    private void begin(AgentEffect.Publish by) {
        busy = true;
        rested = false;
        world.note(host, "fences this host, epoch " + by.hold().epoch());
        if (!mutant.is(Mutant.COMMANDS_NOT_CUT)) {
            commands.close();
        }
        later(new AgentEvent.FenceBegun());
        fence = new Fence(rules, by.hold(), by.memory(), "its lease ends", now());
        List<AgentEffect> out = new ArrayList<>();
        Task first = fence.begin(out);
        say(out);
        perform(first, by.hold());
    }

    private void later(AgentEvent event) {
        program.after(100_000, () -> post.accept(event));
    }

    private void next(TaskResult done, Hold hold) {
        List<AgentEffect> out = new ArrayList<>();
        Task task = fence.next(done, now(), out);
        say(out);
        if (!rested && fence.safe()) {
            rested = true;
            tell(null);
        }
        if (task != null) {
            perform(task, hold);
            return;
        }
        var response = fence.response(now());
        world.note(host, "fence has ended: " + response.outcome() + " " + response.message());
        published = new AgentEffect.Publish(response.success() ? null : hold, fence.memory());
        later(new AgentEvent.Fenced(fence.memory(), response));
        program.after(response.success() ? 1_000 : AGAIN, () -> {
            fence = null;
            busy = false;
            commands.open();
            act();
        });
    }

    private void say(List<AgentEffect> out) {
        for (AgentEffect effect : out) {
            if (effect instanceof AgentEffect.Say line) {
                world.note(host, line.line());
            }
        }
    }

    private void perform(Task task, Hold hold) {
        world.mark(host, task);
        if (task instanceof Task.Run run) {
            commands.fence(run.kind(), run.limit(), result -> next(new TaskResult.Ran(run.kind(), result), hold));
        } else if (task instanceof Task.Look) {
            eyes.lookWithin(ASK_LIMIT, seen -> next(new TaskResult.Looked(seen), hold));
        } else if (task instanceof Task.Wait wait) {
            program.after(world.clock(host).world(wait.time()), () -> next(new TaskResult.Waited(), hold));
        } else if (task instanceof Task.Kill kill) {
            if (mutant.is(Mutant.NO_SIGKILL)) {
                program.after(world.clock(host).world(kill.limit()), () -> next(new TaskResult.Killed(false, "no kill"), hold));
            } else {
                killer.kill(kill, result -> next(result, hold));
            }
        } else if (task instanceof Task.Save save) {
            disk.write(save.memory(), error -> next(new TaskResult.Saved(error), hold));
        } else if (task instanceof Task.TakeTower) {
            program.after(1_000, () -> next(new TaskResult.TowerTaken(world.towers().take(host)), hold));
        } else if (task instanceof Task.SetTowerAside) {
            program.after(1_000, () -> next(new TaskResult.Waited(), hold));
        } else {
            throw new AssertionError(task);
        }
    }
}
