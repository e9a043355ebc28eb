package failover.agent;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.command.CommandGate;
import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentMachine;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.CommandKind;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.FenceEffect;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.agent.fence.DeadManSwitch;
import failover.agent.fence.FenceExecutor;
import failover.agent.fence.FencerClient;
import failover.agent.peer.PeerClient;
import failover.agent.runtime.LocalDelivery;
import failover.agent.state.FileStateStore;
import failover.agent.state.StateWriter;
import failover.agent.validator.ProbeCache;
import failover.agent.validator.ProbeWorker;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the decisions may ask for, somebody does it: every kind of effect and of task is handed once to whoever performs it. */
@Timeout(90)
class EffectsTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final DurableAgentState MEMORY = new DurableAgentState("host", Role.PASSIVE, 1, "staked", 0, null, null, null);
    private final Vertx vertx = Vertx.vertx();
    @TempDir
    Path directory;
    private Context context;
    private AgentConfig config;
    private AgentOptions rules;
    private StateWriter store;
    private FileStateStore.Opened opened;
    private FencerClient fencer;

    @BeforeEach
    void start() throws Exception {
        LocalDelivery.prepare(vertx.eventBus());
        context = vertx.getOrCreateContext();
        config = Configs.of(directory, new JsonObject().put("process_name", "nobodys-name").put("local_rpc", "http://127.0.0.1:9")
            .put("lease_dir", directory.resolve("lease").toString()));
        rules = OptionsFactory.of(config, null, null);
        store = new StateWriter(vertx, "i");
        opened = store.open(directory.resolve("state")).await(20, TimeUnit.SECONDS);
        fencer = new FencerClient(config.leaseDir(), config.processName(), Optional.empty(), Optional.empty());
    }

    @AfterEach
    void end() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void everyEffectThatTheAgentsCoreMayWantHasABranchInTheShell() throws Exception {
        List<AgentEffect> effects = List.of(new AgentEffect.Do(new Task.Look()), new AgentEffect.CutShort(),
            new AgentEffect.Reply(1, new FailoverResponse(true, "", false, 0, null, "done", true, null, false, 0, 0)),
            new AgentEffect.AskPeer(), new AgentEffect.AskToStay(new PromiseRequest(1, 9405, 500), ClockReading.ofMachine()),
            new AgentEffect.AskToLeave(new LeaveRequest("n", 1, null, 1)), new AgentEffect.AnswerPeer(7, null),
            new AgentEffect.Keep(1, MEMORY), new AgentEffect.LookAtTower(), new AgentEffect.Publish(null, MEMORY),
            new AgentEffect.Abandon(), new AgentEffect.CheckInternet(), new AgentEffect.Observe(),
            new AgentEffect.FindVoteAccount("x"), new AgentEffect.Backup(SHORT), new AgentEffect.CancelBackup(),
            new AgentEffect.Remember(MEMORY), new AgentEffect.Say(Level.INFO, "a line"));
        all(AgentEffect.class, effects, Set.of());
        on(() -> {
            AgentRuntime shell = new AgentRuntime(vertx, config, new AgentMachine(rules), rules, "i", store, new CommandGate(), fencer,
                    Optional.empty());
            shell.begin(opened);
            effects.forEach(effect -> assertDoesNotThrow(() -> shell.perform(effect), effect.toString()));
            shell.stop();
        });
    }

    @Test
    void everyTaskOfAChangeIsDoneAndAnswered() throws Exception {
        List<Task> tasks = tasks();
        all(Task.class, tasks, Set.of());
        List<TaskResult> results = new CopyOnWriteArrayList<>();
        on(() -> {
            TaskExecutor hands = new TaskExecutor(vertx, config, "i", new ProbeCache(vertx, config, "i", seen -> { },
                fresh -> new ProbeWorker.Look(fresh, null, false)),
                new PeerClient(vertx, config), store, () -> MEMORY, () -> 0, fencer);
            for (Task task : tasks) {
                // Nobody looks here: that there is a branch is all that can be seen.
                assertDoesNotThrow(() -> hands.perform(task, task instanceof Task.Look ? look -> { } : results::add), task.toString());
            }
        });
        Eventually.holds(() -> results.size() == tasks.size() - 1);
    }

    @Test
    void everyEffectThatTheDeadManMayWantHasABranch() {
        List<AgentEvent> told = new ArrayList<>();
        boolean[] forgot = {false};
        DeadManSwitch deadMan = new DeadManSwitch(config, rules, new CommandGate(), store, fencer, Optional.empty(), told::add,
                () -> forgot[0] = true);
        List<FenceEffect> effects = List.of(new FenceEffect.CloseGate(), new FenceEffect.OpenGate(),
            new FenceEffect.Do(1, new Task.Kill(1, 0, Duration.ZERO), MEMORY, 1), new FenceEffect.Arm(1, 1, 1, "host"),
            new FenceEffect.Disarm(), new FenceEffect.AskFencer(), new FenceEffect.ForgetLooks(),
            new FenceEffect.Post(new AgentEvent.FenceBegun()), new FenceEffect.Say(Level.INFO, "a line"), new FenceEffect.Ended(true));
        all(FenceEffect.class, effects, Set.of());
        effects.forEach(effect -> assertDoesNotThrow(() -> deadMan.perform(effect), effect.toString()));
        assertEquals(List.of(new AgentEvent.FenceBegun()), told);
        assertTrue(forgot[0]);
    }

    /** A fence waits by itself, and neither asks anybody nor takes a tower. */
    @Test
    void everyTaskOfAFenceIsDoneAndAnswered() throws Exception {
        Set<Class<?>> never = Set.of(Task.Wait.class, Task.Arm.class, Task.CheckTower.class, Task.InstallTower.class, Task.AskPeer.class);
        List<Task> tasks = tasks().stream().filter(task -> !never.contains(task.getClass())).toList();
        all(Task.class, tasks, never);
        FenceExecutor hands = new FenceExecutor(config, store, fencer);
        hands.start();
        for (Task task : tasks) {
            List<TaskResult> results = new CopyOnWriteArrayList<>();
            hands.begin(new FenceEffect.Do(1, task, MEMORY, 1), results::add);
            Eventually.holds(() -> results.size() == 1);
        }
    }

    private static List<Task> tasks() {
        return List.of(new Task.Run(CommandKind.IDENTITY_REMOVE, SHORT), new Task.Look(), new Task.Wait(SHORT),
            new Task.Kill(1, 0, Duration.ZERO), new Task.KillAll(Duration.ZERO), new Task.Save(MEMORY, Duration.ofSeconds(5)),
            new Task.Arm(SHORT), new Task.CheckTower(), new Task.TakeTower(), new Task.InstallTower(new FinalTower(41, "AAAA"), true),
            new Task.SetTowerAside(), new Task.AskPeer());
    }

    private static void all(Class<?> kind, List<?> samples, Set<Class<?>> never) {
        Set<Class<?>> known = samples.stream().map(Object::getClass).collect(Collectors.toCollection(HashSet::new));
        known.addAll(never);
        assertEquals(Stream.of(kind.getPermittedSubclasses()).collect(Collectors.toSet()), known, "a new kind: perform it, add it here");
    }

    private void on(Runnable work) throws Exception {
        Promise<Void> done = Promise.promise();
        context.runOnContext(now -> {
            try {
                work.run();
                done.complete();
            } catch (Throwable e) {
                done.fail(e);
            }
        });
        done.future().await(30, TimeUnit.SECONDS);
    }
}
