package failover.manager.decision;

import failover.protocol.Level;
import failover.protocol.Now;
import failover.protocol.wire.StateView;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The manager's one decision function. Events go in one at a time; the state that comes out replaces the one that went in; the effects are
 * the shell's to perform, in order.
 */
public final class ManagerCore {
    private static final Duration SECOND_LOOK = Duration.ofMillis(250);
    private static final Duration KEEP_TIP = Duration.ofMinutes(1);
    private static final Duration SUMMARY_EVERY = Duration.ofMinutes(1);
    /** A timer may come that much early. */
    private static final Duration TIMER_SLACK = Duration.ofMillis(20);

    private final ManagerRules rules;
    private final Fitness fitness;
    private final Judge judge;
    private final Moves moves;
    private final Actions actions;
    private final Grants grants;
    private final Proof proof;
    private final Pauses pauses;

    /** A core for that configuration. */
    public ManagerCore(ManagerRules rules) {
        this.rules = rules;
        this.fitness = new Fitness(rules);
        this.grants = new Grants(rules);
        this.proof = new Proof(rules);
        this.pauses = new Pauses(rules);
        this.judge = new Judge(rules, fitness, proof);
        this.moves = new Moves(rules, grants, proof);
        this.actions = new Actions(rules, fitness, moves, proof, pauses);
    }

    /**
     * The state of a freshly started manager and its first effects.
     *
     * @param memory what was read from the state file, or, when new, nothing but a manager id
     */
    public Step start(ManagerMemory memory, Now now) {
        List<ManagerEffect> out = new ArrayList<>();
        ManagerMemory start = memory.begun(rules.primaryEndpoint(), rules.secondaryEndpoint());
        ManagerState state = new ManagerState(start, now);
        state.holder = start.holder() != null ? start.holder() : rules.rolesConfigured() ? Host.PRIMARY : null;
        if (start.tip() != null) {
            state.evidence = Evidence.restored(start.tip(), now);
        }
        grants.start(state, out);
        if (start.intent() != null) {
            moves.resume(state, start.intent(), now, out);
        }
        return new Step(state, out);
    }

    /** One event. */
    public Step step(ManagerState before, ManagerEvent event, Now now) {
        ManagerState state = before.copy();
        List<ManagerEffect> out = new ArrayList<>();
        if (event instanceof ManagerEvent.Tick) {
            tick(state, now, out);
        } else if (event instanceof ManagerEvent.StatusReplied replied) {
            replied(state, replied, now, out);
        } else if (event instanceof ManagerEvent.StatusFailed failed) {
            failed(state, failed, now, out);
        } else if (event instanceof ManagerEvent.NetworkSlotRead read) {
            state.slotAsked = false;
            state.slotTrouble = null;
            state.networkSlot = Math.max(state.networkSlot, read.slot());
            state.networkSlotAt = now.nanos();
        } else if (event instanceof ManagerEvent.NetworkSlotUnknown unknown) {
            state.slotAsked = false;
            if (state.slotTrouble == null) {
                out.add(Moves.say(Level.WARNING, "the network's slot is not known, so lag is not judged: " + unknown.why()));
            }
            state.slotTrouble = unknown.why();
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
            state.evidence = state.evidence.failed(unknown.source(), unknown.why(), unknown.askedAt());
        } else {
            throw new AssertionError(event);
        }
        Judgement judgement = judge.judge(state, now);
        state.judgement = actions.act(state, judgement, now, out);
        pauses.tick(state, now, out);
        speak(state, before.judgement, now, out);
        wakeOnce(state, now, out);
        return new Step(state, out);
    }

    /** A tick that asks for the next one asks in vain where one is on its way: else every heartbeat would begin a chain of its own. */
    private static void wakeOnce(ManagerState state, Now now, List<ManagerEffect> out) {
        Duration next = null;
        for (ManagerEffect effect : out) {
            if (effect instanceof ManagerEffect.Wake wake && (next == null || wake.after().compareTo(next) < 0)) {
                next = wake.after();
            }
        }
        if (next == null) {
            return;
        }
        out.removeIf(effect -> effect instanceof ManagerEffect.Wake);
        long at = now.plus(next);
        boolean onItsWay = state.wakeAt != 0 && state.wakeAt - now.nanos() > TIMER_SLACK.toNanos() && state.wakeAt - at <= 0;
        if (!onItsWay) {
            state.wakeAt = at;
            out.add(new ManagerEffect.Wake(next));
        }
    }

    /** The answer to {@code GET /state}. */
    public StateView view(ManagerState state, Now now) {
        return new StateView(
                state.judgement.verdict().name().toLowerCase(Locale.ROOT),
                state.judgement.why() + (state.judgement.blockers().isEmpty() ? "" : "; blocked: "
                        + String.join("; ", state.judgement.blockers())),
                state.holder == null ? null : state.holder.label(),
                state.highestEpoch(),
                rules.dryRun(),
                state.move == null ? null : state.move.operationId,
                actions.cooldownLeft(state, now).toSeconds(),
                state.networkSlot,
                List.of(line(state, state.primary, now), line(state, state.secondary, now)),
                Pauses.view(state));
    }

    private StateView.HostLine line(ManagerState state, HostView view, Now now) {
        StatusResponse status = view.status;
        List<String> problems = state.holder == view.host && view.answers(rules, now) && status.processRunning()
                ? fitness.sickness(state, view, now)
                : fitness.unfitness(state, view, now);
        return new StateView.HostLine(view.host.label(), rules.endpoint(view.host), view.answers(rules, now),
                view.silentFor(now).toMillis(), status != null && status.isActive(), status != null && status.identityVerified(),
                status == null ? 0 : status.validatorSlot(), problems);
    }

    private void tick(ManagerState state, Now now, List<ManagerEffect> out) {
        grants.tick(state, now, out);
        poll(state, state.primary, now, out);
        poll(state, state.secondary, now, out);
        Duration since = now.since(state.slotAskedAt);
        boolean first = state.slotAskedAt == 0;
        Duration every = doubtful(state, now) ? rules.heartbeatInterval() : rules.slotCheckInterval();
        if (!state.slotAsked && (first || since.compareTo(every) >= 0)) {
            state.slotAsked = true;
            state.slotAskedAt = now.nanos();
            out.add(new ManagerEffect.ReadNetworkSlot());
        }
        proof.tick(state, doubtful(state, now) || state.judgement.verdict() != Verdict.NO_PROBLEM, now, out);
        proof.countStalled(state, now);
        keepTip(state, now, out);
        moves.tick(state, now, out);
        lookSooner(state, now, out);
    }

    /** Heartbeats alone find out as much as one of them too late that a silent holder's time is over, and what its votes did until then. */
    private void lookSooner(ManagerState state, Now now, List<ManagerEffect> out) {
        if (state.holder == null || state.move != null || state.lookAt != 0 && !now.reached(state.lookAt)) {
            return;
        }
        Duration left = state.silence(state.view(state.holder), rules).minus(state.view(state.holder).silentFor(now));
        if (left.abs().compareTo(rules.heartbeatInterval()) <= 0) {
            state.lookAt = now.plus(SECOND_LOOK);
            out.add(new ManagerEffect.Wake(SECOND_LOOK));
        }
    }

    /** So that after a restart a source that lags is known by it. */
    private static void keepTip(ManagerState state, Now now, List<ManagerEffect> out) {
        Tip tip = state.evidence.tip(now).orElse(null);
        if (tip != null && state.move == null && (state.memory.tip() == null || now.since(state.tipKeptAt).compareTo(KEEP_TIP) >= 0)) {
            state.tipKeptAt = now.nanos();
            state.memory = state.memory.withTip(tip);
            out.add(new ManagerEffect.Remember(state.memory));
        }
    }

    /** A fresh reading of the network's slot is worth its price: somebody lags, or stands still. */
    private boolean doubtful(ManagerState state, Now now) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.status != null && view.status.processRunning()) {
                boolean still = view.slotBefore > 0 && view.status.validatorSlot() <= view.slotBefore;
                if (still || fitness.lag(state, view.status, now) * 2 > rules.slotDiffThreshold()) {
                    return true;
                }
            }
        }
        return state.slotTrouble != null;
    }

    private void poll(ManagerState state, HostView view, Now now, List<ManagerEffect> out) {
        long number = state.number();
        state.polls.put(number, now.nanos());
        long echo = view.status == null ? 0 : view.status.timestamp();
        out.add(new ManagerEffect.Poll(view.host, number,
                new StatusRequest(now.wallSeconds(), echo, state.memory.managerId(), state.memory.epoch(), grants.offer(state, view)),
                rules.requestTimeout()));
    }

    private void replied(ManagerState state, ManagerEvent.StatusReplied event, Now now, List<ManagerEffect> out) {
        HostView view = state.view(event.host());
        Long askedAt = state.polls.remove(event.poll());
        if (askedAt == null || event.poll() < view.answeredPoll) {
            return;
        }
        view.fenceCapable = event.status().lease() != null && event.status().lease().fenceCapable();
        if (askedAt - state.rolesChangedAt < 0) {
            // Asked before the last change of role: it is a sign of life, but speaks of a role that is no more.
            view.heardAt = now.nanos();
            view.failure = null;
            view.fails = 0;
            return;
        }
        if (view.failure != null && view.fails > 1) {
            out.add(Moves.say(Level.INFO, "[" + view.host + "] answers again after " + view.fails + " failed checks"));
        }
        if (view.status == null) {
            // Its first token extends a lease only when it is echoed: a heartbeat later may be too late after a restart of this manager.
            out.add(new ManagerEffect.Wake(SECOND_LOOK));
        }
        view.slotBefore = view.status == null ? 0 : view.status.validatorSlot();
        view.status = event.status();
        view.askedAt = askedAt;
        view.heardAt = now.nanos();
        view.answeredPoll = event.poll();
        view.failure = null;
        view.fails = 0;
        proof.told(state, view, askedAt);
        pin(state, view, out);
        Pauses.answered(state, view, event.poll());
        Roles.keepPassive(state, view, out);
        countReadings(state, view, askedAt, now, out);
        moves.statusSeen(state, view, now, out);
        moves.prove(state, now, out);
        if (state.move == null) {
            Roles.reconcile(state, rules, now, out);
        }
        grants.care(state, view, now, out);
    }

    /** E17: the host behind an endpoint is known by its id; a new one there is said, the other one's is refused by the judge. */
    private static void pin(ManagerState state, HostView view, List<ManagerEffect> out) {
        String id = view.status.hostId();
        String pinned = state.memory.host(view.host).id();
        if (!view.ours() || id.equals(pinned) || id.equals(state.memory.host(view.host.other()).id())) {
            return;
        }
        if (pinned != null) {
            out.add(Moves.say(Level.WARNING, "[" + view.host + "] is another host now: id " + id + ", it was " + pinned));
        }
        // What another host once said of epochs is not this one's word.
        ManagerMemory.HostRecord known = state.memory.host(view.host);
        state.memory = state.memory.with(view.host,
                pinned == null ? known.withId(id) : ManagerMemory.HostRecord.at(known.endpoint()).withId(id));
        out.add(new ManagerEffect.Remember(state.memory));
    }

    private void countReadings(ManagerState state, HostView view, long askedAt, Now now, List<ManagerEffect> out) {
        if (!view.status.processRunning()) {
            view.sick = 0;
            if (view.goneSince == 0) {
                view.goneSince = now.nanos();
                out.add(new ManagerEffect.Wake(SECOND_LOOK));
            } else if (askedAt - view.goneSince >= SECOND_LOOK.toNanos() * 4 / 5) {
                view.goneConfirmed = true;
            }
            return;
        }
        view.goneSince = 0;
        view.goneConfirmed = false;
        if (fitness.sickness(state, view, now).isEmpty()) {
            view.sick = 0;
        } else if (view.sick == 0 || now.since(view.sickCountedAt).compareTo(rules.nearlyAHeartbeat()) >= 0) {
            view.sick++;
            view.sickCountedAt = now.nanos();
        }
    }

    private void failed(ManagerState state, ManagerEvent.StatusFailed event, Now now, List<ManagerEffect> out) {
        HostView view = state.view(event.host());
        Long askedAt = state.polls.remove(event.poll());
        if (askedAt == null || event.poll() < view.answeredPoll) {
            return;
        }
        view.failure = event.failure();
        view.fails++;
        if (view.fails == 1) {
            out.add(Moves.say(Level.WARNING, "[" + view.host + "] UNREACHABLE (fail #1): " + event.failure().detail()));
        }
        if (state.move == null) {
            Roles.reconcile(state, rules, now, out);
        }
    }

    private void speak(ManagerState state, Judgement before, Now now, List<ManagerEffect> out) {
        // The same to the letter has been said, or has the key of what has been.
        String key = !state.said.isEmpty() && state.judgement.equals(before) ? state.said : state.judgement.key();
        if (!key.equals(state.said)) {
            state.said = key;
            boolean calm = state.judgement.verdict() == Verdict.NO_PROBLEM || state.judgement.verdict() == Verdict.STARTING
                    || state.judgement.verdict() == Verdict.MOVING;
            out.add(Moves.say(calm ? Level.INFO : Level.WARNING, line(state, now)));
            if (state.judgement.verdict() == Verdict.BOTH_UNREACHABLE) {
                out.add(Moves.say(Level.ERROR, "CRITICAL: Passive validator is also unreachable. Cannot failover!"));
            }
        } else if (now.since(state.summaryAt).compareTo(SUMMARY_EVERY) >= 0) {
            out.add(Moves.say(state.memory.pause() == null ? Level.INFO : Level.WARNING, line(state, now)));
        } else {
            return;
        }
        state.summaryAt = now.nanos();
    }

    private String line(ManagerState state, Now now) {
        Judgement judgement = state.judgement;
        return "verdict=" + judgement.verdict().name().toLowerCase(Locale.ROOT) + " " + judgement.why()
                + (judgement.blockers().isEmpty() ? "" : " | FAILOVER BLOCKED: " + String.join("; ", judgement.blockers()))
                + " | " + brief(state, state.primary, now) + " " + brief(state, state.secondary, now)
                + " network_slot=" + state.networkSlot
                + (state.memory.pause() == null ? "" : " | " + Pauses.blocker(state));
    }

    private String brief(ManagerState state, HostView view, Now now) {
        if (!view.answers(rules, now)) {
            return "[" + view.host + "] silent";
        }
        StatusResponse status = view.status;
        return "[" + view.host + "] " + (status.isActive() ? "active" : "passive") + " slot=" + status.validatorSlot()
                + (status.processRunning() && fitness.sickness(state, view, now).isEmpty() ? " is healthy" : " NOT healthy");
    }
}
