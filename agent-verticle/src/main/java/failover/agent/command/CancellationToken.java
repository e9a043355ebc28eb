package failover.agent.command;

/** Cuts one command short, from any thread, also before it has started; the command's own thread does the killing. Any thread. */
public final class CancellationToken {
    private boolean cut;
    private Runnable waker;

    /** Cuts; harmless when the command is over. */
    public void cut() {
        Runnable wake;
        synchronized (this) {
            cut = true;
            wake = waker;
        }
        if (wake != null) {
            wake.run();
        }
    }

    public synchronized boolean isCut() {
        return cut;
    }

    /** What wakes the thread that watches over the command; run at once when it was cut already. */
    void onCut(Runnable wake) {
        boolean already;
        synchronized (this) {
            waker = wake;
            already = cut;
        }
        if (already) {
            wake.run();
        }
    }
}
