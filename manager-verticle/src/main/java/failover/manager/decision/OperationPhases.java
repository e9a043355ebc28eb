package failover.manager.decision;

import failover.manager.decision.DurableManagerState.Phase;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.List;

/**
 * The steps of a move: demote, and only after that promote; what was refused before anything ran is given back to the old holder, what is
 * unknown is cleared first and never guessed (OM0-3, OM-1, SVS-3). Each step is durable before its command goes out (E10). A become_active
 * that is out is watched in one way, whomever it went to: forward, or back to the old holder.
 */
final class OperationPhases {
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ManagerOptions rules;
    private final AgentCommands orders;
    private final SilenceEvaluator proof;
    private final FinalCheckPhase lastCall;
    private final DemotionPhase demoting;
    private final OperationCompletion ends;

    OperationPhases(ManagerOptions rules, LeaseGrantor grants, SilenceEvaluator proof) {
        this.orders = new AgentCommands(rules, grants);
        this.proof = proof;
        this.ends = new OperationCompletion(rules);
        this.lastCall = new FinalCheckPhase(rules, proof, ends, this);
        this.demoting = new DemotionPhase(rules, orders, lastCall, ends, this);
        this.rules = rules;
    }

    void begin(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        state.move = move;
        if (move.cause instanceof Cause.Requested asked) {
            move.tickets.add(asked.ticket());
        }
        out.add(say(Level.WARNING, move.cause instanceof Cause.DualActive ? "=== FENCING ONE OF TWO ACTIVES ==="
                : "=== FAILOVER INITIATED ==="));
        out.add(say(Level.WARNING, "Reason: " + move.cause.reason() + " (op=" + move.operationId + " epoch=" + move.epoch + ")"));
        out.add(say(Level.INFO, "From: [" + move.from + "] " + rules.endpoint(move.from)));
        if (move.to != null) {
            out.add(say(Level.INFO, "To:   [" + move.to + "] " + rules.endpoint(move.to)));
        }
        enter(state, Phase.DEMOTING, now, out);
    }

    /** A manager that stopped in the middle: what was sent may still take effect, so the outcome is read before anything else is done. */
    void resume(ManagerState state, DurableManagerState.Intent intent, ClockReading now, List<ManagerEffect> out) {
        out.add(say(Level.WARNING, "this manager stopped in the middle of operation " + intent.operationId() + " (" + intent.step()
                + ", [" + intent.from() + "] to [" + intent.to() + "]): reading what became of it"));
        if (intent.step() == Phase.DEMOTING) {
            state.memory = state.memory.withIntent(null);
            out.add(new ManagerEffect.Remember(state.memory));
            return;
        }
        // Earlier versions wrote the way back as a step of the way there; the host that may be active is the one the command went to.
        boolean back = intent.step() == Phase.RESTORING;
        Operation move = new Operation(new Cause.Interrupted(intent.reason()), intent.operationId(), state.memory.epoch(),
                back ? intent.to() : intent.from(), back ? intent.from() : intent.to());
        move.mayHaveVoted = true;
        move.sentAt = now.nanos();
        move.trouble = "this manager stopped in the middle of it";
        state.move = move;
        if (intent.step() == Phase.CLEARING) {
            move.step = Phase.CLEARING;
            move.retryAt = now.nanos();
        } else {
            move.step = Phase.PROMOTING;
            move.resolveBy = now.plus(rules.promotionTimeout());
        }
    }

    void saved(ManagerState state, ManagerEvent.Saved event, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        if (move == null || move.saving == 0 || move.saving != event.number()) {
            return;
        }
        move.saving = 0;
        String error = event.error();
        if (error != null && move.step == Phase.CLEARING) {
            // What is not known does not become known by a disk that is full: the move stays, and with it everybody else's hands off.
            out.add(say(Level.ERROR, "the state could not be made durable, tried again: " + error));
            OperationCompletion.tell(move, move.trouble + move.unresolved() + "; the state could not be made durable: " + error, out);
            move.retryAt = now.plus(RETRY);
            out.add(new ManagerEffect.Wake(RETRY));
            return;
        }
        if (error != null) {
            move.trouble = "the state could not be made durable: " + error;
            Cooldown.takenBack(state, move);
            ends.fail(state, now, out);
            return;
        }
        move.command = state.number();
        switch (move.step) {
            case DEMOTING:
                demoting.begin(state, move, now, out);
                break;
            case PROMOTING:
                out.add(move.back() ? say(Level.WARNING, "Giving the identity back to [" + move.to + "]: " + move.trouble)
                        : say(Level.INFO, "Step 2: Sending become_active to [" + move.to + "]..."));
                orders.send(state, move, move.to, Action.BECOME_ACTIVE, rules.promotionTimeout(), now, out);
                break;
            case CLEARING:
                out.add(say(Level.WARNING, "Sending become_passive to [" + move.to + "], to know for sure: " + move.trouble));
                orders.send(state, move, move.to, Action.BECOME_PASSIVE, rules.demotionTimeout(), now, out);
                break;
            default:
                throw new AssertionError(move.step);
        }
    }

    void replied(ManagerState state, long number, FailoverResponse response, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        boolean awaited = move != null && number != 0 && move.command == number;
        // Whatever else is wrong with it, or with its time: the tower in it is a tower.
        if (FinalTowers.keep(state, response, rules) && !awaited) {
            out.add(new ManagerEffect.Remember(state.memory));
        }
        if (!awaited) {
            return;
        }
        String foreign = Pairing.foreign(state, move.recipient(), response.hostId());
        if (foreign != null) {
            // What that one did, or is, says nothing of the host that was meant.
            failed(state, number, new Failure(Failure.Kind.NO_ANSWER, foreign), now, out);
            return;
        }
        move.command = 0;
        if (Epochs.believable(response.epoch(), state.memory.epoch())) {
            move.toldEpoch = Math.max(move.toldEpoch, response.epoch());
        }
        // An answer to a command is a sign of life like any other: who has just refused is not silent.
        state.view(move.recipient()).heardAt = now.nanos();
        Outcome outcome = Outcome.of(response.outcome());
        boolean done = response.success() && !response.dryRun() && (outcome == null || outcome == Outcome.DONE);
        switch (move.step) {
            case DEMOTING:
                demoting.replied(state, move, done, response, now, out);
                break;
            case PROMOTING:
                move.saidNo = outcome == Outcome.FAILED && response.verified() && !response.processDead();
                promoted(state, move, done, response.dryRun() ? Outcome.REFUSED : outcome, response.message(), now, out);
                break;
            case CLEARING:
                cleared(state, move, done, response, response.message(), now, out);
                break;
            default:
                throw new AssertionError(move.step);
        }
    }

    void failed(ManagerState state, long number, Failure failure, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        if (move == null || number == 0 || move.command != number) {
            return;
        }
        move.command = 0;
        switch (move.step) {
            case DEMOTING:
                demoting.failed(state, move, failure, now, out);
                break;
            case PROMOTING:
                if (failure.kind() == Failure.Kind.NOT_DELIVERED) {
                    promoted(state, move, false, Outcome.REFUSED, failure.detail(), now, out);
                } else {
                    out.add(say(Level.WARNING, "[" + move.to + "] did not answer become_active (" + failure.detail()
                            + "): whether it is active is read from its status, nothing is repeated"));
                    move.trouble = failure.detail();
                    move.resolveBy = now.plus(rules.promotionTimeout());
                }
                break;
            case CLEARING:
                cleared(state, move, false, null, failure.detail(), now, out);
                break;
            default:
                throw new AssertionError(move.step);
        }
    }

    /** A status of a host in a move: it may tell what became of a command whose answer was lost. */
    void statusSeen(ManagerState state, HostView view, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        if (move == null || move.resolveBy == 0 || view.host != move.to || view.busy() || view.askedAt - move.sentAt < 0
                || LeaseGrantor.untold(state, rules) != null
                || Pairing.foreign(state, view.host, view.status.hostId()) != null) {
            return;
        }
        StatusResponse status = view.status;
        boolean same = status.lastOperation() != null && move.operationId.equals(status.lastOperation().operationId())
                && Action.BECOME_ACTIVE.wire().equals(status.lastOperation().action());
        Outcome outcome = same ? Outcome.of(status.lastOperation().outcome()) : null;
        if (status.isActive() && (status.identityVerified() || !status.fromOurs())) {
            move.resolveBy = 0;
            promoted(state, move, true, Outcome.DONE, "it says it is active", now, out);
        } else if (same && outcome == Outcome.DONE) {
            // It took the identity, and does not have it now, or cannot say: both are no success, and the second is not even known.
            clear(state, move, "[" + move.to + "] did become active, and does not say now that it is", now, out);
        } else if (same) {
            move.resolveBy = 0;
            promoted(state, move, false, outcome, status.lastOperation().message(), now, out);
        } else if (status.fromOurs() && status.identityVerified() && !status.isActive() && status.epoch() < move.epoch) {
            // It has not begun. Under a higher epoch it never will: a command still on its way is refused then.
            clear(state, move, "[" + move.to + "] has not obeyed become_active", now, out);
        }
    }

    void tick(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        if (move == null) {
            return;
        }
        if (move.saving != 0 && now.reached(move.saveBy)) {
            saved(state, new ManagerEvent.Saved(move.saving, SaveDeadline.HANGS), now, out);
        } else if (move.command != 0 && now.reached(move.answerBy)) {
            failed(state, move.command, new Failure(Failure.Kind.NO_ANSWER, "no answer, long after its time"), now, out);
        } else if (move.provedAfter != 0) {
            lastCall.tick(state, move, now, out);
        } else if (move.resolveBy != 0 && now.reached(move.resolveBy)) {
            move.resolveBy = 0;
            clear(state, move, "nothing tells what became of become_active on [" + move.to + "]", now, out);
        } else if (move.retryAt != 0 && now.reached(move.retryAt) && LeaseGrantor.untold(state, rules) == null) {
            clearAgain(state, move, now, out);
        }
    }

    /** The votes have been looked at anew. */
    void prove(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        lastCall.prove(state, now, out);
    }

    /** The target of a promotion did not say that it is passive: it is asked again, until it says so or is certainly gone. */
    private void clearAgain(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        if (move.fencedTo) {
            move.retryAt = 0;
            gone(state, move, "an operator states that [" + move.to + "] cannot sign", now, out);
            return;
        }
        SilenceEvaluator.FinalCheck look = proof.gone(state, move, now, out);
        if (look.step() == SilenceEvaluator.FinalCheck.Go.WAIT) {
            // Heartbeats may be further apart than this is waited for, and what was read with the last one was read before the last order.
            proof.ask(state, now, out);
            move.retryAt = now.plus(FinalCheckPhase.LOOK_AGAIN);
            out.add(new ManagerEffect.Wake(FinalCheckPhase.LOOK_AGAIN));
            return;
        }
        move.retryAt = 0;
        if (look.step() == SilenceEvaluator.FinalCheck.Go.ON) {
            out.add(say(Level.WARNING, "[" + move.to + "] is silent, and a fencer stands behind it: it counts as gone; " + look.why()));
            gone(state, move, look.why(), now, out);
        } else {
            clear(state, move, look.why(), now, out);
        }
    }

    private void gone(ManagerState state, Operation move, String why, ClockReading now, List<ManagerEffect> out) {
        move.goneTo = true;
        move.proof = why;
        giveBackOrFail(state, move, now, out);
    }

    /** An operator states that the host cannot sign of which a move does not know whether it is active; false where none is in doubt. */
    boolean stated(ManagerState state, long ticket, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        boolean open = move != null && (move.resolveBy != 0 || move.step == Phase.CLEARING);
        if (open) {
            out.add(say(Level.WARNING, "the operator states that [" + move.to + "] cannot sign: operation " + move.operationId
                    + " waits for its word no more"));
            move.tickets.add(ticket);
            move.fencedTo = true;
            if (move.saving == 0 && move.command == 0) {
                move.resolveBy = 0;
                move.retryAt = 0;
                gone(state, move, "an operator states that [" + move.to + "] cannot sign", now, out);
            }
        }
        return open;
    }

    void promoteNext(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        enter(state, Phase.PROMOTING, now, out);
    }

    private void promoted(ManagerState state, Operation move, boolean done, Outcome outcome, String words, ClockReading now,
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
        out.add(say(Level.ERROR, failure));
        if (outcome == Outcome.REFUSED) {
            move.mayHaveVoted = false;
            Cooldown.takenBack(state, move);
            giveBackOrFail(state, move, now, out);
        } else {
            clear(state, move, move.trouble, now, out);
        }
    }

    /** Orders the target to be passive under a higher epoch: a become_active that is still on its way is refused then. */
    private void clear(ManagerState state, Operation move, String why, ClockReading now, List<ManagerEffect> out) {
        move.trouble = why;
        move.mayHaveVoted = true;
        move.epoch = state.nextEpoch();
        state.memory = state.memory.withEpoch(move.epoch);
        enter(state, Phase.CLEARING, now, out);
    }

    private void cleared(ManagerState state, Operation move, boolean done, FailoverResponse response, String words, ClockReading now,
            List<ManagerEffect> out) {
        if (done) {
            // It may have had the identity until it was taken off, and voted: the tower that comes with this answer is the newest then.
            move.handed(response.tower(), move.to);
            DemotionPhase.passive(state, move.to, move.epoch, response);
            if (move.saidNo) {
                Cooldown.takenBack(state, move);
            } else {
                Cooldown.counts(state, move, now);
            }
            giveBackOrFail(state, move, now, out);
            return;
        }
        out.add(say(Level.ERROR, "CRITICAL: [" + move.to + "] may be active or not, and did not become passive: " + words
                + "; nobody else is promoted before that is known"));
        // It may take as long as that host is silent: whoever asked is not kept waiting for it.
        OperationCompletion.tell(move, words + move.unresolved(), out);
        move.retryAt = now.plus(RETRY);
        move.clearFailedAt = now.nanos();
        move.proveBy = now.plus(FinalCheckPhase.PROOF_TIME);
        out.add(new ManagerEffect.Wake(RETRY));
    }

    private void giveBackOrFail(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        // Who had lost it before the move did not lose it by the move: to give it that is a failover of its own.
        if (move.back() || !move.demoted || move.fromDead || move.cause instanceof Cause.Vacant || move.from != state.lastHolder()) {
            ends.fail(state, now, out);
            return;
        }
        if (Math.max(state.highestEpoch(), move.toldEpoch) > move.epoch) {
            // Another manager has acted meanwhile, as while this one stood still: who has the identity now is read, and not assumed.
            out.add(say(Level.WARNING, "the identity is not given back to [" + move.from + "]: a host has been given epoch "
                    + Math.max(state.highestEpoch(), move.toldEpoch) + " since, and not by this manager"));
            ends.fail(state, now, out);
            return;
        }
        if (LeaseGrantor.ungrantable(state, move.from)) {
            out.add(say(Level.WARNING, "the identity is not given back to [" + move.from + "] now: it has answered no poll of this start "
                    + "yet, and nothing can be granted to it before"));
            ends.fail(state, now, out);
            return;
        }
        long epoch = state.nextEpoch();
        state.memory = state.memory.withEpoch(epoch);
        state.move = move.wayBack(epoch);
        enter(state, Phase.PROMOTING, now, out);
    }

    private void enter(ManagerState state, Phase step, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        move.step = step;
        move.command = 0;
        move.resolveBy = 0;
        move.retryAt = 0;
        move.saving = state.number();
        move.saveBy = SaveDeadline.by(now);
        state.memory = state.memory.withIntent(move.intent());
        if (step == Phase.PROMOTING) {
            state.memory = state.memory.with(move.to, state.memory.host(move.to).withIssued(move.epoch));
            Cooldown.counts(state, move, now);
        }
        out.add(new ManagerEffect.Save(move.saving, state.memory));
        out.add(new ManagerEffect.Wake(SaveDeadline.LIMIT));
    }

    static ManagerEffect say(Level level, String line) {
        return new ManagerEffect.Say(level, line);
    }
}
