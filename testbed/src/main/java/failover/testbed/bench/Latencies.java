package failover.testbed.bench;

import java.time.Duration;
import java.util.Arrays;

/** How long each answer of a measurement took. Not thread-safe. */
final class Latencies {
    private int[] nanos = new int[1 << 12];
    private int count;
    private boolean sorted;

    void add(long took) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = (int) Math.min(took, Integer.MAX_VALUE);
        sorted = false;
    }

    int count() {
        return count;
    }

    /** The smallest latency that this share (0 to 1) of all answers did not exceed; two seconds at most. */
    Duration quantile(double share) {
        if (count == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        if (!sorted) {
            Arrays.sort(nanos, 0, count);
            sorted = true;
        }
        return Duration.ofNanos(nanos[Math.max(0, (int) Math.ceil(share * count) - 1)]);
    }
}
