package failover.manager.decision;

import failover.manager.decision.ManagerEffect.OperatorAnswer;
import failover.protocol.Level;
import failover.protocol.Now;
import failover.protocol.wire.ManualFailoverResponse;
import java.time.Duration;
import java.util.List;

/** How a move ends: who holds the identity then, who is told, and when the next may begin. */
final class Ends {
    private static final Duration BACK_OFF = Duration.ofSeconds(10);

    private final ManagerRules rules;

    Ends(ManagerRules rules) {
        this.rules = rules;
    }

    void complete(ManagerState state, Move move, Now now, List<ManagerEffect> out) {
        granted(state, move.to, move.epoch, now);
        // Whoever gets back what it had has not been failed over; an empty pair that goes to the other host has.
        if (move.automatic && move.to != state.lastHolder()) {
            state.memory = state.memory.withMovedAt(now.wallMillis());
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
        out.add(Moves.say(Level.WARNING, "=== FAILOVER COMPLETE === (op=" + move.operationId + " epoch=" + move.epoch + ")"));
        out.add(Moves.say(Level.INFO, "New active: [" + move.to + "] " + rules.endpoint(move.to)));
    }

    /** From now on polls extend that lease. */
    static void granted(ManagerState state, Host host, long epoch, Now now) {
        state.view(host).granted = epoch;
        state.view(host).grantedAt = now.nanos();
    }

    /** Of two actives that one is left. */
    void fenced(ManagerState state, Host winner, Now now, List<ManagerEffect> out) {
        state.memory = state.memory.withHolder(winner);
        end(state, winner, now, out);
        out.add(Moves.say(Level.WARNING, "=== FENCING COMPLETE === [" + winner + "] is the only active"));
    }

    void fail(ManagerState state, Now now, List<ManagerEffect> out) {
        Move move = state.move;
        out.add(Moves.say(Level.ERROR, "CRITICAL: Failover failed: " + move.trouble + " (op=" + move.operationId + ")"));
        for (long ticket : move.tickets) {
            out.add(new ManagerEffect.Answer(ticket, new OperatorAnswer(500, "Failover failed: " + move.trouble, null)));
        }
        end(state, state.holder, now, out);
        state.notBefore = now.plus(BACK_OFF);
    }

    private void end(ManagerState state, Host holder, Now now, List<ManagerEffect> out) {
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
