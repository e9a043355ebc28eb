package failover.manager.decision;

import failover.manager.decision.ManagerEffect.OperatorAnswer;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.ManualFailoverResponse;
import java.time.Duration;
import java.util.List;

/** How a move ends: who holds the identity then, who is told, and when the next may begin. */
final class OperationCompletion {
    private static final Duration BACK_OFF = Duration.ofSeconds(10);

    private final ManagerOptions rules;

    OperationCompletion(ManagerOptions rules) {
        this.rules = rules;
    }

    void complete(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        granted(state, move.to, move.epoch, now);
        Cooldown.counts(state, move, now);
        if (move.cause instanceof Cause.VotesStalled stalled) {
            state.memory = state.memory.withStalledVote(stalled.newestVote());
        }
        state.memory = state.memory.withHolder(move.to);
        state.failedTarget = null;
        String from = move.from.label();
        String to = move.to.label();
        for (long ticket : move.tickets) {
            out.add(new ManagerEffect.Answer(ticket, new OperatorAnswer(200, null, new ManualFailoverResponse(true,
                    "Failover completed successfully: " + from + " -> " + to, rules.endpoint(move.from), rules.endpoint(move.to), false))));
        }
        end(state, move.to, now, out);
        out.add(OperationPhases.say(Level.WARNING, "=== FAILOVER COMPLETE === (op=" + move.operationId + " epoch=" + move.epoch + ")"));
        out.add(OperationPhases.say(Level.INFO, "New active: [" + move.to + "] " + rules.endpoint(move.to)));
    }

    /** The way back has come to its end: the move has failed, and the old holder has the identity again. */
    void restored(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        granted(state, move.to, move.epoch, now);
        move.trouble += "; [" + move.to + "] has the identity again";
        state.holder = move.to;
        state.memory = state.memory.withHolder(move.to);
        fail(state, now, out);
    }

    /** From now on polls extend that lease. */
    static void granted(ManagerState state, Host host, long epoch, ClockReading now) {
        state.view(host).granted = epoch;
        state.view(host).grantedAt = now.nanos();
    }

    /** Of two actives that one is left. */
    void fenced(ManagerState state, Host winner, ClockReading now, List<ManagerEffect> out) {
        state.memory = state.memory.withHolder(winner);
        end(state, winner, now, out);
        out.add(OperationPhases.say(Level.WARNING, "=== FENCING COMPLETE === [" + winner + "] is the only active"));
    }

    void fail(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        Operation move = state.move;
        out.add(OperationPhases.say(Level.ERROR, "CRITICAL: Failover failed: " + move.trouble + " (op=" + move.operationId + ")"));
        tell(move, move.trouble, out);
        end(state, state.holder, now, out);
        state.notBefore = now.plus(BACK_OFF);
    }

    /** Who asked for it is told that it has failed; what becomes of it from then on stands in {@code GET /state}. */
    static void tell(Operation move, String why, List<ManagerEffect> out) {
        for (long ticket : move.tickets) {
            out.add(new ManagerEffect.Answer(ticket, new OperatorAnswer(500, "Failover failed: " + why, null)));
        }
        move.tickets.clear();
    }

    private void end(ManagerState state, Host holder, ClockReading now, List<ManagerEffect> out) {
        state.move = null;
        state.holder = holder;
        state.stalled = 0;
        state.rolesChangedAt = now.nanos();
        state.vacant = 0;
        state.dual = 0;
        state.primary.forgetReadings();
        state.secondary.forgetReadings();
        state.memory = state.memory.withIntent(null);
        out.add(new ManagerEffect.Remember(state.memory));
        out.add(new ManagerEffect.Wake(Duration.ofMillis(250)));
    }
}
