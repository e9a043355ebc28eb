package failover.testbed.sim;

import failover.protocol.Now;
import java.time.Duration;

/**
 * The clocks of one host: they start anywhere, run a little too fast or too slow, and nobody's agree.
 *
 * @param monotonicOffset of its monotonic clock, nanoseconds; may be negative, as {@link System#nanoTime} may
 * @param wallOffset of its wall clock, milliseconds
 * @param rate of both
 */
record HostClock(long monotonicOffset, long wallOffset, double rate) {
    private static final long WALL_AT_BEGIN = 1_790_000_000_000L;
    /** The bound of assumption (1) in safety.md. */
    private static final double WORST_RATE = 0.005;

    static HostClock any(Dice dice) {
        return new HostClock(dice.between(-(1L << 60), 1L << 60), dice.between(-3000, 3000),
                1 + dice.between(-1000, 1000) / 1000.0 * WORST_RATE);
    }

    /** What a program on this host reads at that instant of the world. */
    Now read(long world) {
        long local = (long) (world * rate);
        return new Now(monotonicOffset + local, WALL_AT_BEGIN + wallOffset + local / 1_000_000L);
    }

    /** How long the world takes until this host has seen that time pass. */
    long world(Duration local) {
        return (long) (local.toNanos() / rate);
    }
}
