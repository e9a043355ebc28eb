package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import java.util.List;

/**
 * The phases of an operation: demote, and only after that promote; what was refused before anything ran is given back to the old holder,
 * what is unknown is cleared first and never guessed (OM0-3, OM-1, SVS-3). What a phase begins is durable before its command goes out
 * (E10). Here is the way from one {@link Phase} to the next, and who handles which event in which of them.
 */
final class OperationPhases {
    private final ManagerOptions rules;
    private final DemotionPhase demotion;
    private final FinalCheckPhase finalCheck;
    private final PromotionPhase promotion;
    private final ClearingPhase clearing;
    private final OperationCompletion ends;

    OperationPhases(ManagerOptions rules, LeaseGrantor grants, SilenceEvaluator proof) {
        AgentCommands orders = new AgentCommands(rules, grants);
        this.rules = rules;
        this.ends = new OperationCompletion(rules);
        this.finalCheck = new FinalCheckPhase(rules, proof, ends, this);
        this.demotion = new DemotionPhase(rules, orders, finalCheck, ends, this);
        this.clearing = new ClearingPhase(rules, orders, proof, this);
        this.promotion = new PromotionPhase(rules, orders, clearing, ends, this);
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
        enter(state, Phase.PERSISTING_DEMOTION, now, out);
    }

    /** A manager that stopped in the middle: what was sent may still take effect, so the outcome is read before anything else is done. */
    void resume(ManagerState state, DurableManagerState.Intent intent, ClockReading now, List<ManagerEffect> out) {
        out.add(say(Level.WARNING, "this manager stopped in the middle of operation " + intent.operationId() + " (" + intent.step()
                + ", [" + intent.from() + "] to [" + intent.to() + "]): reading what became of it"));
        if (intent.step() == DurableManagerState.Phase.DEMOTING) {
            state.memory = state.memory.withIntent(null);
            out.add(new ManagerEffect.Remember(state.memory));
            return;
        }
        // Earlier versions wrote the way back as a step of the way there; the host that may be active is the one the command went to.
        boolean back = intent.step() == DurableManagerState.Phase.RESTORING;
        Operation move = new Operation(new Cause.Interrupted(intent.reason()), intent.operationId(), state.memory.epoch(),
                back ? intent.to() : intent.from(), back ? intent.from() : intent.to());
        move.mayHaveVoted = true;
        move.sentAt = now.nanos();
        move.trouble = "this manager stopped in the middle of it";
        state.move = move;
        if (intent.step() == DurableManagerState.Phase.CLEARING) {
            move.enter(Phase.AWAITING_RETRY, now.nanos());
        } else {
            move.enter(Phase.READING_OUTCOME, now.plus(rules.promotionTimeout()));
        }
    }

    /** What a phase begins is durable, or is not. */
    void saved(ManagerState state, ManagerEvent.Saved event, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        if (move == null || !move.phase.persisting() || move.awaited != event.number()) {
            return;
        }
        String error = event.error();
        if (error != null && move.phase == Phase.PERSISTING_CLEARING) {
            clearing.notSaved(move, error, now, out);
            return;
        }
        if (error != null) {
            move.trouble = "the state could not be made durable: " + error;
            Cooldown.takenBack(state, move);
            ends.fail(state, now, out);
            return;
        }
        // Of the command that goes out now, where one has to.
        move.awaited = state.number();
        switch (move.phase) {
            case PERSISTING_DEMOTION:
                demotion.begin(state, move, now, out);
                break;
            case PERSISTING_PROMOTION:
                promotion.begin(state, move, now, out);
                break;
            case PERSISTING_CLEARING:
                clearing.begin(state, move, now, out);
                break;
            default:
                throw new AssertionError(move.phase);
        }
    }

    void replied(ManagerState state, long number, FailoverResponse response, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        boolean awaited = awaits(move, number);
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
        move.fromOurs |= move.recipient() == move.from && response.hostId() != null && !response.hostId().isEmpty();
        if (Epochs.believable(response.epoch(), state.memory.epoch())) {
            move.toldEpoch = Math.max(move.toldEpoch, response.epoch());
        }
        // An answer to a command is a sign of life like any other: who has just refused is not silent.
        state.view(move.recipient()).heardAt = now.nanos();
        Outcome outcome = Outcome.of(response.outcome());
        boolean done = response.success() && !response.dryRun() && (outcome == null || outcome == Outcome.DONE);
        switch (move.phase) {
            case DEMOTING:
                demotion.replied(state, move, done, response, now, out);
                break;
            case PROMOTING:
                promotion.replied(state, move, done, response, now, out);
                break;
            case CLEARING:
                clearing.replied(state, move, done, response, now, out);
                break;
            default:
                throw new AssertionError(move.phase);
        }
    }

    void failed(ManagerState state, long number, Failure failure, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        if (!awaits(move, number)) {
            return;
        }
        switch (move.phase) {
            case DEMOTING:
                demotion.failed(state, move, failure, now, out);
                break;
            case PROMOTING:
                promotion.failed(state, move, failure, now, out);
                break;
            case CLEARING:
                clearing.failed(move, failure.detail(), now, out);
                break;
            default:
                throw new AssertionError(move.phase);
        }
    }

    private static boolean awaits(Operation move, long command) {
        return move != null && move.phase.commandOut() && move.awaited == command;
    }

    /** A status of a host in a move: it may tell what became of a command whose answer was lost. */
    void statusSeen(ManagerState state, HostView view, ClockReading now, List<ManagerEffect> out) {
        if (state.move != null && state.move.phase == Phase.READING_OUTCOME) {
            promotion.statusSeen(state, state.move, view, now, out);
        }
    }

    /** The votes have been looked at anew. */
    void prove(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        if (state.move != null && state.move.phase == Phase.FINAL_CHECK) {
            finalCheck.prove(state, state.move, now, out);
        }
    }

    void tick(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        if (move == null) {
            return;
        }
        if (move.phase == Phase.FINAL_CHECK) {
            finalCheck.tick(state, move, now, out);
        } else if (now.reached(move.deadline)) {
            overdue(state, move, now, out);
        }
    }

    private void overdue(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        if (move.phase.persisting()) {
            saved(state, new ManagerEvent.Saved(move.awaited, SaveDeadline.HANGS), now, out);
        } else if (move.phase.commandOut()) {
            failed(state, move.awaited, new Failure(Failure.Kind.NO_ANSWER, "no answer, long after its time"), now, out);
        } else if (move.phase == Phase.READING_OUTCOME) {
            clearing.enter(state, move, "nothing tells what became of become_active on [" + move.to + "]", now, out);
        } else if (LeaseGrantor.untold(state, rules) == null) {
            clearing.again(state, move, now, out);
        }
    }

    /** An operator states that the host cannot sign of which a move does not know whether it is active; false where none is in doubt. */
    boolean stated(ManagerState state, long ticket, ClockReading now, List<ManagerEffect> out) {
        boolean open = state.move != null && state.move.phase.inDoubt();
        if (open) {
            clearing.stated(state, state.move, ticket, now, out);
        }
        return open;
    }

    /** Nobody else can sign any more. */
    void promoteNext(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        enter(state, Phase.PERSISTING_PROMOTION, now, out);
    }

    /** The target has not got the identity, and cannot get it any more. */
    void giveBackOrFail(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
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
        if (LeaseGrantor.ungrantable(state, move.from, move.fromOurs)) {
            out.add(say(Level.WARNING, "the identity is not given back to [" + move.from + "] now: it has answered no poll of this start "
                    + "yet, and nothing can be granted to it before"));
            ends.fail(state, now, out);
            return;
        }
        long epoch = state.nextEpoch();
        state.memory = state.memory.withEpoch(epoch);
        state.move = move.wayBack(epoch);
        enter(state, Phase.PERSISTING_PROMOTION, now, out);
    }

    /** What the next phase begins is made durable first (E10). */
    void enter(ManagerState state, Phase persisting, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        move.enter(persisting, SaveDeadline.by(now));
        move.awaited = state.number();
        state.memory = state.memory.withIntent(move.intent());
        if (persisting == Phase.PERSISTING_PROMOTION) {
            state.memory = state.memory.with(move.to, state.memory.host(move.to).withIssued(move.epoch));
            Cooldown.counts(state, move, now);
        }
        out.add(new ManagerEffect.Save(move.awaited, state.memory));
        out.add(new ManagerEffect.Wake(SaveDeadline.LIMIT));
    }

    static ManagerEffect say(Level level, String line) {
        return new ManagerEffect.Say(level, line);
    }
}
