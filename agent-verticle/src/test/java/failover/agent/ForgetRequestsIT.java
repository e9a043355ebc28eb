package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.state.ForgetRequests;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** E12, E17: an operator on the host lets its agent forget whom it obeys; whoever asks the agent gets the answer to its own question. */
class ForgetRequestsIT {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private String refused(TestAgent agent, String manager) throws Exception {
        String body = "{\"timestamp\":1,\"manager_id\":\"" + manager + "\",\"lease\":{\"manager_start\":1,\"heartbeat_ms\":2000,"
            + "\"lease_ms\":9405,\"fence_ms\":2000,\"jitter_ms\":500}}";
        return new JsonObject(agent.post("/status", body)).getJsonObject("lease").getString("refused");
    }

    private int forget(boolean manager, boolean peer, Duration patience) throws Exception {
        return new ForgetRequests(directory.resolve("state")).ask(new ForgetRequests.Asked(manager, peer), patience,
            new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @Test
    void aRunningAgentForgetsItsManagerWhenAnOperatorOfItsHostSaysSo() throws Exception {
        try (TestAgent agent = new TestAgent(directory).start(new JsonObject())) {
            assertEquals(null, refused(agent, "m1"));
            String no = refused(agent, "m2");
            assertTrue(no.contains("--forget-manager"), no);
            assertEquals(0, forget(true, false, Duration.ofSeconds(30)));
            assertTrue(said.toString(StandardCharsets.UTF_8).startsWith("Done"), said::toString);
            assertEquals(null, refused(agent, "m2"));
            assertTrue(refused(agent, "m1") != null);
        }
    }

    @Test
    void anAgentThatDoesNotRunDoesSoWhenItStarts() throws Exception {
        try (TestAgent agent = new TestAgent(directory).start(new JsonObject())) {
            assertEquals(null, refused(agent, "m1"));
            agent.stop();
            assertEquals(0, forget(true, true, Duration.ofMillis(200)));
            assertTrue(said.toString(StandardCharsets.UTF_8).contains("when it starts"), said::toString);
            agent.start(new JsonObject());
            Eventually.holds(() -> !Files.exists(directory.resolve("state/forget-manager")));
            assertEquals(null, refused(agent, "m2"));
            assertFalse(Files.exists(directory.resolve("state/forget-peer")));
        }
    }

    /** E10: it was written down late, because the disk took nothing; the intent of a change that has begun meanwhile stays. */
    @Test
    void whatIsForgottenLateTakesNothingBackOfAChangeUnderWay() throws Exception {
        Path word = directory.resolve("state/forget-manager");
        Path obstacle = directory.resolve("state/agent.json.new");
        try (TestAgent agent = new TestAgent(directory).withValidator().start(new JsonObject().put("is_active_on_start", true)
                .put("validator_identity", FakeRpc.IDENTITY).put("identity_remove_command", "sleep 1000"))) {
            assertEquals(null, refused(agent, "m1"));
            // A write that is under way has a file there.
            Eventually.holds(() -> {
                try {
                    return Files.isDirectory(Files.createDirectories(obstacle.resolve("full")));
                } catch (java.io.IOException busy) {
                    return false;
                }
            });
            Files.createFile(word);
            Eventually.holds(() -> refused(agent, "m2") == null);
            Files.delete(word);
            Files.delete(obstacle.resolve("full"));
            Files.delete(obstacle);
            CompletableFuture<Void> change = CompletableFuture.runAsync(() -> demote(agent));
            Eventually.holds(() -> intent() != null);
            Files.createFile(word);
            Eventually.holds(() -> !Files.exists(word));
            assertEquals("become_passive", intent(), () -> "of this a restart would know nothing; the change " + change);
            assertFalse(change.isDone());
        }
    }

    private String intent() throws java.io.IOException {
        JsonObject intent = new JsonObject(Files.readString(directory.resolve("state/agent.json"))).getJsonObject("memory")
            .getJsonObject("intent");
        return intent == null ? null : intent.getString("action");
    }

    private static void demote(TestAgent agent) {
        try {
            agent.post("/failover", "{\"action\":\"become_passive\",\"reason\":\"test\",\"operation_id\":\"op\",\"epoch\":2}");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aWrongDirectoryIsNamed() throws Exception {
        assertEquals(1, forget(true, false, Duration.ofMillis(200)));
        assertTrue(said.toString(StandardCharsets.UTF_8).contains("state_dir"), said::toString);
    }

    /** Two ask at once: only the bound peer is promised anything, and nobody reads the other's answer. */
    @Test
    void eachAskerGetsTheAnswerToItsOwnQuestion() throws Exception {
        try (TestAgent agent = new TestAgent(directory).start(new JsonObject())) {
            assertTrue(stay(agent, "peer").getBoolean("granted"));
            for (int i = 0; i < 20; i++) {
                CompletableFuture<JsonObject> peer = CompletableFuture.supplyAsync(() -> stay(agent, "peer"));
                CompletableFuture<JsonObject> stranger = CompletableFuture.supplyAsync(() -> stay(agent, "stranger"));
                assertTrue(peer.get(20, TimeUnit.SECONDS).getBoolean("granted"));
                assertFalse(stranger.get(20, TimeUnit.SECONDS).getBoolean("granted"));
            }
        }
    }

    private static JsonObject stay(TestAgent agent, String host) {
        try {
            return new JsonObject(agent.post("/peer-status", "{\"host_id\":\"" + host + "\",\"epoch\":5,\"stay\":{\"epoch\":5,"
                + "\"lease_ms\":9405,\"jitter_ms\":500}}")).getJsonObject("stay");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
