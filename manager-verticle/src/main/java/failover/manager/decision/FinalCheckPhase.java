package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import java.time.Duration;
import java.util.List;

/** A move away from a silent host: what its votes do after the last call to it has failed decides whether it goes on (E3, E6). */
final class FinalCheckPhase {
    /** The look that counts is awaited for so long. */
    static final Duration PROOF_TIME = Duration.ofSeconds(8);
    static final Duration LOOK_AGAIN = Duration.ofMillis(250);

    private final ManagerOptions rules;
    private final SilenceEvaluator proof;
    private final OperationCompletion ends;
    private final OperationPhases moves;

    FinalCheckPhase(ManagerOptions rules, SilenceEvaluator proof, OperationCompletion ends, OperationPhases moves) {
        this.rules = rules;
        this.proof = proof;
        this.ends = ends;
        this.moves = moves;
    }

    /** It has not been silent for S; where an operator states that it cannot sign, it has been heard since it was asked, or just before. */
    static boolean lives(ManagerState state, Operation move, ManagerOptions rules, ClockReading now) {
        HostView view = state.view(move.from);
        return move.cause.holderCannotSign() ? view.heardAt - move.sentAt > 0 || view.answers(rules, now) : !state.silent(view, rules, now);
    }

    /** Nobody answered it. */
    void failed(ManagerState state, Operation move, String detail, ClockReading now, List<ManagerEffect> out) {
        if (lives(state, move, rules, now)) {
            // It came back while its last call was out: it lives, and may well be active.
            move.trouble = "[" + move.from + "] answers again, but has not answered become_passive" + detail
                    + (move.cause.holderCannotSign() ? ": it is not off; see that it is, and ask again" : "");
            ends.fail(state, now, out);
            return;
        }
        out.add(OperationPhases.say(Level.WARNING, "Step 1: [" + move.from + "] is unreachable, skipping become_passive" + detail));
        if (move.cause.holderCannotSign()) {
            move.proof = "an operator states that it cannot sign";
            moves.promoteNext(state, now, out);
            return;
        }
        // E6: what the votes did before this call proves nothing any more; the last look comes after it.
        move.lookAfter = now.nanos();
        move.lookBy = now.plus(PROOF_TIME);
        move.enter(Phase.FINAL_CHECK, move.lookBy);
        proof.ask(state, now, out);
        // The host beside which the votes are read is asked at once as well, not a look later: nobody votes meanwhile.
        out.add(new ManagerEffect.Wake(Duration.ofMillis(10)));
        prove(state, move, now, out);
    }

    void tick(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        proof.ask(state, now, out);
        out.add(new ManagerEffect.Wake(LOOK_AGAIN));
        prove(state, move, now, out);
    }

    /** Goes on with a silent host's move as soon as its votes are known to stand still; gives up when they do not. */
    void prove(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        if (!state.silent(state.view(move.from), rules, now)) {
            move.trouble = "[" + move.from + "] answers again";
            ends.fail(state, now, out);
            return;
        }
        SilenceEvaluator.FinalCheck look = proof.last(state, move.from, move.lookAfter, move.lookBy, now, out);
        if (look.step() == SilenceEvaluator.FinalCheck.Go.WAIT) {
            return;
        }
        move.lookAfter = 0;
        if (look.step() == SilenceEvaluator.FinalCheck.Go.ON) {
            move.proof = look.why();
            out.add(OperationPhases.say(Level.WARNING, "[" + move.from + "] is taken for dead: " + look.why()));
            moves.promoteNext(state, now, out);
        } else {
            move.trouble = "[" + move.from + "] is silent, but " + look.why();
            ends.fail(state, now, out);
        }
    }
}
