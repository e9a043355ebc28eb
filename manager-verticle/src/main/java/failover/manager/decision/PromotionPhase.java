package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.StatusResponse;
import java.util.List;

/** A become_active that is out is watched in one way, whomever it went to: forward, or back to the old holder. It is never repeated. */
final class PromotionPhase {
    private final ManagerOptions rules;
    private final AgentCommands orders;
    private final ClearingPhase clearing;
    private final OperationCompletion ends;
    private final OperationPhases moves;

    PromotionPhase(ManagerOptions rules, AgentCommands orders, ClearingPhase clearing, OperationCompletion ends, OperationPhases moves) {
        this.rules = rules;
        this.orders = orders;
        this.clearing = clearing;
        this.ends = ends;
        this.moves = moves;
    }

    void begin(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        out.add(move.back() ? OperationPhases.say(Level.WARNING, "Giving the identity back to [" + move.to + "]: " + move.trouble)
                : OperationPhases.say(Level.INFO, "Step 2: Sending become_active to [" + move.to + "]..."));
        orders.send(state, move, Phase.PROMOTING, Action.BECOME_ACTIVE, rules.promotionTimeout(), now, out);
    }

    void replied(ManagerState state, Operation move, boolean done, FailoverResponse response, ClockReading now, List<ManagerEffect> out) {
        Outcome outcome = Outcome.of(response.outcome());
        move.validatorRefused = outcome == Outcome.FAILED && response.verified() && !response.processDead();
        over(state, move, done, response.dryRun() ? Outcome.REFUSED : outcome, response.message(), now, out);
    }

    void failed(ManagerState state, Operation move, Failure failure, ClockReading now, List<ManagerEffect> out) {
        if (failure.kind() == Failure.Kind.NOT_DELIVERED) {
            over(state, move, false, Outcome.REFUSED, failure.detail(), now, out);
        } else {
            out.add(OperationPhases.say(Level.WARNING, "[" + move.to + "] did not answer become_active (" + failure.detail()
                    + "): whether it is active is read from its status, nothing is repeated"));
            move.trouble = failure.detail();
            move.enter(Phase.READING_OUTCOME, now.plus(rules.promotionTimeout()));
        }
    }

    /** The answer to become_active was lost: a status that the target was asked for later tells what became of it. */
    void statusSeen(ManagerState state, Operation move, HostView view, ClockReading now, List<ManagerEffect> out) {
        if (view.host != move.to || view.busy() || view.askedAt - move.sentAt < 0
                || LeaseGrantor.untold(state, rules) != null
                || Pairing.foreign(state, view.host, view.status.hostId()) != null) {
            return;
        }
        StatusResponse status = view.status;
        boolean same = status.lastOperation() != null && move.operationId.equals(status.lastOperation().operationId())
                && Action.BECOME_ACTIVE.wire().equals(status.lastOperation().action());
        Outcome outcome = same ? Outcome.of(status.lastOperation().outcome()) : null;
        if (status.isActive() && (status.identityVerified() || !status.fromOurs())) {
            over(state, move, true, Outcome.DONE, "it says it is active", now, out);
        } else if (same && outcome == Outcome.DONE) {
            // It took the identity, and does not have it now, or cannot say: both are no success, and the second is not even known.
            clearing.enter(state, move, "[" + move.to + "] did become active, and does not say now that it is", now, out);
        } else if (same) {
            over(state, move, false, outcome, status.lastOperation().message(), now, out);
        } else if (status.fromOurs() && status.identityVerified() && !status.isActive() && status.epoch() < move.epoch) {
            // It has not begun. Under a higher epoch it never will: a command still on its way is refused then.
            clearing.enter(state, move, "[" + move.to + "] has not obeyed become_active", now, out);
        }
    }

    /** It is known what became of it, or that it may have taken effect. */
    private void over(ManagerState state, Operation move, boolean done, Outcome outcome, String words, ClockReading now,
            List<ManagerEffect> out) {
        if (done && move.back()) {
            ends.restored(state, move, now, out);
            return;
        }
        if (done) {
            ends.complete(state, move, now, out);
            return;
        }
        String failure = "[" + move.to + "] did not " + (move.back() ? "take the identity back: " : "become active: ") + words;
        move.trouble = move.back() ? move.trouble + "; and " + failure : failure;
        state.failedTarget = move.to;
        out.add(OperationPhases.say(Level.ERROR, failure));
        if (outcome == Outcome.REFUSED) {
            move.mayHaveVoted = false;
            Cooldown.takenBack(state, move);
            moves.giveBackOrFail(state, move, now, out);
        } else {
            clearing.enter(state, move, move.trouble, now, out);
        }
    }
}
