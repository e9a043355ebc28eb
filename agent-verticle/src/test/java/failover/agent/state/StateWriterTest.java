package failover.agent.state;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.DurableAgentState;
import failover.protocol.wire.Role;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StateWriterTest {
    private final Vertx vertx = Vertx.vertx();
    @TempDir
    Path directory;

    @AfterEach
    void end() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    /** Were the thread gone, each promotion from then on would be refused, for want of a durable intent. */
    @Test
    void whoeverCannotBeToldDoesNotEndTheThreadOfTheFile() throws Exception {
        StateWriter store = new StateWriter(vertx, "i");
        store.open(directory.resolve("state")).await(20, TimeUnit.SECONDS);
        DurableAgentState memory = new DurableAgentState("host", Role.PASSIVE, 1, null, 0, null, null, null);
        CompletableFuture<Void> reached = new CompletableFuture<>();
        store.write(memory, 0, error -> {
            reached.complete(null);
            throw new OutOfMemoryError("as if");
        });
        reached.get(20, TimeUnit.SECONDS);
        CompletableFuture<String> written = new CompletableFuture<>();
        store.write(memory, 0, written::complete);
        assertNull(written.get(20, TimeUnit.SECONDS));
        assertTrue(store.close().await(20, TimeUnit.SECONDS) == null);
    }
}
