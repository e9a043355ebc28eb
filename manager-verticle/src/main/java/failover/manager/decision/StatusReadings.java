package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import java.time.Duration;
import java.util.List;

/** What hosts answer to polls, or do not answer, and what is counted of it. */
final class StatusReadings {
    /** The second of two looks at something that must not be believed at first sight. */
    static final Duration SECOND_LOOK = Duration.ofMillis(250);

    private final ManagerOptions rules;
    private final Fitness fitness;
    private final SilenceEvaluator proof;
    private final OperationPhases moves;
    private final LeaseGrantor grants;

    StatusReadings(ManagerOptions rules, Fitness fitness, SilenceEvaluator proof, OperationPhases moves, LeaseGrantor grants) {
        this.rules = rules;
        this.fitness = fitness;
        this.proof = proof;
        this.moves = moves;
        this.grants = grants;
    }

    void replied(ManagerState state, ManagerEvent.StatusReplied event, ClockReading now, List<ManagerEffect> out) {
        HostView view = state.view(event.host());
        Long askedAt = state.polls.remove(event.poll());
        if (askedAt == null || event.poll() < view.answeredPoll) {
            return;
        }
        if (Pairing.foreign(state, view.host, event.status().hostId()) == null) {
            view.fenceCapable = event.status().lease() != null && event.status().lease().fenceCapable();
        }
        if (askedAt - state.rolesChangedAt < 0) {
            // Asked before the last change of role: it is a sign of life, but speaks of a role that is no more.
            view.heardAt = now.nanos();
            view.failure = null;
            view.fails = 0;
            return;
        }
        if (view.failure != null && view.fails > 1) {
            out.add(OperationPhases.say(Level.INFO, "[" + view.host + "] answers again after " + view.fails + " failed checks"));
        }
        if (view.status == null) {
            // Its first token extends a lease only when it is echoed: a heartbeat later may be too late after a restart of this manager.
            out.add(new ManagerEffect.Wake(SECOND_LOOK));
        }
        if (!view.told && view.toldAt != 0 && askedAt - view.toldAt >= 0) {
            view.told = true;
            if (state.move != null) {
                // One that an earlier start has left unfinished may wait for it.
                out.add(new ManagerEffect.Wake(Duration.ofMillis(1)));
            }
        }
        view.slotBefore = view.status == null ? 0 : view.status.validatorSlot();
        view.status = event.status();
        view.askedAt = askedAt;
        grants.answered(state, view, event.status(), askedAt, now);
        view.heardAt = now.nanos();
        view.answeredPoll = event.poll();
        view.failure = null;
        view.fails = 0;
        proof.told(state, view, askedAt);
        pin(state, view, out);
        if (Pairing.named(state, view)) {
            out.add(new ManagerEffect.Remember(state.memory));
        }
        view.busyFor(event.status(), now, rules);
        if (view.givenUp && FailureDetector.excluded(view)) {
            view.givenUp = false;
        }
        PauseMode.answered(state, view, event.poll());
        RoleReconciler.keepPassive(state, view, out);
        countReadings(state, view, askedAt, now, out);
        moves.statusSeen(state, view, now, out);
        moves.prove(state, now, out);
        if (state.move == null) {
            RoleReconciler.reconcile(state, rules, now, out);
        }
        grants.care(state, view, now, out);
    }

    /** E17: the host behind an endpoint is known by its id; a new one there is said, the other one's is refused by the judge. */
    private void pin(ManagerState state, HostView view, List<ManagerEffect> out) {
        String id = view.status.hostId();
        if (Pairing.met(state, view)) {
            out.add(OperationPhases.say(Level.INFO, "[" + view.host + "] has answered at its new endpoint " + rules.endpoint(view.host)));
            out.add(new ManagerEffect.Remember(state.memory));
        }
        String pinned = state.memory.host(view.host).id();
        boolean news = view.unmetAt != null || view.ours() && !id.equals(pinned);
        boolean theOther = view.ours() && id.equals(state.memory.host(view.host.other()).id());
        if (theOther && Pairing.nothingIssued(state)) {
            out.add(OperationPhases.say(Level.WARNING, "[" + view.host + "] is host " + id + ", which was met as [" + view.host.other()
                    + "] before: "
                    + "nothing was ever issued to either, so the hosts are where they answer"));
            Pairing.replaced(state, view);
            state.memory = state.memory.with(view.host.other(), DurableManagerState.HostRecord.at(rules.endpoint(view.host.other())));
            out.add(new ManagerEffect.Remember(state.memory));
            return;
        }
        boolean first = pinned == null && view.unmetAt == null;
        if (!news || theOther || Pairing.stranger(state, view) || !first && doubted(state, view.host)) {
            return;
        }
        if (first) {
            state.memory = state.memory.with(view.host, state.memory.host(view.host).withId(id));
        } else {
            out.add(OperationPhases.say(Level.WARNING, "[" + view.host + "] is another host now: id "
                    + (view.ours() ? id : "none, an agent of the original") + ", it was "
                    + (pinned == null ? "the host at " + state.memory.host(view.host).endpoint() : pinned)));
            // What another host once said of epochs is not this one's word.
            Pairing.replaced(state, view);
        }
        out.add(new ManagerEffect.Remember(state.memory));
    }

    /** While nobody knows what became of a become_active there, no other host takes that one's place: its word would end the doubt. */
    private static boolean doubted(ManagerState state, Host host) {
        Operation move = state.move;
        return move != null && host == move.to && move.phase.promotionBegun();
    }

    private void countReadings(ManagerState state, HostView view, long askedAt, ClockReading now, List<ManagerEffect> out) {
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
            // Whose votes stand still looks well after each order, until they have been looked at for long enough again.
            boolean votes = !proof.looked() || !proof.required(state)
                    || proof.finding(state, view.host, state.rolesChangedAt, now).word() == VoteFinding.Word.PROGRESS;
            view.notBegun = votes ? 0 : view.notBegun;
        } else if (view.sick == 0 || now.since(view.sickCountedAt).compareTo(rules.nearlyAHeartbeat()) >= 0) {
            view.sick++;
            view.sickCountedAt = now.nanos();
        }
    }

    void failed(ManagerState state, ManagerEvent.StatusFailed event, ClockReading now, List<ManagerEffect> out) {
        HostView view = state.view(event.host());
        Long askedAt = state.polls.remove(event.poll());
        if (askedAt == null || event.poll() < view.answeredPoll) {
            return;
        }
        view.failure = event.failure();
        view.fails++;
        if (view.fails == 1) {
            out.add(OperationPhases.say(Level.WARNING, "[" + view.host + "] UNREACHABLE (fail #1): " + event.failure().detail()));
        }
        if (state.move == null) {
            RoleReconciler.reconcile(state, rules, now, out);
        }
    }
}
