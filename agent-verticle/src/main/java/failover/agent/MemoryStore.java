package failover.agent;

import failover.agent.decision.AgentMemory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The memory file behind a thread of its own, so that a slow disk never holds up the event loop; writes keep their order. */
final class MemoryStore {
    private final WorkerExecutor thread;
    private volatile MemoryFile file;

    MemoryStore(Vertx vertx, String instance) {
        this.thread = vertx.createSharedWorkerExecutor("agent-memory-" + instance, 1, 1, TimeUnit.HOURS);
    }

    /** Locks and reads; fails with what is wrong and what to do. */
    Future<MemoryFile.Opened> open(Path directory) {
        return thread.executeBlocking(() -> new MemoryFile(directory), true).map(opened -> {
            file = opened;
            return opened.opened();
        });
    }

    /** Makes it durable on the caller's thread, which may block; for the dead-man. Gives the error, or {@code null}. */
    String writeNow(AgentMemory memory) {
        return file.write(memory);
    }

    /** Makes it durable; gives the error, or {@code null} when it is. Never fails. */
    Future<String> write(AgentMemory memory) {
        return thread.executeBlocking(() -> file.write(memory), true).otherwise(failure -> "the state file cannot be written: " + failure);
    }

    /** Gives the directory free, after the writes under way. */
    Future<Void> close() {
        MemoryFile open = file;
        if (open == null) {
            return Future.succeededFuture();
        }
        return thread.executeBlocking(() -> {
            open.close();
            return null;
        }, true);
    }
}
