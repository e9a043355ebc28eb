package failover.agent.state;

import failover.agent.decision.DurableAgentState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Writes the state file on a thread of its own, created at the start: a slow or hanging disk blocks no other thread. One writer, one order:
 * of the pending states only the newest is written, which completes the older requests too; a state older than the end of a fence never
 * overwrites it.
 */
public final class StateWriter {
    private final WorkerExecutor opener;
    private final Thread thread;
    private final List<Consumer<String>> waiting = new ArrayList<>();
    private FileStateStore file;
    private DurableAgentState next;
    private long newest;
    private boolean closing;
    private final Promise<Void> closed = Promise.promise();

    public StateWriter(Vertx vertx, String instance) {
        this.opener = vertx.createSharedWorkerExecutor("agent-memory-" + instance, 1, 1, TimeUnit.HOURS);
        this.thread = new Thread(this::run, "agent-memory-file");
        this.thread.setDaemon(true);
    }

    /** Locks and reads; fails with what is wrong and what to do. */
    public Future<FileStateStore.Opened> open(Path directory) {
        return opener.executeBlocking(() -> {
            FileStateStore opened = new FileStateStore(directory);
            synchronized (this) {
                file = opened;
            }
            thread.start();
            return opened.opened();
        }, true);
    }

    /**
     * Makes it durable. Never blocks, never throws.
     *
     * @param fences how many fences of this start its author knows of, the one it writes for included
     * @param done gets the error, or {@code null} when it, or something newer, is durable; from another thread
     */
    public void write(DurableAgentState memory, long fences, Consumer<String> done) {
        synchronized (this) {
            if (file != null && !closing && fences >= newest) {
                newest = fences;
                next = memory;
                waiting.add(done);
                LockSupport.unpark(thread);
                return;
            }
        }
        done.accept(file == null || closing ? "the state file is closed"
            : "this host has fenced itself since: what was known before is not written any more");
    }

    /** The same for the caller's context; gives the error, or {@code null} when it is durable. Never fails. */
    public Future<String> write(DurableAgentState memory, long fences, Context context) {
        Promise<String> done = Promise.promise();
        write(memory, fences, error -> context.runOnContext(now -> done.complete(error)));
        return done.future();
    }

    /** Gives the directory free, after the writes under way. */
    public Future<Void> close() {
        synchronized (this) {
            closing = true;
            if (file == null) {
                return Future.succeededFuture();
            }
        }
        LockSupport.unpark(thread);
        return closed.future();
    }

    private void run() {
        while (true) {
            DurableAgentState memory;
            List<Consumer<String>> told;
            synchronized (this) {
                memory = next;
                told = List.copyOf(waiting);
                waiting.clear();
                next = null;
                if (memory == null && closing) {
                    break;
                }
            }
            if (memory == null) {
                LockSupport.park(this);
                continue;
            }
            String error = write(memory);
            told.forEach(each -> tell(each, error));
        }
        file.close();
        closed.complete();
    }

    private String write(DurableAgentState memory) {
        try {
            return file.write(memory);
        } catch (Throwable e) {
            return "the state file cannot be written: " + e;
        }
    }

    private static void tell(Consumer<String> each, String error) {
        try {
            each.accept(error);
        } catch (Throwable gone) {
            // The callback failed, or there is no heap left for it: this thread must survive.
            return;
        }
    }
}
