package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The dead-man (E2, E4, E16): fences this host when its lease ends and nobody has renewed it, keeps the fencer informed, and sees to it
 * that an agent that goes leaves no voter unguarded. A step machine without clock, thread or file: {@code fence.DeadManSwitch} drives it
 * with a thread of its own, the simulator with its agenda.
 *
 * <p>Its order is the rule: whether the lease is due is checked before anything else; the gate is closed first and logging comes last; a
 * step that does not answer in its time has failed, and the fence goes on to SIGKILL. Used by one thread.
 */
public final class SelfFence {
    /** The limit of a probe of the validator: resolution, connection and response together. */
    public static final Duration LOOK_LIMIT = Duration.ofMillis(250);
    /** A disk that hangs must not keep a validator voting. */
    static final Duration DISK_LIMIT = Duration.ofMillis(100);
    /** The identity is off when a tower is read. */
    static final Duration TOWER_LIMIT = Duration.ofSeconds(1);
    /** What a step may take to answer beyond its own limit. */
    static final Duration GRACE = Duration.ofMillis(100);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** How long a lease that has expired by the wall clock alone may wait for a renewal. */
    static final Duration DOUBT = Duration.ofSeconds(1);
    private static final Duration ASK_FENCER_EVERY = Duration.ofSeconds(1);
    /** How long a reply of the fencer is valid without a newer one. */
    private static final Duration LATELY = Duration.ofSeconds(4);
    /** How long an agent that stops waits for the fencer's reply before it assumes none: it may have started a moment ago. */
    private static final Duration ASK_BEFORE_LEAVING = Duration.ofSeconds(1);
    /** The longest fence of an agent that stops: the service manager waits no longer. */
    private static final Duration LONGEST_LEAVING = Duration.ofMillis(4500);
    private static final int MOST_STUMBLES = 3;
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration IDLE = Duration.ofDays(1);

    private final AgentOptions rules;
    private AgentEffect.Publish current;
    /** Fences that have ended in this start. */
    private long ended;
    /** The epoch of the last one that took the identity off. */
    private long fencedEpoch = -1;
    private Fence fence;
    private HeldLease fenced;
    private Task out;
    private long number;
    private long outSince;
    private long outUntil;
    private boolean rested;
    private int stumbles;
    private boolean gateClosed;
    private boolean failed;
    private long againAt;
    private HeldLease told;
    private boolean armed;
    /** What stands in the lease file is this start's, or is known to be over. */
    private boolean knowsFile;
    private boolean capable;
    private long capableAt;
    private String problem;
    private boolean asked;
    private long askedAt;
    private boolean doubted;
    private long doubtedAt;
    private boolean stopping;
    private long stoppingAt;
    private boolean over;

    /** A self-fence that knows nothing yet. */
    public SelfFence(AgentOptions rules) {
        this.rules = rules;
    }

    /** One event; what it leads to, in order. */
    public List<FenceEffect> step(FenceEvent event, ClockReading now) {
        List<FenceEffect> effects = new ArrayList<>();
        if (over) {
            return effects;
        }
        boolean answered = false;
        if (event instanceof FenceEvent.Published published) {
            take(published);
        } else if (event instanceof FenceEvent.Done done) {
            answered = fence != null && out != null && done.number() == number;
        } else if (event instanceof FenceEvent.Stop && !stopping) {
            stopping = true;
            stoppingAt = now.nanos();
        }
        if (fence != null) {
            if (answered) {
                next(((FenceEvent.Done) event).result(), now, effects);
            } else if (out == null || now.reached(outUntil)) {
                next(out instanceof Task.Wait ? new TaskResult.Waited() : overdue(now), now, effects);
            }
        } else {
            guard(now, effects);
        }
        if (event instanceof FenceEvent.FencerSaid said) {
            heard(said, now, effects);
        }
        askFencer(now, effects);
        return effects;
    }

    /** The time until the next step is due, if there is no event before and no clock jumps. */
    public Duration wait(ClockReading now) {
        Duration wait = IDLE;
        if (fence != null) {
            wait = until(outUntil, now);
        } else if (failed) {
            wait = until(againAt, now);
        } else if (stopping && !over) {
            wait = SOON;
        } else if (current != null && current.hold() != null) {
            boolean open = doubted && current.hold().doubtful(now);
            wait = open ? DOUBT.minus(now.since(doubtedAt)) : current.hold().left(now).minus(current.hold().lead());
        }
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** What counts at present; {@code null} before there is anything. */
    public AgentEffect.Publish current() {
        return current;
    }

    /** A fence is under way, or is to be tried again in a moment. */
    public boolean fencing() {
        return fence != null || failed;
    }

    /** By its report of the last seconds the fencer, or the watchdog, would fence this host. */
    public boolean capable() {
        return capable;
    }

    private static Duration until(long instant, ClockReading now) {
        return Duration.ofNanos(instant - now.nanos());
    }

    private void take(FenceEvent.Published published) {
        // While a fence runs, and until the core has processed its result, the core's published state is older than the fence.
        HeldLease hold = published.by().hold();
        boolean newer = hold != null && hold.epoch() > fencedEpoch;
        if (fence == null && (published.fences() >= ended || newer)) {
            current = published.by();
        }
    }

    private void guard(ClockReading now, List<FenceEffect> effects) {
        HeldLease hold = current == null ? null : current.hold();
        boolean wait = failed && !now.reached(againAt);
        if (hold != null && hold.due(now)) {
            if (!wait && !mayBeRenewed(hold, now, effects)) {
                begin(hold.ownFence(), "the lease of epoch " + hold.epoch() + " ends in " + hold.left(now).toMillis()
                    + " ms, and neither the manager nor the peer has renewed it", now, effects);
            }
            return;
        }
        if (wait) {
            return;
        }
        failed = false;
        if (doubted) {
            doubted = false;
            effects.add(new FenceEffect.Say(Level.INFO, "the lease is renewed, by a word asked for after the wall clock had moved"));
        }
        if (gateClosed) {
            gateClosed = false;
            effects.add(new FenceEffect.OpenGate());
        }
        if (stopping) {
            leave(hold, now, effects);
        } else {
            tell(hold, now, effects);
        }
    }

    /**
     * E9: a wall clock that was moved forward takes the trust away, and not at once the identity: a renewal now is given after the clock
     * was moved. There is one second for that, once.
     */
    private boolean mayBeRenewed(HeldLease hold, ClockReading now, List<FenceEffect> effects) {
        if (!hold.doubtful(now)) {
            return false;
        }
        if (!doubted) {
            doubted = true;
            doubtedAt = now.nanos();
            effects.add(new FenceEffect.Post(new AgentEvent.LeaseDoubted()));
            effects.add(new FenceEffect.Say(Level.WARNING, "the wall clock has moved: by it alone the lease of epoch " + hold.epoch()
                + " has ended; unless the manager or the peer renews it within " + DOUBT.toMillis() + " ms, this host fences itself (E9)"));
        }
        return now.since(doubtedAt).compareTo(DOUBT) < 0;
    }

    /** E16: the deadline stays with the fencer; where no fencer outlives the agent, the host is fenced first. */
    private void leave(HeldLease hold, ClockReading now, List<FenceEffect> effects) {
        boolean holds = hold != null && !rules.dryRun() && rules.fencing() != AgentOptions.Fencing.OFF;
        boolean watched = rules.watchdog() != null;
        if (!holds || !watched && capable) {
            over = true;
            effects.add(new FenceEffect.Ended(hold == null));
        } else if (watched || now.since(stoppingAt).compareTo(ASK_BEFORE_LEAVING) >= 0) {
            begin(Durations.min(hold.ownFence(), LONGEST_LEAVING), watched
                ? "this agent stops, and what its watchdog kills with it must not be the voter (E16)"
                : "this agent stops and no fencer stands behind this host: its validator would vote unguarded (E16; fencing \"off\" "
                + "would leave it)", now, effects);
        }
    }

    private void tell(HeldLease hold, ClockReading now, List<FenceEffect> effects) {
        if (hold == null) {
            // What an earlier start armed stays armed until this one has taken it over, or knows that nothing is left to be guarded: an
            // agent whose memory is lost, or older than that lease, knows of no lease, and says that it may be active all the same.
            told = null;
            if (!knowsFile && current != null && settled(current.memory())) {
                knowsFile = true;
                armed = true;
            }
            disarm(effects);
        } else if (!hold.equals(told) && !hold.ended(now)) {
            told = hold;
            armed = true;
            knowsFile = true;
            effects.add(new FenceEffect.Arm(hold.deadline(now), hold.last(now), hold.epoch(), current.memory().hostId()));
        }
    }

    /** This host carries no identity and none is pending; in dry-run that is unknown. */
    private boolean settled(DurableAgentState memory) {
        return !rules.dryRun() && memory.role() == Role.PASSIVE && memory.inDoubt() == null;
    }

    private void disarm(List<FenceEffect> effects) {
        if (armed) {
            armed = false;
            effects.add(new FenceEffect.Disarm());
        }
    }

    private void begin(Duration limit, String why, ClockReading now, List<FenceEffect> effects) {
        failed = false;
        doubted = false;
        rested = false;
        stumbles = 0;
        fenced = current.hold();
        out = null;
        gateClosed = true;
        effects.add(new FenceEffect.CloseGate());
        List<AgentEffect> said = new ArrayList<>();
        said.add(new AgentEffect.Say(Level.ERROR, "=== FENCING THIS HOST === " + why));
        fence = new Fence(rules, limit, current.memory(), why, now);
        perform(fence.begin(said), now, effects);
        effects.add(new FenceEffect.Post(new AgentEvent.FenceBegun()));
        say(said, effects);
    }

    private void perform(Task task, ClockReading now, List<FenceEffect> effects) {
        out = task;
        outSince = now.nanos();
        number++;
        if (task instanceof Task.Wait wait) {
            outUntil = now.plus(wait.time());
        } else {
            outUntil = now.plus(FenceEffect.limit(task));
            effects.add(new FenceEffect.Do(number, task, fence.memory(), ended + 1));
        }
    }

    private void next(TaskResult done, ClockReading now, List<FenceEffect> effects) {
        Task before = out;
        List<AgentEffect> said = new ArrayList<>();
        Task task;
        try {
            task = out == null ? fence.lastResort() : fence.next(done, now, said);
        } catch (RuntimeException e) {
            // A fault of ours is no reason to leave a validator voting.
            said.add(new AgentEffect.Say(Level.ERROR, "the fence stumbled over " + done + " (" + e + "): killing all that bear the "
                + "validator's name"));
            task = ++stumbles > MOST_STUMBLES ? null : fence.lastResort();
        }
        if (task != null) {
            perform(task, now, effects);
        }
        if (before instanceof Task.Run || before instanceof Task.Kill || before instanceof Task.KillAll) {
            effects.add(new FenceEffect.ForgetLooks());
        }
        if (!rested && fence.safe()) {
            // The identity is off: the fencer would only kill a validator that cannot sign.
            rested = true;
            told = null;
            disarm(effects);
        }
        if (task == null) {
            end(now, effects, said);
        }
        say(said, effects);
    }

    private void end(ClockReading now, List<FenceEffect> effects, List<AgentEffect> said) {
        FailoverResponse response = stumbles > MOST_STUMBLES ? stumbled(now) : fence.response(now);
        ended++;
        current = new AgentEffect.Publish(response.success() ? null : fenced, fence.memory());
        if (response.success()) {
            fencedEpoch = Math.max(fencedEpoch, fence.memory().epoch());
        } else {
            failed = true;
            againAt = now.plus(AGAIN);
            said.add(new AgentEffect.Say(Level.ERROR, "The fence failed (" + response.message() + "): it is tried again"));
        }
        effects.add(new FenceEffect.ForgetLooks());
        effects.add(new FenceEffect.Post(new AgentEvent.Fenced(fence.memory(), response)));
        fence = null;
        out = null;
        if (response.success()) {
            guard(now, effects);
        }
    }

    private FailoverResponse stumbled(ClockReading now) {
        return new FailoverResponse(false, "the fence stumbled again and again", false, now.wallSeconds(), null, Outcome.FAILED.wire(),
            false, null, false, fence.memory().epoch(), 0);
    }

    /** The result of a step that did not answer in time. */
    private TaskResult overdue(ClockReading now) {
        Duration took = now.since(outSince);
        String why = "no answer within " + took.toMillis() + " ms";
        if (out instanceof Task.Run run) {
            return new TaskResult.Ran(run.kind(), new CommandResult(CommandResult.How.TIMED_OUT, -1, why, took));
        } else if (out instanceof Task.Look) {
            return new TaskResult.Looked(unseen(outSince, why));
        } else if (out instanceof Task.Kill || out instanceof Task.KillAll) {
            return new TaskResult.Killed(false, why);
        } else if (out instanceof Task.Save) {
            return new TaskResult.Saved("the disk has given " + why);
        } else if (out instanceof Task.TakeTower) {
            return new TaskResult.TowerTaken(null);
        }
        return new TaskResult.Waited();
    }

    /**
     * A probe without result: the validator counts as alive, and which process it is as unknown.
     *
     * @param atNanos when it began
     * @param why for people
     */
    public static Observation unseen(long atNanos, String why) {
        return new Observation(atNanos, ProcessView.UNKNOWN, 0, false, why, null, why);
    }

    private void heard(FenceEvent.FencerSaid said, ClockReading now, List<FenceEffect> effects) {
        capableAt = now.nanos();
        if (said.capable() != capable) {
            capable = said.capable();
            effects.add(new FenceEffect.Post(new AgentEvent.FencerSeen(capable)));
        }
        String trouble = said.capable() ? null : said.problem();
        if (trouble != null && !trouble.equals(problem)) {
            effects.add(new FenceEffect.Say(Level.WARNING, trouble));
        }
        problem = trouble;
    }

    private void askFencer(ClockReading now, List<FenceEffect> effects) {
        if (over) {
            return;
        }
        if (capable && now.since(capableAt).compareTo(LATELY) >= 0) {
            capable = false;
            effects.add(new FenceEffect.Post(new AgentEvent.FencerSeen(false)));
        }
        Duration every = stopping && fence == null ? SOON : ASK_FENCER_EVERY;
        if (!asked || now.since(askedAt).compareTo(every) >= 0) {
            asked = true;
            askedAt = now.nanos();
            effects.add(new FenceEffect.AskFencer());
        }
    }

    private static void say(List<AgentEffect> said, List<FenceEffect> effects) {
        for (AgentEffect effect : said) {
            if (effect instanceof AgentEffect.Say say) {
                effects.add(new FenceEffect.Say(say.level(), say.line()));
            }
        }
        said.clear();
    }
}
