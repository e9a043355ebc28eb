package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import failover.agent.Configs;
import failover.agent.Eventually;
import failover.agent.OptionsFactory;
import failover.agent.command.CancellationToken;
import failover.agent.command.CommandGate;
import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.HeldLease;
import failover.agent.state.StateWriter;
import failover.protocol.ClockReading;
import failover.protocol.wire.Role;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The dead-man's thread, beside a process that bears the validator's name: whatever hangs around it, the process is dead in the end. */
@Timeout(60)
class DeadManSwitchTest {
    private static final String STAKED = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";
    private static final Duration D = Duration.ofSeconds(2);
    private static final Duration J = Duration.ofMillis(500);
    private final String name = "simv" + ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000);
    private final CommandGate gate = new CommandGate();
    private final List<AgentEvent> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final Vertx vertx = Vertx.vertx();
    @TempDir
    Path directory;
    private Process validator;
    private StateWriter store;
    private FencerClient fencer;
    private DeadManSwitch deadMan;

    @BeforeEach
    void start() throws Exception {
        Path program = directory.resolve(name);
        Files.copy(Path.of("/bin/sleep"), program, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        validator = new ProcessBuilder(program.toString(), "1000").start();
        store = new StateWriter(vertx, "test");
        store.open(directory.resolve("state")).await(10, TimeUnit.SECONDS);
        Files.createDirectories(directory.resolve("lease"));
    }

    @AfterEach
    void end() throws Exception {
        release.countDown();
        if (deadMan != null) {
            deadMan.close();
        }
        if (fencer != null) {
            fencer.leave();
        }
        validator.destroyForcibly();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private void deadMan(String remove, Runnable onPost) throws Exception {
        AgentConfig config = Configs.of(directory, new JsonObject().put("process_name", name).put("identity_remove_command", remove)
            .put("validator_identity", STAKED).put("local_rpc", "http://127.0.0.1:" + silentPort())
            .put("lease_dir", directory.resolve("lease").toString()));
        fencer = new FencerClient(config.leaseDir(), name, Optional.empty(), Optional.empty());
        AgentOptions rules = OptionsFactory.of(config, STAKED, null);
        deadMan = new DeadManSwitch(config, rules, gate, store, fencer, Optional.empty(), event -> {
            onPost.run();
            told.add(event);
        }, () -> { });
        deadMan.start();
    }

    private static int silentPort() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return free.getLocalPort();
        }
    }

    private static DurableAgentState active() {
        return new DurableAgentState("host", Role.ACTIVE, 5, STAKED, 0, null, null, null).withIdentityRead();
    }

    private void lease(Duration left) {
        deadMan.publish(new AgentEffect.Publish(new HeldLease(5, ClockReading.ofMachine(), left, D, J), active()), 0);
    }

    private void isFenced() throws Exception {
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS), "the validator lives, 20 s after its lease has ended");
        Eventually.holds(() -> told.stream().anyMatch(event -> event instanceof AgentEvent.Fenced fenced
            && fenced.memory().role() == Role.PASSIVE));
    }

    private static void fifo(Path at) throws Exception {
        Files.deleteIfExists(at);
        assertEquals(0, new ProcessBuilder("mkfifo", at.toString()).start().waitFor());
    }

    @Test
    void aLeaseThatIsLeftAloneEndsInAFenceAndARenewedOneDoesNot() throws Exception {
        deadMan("false", () -> { });
        for (int i = 0; i < 10; i++) {
            lease(Duration.ofSeconds(9));
            assertFalse(validator.waitFor(100, TimeUnit.MILLISECONDS));
        }
        assertTrue(gate.enter(new CancellationToken()), "nothing is fenced while the lease is renewed");
        lease(D.plus(J).plusMillis(200));
        isFenced();
    }

    @Test
    void theCommandThatRunsIsCutAndNoOtherBeginsUntilItIsOver() throws Exception {
        deadMan("sleep 0.5; false", () -> { });
        CancellationToken running = new CancellationToken();
        assertTrue(gate.enter(running));
        lease(D.plus(J));
        Eventually.holds(running::isCut);
        assertFalse(gate.enter(new CancellationToken()));
        isFenced();
        Eventually.holds(() -> gate.enter(new CancellationToken()));
    }

    @Test
    void aLogThatTakesNoLineHoldsNobodyUp() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        AppenderBase<ILoggingEvent> stuck = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        stuck.setContext(root.getLoggerContext());
        deadMan("false", () -> { });
        stuck.start();
        root.addAppender(stuck);
        try {
            lease(D.plus(J));
            isFenced();
        } finally {
            release.countDown();
            root.detachAppender(stuck);
        }
    }

    @Test
    void aLeaseDirectoryThatHangsHoldsNobodyUp() throws Exception {
        fifo(directory.resolve("lease").resolve("answer"));
        deadMan("false", () -> { });
        lease(Duration.ofSeconds(9));
        lease(D.plus(J));
        isFenced();
    }

    @Test
    void aStateDirectoryThatHangsHoldsNobodyUp() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        store.write(active(), 0, error -> {
            // What a write that never returns does to whoever writes after it.
            hangs.countDown();
            await(release);
        });
        assertTrue(hangs.await(10, TimeUnit.SECONDS));
        deadMan("false", () -> { });
        lease(D.plus(J));
        isFenced();
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCommandThatEndsAtNoSignalHoldsNobodyUp() throws Exception {
        deadMan("trap '' TERM INT HUP; while :; do sleep 1; done", () -> { });
        lease(D.plus(J));
        isFenced();
    }

    @Test
    void aCommandThatCannotBeStartedIsNoReasonToStop() throws Exception {
        deadMan("/does/not/exist", () -> { });
        lease(D.plus(J));
        isFenced();
    }

    @Test
    void aMailboxThatThrowsAnErrorLosesNothingAndEndsNobody() throws Exception {
        int[] calls = {0};
        deadMan("false", () -> {
            if (calls[0]++ < 3) {
                throw new OutOfMemoryError("unable to create native thread");
            }
        });
        lease(D.plus(J));
        isFenced();
        assertTrue(told.get(0) instanceof AgentEvent.FenceBegun, "in order, and none is lost: " + told);
    }

    @Test
    void anUnguardedActiveThatStopsIsFencedBeforeTheStopIsOver() throws Exception {
        deadMan("false", () -> { });
        lease(Duration.ofSeconds(30));
        deadMan.close();
        assertTrue(deadMan.awaitEnd(Duration.ofSeconds(20)));
        assertFalse(validator.isAlive(), "it would vote on, guarded by nobody");
    }

    @Test
    void whoHoldsNothingStopsAtOnceAndKillsNobody() throws Exception {
        deadMan("false", () -> { });
        deadMan.publish(new AgentEffect.Publish(null, active()), 0);
        deadMan.close();
        assertTrue(deadMan.awaitEnd(Duration.ofSeconds(20)));
        assertTrue(validator.isAlive());
    }

    @Test
    void whatAFenceLeavesIsNotOverwrittenByWhatWasKnownBefore() throws Exception {
        deadMan("false", () -> { });
        lease(D.plus(J));
        isFenced();
        CountDownLatch answered = new CountDownLatch(1);
        String[] error = new String[1];
        store.write(active(), 0, why -> {
            error[0] = why;
            answered.countDown();
        });
        assertTrue(answered.await(10, TimeUnit.SECONDS));
        assertTrue(error[0].contains("fenced itself since"), error[0]);
        assertTrue(Files.readString(directory.resolve("state").resolve("agent.json")).contains("passive"));
    }
}
