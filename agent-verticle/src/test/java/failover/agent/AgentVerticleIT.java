package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.process.ProcStat;
import failover.protocol.solana.Keypair;
import failover.protocol.solana.Tower;
import failover.protocol.solana.TowerWriter;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent: real processes, real HTTP, the validator's RPC faked. */
@Timeout(60)
class AgentVerticleIT {
    private static final Keypair STAKED = Keypair.generate();
    private static final String IDENTITY = STAKED.pubkey().toString();
    @TempDir
    Path directory;
    private Path ran;

    @BeforeEach
    void commands() {
        ran = directory.resolve("ran");
    }

    @Test
    void aPromotionRestoresTheTowerAndSetsTheIdentityAndADemotionTakesItOff() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent));
            JsonObject promoted = change(agent, "become_active", 1);
            assertTrue(promoted.getBoolean("success"), promoted.encode());
            assertTrue(promoted.getBoolean("verified"), promoted.encode());
            assertEquals("Successfully executed: become_active", promoted.getString("message"));
            assertTrue(agent.status().isActive());
            Eventually.holds(() -> lines().contains("backup"));
            JsonObject demoted = change(agent, "become_passive", 2);
            assertTrue(demoted.getBoolean("success"), demoted.encode());
            assertFalse(agent.status().isActive());
            List<String> order = lines().stream().filter(line -> !line.equals("backup")).toList();
            assertEquals(List.of("restore", "change", "remove"), order);
            assertFalse(Files.exists(tower()), "the tower is set aside");
        }
    }

    @Test
    void om0x17RoleAndHostIdSurviveARestart() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent));
            assertTrue(change(agent, "become_active", 7).getBoolean("success"));
            String hostId = agent.status().hostId();
            agent.stop();
            agent.start(settings(agent));
            assertEquals(hostId, agent.status().hostId());
            assertEquals("active", agent.status().role());
            assertEquals(7, agent.status().epoch());
        }
    }

    @Test
    void om0x6AHungBackupDelaysNeitherStatusNorDemotion() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent).put("tower_backup_command", "echo backup >> " + ran + "; test -e " + ran + ".free || sleep 1000")
                .put("tower_backup_interval", "50ms").put("command_timeout", "8s"));
            assertTrue(change(agent, "become_active", 1).getBoolean("success"));
            Eventually.holds(() -> lines().contains("backup"));
            agent.status();
            long begun = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertTrue(agent.status().processRunning());
            }
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toMillis() < 3_000);
            // OM-21: it never overlaps itself, however often it is due.
            assertEquals(1, lines().stream().filter("backup"::equals).count());
            Files.createFile(directory.resolve("ran.free"));
            begun = System.nanoTime();
            assertTrue(change(agent, "become_passive", 2).getBoolean("success"));
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toMillis() < 5_000);
        }
    }

    @Test
    void om0x14TwoPromotionsAtOnceRunTheCommandsOnce() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent));
            CompletableFuture<JsonObject> first = CompletableFuture.supplyAsync(() -> changeUnchecked(agent, "become_active", 1));
            CompletableFuture<JsonObject> second = CompletableFuture.supplyAsync(() -> changeUnchecked(agent, "become_active", 1));
            assertTrue(first.get(20, TimeUnit.SECONDS).getBoolean("success"));
            assertTrue(second.get(20, TimeUnit.SECONDS).getBoolean("success"));
            assertEquals(1, lines().stream().filter("change"::equals).count());
        }
    }

    @Test
    void aDemotionCutsAHangingPromotionShort() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent).put("tower_restore_command", "echo restore >> " + ran + "; sleep 1000"));
            CompletableFuture<JsonObject> promotion = CompletableFuture.supplyAsync(() -> changeUnchecked(agent, "become_active", 1));
            Eventually.holds(() -> lines().contains("restore"));
            long begun = System.nanoTime();
            change(agent, "become_passive", 2);
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toMillis() < 5_000);
            assertFalse(promotion.get(20, TimeUnit.SECONDS).getBoolean("success"));
            assertFalse(lines().contains("change"));
        }
    }

    @Test
    void om0x10ARestoreThatEmptiesTheTowerPreventsThePromotion() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent).put("tower_restore_command", "echo restore >> " + ran + "; : > " + tower()));
            Files.write(tower(), towerAt(5));
            JsonObject refused = change(agent, "become_active", 1);
            assertFalse(refused.getBoolean("success"), refused.encode());
            assertTrue(refused.getString("message").contains("tower"), refused.encode());
            assertFalse(lines().contains("change"));
            assertTrue(Files.size(tower()) > 0, "the good tower is back");
        }
    }

    @Test
    void inDryRunNothingIsExecuted() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent).put("dry_run", true).put("identity_check_command", "touch " + ran));
            JsonObject answer = change(agent, "become_active", 1);
            assertTrue(answer.getBoolean("dry_run"), answer.encode());
            assertFalse(agent.status().isActive());
            String identity = agent.exchange("GET /identity HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertTrue(identity.contains("\"identity_pubkey\":\"[DRY-RUN] Command not executed\""), identity);
            assertFalse(Files.exists(ran));
        }
    }

    @Test
    void identityComesFromTheConfiguredCommandOrSaysWhyNot() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(new JsonObject().put("identity_check_command", "echo id of {local_rpc}"));
            String get = "GET /identity HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            String answer = agent.exchange(get);
            assertTrue(answer.contains("\"identity_pubkey\":\"id of http://127.0.0.1:" + agent.rpc.port() + "\",\"timestamp\""), answer);
            agent.stop();
            agent.start(new JsonObject().put("identity_check_command", "echo no; exit 4"));
            answer = agent.exchange(get);
            String golden = "{\"identity_pubkey\":\"\",\"error\":\"failed to get identity: command failed: exit status 4, output: no\\n\"";
            assertTrue(answer.contains(golden), answer);
        }
    }

    @Test
    void whereGetIdentityDoesNotAnswerTheCommandIsAsked() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.answer("getIdentity", "{\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
            agent.start(new JsonObject().put("identity_check_command", "echo " + IDENTITY));
            Eventually.holds(() -> IDENTITY.equals(agent.status().identity()));
        }
    }

    @Test
    void simultaneousCallersShareOneLook() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(new JsonObject());
            agent.status();
            int before = agent.rpc.asked();
            long begun = System.nanoTime();
            List<CompletableFuture<Void>> callers = java.util.stream.IntStream.range(0, 40).mapToObj(i -> CompletableFuture.runAsync(() -> {
                try {
                    agent.status();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            })).toList();
            for (CompletableFuture<Void> caller : callers) {
                caller.get(20, TimeUnit.SECONDS);
            }
            long quarters = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 250 + 2;
            assertTrue(agent.rpc.asked() - before <= quarters * 2, agent.rpc.asked() - before + " looks in " + quarters + " quarters");
        }
    }

    @Test
    void theDeathOfTheValidatorIsInTheNextStatus() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(new JsonObject());
            assertTrue(agent.status().processRunning());
            agent.validator().destroyForcibly().waitFor();
            Eventually.holds(() -> !agent.status().processRunning());
            assertEquals(0, agent.status().validatorSlot());
            assertEquals(null, agent.status().error());
        }
    }

    @Test
    void shutdownAnswersFirstAndLeavesTheValidatorAlone() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(new JsonObject(), ended::incrementAndGet);
            String answer = agent.post("/shutdown", "{\"reason\":\"Manager requested shutdown\",\"timestamp\":1736000000}");
            assertTrue(answer.matches("\\{\"success\":true,\"message\":\"Agent shutdown initiated\",\"timestamp\":\\d+}\n"), answer);
            Eventually.holds(() -> ended.get() == 1);
            assertTrue(agent.validator().isAlive());
        }
    }

    @Test
    void shutdownRunsTheStopCommandAndEndsByItselfIfThatFails() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        try (TestAgent agent = new TestAgent(directory)) {
            agent.start(new JsonObject().put("agent_stop_command", "touch " + ran + "; exit 1"), ended::incrementAndGet);
            agent.post("/shutdown", "{}");
            Eventually.holds(() -> ended.get() == 1);
            assertTrue(Files.exists(ran));
        }
    }

    @Test
    void stoppingWhileACommandHangsTakesLessThanFiveSecondsAndLeavesNoProcess() throws Exception {
        Path pid = directory.resolve("pid");
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.start(settings(agent).put("tower_restore_command", "echo $$ > " + pid + "; sleep 1000"));
            CompletableFuture.runAsync(() -> changeUnchecked(agent, "become_active", 1));
            Eventually.holds(() -> Files.exists(pid) && Files.size(pid) > 0);
            long begun = System.nanoTime();
            agent.stop();
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toMillis() < 5_000);
            long leader = Long.parseLong(Files.readString(pid).trim());
            assertFalse(ProcStat.read(Path.of("/proc"), leader).filter(ProcStat::alive).isPresent());
        }
    }

    @Test
    void aPortInUseAndASharedStateDirAreNamed() throws Exception {
        try (TestAgent agent = new TestAgent(directory); TestAgent second = new TestAgent(directory)) {
            agent.start(new JsonObject());
            String message = assertThrows(Exception.class, () -> second.start(new JsonObject())).getMessage();
            assertTrue(message.contains("is in use by"), message);
            JsonObject samePort = new JsonObject().put("state_dir", directory.resolve("other").toString())
                .put("listen_addr", "127.0.0.1:" + agent.port());
            message = assertThrows(Exception.class, () -> second.start(samePort)).getMessage();
            assertTrue(message.contains("Address already in use"), message);
            // The failed start gave its state directory free.
            second.start(samePort.put("listen_addr", "127.0.0.1:0"));
        }
    }

    /** Commands that write down that they ran; set-identity is a file that the fake RPC's identity follows. */
    private JsonObject settings(TestAgent agent) throws IOException {
        Path prepared = directory.resolve("prepared-tower");
        Files.write(prepared, towerAt(100));
        String fake = "http://127.0.0.1:" + agent.rpc.port() + "/set/";
        return new JsonObject().put("validator_identity", IDENTITY).put("tower_file_path", tower().toString())
            .put("command_timeout", "5s").put("tower_backup_interval", "200ms")
            .put("tower_backup_command", "echo backup >> " + ran)
            .put("tower_restore_command", "echo restore >> " + ran + "; cat " + prepared + " > " + tower())
            .put("identity_change_command", "echo change >> " + ran + "; exec 3<>/dev/tcp/127.0.0.1/" + agent.rpc.port()
                + "; printf 'GET " + fake + IDENTITY + " HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3")
            .put("identity_remove_command", "echo remove >> " + ran + "; exec 3<>/dev/tcp/127.0.0.1/" + agent.rpc.port()
                + "; printf 'GET " + fake + FakeRpc.IDENTITY + " HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3");
    }

    private Path tower() {
        return directory.resolve("tower.bin");
    }

    private static byte[] towerAt(long slot) {
        return TowerWriter.encode(STAKED, List.of(new Tower.Vote(slot, 1)), OptionalLong.empty(), 1_700_000_000);
    }

    private List<String> lines() throws IOException {
        return Files.exists(ran) ? Files.readAllLines(ran) : List.of();
    }

    private static JsonObject changeUnchecked(TestAgent agent, String action, long epoch) {
        try {
            return change(agent, action, epoch);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonObject change(TestAgent agent, String action, long epoch) throws IOException {
        return new JsonObject(agent.post("/failover", new JsonObject().put("action", action).put("reason", "test")
            .put("timestamp", 1_736_000_000).put("epoch", epoch).encode()));
    }
}
