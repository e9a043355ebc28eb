package failover.agent.runtime;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread created at the start that runs one task at a time for a caller that must not block: a task that hangs blocks this thread only,
 * and no thread has to be created when that is no longer possible. Used by one caller.
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
                // The caller waits with a limit of its own; this thread must survive.
                continue;
            } finally {
                work = null;
            }
        }
    }
}
