package failover.manager.decision;

import failover.protocol.Now;
import java.time.Duration;

/**
 * The highest slot that any source has shown, as it is kept on disk: after a restart a source that lags is known by it (safety.md, E6).
 *
 * @param slot of the cluster
 * @param wallMillis unix milliseconds when the source was asked
 */
public record Tip(long slot, long wallMillis) {

    /** The monotonic instant that {@code wallMillis} was; the present one when it lies ahead, as after a step of the wall clock. */
    long seenAt(Now now) {
        return now.nanos() - Duration.ofMillis(Math.max(0, now.wallMillis() - wallMillis)).toNanos();
    }
}
