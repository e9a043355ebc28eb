package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.StateView;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The manager's one decision function. Events go in one at a time; the state that comes out replaces the one that went in; the effects are
 * the shell's to perform, in order.
 */
public final class FailoverMachine {
    private static final Duration KEEP_TIP = Duration.ofMinutes(1);
    /** The shell answers within this time; where it does not, it is asked again. */
    private static final Duration SLOT_LIMIT = Duration.ofMinutes(1);
    /** A timer may come that much early. */
    private static final Duration TIMER_SLACK = Duration.ofMillis(20);

    private final ManagerOptions rules;
    private final Fitness fitness;
    private final FailureDetector judge;
    private final OperationPhases moves;
    private final FailoverPolicy actions;
    private final LeaseGrantor grants;
    private final SilenceEvaluator proof;
    private final PauseMode pauses;
    private final StatusReadings readings;
    private final VerdictLog voice;
    private final SourceMonitor talk;

    /** A core for that configuration. */
    public FailoverMachine(ManagerOptions rules) {
        this.rules = rules;
        this.fitness = new Fitness(rules);
        this.grants = new LeaseGrantor(rules);
        this.proof = new SilenceEvaluator(rules);
        this.pauses = new PauseMode(rules);
        this.judge = new FailureDetector(rules, fitness, proof);
        this.moves = new OperationPhases(rules, grants, proof);
        this.actions = new FailoverPolicy(rules, fitness, moves, proof, pauses);
        this.readings = new StatusReadings(rules, fitness, proof, moves, grants);
        this.voice = new VerdictLog(rules, fitness);
        this.talk = new SourceMonitor(rules, proof);
    }

    /**
     * The state of a freshly started manager and its first effects.
     *
     * @param memory what was read from the state file, or, when new, nothing but a manager id
     * @param run random, of this process alone (E12)
     */
    public Step start(DurableManagerState memory, String run, ClockReading now) {
        List<ManagerEffect> out = new ArrayList<>();
        DurableManagerState start = memory.begun(rules.primaryEndpoint(), rules.secondaryEndpoint());
        ManagerState state = new ManagerState(start, run, now);
        state.holder = start.holder() != null ? start.holder() : rules.rolesConfigured() ? Host.PRIMARY : null;
        Cooldown.start(state, now);
        Pairing.renamed(state, rules, out);
        if (start.tip() != null) {
            state.evidence = Evidence.restored(start.tip(), now);
        }
        grants.start(state, now, out);
        if (start.intent() != null) {
            moves.resume(state, start.intent(), now, out);
        }
        return new Step(state, out);
    }

    /** One event. */
    public Step step(ManagerState before, ManagerEvent event, ClockReading now) {
        ManagerState state = before.copy();
        state.awake(now);
        List<ManagerEffect> out = new ArrayList<>();
        if (event instanceof ManagerEvent.Tick) {
            tick(state, now, out);
        } else if (event instanceof ManagerEvent.StatusReplied replied) {
            readings.replied(state, replied, now, out);
        } else if (event instanceof ManagerEvent.StatusFailed failed) {
            readings.failed(state, failed, now, out);
        } else if (event instanceof ManagerEvent.NetworkSlotRead read) {
            state.slotAsked = false;
            slotRead(state, state.network.read(read.slots(), slotsHere(state), now.nanos()), out);
        } else if (event instanceof ManagerEvent.NetworkSlotUnknown unknown) {
            state.slotAsked = false;
            slotRead(state, state.network.failed(unknown.why()), out);
        } else if (event instanceof ManagerEvent.Saved saved) {
            moves.saved(state, saved, now, out);
            grants.saved(state, saved, now, out);
            pauses.saved(state, saved, now, out);
        } else if (event instanceof ManagerEvent.CommandReplied reply) {
            moves.replied(state, reply.command(), reply.response(), now, out);
        } else if (event instanceof ManagerEvent.CommandFailed failure) {
            moves.failed(state, failure.command(), failure.failure(), now, out);
        } else if (event instanceof ManagerEvent.FailoverAsked asked) {
            actions.asked(state, asked, now, out);
        } else if (event instanceof ManagerEvent.PauseAsked asked) {
            pauses.asked(state, asked, now, out);
        } else if (event instanceof ManagerEvent.VotesRead read) {
            state.evidence = state.evidence.with(read.source(), read.reading());
            moves.prove(state, now, out);
        } else if (event instanceof ManagerEvent.VotesUnknown unknown) {
            state.evidence = state.evidence.failed(unknown.source(), unknown.why(), unknown.askedAt(), unknown.refuses());
        } else if (event instanceof ManagerEvent.NodeRead read) {
            talk.heard(state, read, now);
        } else {
            throw new AssertionError(event);
        }
        Diagnosis judgement = judge.judge(state, now);
        state.judgement = actions.act(state, judgement, now, out);
        pauses.tick(state, now, out);
        voice.speak(state, before.judgement, now, out);
        wakeOnce(state, event instanceof ManagerEvent.Tick, now, out);
        return new Step(state, out);
    }

    /** A tick that asks for the next one asks in vain where one is on its way: else every heartbeat would begin a chain of its own. */
    private static void wakeOnce(ManagerState state, boolean tick, ClockReading now, List<ManagerEffect> out) {
        long rest = state.wakeAt - now.nanos();
        boolean early = tick && state.wakeAt != 0 && rest > 0 && rest <= TIMER_SLACK.toNanos();
        Duration next = null;
        for (ManagerEffect effect : out) {
            if (effect instanceof ManagerEffect.Wake wake && (next == null || wake.after().compareTo(next) < 0)) {
                next = wake.after();
            }
        }
        out.removeIf(effect -> effect instanceof ManagerEffect.Wake);
        if (early) {
            // It found nothing due: what waited for it would wait for the next heartbeat. The one after it comes surely late enough.
            out.add(new ManagerEffect.Wake(Duration.ofNanos(rest).plusMillis(1)));
        }
        if (next == null) {
            return;
        }
        long at = now.plus(next);
        boolean onItsWay = state.wakeAt != 0 && state.wakeAt - now.nanos() > TIMER_SLACK.toNanos() && state.wakeAt - at <= 0;
        if (!onItsWay) {
            state.wakeAt = at;
            out.add(new ManagerEffect.Wake(next));
        }
    }

    /** The answer to {@code GET /state}. */
    public StateView view(ManagerState state, ClockReading now) {
        return talk.with(voice.view(state, now), state, now);
    }

    private static void slotRead(ManagerState state, NetworkSlot next, List<ManagerEffect> out) {
        if (state.network.trouble() == null && next.trouble() != null) {
            out.add(OperationPhases.say(Level.WARNING, "the network's slot is not known, so lag is not judged: " + next.trouble()));
        }
        state.network = next;
    }

    /** What the two validators say of themselves: whoever is near one of them does not invent its slot. */
    private static List<Long> slotsHere(ManagerState state) {
        List<Long> slots = new ArrayList<>();
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.status != null && view.status.validatorSlot() > 0) {
                slots.add(view.status.validatorSlot());
            }
        }
        return slots;
    }

    private void tick(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        grants.tick(state, now, out);
        poll(state, state.primary, now, out);
        poll(state, state.secondary, now, out);
        Duration since = now.since(state.slotAskedAt);
        boolean first = state.slotAskedAt == 0;
        Duration every = doubtful(state, now) ? rules.heartbeatInterval() : rules.slotCheckInterval();
        // One that was never answered is not waited for.
        if ((!state.slotAsked || since.compareTo(SLOT_LIMIT) >= 0) && (first || since.compareTo(every) >= 0)) {
            state.slotAsked = true;
            state.slotAskedAt = now.nanos();
            out.add(new ManagerEffect.ReadNetworkSlot());
        }
        proof.tick(state, doubtful(state, now) || state.judgement.verdict() != Verdict.NO_PROBLEM, now, out);
        proof.countStalled(state, now);
        talk.tick(state, now, out);
        keepTip(state, now, out);
        moves.tick(state, now, out);
        lookSooner(state, now, out);
    }

    /** Heartbeats alone find out as much as one of them too late that a silent holder's time is over, and what its votes did until then. */
    private void lookSooner(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        if (state.holder == null || state.move != null || state.lookAt != 0 && !now.reached(state.lookAt)) {
            return;
        }
        Duration left = state.silence(state.view(state.holder), rules).minus(state.view(state.holder).silentFor(now));
        if (left.abs().compareTo(rules.heartbeatInterval()) <= 0) {
            state.lookAt = now.plus(StatusReadings.SECOND_LOOK);
            out.add(new ManagerEffect.Wake(StatusReadings.SECOND_LOOK));
        }
    }

    /** So that after a restart a source that lags is known by it. */
    private static void keepTip(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        ChainTip tip = state.evidence.tip(now).orElse(null);
        if (tip == null || state.move != null) {
            return;
        }
        // Who has worked is kept at once: after a restart nobody is replaced on one word where there were two.
        boolean news = state.memory.tip() == null || !state.memory.tip().sources().containsAll(tip.sources());
        if (news || now.since(state.tipKeptAt).compareTo(KEEP_TIP) >= 0) {
            state.tipKeptAt = now.nanos();
            state.memory = state.memory.withTip(tip);
            out.add(new ManagerEffect.Remember(state.memory));
        }
    }

    /** A fresh reading of the network's slot is worth its price: somebody lags, or stands still. */
    private boolean doubtful(ManagerState state, ClockReading now) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.status != null && view.status.processRunning()) {
                boolean still = view.slotBefore > 0 && view.status.validatorSlot() <= view.slotBefore;
                if (still || fitness.lag(state, view.status, now) * 2 > rules.slotDiffThreshold()) {
                    return true;
                }
            }
        }
        return state.network.trouble() != null;
    }

    private void poll(ManagerState state, HostView view, ClockReading now, List<ManagerEffect> out) {
        long number = state.number();
        state.polls.put(number, now.nanos());
        long echo = view.status == null ? 0 : view.status.timestamp();
        out.add(new ManagerEffect.Poll(view.host, number,
                new StatusRequest(now.wallSeconds(), echo, state.memory.managerId(), state.memory.epoch(), grants.offer(state, view, now),
                        state.evidence.slotMillis()),
                rules.requestTimeout()));
    }
}
