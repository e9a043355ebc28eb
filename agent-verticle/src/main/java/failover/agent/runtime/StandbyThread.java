package failover.agent.runtime;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread made at the start that does one thing at a time for somebody who must not wait: what hangs in it hangs there alone, and nothing
 * needs a new thread when threads can no longer be made. Used by one giver.
 */
public final class StandbyThread {
    private final Thread thread;
    private volatile Runnable work;

    public StandbyThread(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Blocks until the thread runs. */
    public StandbyThread start() {
        thread.start();
        return this;
    }

    /** It begins at once; false: it still does what it was given before. Never blocks. */
    public boolean give(Runnable next) {
        if (work != null) {
            return false;
        }
        work = next;
        LockSupport.unpark(thread);
        return true;
    }

    private void run() {
        while (true) {
            Runnable todo = work;
            if (todo == null) {
                LockSupport.park(this);
                continue;
            }
            try {
                todo.run();
            } catch (Throwable failed) {
                // Whoever waits for an answer does so with a limit of its own; this thread is needed again.
                continue;
            } finally {
                work = null;
            }
        }
    }
}
