package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import java.time.Duration;
import java.util.List;

/**
 * The target of a promotion may be active or not: it is made passive, to know for sure, and asked again until it says so or is certainly
 * gone. Nobody else is promoted before.
 */
final class ClearingPhase {
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ManagerOptions rules;
    private final AgentCommands orders;
    private final SilenceEvaluator proof;
    private final OperationPhases moves;

    ClearingPhase(ManagerOptions rules, AgentCommands orders, SilenceEvaluator proof, OperationPhases moves) {
        this.rules = rules;
        this.orders = orders;
        this.proof = proof;
        this.moves = moves;
    }

    /** Orders the target to be passive under a higher epoch: a become_active that is still on its way is refused then. */
    void enter(ManagerState state, Operation move, String why, ClockReading now, List<ManagerEffect> out) {
        move.trouble = why;
        move.mayHaveVoted = true;
        move.epoch = state.nextEpoch();
        state.memory = state.memory.withEpoch(move.epoch);
        moves.enter(state, Phase.PERSISTING_CLEARING, now, out);
    }

    /** What is not known does not become known by a disk that is full: the move stays, and with it everybody else's hands off. */
    void notSaved(Operation move, String error, ClockReading now, List<ManagerEffect> out) {
        out.add(OperationPhases.say(Level.ERROR, "the state could not be made durable, tried again: " + error));
        OperationCompletion.tell(move, move.trouble + move.unresolved() + "; the state could not be made durable: " + error, out);
        move.enter(Phase.AWAITING_RETRY, now.plus(RETRY));
        out.add(new ManagerEffect.Wake(RETRY));
    }

    void begin(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        out.add(OperationPhases.say(Level.WARNING, "Sending become_passive to [" + move.to + "], to know for sure: " + move.trouble));
        orders.send(state, move, Phase.CLEARING, Action.BECOME_PASSIVE, rules.demotionTimeout(), now, out);
    }

    void replied(ManagerState state, Operation move, boolean done, FailoverResponse response, ClockReading now, List<ManagerEffect> out) {
        if (!done) {
            failed(move, response.message(), now, out);
            return;
        }
        // It may have had the identity until it was taken off, and voted: the tower that comes with this answer is the newest then.
        move.handed(response.tower(), move.to);
        DemotionPhase.passive(state, move.to, move.epoch, response);
        if (move.validatorRefused) {
            Cooldown.takenBack(state, move);
        } else {
            Cooldown.counts(state, move, now);
        }
        moves.giveBackOrFail(state, move, now, out);
    }

    void failed(Operation move, String words, ClockReading now, List<ManagerEffect> out) {
        out.add(OperationPhases.say(Level.ERROR, "CRITICAL: [" + move.to + "] may be active or not, and did not become passive: " + words
                + "; nobody else is promoted before that is known"));
        // It may take as long as that host is silent: whoever asked is not kept waiting for it.
        OperationCompletion.tell(move, words + move.unresolved(), out);
        move.enter(Phase.AWAITING_RETRY, now.plus(RETRY));
        move.lookAfter = now.nanos();
        move.lookBy = now.plus(FinalCheckPhase.PROOF_TIME);
        out.add(new ManagerEffect.Wake(RETRY));
    }

    /** The target of a promotion did not say that it is passive: it is asked again, until it says so or is certainly gone. */
    void again(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        if (move.fencedTo) {
            gone(state, move, "an operator states that [" + move.to + "] cannot sign", now, out);
            return;
        }
        SilenceEvaluator.FinalCheck look = proof.gone(state, move, now, out);
        if (look.step() == SilenceEvaluator.FinalCheck.Go.WAIT) {
            // Heartbeats may be further apart than this is waited for, and what was read with the last one was read before the last order.
            proof.ask(state, now, out);
            move.deadline = now.plus(FinalCheckPhase.LOOK_AGAIN);
            out.add(new ManagerEffect.Wake(FinalCheckPhase.LOOK_AGAIN));
        } else if (look.step() == SilenceEvaluator.FinalCheck.Go.ON) {
            out.add(OperationPhases.say(Level.WARNING, "[" + move.to + "] is silent, and a fencer stands behind it: it counts as gone; "
                    + look.why()));
            gone(state, move, look.why(), now, out);
        } else {
            enter(state, move, look.why(), now, out);
        }
    }

    /** An operator states that the target cannot sign; while it is being asked that is kept until the answer is there. */
    void stated(ManagerState state, Operation move, long ticket, ClockReading now, List<ManagerEffect> out) {
        out.add(OperationPhases.say(Level.WARNING, "the operator states that [" + move.to + "] cannot sign: operation " + move.operationId
                + " waits for its word no more"));
        move.tickets.add(ticket);
        move.fencedTo = true;
        if (!move.phase.persisting() && !move.phase.commandOut()) {
            gone(state, move, "an operator states that [" + move.to + "] cannot sign", now, out);
        }
    }

    private void gone(ManagerState state, Operation move, String why, ClockReading now, List<ManagerEffect> out) {
        move.goneTo = true;
        move.proof = why;
        moves.giveBackOrFail(state, move, now, out);
    }
}
