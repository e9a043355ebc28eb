package failover.testbed.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waiting for a condition with a deadline: the only way a test of this project waits. */
public final class Await {
    private static final long LOOK_NANOS = 10_000_000;

    /** A condition that may also fail to be evaluated, which counts as "not yet". */
    @FunctionalInterface
    public interface Condition {
        /** Whether it holds. */
        boolean holds() throws Exception;
    }

    private Await() {
    }

    /** @throws AssertionError naming what was waited for and what was seen last, when the deadline has passed */
    public static void until(String what, Duration within, Condition condition, Supplier<String> seen) {
        long deadline = System.nanoTime() + within.toNanos();
        String trouble = "";
        do {
            try {
                if (condition.holds()) {
                    return;
                }
                trouble = "";
            } catch (Exception e) {
                trouble = "; last trouble: " + e;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        } while (System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted());
        throw new AssertionError("not within " + within.toMillis() + " ms: " + what + trouble + "; seen: " + seen.get());
    }

    /** The same without a word on what was seen. */
    public static void until(String what, Duration within, Condition condition) {
        until(what, within, condition, () -> "nothing more");
    }

    /** Lets time pass while something must not happen; fails as soon as it does. */
    public static void never(String what, Duration during, Condition condition) throws Exception {
        long deadline = System.nanoTime() + during.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (condition.holds()) {
                throw new AssertionError("happened although it must not: " + what);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
