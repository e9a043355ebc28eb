package failover.manager.decision;

import failover.protocol.ClockReading;
import java.time.Duration;

/**
 * When the last automatic failover was (INV-8). It counts from the moment its become_active goes out, since it may take effect whatever is
 * heard of it, and is taken back where that was refused before anything ran, or by the validator itself, which is known to be passive then.
 * Within one life of the manager the monotonic clock counts; the wall clock only carries the instant across a restart, and one that lies
 * ahead then was written by a clock that has been set right since: it counts as now, once.
 */
final class Cooldown {
    /**
     * What counts.
     *
     * @param movedAt {@link ManagerState#movedAt}
     * @param movedAtMillis {@link DurableManagerState#movedAtMillis}
     */
    record Mark(long movedAt, long movedAtMillis) {
    }

    private Cooldown() {
    }

    /** A manager starts and finds what an earlier start wrote. */
    static void start(ManagerState state, ClockReading now) {
        long moved = state.memory.movedAtMillis();
        if (moved == 0) {
            return;
        }
        long ago = now.wallMillis() - moved;
        if (ago < 0) {
            state.memory = state.memory.withMovedAt(now.wallMillis());
        }
        // Anything longer than a day is over, and must not wrap.
        state.movedAt = now.nanos() - Duration.ofMillis(Math.max(0, Math.min(ago, Duration.ofDays(1).toMillis()))).toNanos();
    }

    /**
     * A become_active is about to go out, or it has become known what became of it: it took effect somewhere in between. Whoever gets back
     * what it had has not been failed over.
     */
    static void counts(ManagerState state, Operation move, ClockReading now) {
        if (!move.cause.automatic() || move.back() || move.to == state.lastHolder()) {
            return;
        }
        if (move.countedBefore == null) {
            move.countedBefore = new Mark(state.movedAt, state.memory.movedAtMillis());
        }
        state.movedAt = now.nanos();
        // 0 stands for "never".
        state.memory = state.memory.withMovedAt(Math.max(1, now.wallMillis()));
    }

    /** It was refused, by the agent or by its validator, or never went out. */
    static void takenBack(ManagerState state, Operation move) {
        if (move.countedBefore != null) {
            state.movedAt = move.countedBefore.movedAt();
            state.memory = state.memory.withMovedAt(move.countedBefore.movedAtMillis());
            move.countedBefore = null;
        }
    }

    /** What is left of it; zero when nothing is. */
    static Duration left(ManagerState state, ManagerOptions rules, ClockReading now) {
        if (state.memory.movedAtMillis() == 0) {
            return Duration.ZERO;
        }
        Duration left = rules.failoverCooldown().minus(now.since(state.movedAt));
        return left.isNegative() ? Duration.ZERO : left;
    }
}
