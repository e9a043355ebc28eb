package failover.protocol;

import java.time.Duration;

/**
 * The instant a decision is taken at. Decisions never read a clock: they are told.
 *
 * @param nanos monotonic, of this process only; every timeout is measured with it
 * @param wallMillis unix milliseconds; for logs, for the wire and for what must survive a restart
 */
public record Now(long nanos, long wallMillis) {

    /** The machine's clocks, now. For shells only. */
    public static Now ofMachine() {
        return new Now(System.nanoTime(), System.currentTimeMillis());
    }

    /** Monotonic time since {@code earlier} (a value of {@link #nanos}). */
    public Duration since(long earlier) {
        return Duration.ofNanos(nanos - earlier);
    }

    /** True when the monotonic instant {@code deadline} has been reached. */
    public boolean reached(long deadline) {
        return nanos - deadline >= 0;
    }

    /** The monotonic instant {@code wait} from now. */
    public long plus(Duration wait) {
        return nanos + wait.toNanos();
    }

    /** Unix seconds, as the wire wants them. */
    public long wallSeconds() {
        return Math.floorDiv(wallMillis, 1000L);
    }
}
