package failover.testbed.sim;

import failover.protocol.ClockReading;
import java.time.Duration;

/**
 * The clocks of one host: they start anywhere, run a little too fast or too slow, and nobody's agree. The monotonic one stands still while
 * the host sleeps, the wall clock may be set by anybody, and the boot clock does neither, in steps of 10 ms. While a virtual machine is
 * paused all three stand still.
 */
final class HostClock {
    private static final long WALL_AT_BEGIN = 1_790_000_000_000L;
    /** The bound of assumption (1) in safety.md. */
    private static final double WORST_RATE = 0.005;
    private static final long BOOT_STEP = 10_000_000L;

    private final long monotonicOffset;
    private final long bootOffset;
    private final double rate;
    private long wallOffset;
    private int wallSteps;
    private long slept;
    private long asleepSince = -1;
    /** What of {@link #slept} was no sleep but a pause of the virtual machine. */
    private long paused;
    private boolean pausing;

    /**
     * Clocks that have been running for a while.
     *
     * @param monotonicOffset nanoseconds; may be negative, as {@link System#nanoTime} may
     * @param wallOffset milliseconds off the right time
     * @param bootOffset nanoseconds since the host's boot
     * @param rate of all three
     */
    HostClock(long monotonicOffset, long wallOffset, long bootOffset, double rate) {
        this.monotonicOffset = monotonicOffset;
        this.wallOffset = wallOffset;
        this.bootOffset = bootOffset;
        this.rate = rate;
    }

    static HostClock any(RandomStream dice) {
        return new HostClock(dice.between(-(1L << 60), 1L << 60), dice.between(-3000, 3000), dice.millis(60_000, 10_000_000_000L),
                1 + dice.between(-1000, 1000) / 1000.0 * WORST_RATE);
    }

    /** The same with another rate; before it has run. */
    HostClock at(double newRate) {
        return new HostClock(monotonicOffset, wallOffset, bootOffset, newRate);
    }

    /** What a program on this host reads at that instant of the world. */
    ClockReading read(long world) {
        long local = (long) ((world - paused(world)) * rate);
        long awake = (long) ((world - slept(world)) * rate);
        long boot = bootOffset + local;
        return new ClockReading(monotonicOffset + awake, WALL_AT_BEGIN + wallOffset + local / 1_000_000L, boot - Math.floorMod(boot,
                BOOT_STEP));
    }

    /** How long the world takes until this host has seen that time pass. */
    long world(Duration local) {
        return (long) (local.toNanos() / rate);
    }

    /** When, in the world, the boot clock will have come to that reading. */
    long worldAtBoot(long bootNanos) {
        return (long) Math.ceil((bootNanos - bootOffset) / rate) + paused;
    }

    double rate() {
        return rate;
    }

    /** Somebody sets the wall clock. */
    void stepWall(long millis) {
        wallOffset += millis;
        wallSteps++;
    }

    /** How often somebody did. */
    int wallSteps() {
        return wallSteps;
    }

    /** {@code pause}: of the virtual machine. */
    void sleep(long world, boolean pause) {
        asleepSince = world;
        pausing = pause;
    }

    void wake(long world) {
        paused = paused(world);
        slept = slept(world);
        asleepSince = -1;
    }

    boolean asleep() {
        return asleepSince >= 0;
    }

    /** For how long it has slept in all until that instant of the world. */
    long slept(long world) {
        return asleepSince < 0 ? slept : slept + world - asleepSince;
    }

    private long paused(long world) {
        return asleep() && pausing ? paused + world - asleepSince : paused;
    }
}
