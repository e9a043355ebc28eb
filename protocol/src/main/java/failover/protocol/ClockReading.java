package failover.protocol;

import java.time.Duration;

/**
 * The instant a decision is taken at. Decisions never read a clock: they receive one of these.
 *
 * @param nanos monotonic, of this process only; every timeout is measured with it
 * @param wallMillis unix milliseconds; for logs, for the wire and for what must survive a restart
 * @param bootNanos since the machine's boot, going on through a suspend (E9); steps of 10 ms
 */
public record ClockReading(long nanos, long wallMillis, long bootNanos) {
    private static final Duration FOREVER = Duration.ofDays(36_500);

    /** Without suspend detection: the boot clock goes with the monotonic one. */
    public ClockReading(long nanos, long wallMillis) {
        this(nanos, wallMillis, nanos);
    }

    /** The machine's clocks, now. For shells only; microseconds, any thread. */
    public static ClockReading ofMachine() {
        long nanos = System.nanoTime();
        long wallMillis = System.currentTimeMillis();
        return new ClockReading(nanos, wallMillis, BootNanos.read(nanos, wallMillis));
    }

    /**
     * The longest time since {@code earlier} by any of the three clocks (E9): a suspend stops the monotonic one, an operator sets the wall
     * clock, and a lease must not outlive either.
     */
    public Duration longestSince(ClockReading earlier) {
        long most = Math.max(nanos - earlier.nanos, bootNanos - earlier.bootNanos);
        Duration wall = Duration.ofMillis(wallMillis).minusMillis(earlier.wallMillis);
        return wall.compareTo(Duration.ofNanos(most)) > 0 ? wall : Duration.ofNanos(most);
    }

    /**
     * The longest by the two clocks that cannot be set: {@link #longestSince} without the wall clock, which may have been moved forward.
     */
    public Duration awakeSince(ClockReading earlier) {
        return Duration.ofNanos(Math.max(nanos - earlier.nanos, bootNanos - earlier.bootNanos));
    }

    /** Monotonic time since {@code earlier} (a value of {@link #nanos}). */
    public Duration since(long earlier) {
        return Duration.ofNanos(nanos - earlier);
    }

    /** True when the monotonic instant {@code deadline} has been reached. */
    public boolean reached(long deadline) {
        return nanos - deadline >= 0;
    }

    /** The monotonic instant {@code wait} from now; a wait that no clock lives to see counts as a century. */
    public long plus(Duration wait) {
        return nanos + (wait.compareTo(FOREVER) > 0 ? FOREVER : wait).toNanos();
    }

    /** Unix seconds, as the wire wants them. */
    public long wallSeconds() {
        return Math.floorDiv(wallMillis, 1000L);
    }
}
