package failover.agent;

import org.jetbrains.lincheck.Lincheck;

/**
 * What two threads share, under the interleavings that a model checker tries: it chooses at which access one thread is suspended and the
 * other continues, and prints the interleaving that failed.
 */
public final class Interleavings {
    private static final int TRIED = 100;

    private Interleavings() {
    }

    /** Plays the scenario once for each interleaving. */
    public static void of(Runnable scenario) {
        Lincheck.runConcurrentTest(TRIED, scenario);
    }

    /** A thread of the scenario, started. */
    public static Thread begin(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    /** Waits until that thread has ended. */
    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fails the interleaving where it does not hold. */
    public static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
