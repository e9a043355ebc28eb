package failover.agent;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Awaits a condition, with a deadline. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Eventually() {
    }

    public static void holds(Callable<Boolean> condition) throws Exception {
        long begun = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - begun > LIMIT.toNanos()) {
                throw new AssertionError("does not hold after " + LIMIT);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
