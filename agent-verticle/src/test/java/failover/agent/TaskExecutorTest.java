package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import failover.agent.command.CommandWorker;
import failover.agent.config.AgentConfig;
import failover.agent.decision.CommandKind;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.agent.fence.FencerClient;
import failover.agent.peer.PeerClient;
import failover.agent.process.ProcStat;
import failover.agent.process.ValidatorUsers;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import failover.agent.state.StateWriter;
import failover.agent.validator.ProbeCache;
import failover.agent.validator.ProbeWorker;
import failover.protocol.wire.Role;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The steps of a change: what a worker does not say, and what comes when the change is no more. The worker is played by the test. */
@Timeout(60)
class TaskExecutorTest {
    private static final Task REMOVE = new Task.Run(CommandKind.IDENTITY_REMOVE, Duration.ofSeconds(20));
    private final Vertx vertx = Vertx.vertx();
    private final List<Message<CommandWorker.Order>> orders = new CopyOnWriteArrayList<>();
    private final List<TaskResult> results = new CopyOnWriteArrayList<>();
    @TempDir
    Path directory;
    private Context context;
    private TaskExecutor tasks;

    @BeforeEach
    void start() throws Exception {
        LocalDelivery.prepare(vertx.eventBus());
        context = vertx.getOrCreateContext();
        Path ledger = Files.createDirectories(directory.resolve("ledger"));
        Files.writeString(ledger.resolve("admin.rpc"), "");
        AgentConfig config = Configs.of(directory, new JsonObject().put("process_name", "nobodys-name")
            .put("ledger_path", ledger.toString()));
        ValidatorUsers.of(Path.of("/proc"), Optional.of(ledger)).refresh();
        DurableAgentState memory = new DurableAgentState("host", Role.ACTIVE, 1, "staked", 0, null, null, null);
        FencerClient fencer = new FencerClient(directory.resolve("lease"), "sleep", Optional.empty(), Optional.empty());
        on(() -> tasks = new TaskExecutor(vertx, config, "i", new ProbeCache(vertx, config, "i", seen -> { },
                fresh -> new ProbeWorker.Look(fresh, null, false)),
            new PeerClient(vertx, config), new StateWriter(vertx, "i"), () -> memory, () -> 0, fencer));
    }

    @AfterEach
    void end() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private void worker() throws Exception {
        on(() -> vertx.eventBus().<CommandWorker.Order>localConsumer(Address.COMMAND.of("i"), orders::add));
    }

    private void on(Runnable work) throws Exception {
        Promise<Void> done = Promise.promise();
        context.runOnContext(now -> {
            work.run();
            done.complete();
        });
        done.future().await(20, TimeUnit.SECONDS);
    }

    private static CommandResult ok() {
        return new CommandResult(How.EXITED, 0, "", Duration.ZERO);
    }

    private CommandResult only() throws Exception {
        Eventually.holds(() -> results.size() == 1);
        return ((TaskResult.Ran) results.get(0)).result();
    }

    /** E15: what it did is not known, which is something else than that it was not begun. */
    @Test
    void aWorkerThatDoesNotAnswerMayHaveRunTheCommand() throws Exception {
        worker();
        on(() -> tasks.perform(REMOVE, results::add));
        Eventually.holds(() -> orders.size() == 1);
        orders.get(0).fail(500, "no memory");
        assertEquals(How.TIMED_OUT, only().how());
        assertTrue(orders.get(0).body().cut().isCut(), "and whatever runs of it is ended");
    }

    @Test
    void aWorkerThatIsGoneHasNotBegunIt() throws Exception {
        on(() -> tasks.perform(REMOVE, results::add));
        assertEquals(How.NOT_STARTED, only().how());
    }

    /** A fence, or a change that takes another's place, is never told how a step of the one before ended. */
    @Test
    void whatAnAbandonedChangeStillGivesIsToldToNobody() throws Exception {
        worker();
        on(() -> tasks.perform(REMOVE, results::add));
        Eventually.holds(() -> orders.size() == 1);
        on(() -> tasks.abandon());
        assertTrue(orders.get(0).body().cut().isCut(), "it is cut short");
        on(() -> tasks.perform(REMOVE, results::add));
        Eventually.holds(() -> orders.size() == 2);
        orders.get(0).reply(new CommandResult(How.CANCELLED, -1, "of the one before", Duration.ZERO), LocalDelivery.reply());
        orders.get(1).reply(ok(), LocalDelivery.reply());
        assertEquals(How.EXITED, only().how());
        on(() -> { });
        assertEquals(1, results.size());
    }

    /** Nobody who cannot be the validator is killed for it, nor keeps a demotion from ending, because he bears its name. */
    @Test
    void aKillOfTheNameSparesWhoCannotBeTheValidator() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to be two users");
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("nobodys-name"));
        Path above = directory;
        for (; above.startsWith(System.getProperty("java.io.tmpdir")); above = above.getParent()) {
            Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Process impostor = new ProcessBuilder("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program.toString(), "600")
            .start();
        try {
            Eventually.holds(() -> ProcStat.read(Path.of("/proc"), impostor.pid()).filter(stat -> stat.comm().equals("nobodys-name"))
                .isPresent());
            on(() -> tasks.perform(new Task.KillAll(Duration.ofMillis(300)), results::add));
            Eventually.holds(() -> results.size() == 1);
            assertTrue(((TaskResult.Killed) results.get(0)).dead(), results.toString());
            assertTrue(impostor.isAlive());
        } finally {
            impostor.destroyForcibly();
        }
    }

    @Test
    void aKillMakesWhatWasSeenBeforeItOld() throws Exception {
        on(() -> tasks.perform(new Task.Kill(0, 0, Duration.ofMillis(10)), results::add));
        Eventually.holds(() -> results.size() == 1);
        assertTrue(results.get(0) instanceof TaskResult.Killed killed && !killed.dead(), "there is no process 0 to kill");
    }
}
