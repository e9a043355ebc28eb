package failover.agent.command;

import java.util.HashSet;
import java.util.Set;

/**
 * Every command passes here, so that the dead-man can end them all and let no other begin while it fences (E2). Any thread.
 */
public final class CommandGate {
    private final Set<CancellationToken> running = new HashSet<>();
    private boolean closed;

    /** A command begins; false: none may. */
    public synchronized boolean enter(CancellationToken command) {
        return !closed && running.add(command);
    }

    /** It has ended. */
    synchronized void leave(CancellationToken command) {
        running.remove(command);
    }

    /** Cuts short what runs, and refuses what comes. */
    public void close() {
        Set<CancellationToken> cut;
        synchronized (this) {
            closed = true;
            cut = Set.copyOf(running);
        }
        cut.forEach(CancellationToken::cut);
    }

    /** Commands may begin again. */
    public synchronized void open() {
        closed = false;
    }
}
