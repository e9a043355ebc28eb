package failover.agent;

import failover.agent.command.CancellationToken;
import failover.agent.command.CommandWorker;
import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.CommandKind;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.agent.decision.TowerCheck;
import failover.agent.decision.TowerCheck.Verdict;
import failover.agent.fence.FencerClient;
import failover.agent.peer.PeerClient;
import failover.agent.process.Killer;
import failover.agent.process.ValidatorUsers;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import failover.agent.state.StateWriter;
import failover.agent.tower.TowerFiles;
import failover.agent.validator.ProbeCache;
import failover.protocol.wire.FinalTower;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does the steps of a change of role; each future completes exactly once and never fails. Used on the agent's context only. */
public final class TaskExecutor {
    /** What killing a tree, seeing it dead and answering over the bus may take on top of a command's own limit. */
    private static final Duration MARGIN = Duration.ofSeconds(5);
    /** What a step that has a limit of its own may take beyond it. */
    private static final Duration SLACK = Duration.ofSeconds(1);
    /** Reading and writing a file of a few kilobytes. */
    private static final Duration TOWER_LIMIT = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(TaskExecutor.class);
    private final Vertx vertx;
    private final AgentConfig config;
    private final String instance;
    private final ProbeCache observer;
    private final PeerClient peer;
    private final StateWriter store;
    private final Supplier<DurableAgentState> memory;
    private final LongSupplier fences;
    private final Context context;
    private final TowerFiles towers;
    private final Killer killer;
    private final WorkerExecutor towerThread;
    private final WorkerExecutor killThread;
    private final FencerClient fencer;
    private CancellationToken running;
    /** Of the change that runs: another one from {@link #abandon} on. */
    private Object generation = new Object();
    private Promise<TaskResult> waiting;

    TaskExecutor(Vertx vertx, AgentConfig config, String instance, ProbeCache observer, PeerClient peer, StateWriter store,
            Supplier<DurableAgentState> memory, LongSupplier fences, FencerClient fencer) {
        this.fences = fences;
        this.context = vertx.getOrCreateContext();
        this.fencer = fencer;
        this.vertx = vertx;
        this.config = config;
        this.instance = instance;
        this.observer = observer;
        this.peer = peer;
        this.store = store;
        this.memory = memory;
        this.towers = new TowerFiles(config);
        this.killer = new Killer(Path.of("/proc"), config.processName(),
            ValidatorUsers.of(Path.of("/proc"), CommandLines.ledger(config))::mayBe);
        this.towerThread = vertx.createSharedWorkerExecutor("agent-tower-" + instance, 1, 1, TimeUnit.HOURS);
        this.killThread = vertx.createSharedWorkerExecutor("agent-kill-" + instance, 1, 1, TimeUnit.HOURS);
    }

    /** Runs one step and passes its result on, unless {@link #abandon} was called meanwhile: the change it belonged to no longer exists. */
    void perform(Task task, Consumer<TaskResult> then) {
        Object mine = generation;
        perform(task).onSuccess(result -> {
            if (mine == generation) {
                then.accept(result);
            }
        });
    }

    /** Ends within its time, whatever disk, process or worker does not answer: then as what is safe to take it for. */
    private Future<TaskResult> perform(Task task) {
        if (task instanceof Task.Run run) {
            return run(run);
        } else if (task instanceof Task.Look) {
            return observer.fresh().map(TaskResult.Looked::new);
        } else if (task instanceof Task.Wait wait) {
            return await(wait.time());
        } else if (task instanceof Task.Kill kill) {
            return kill(kill.pid(), kill.limit(), () -> killer.kill(kill.pid(), kill.startTicks(), kill.limit()));
        } else if (task instanceof Task.KillAll kill) {
            return kill(0, kill.limit(), () -> killer.killAll(kill.limit()));
        } else if (task instanceof Task.Save save) {
            return save(save.memory(), save.limit()).map(TaskResult.Saved::new);
        } else if (task instanceof Task.Arm arm) {
            return within(arm.limit().plus(SLACK), killThread.executeBlocking(() -> fencer.awaitArmed(arm.limit()), false))
                .otherwise(String::valueOf).map(TaskResult.Armed::new);
        } else if (task instanceof Task.CheckTower) {
            String identity = memory.get().stakedIdentity();
            return onTower(() -> towers.check(identity), "the tower cannot be judged: ").map(TaskResult.TowerChecked::new);
        } else if (task instanceof Task.TakeTower) {
            String identity = memory.get().stakedIdentity();
            return within(TOWER_LIMIT, towerThread.executeBlocking(() -> towers.take(identity).orElse(null), true))
                .onFailure(failure -> LOG.warn("The tower is not handed on: {}", failure.toString())).otherwise((FinalTower) null)
                .map(TaskResult.TowerTaken::new);
        } else if (task instanceof Task.InstallTower install) {
            String identity = memory.get().stakedIdentity();
            BooleanSupplier wanted = TowerFiles.wantedFor(TOWER_LIMIT);
            return onTower(() -> towers.install(identity, install.tower(), wanted), "the tower cannot be put in place: ")
                .map(TaskResult.TowerChecked::new);
        } else if (task instanceof Task.SetTowerAside) {
            return setTowerAside();
        } else if (task instanceof Task.AskPeer) {
            return peer.ask(memory.get(), null, null).<TaskResult>map(TaskResult.PeerSaid::new)
                .otherwise(failure -> new TaskResult.PeerSaid(null));
        }
        throw new AssertionError(task);
    }

    /** Makes it durable; gives the error, or {@code null} when it is. A disk that is late is a disk that failed. Never fails. */
    Future<String> save(DurableAgentState next, Duration limit) {
        return within(limit, store.write(next, fences.getAsLong(), context)).otherwise(failure ->
            "the state file was not written within " + limit.toMillis() + " ms: does the disk under state_dir stand still?");
    }

    /** What this host's tower is worth now. Never fails, and never waits long. */
    Future<AgentEvent.TowerSeen> lookAtTower() {
        String identity = memory.get().stakedIdentity();
        return within(TOWER_LIMIT, towerThread.executeBlocking(() -> towers.look(identity), true))
            .otherwise(failure -> new AgentEvent.TowerSeen(new TowerCheck(Verdict.BAD, "the tower cannot be read: " + failure, 0), 0));
    }

    private Future<TowerCheck> onTower(Callable<TowerCheck> work, String trouble) {
        return within(TOWER_LIMIT, towerThread.executeBlocking(work, true))
            .otherwise(failure -> new TowerCheck(Verdict.BAD, trouble + failure, 0));
    }

    /** The same, or a failure once the time is over: a step that hangs may still complete later; its result is ignored. */
    private <T> Future<T> within(Duration limit, Future<T> work) {
        return work.timeout(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Cancels the running step; its result is ignored: the change it belonged to no longer exists. */
    void abandon() {
        generation = new Object();
        cutShort();
    }

    /** Cuts the command that runs short, tree and all; ends a wait. */
    void cutShort() {
        if (running != null) {
            running.cut();
        }
        if (waiting != null) {
            waiting.tryComplete(new TaskResult.Waited());
        }
    }

    private Future<TaskResult> run(Task.Run run) {
        CancellationToken cut = new CancellationToken();
        running = cut;
        return send(Address.COMMAND, run.kind(), run.limit(), cut).map(result -> {
            running = null;
            observer.forget();
            return new TaskResult.Ran(run.kind(), result);
        });
    }

    /** Has a worker run a command. Without an answer from it, what the command did is not known. Never fails. */
    Future<CommandResult> send(Address worker, CommandKind kind, Duration limit, CancellationToken cut) {
        long begun = System.nanoTime();
        CommandWorker.Order order = new CommandWorker.Order(kind, limit, memory.get().stakedIdentity(), cut);
        return vertx.eventBus().<CommandResult>request(worker.of(instance), order, LocalDelivery.within(limit.plus(MARGIN)))
            .map(message -> message.body())
            .otherwise(failure -> {
                cut.cut();
                if (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
                    return new CommandResult(How.NOT_STARTED, -1, "the agent is stopping", Duration.ZERO);
                }
                return new CommandResult(How.TIMED_OUT, -1, "the command worker did not answer: " + failure.getMessage(),
                    Duration.ofNanos(System.nanoTime() - begun));
            });
    }

    private Future<TaskResult> await(Duration time) {
        Promise<TaskResult> wait = Promise.promise();
        waiting = wait;
        long timer = vertx.setTimer(Math.max(1, time.toMillis()), fired -> wait.tryComplete(new TaskResult.Waited()));
        return wait.future().onComplete(done -> {
            vertx.cancelTimer(timer);
            waiting = null;
        });
    }

    private Future<TaskResult> kill(long pid, Duration limit, Supplier<Optional<String>> kill) {
        if (config.dryRun()) {
            return Future.succeededFuture(new TaskResult.Killed(false, "[DRY-RUN] Would kill "
                + (pid > 0 ? "process " + pid : "all " + config.processName())));
        }
        return within(limit.plus(SLACK), killThread.executeBlocking(kill::get, false))
            .<TaskResult>map(alive -> new TaskResult.Killed(alive.isEmpty(), alive.orElse(null)))
            .otherwise(failure -> new TaskResult.Killed(false, String.valueOf(failure)))
            .onSuccess(done -> observer.forget());
    }

    private Future<TaskResult> setTowerAside() {
        String identity = memory.get().stakedIdentity();
        BooleanSupplier wanted = TowerFiles.wantedFor(TOWER_LIMIT);
        return within(TOWER_LIMIT, towerThread.executeBlocking(() -> {
            towers.setAside(identity, wanted);
            return (TaskResult) new TaskResult.Waited();
        }, true)).otherwise(failure -> new TaskResult.Waited());
    }
}
