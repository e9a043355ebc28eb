package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import java.time.Duration;
import java.util.List;

/** The first phase of an operation: who has the identity, or had it, is made passive, and nobody is promoted before. */
final class DemotionPhase {
    private final ManagerOptions rules;
    private final AgentCommands orders;
    private final FinalCheckPhase finalCheck;
    private final OperationCompletion ends;
    private final OperationPhases moves;

    DemotionPhase(ManagerOptions rules, AgentCommands orders, FinalCheckPhase finalCheck, OperationCompletion ends, OperationPhases moves) {
        this.rules = rules;
        this.orders = orders;
        this.finalCheck = finalCheck;
        this.ends = ends;
        this.moves = moves;
    }

    void begin(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        if (move.cause.holderSilent() && SilenceEvaluator.original(state, move.from)) {
            finalCheck.failed(state, move, "", now, out);
            return;
        }
        if (move.cause instanceof Cause.Vacant && !state.view(move.from).answers(rules, now) && state.excluded(move.from)) {
            out.add(OperationPhases.say(Level.WARNING, "Step 1: [" + move.from
                    + "] does not answer, and need not: it has been passive since epoch "
                    + state.memory.host(move.from).passive() + ", the last it was granted is "
                    + state.memory.host(move.from).issued()));
            moves.promoteNext(state, now, out);
            return;
        }
        out.add(OperationPhases.say(Level.INFO, "Step 1: Sending become_passive to [" + move.from + "]..."));
        Duration limit = move.cause.holderSilent() ? Operation.lastCall(rules) : rules.demotionTimeout();
        orders.send(state, move, Phase.DEMOTING, Action.BECOME_PASSIVE, limit, now, out);
    }

    /** The active did not answer. */
    void failed(ManagerState state, Operation move, Failure failure, ClockReading now, List<ManagerEffect> out) {
        if (move.cause.holderSilent() || move.cause.holderCannotSign() && !FinalCheckPhase.lives(state, move, rules, now)) {
            finalCheck.failed(state, move, " (" + failure.detail() + ")", now, out);
            return;
        }
        if (move.cause instanceof Cause.Vacant && stillExcluded(state, state.view(move.from))) {
            out.add(OperationPhases.say(Level.WARNING, "Step 1: [" + move.from + "] did not answer become_passive (" + failure.detail()
                    + "), and need not: to polls it answers that it has been passive since epoch "
                    + state.memory.host(move.from).passive() + ", the last it was granted is " + state.memory.host(move.from).issued()));
            moves.promoteNext(state, now, out);
            return;
        }
        move.trouble = "[" + move.from + "] did not answer become_passive: " + failure.detail();
        giveUp(state, move, failure.kind() != Failure.Kind.NOT_DELIVERED, now, out);
        ends.fail(state, now, out);
    }

    void replied(ManagerState state, Operation move, boolean done, FailoverResponse response, ClockReading now, List<ManagerEffect> out) {
        if (!done) {
            move.trouble = "[" + move.from + "] did not become passive: "
                    + (response.dryRun() ? "its agent is in dry-run" : response.message());
            giveUp(state, move, !response.dryRun() && Outcome.of(response.outcome()) != Outcome.REFUSED, now, out);
            ends.fail(state, now, out);
            return;
        }
        move.demoted = true;
        passive(state, move.from, move.epoch, response);
        move.fromDead = response.processDead();
        move.handed(response.tower(), move.from);
        String how = response.processDead() ? ": its process is dead"
                : response.verified() ? ", by its validator's word" : ", by its agent's word";
        out.add(OperationPhases.say(Level.INFO, "[" + move.from + "] is passive" + how + " (" + response.tookMs() + " ms)"));
        if (!("Successfully executed: " + Action.BECOME_PASSIVE).equals(response.message())) {
            out.add(OperationPhases.say(Level.WARNING, "[" + move.from + "] says: " + response.message()));
        }
        if (move.cause instanceof Cause.DualActive) {
            ends.fenced(state, move.from.other(), now, out);
        } else {
            moves.promoteNext(state, now, out);
        }
    }

    /** That host said it, and at what epoch. */
    static void passive(ManagerState state, Host host, long epoch, FailoverResponse response) {
        state.view(host).givenUp = false;
        if (response.verified() || response.processDead()) {
            state.memory = state.memory.with(host, state.memory.host(host).withPassive(epoch));
        }
    }

    /** By its validator's word, after everything it was granted, and it obeys this manager. */
    private static boolean stillExcluded(ManagerState state, HostView view) {
        return state.excluded(view.host) && FailureDetector.excluded(view) && view.refusal() == null
                && Pairing.foreign(state, view.host, view.status.hostId()) == null;
    }

    /**
     * A sick active that was ordered to become passive and did not get there, its own disk hanging perhaps, is granted nothing any more:
     * its dead-man then fences it, which needs no disk. So is one that answers polls, and that no order reaches or that obeys none, at the
     * second such order in a row; and at the first, one of two actives, while the other one is there. Not where nobody could take the
     * identity from it.
     */
    private void giveUp(ManagerState state, Operation move, boolean begun, ClockReading now, List<ManagerEffect> out) {
        HostView from = state.view(move.from);
        HostView heir = state.view(move.from.other());
        boolean two = move.cause instanceof Cause.DualActive;
        boolean fit = heir.answers(rules, now) && heir.status.processRunning() && (!two || heir.status.isActive());
        if (move.cause.planned() || move.cause instanceof Cause.Vacant || !from.ours() || from.status.dryRun()) {
            return;
        }
        from.notBegun = begun ? 0 : from.notBegun + 1;
        if (fit && (begun || two || from.notBegun > 1)) {
            from.givenUp = true;
            out.add(OperationPhases.say(Level.ERROR, "[" + move.from + "] is granted no lease any more, and fences itself: "
                    + move.trouble));
        }
    }
}
