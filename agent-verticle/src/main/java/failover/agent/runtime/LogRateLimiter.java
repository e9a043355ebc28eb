package failover.agent.runtime;

import java.util.concurrent.TimeUnit;

/** Lets a line of the log pass once a second, and counts the others: what anybody can cause fills no log. Any thread. */
public final class LogRateLimiter {
    private static final long EVERY = TimeUnit.SECONDS.toNanos(1);
    private boolean ever;
    private long toldAt;
    private long untold;
    private long before;

    /** Whether this line may be logged. */
    public synchronized boolean mayTell() {
        long now = System.nanoTime();
        if (ever && now - toldAt < EVERY) {
            untold++;
            return false;
        }
        ever = true;
        toldAt = now;
        before = untold;
        untold = 0;
        return true;
    }

    /** A suffix for the line that may be logged: how many were suppressed; empty when none. */
    public synchronized String untold() {
        return before == 0 ? "" : " (and " + before + " like it in between)";
    }
}
