package failover.agent.fence;

import failover.agent.command.CancellationToken;
import failover.agent.command.CommandRunner;
import failover.agent.command.CommandWorker;
import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.agent.decision.CommandResult;
import failover.agent.decision.FenceEffect;
import failover.agent.decision.Observation;
import failover.agent.decision.SelfFence;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.agent.process.Killer;
import failover.agent.process.ValidatorUsers;
import failover.agent.runtime.StandbyThread;
import failover.agent.state.StateWriter;
import failover.agent.tower.TowerFiles;
import failover.agent.validator.BlockingProbe;
import failover.protocol.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of a fence (probes, commands, towers, log lines), each on a thread of its own that was created at the start and may block
 * alone. Only the kill runs on the caller's thread: it waits for nothing but the kernel.
 */
public final class FenceExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(FenceExecutor.class);
    private static final int WORDS = 256;
    private static final long OVERDUE_NANOS = SelfFence.LOOK_LIMIT.multipliedBy(2).toNanos();
    private final AgentConfig config;
    private final StateWriter store;
    private final BlockingProbe eyes;
    private final Killer killer;
    private final CommandRunner runner;
    private final CommandLines lines;
    private final TowerFiles towers;
    private final StandbyThread looking = new StandbyThread("agent-fence-look");
    private final StandbyThread running = new StandbyThread("agent-fence-command");
    private final StandbyThread moving = new StandbyThread("agent-fence-tower");
    private final StandbyThread speaking = new StandbyThread("agent-fence-words");
    private final ArrayBlockingQueue<FenceEffect.Say> words = new ArrayBlockingQueue<>(WORDS);
    private volatile long lookingSince;
    private final AtomicLong dropped = new AtomicLong();

    public FenceExecutor(AgentConfig config, StateWriter store, FencerClient fencer) {
        this.config = config;
        this.store = store;
        this.eyes = new BlockingProbe(config);
        this.killer = new Killer(Path.of("/proc"), config.processName(),
            ValidatorUsers.of(Path.of("/proc"), CommandLines.ledger(config))::mayBe);
        this.runner = new CommandRunner(fencer::command);
        this.lines = new CommandLines(config);
        this.towers = new TowerFiles(config);
    }

    public void start() {
        looking.start();
        running.start();
        moving.start();
        speaking.start();
        eyes.start();
        looking.give(this::rehearse);
    }

    /**
     * Once through all that a fence may need, for nothing: what is loaded and opened lazily is loaded now, while there is memory and a file
     * descriptor for it.
     */
    private void rehearse() {
        new FenceWarmUp(config.dryRun()).play();
        killer.kill(1, 0, Duration.ZERO);
        ProcessHandle.of(1).ifPresent(ProcessHandle::isAlive);
        look();
    }

    /** Starts a step; its result is passed to {@code done} exactly once, on any thread. Does not block, except for a kill. */
    public void begin(FenceEffect.Do todo, Consumer<TaskResult> done) {
        Task task = todo.task();
        if (task instanceof Task.Kill kill) {
            done.accept(killed(config.dryRun() ? "[DRY-RUN] Would kill process " + kill.pid()
                : killer.kill(kill.pid(), kill.startTicks(), kill.limit()).orElse(null)));
        } else if (task instanceof Task.KillAll kill) {
            done.accept(killed(config.dryRun() ? "[DRY-RUN] Would kill all " + config.processName()
                : killer.killAll(kill.limit()).orElse(null)));
        } else if (task instanceof Task.Look) {
            give(looking, () -> new TaskResult.Looked(look()),
                why -> new TaskResult.Looked(SelfFence.unseen(System.nanoTime(), why)), done);
        } else if (task instanceof Task.Run run) {
            CommandWorker.Order order = new CommandWorker.Order(run.kind(), run.limit(), todo.memory().stakedIdentity(),
                    new CancellationToken());
            give(running, () -> new TaskResult.Ran(run.kind(), CommandWorker.execute(config, lines, runner, order)),
                why -> new TaskResult.Ran(run.kind(), new CommandResult(CommandResult.How.NOT_STARTED, -1, why, Duration.ZERO)), done);
        } else if (task instanceof Task.Save save) {
            store.write(save.memory(), todo.fences(), error -> done.accept(new TaskResult.Saved(error)));
        } else if (task instanceof Task.TakeTower) {
            give(moving, () -> new TaskResult.TowerTaken(towers.take(todo.memory().stakedIdentity()).orElse(null)),
                why -> new TaskResult.TowerTaken(null), done);
        } else if (task instanceof Task.SetTowerAside) {
            BooleanSupplier wanted = TowerFiles.wantedFor(FenceEffect.limit(task));
            give(moving, () -> {
                towers.setAside(todo.memory().stakedIdentity(), wanted);
                return new TaskResult.Waited();
            }, why -> new TaskResult.Waited(), done);
        } else {
            throw new AssertionError(task);
        }
    }

    private Observation look() {
        lookingSince = System.nanoTime();
        try {
            return eyes.look(SelfFence.LOOK_LIMIT);
        } finally {
            lookingSince = 0;
        }
    }

    private static TaskResult killed(String alive) {
        return new TaskResult.Killed(alive == null, alive);
    }

    /** A step that cannot be done, for want of a thread, of memory or of a file, is answered at once: the fence goes on without it. */
    private static void give(StandbyThread hand, Supplier<TaskResult> work, Function<String, TaskResult> failed,
            Consumer<TaskResult> done) {
        boolean given = hand.give(() -> {
            TaskResult result;
            try {
                result = work.get();
            } catch (Throwable e) {
                result = failed.apply(e.toString());
            }
            done.accept(result);
        });
        if (!given) {
            done.accept(failed.apply("the step before has not ended"));
        }
    }

    /** Queues a log line without waiting; while the log blocks, the newest lines are dropped and counted. */
    void say(FenceEffect.Say line) {
        if (!words.offer(line)) {
            dropped.incrementAndGet();
        }
        speak();
    }

    /** Flushes queued log lines and abandons an overdue probe; called periodically. Does not block. */
    void nudge() {
        speak();
        long since = lookingSince;
        if (since != 0 && System.nanoTime() - since > OVERDUE_NANOS) {
            eyes.cut();
        }
    }

    private void speak() {
        if (!words.isEmpty() || dropped.get() > 0) {
            speaking.give(this::write);
        }
    }

    private void write() {
        for (FenceEffect.Say line = words.poll(); line != null; line = words.poll()) {
            write(line.level(), line.line());
        }
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            write(Level.WARNING, lost + " lines of the self-fence are lost: the log did not take them");
        }
    }

    private static void write(Level level, String line) {
        if (level == Level.ERROR) {
            LOG.error(line);
        } else if (level == Level.WARNING) {
            LOG.warn(line);
        } else {
            LOG.info(line);
        }
    }
}
