package failover.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** E16 through the whole agent: an active that nobody guards is fenced before its stop is over. */
@Timeout(120)
class AgentStopIT {
    @TempDir
    Path directory;

    private static String poll(String token, long epoch) {
        return new JsonObject().put("manager_id", "m").put("epoch", epoch).put("timestamp", 1)
            .put("lease", new JsonObject().put("token", token).put("grant_epoch", epoch).put("manager_start", 1)
                .put("heartbeat_ms", 5_000)
                .put("lease_ms", 24_000).put("fence_ms", 5_000).put("jitter_ms", 500)).encode();
    }

    /** With the longest D there is: the whole of the fence fits into the stop. */
    @Test
    void aStopWaitsForTheFence() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator().start(new JsonObject().put("is_active_on_start", true)
                .put("validator_identity", FakeRpc.IDENTITY).put("identity_remove_command", "sleep 1000"))) {
            Eventually.holds(() -> {
                String token = new JsonObject(agent.post("/status", poll("", 0))).getJsonObject("lease").getString("token");
                agent.post("/status", poll(token, 1));
                JsonObject lease = new JsonObject(agent.post("/status", poll("", 0))).getJsonObject("lease");
                return lease.getLong("left_ms", 0L) > 0;
            });
            assertTrue(agent.validator().isAlive());
            agent.stop();
            assertFalse(agent.validator().isAlive(), "the agent has stopped, and the voter it left is guarded by nobody");
        }
    }
}
