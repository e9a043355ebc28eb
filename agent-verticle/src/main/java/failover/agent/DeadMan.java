package failover.agent;

import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentMemory;
import failover.agent.decision.AgentRules;
import failover.agent.decision.CommandResult;
import failover.agent.decision.Fence;
import failover.agent.decision.Hold;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.protocol.Now;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fences this host when its lease ends and nobody has renewed it (E2): a thread of its own, which needs neither event loop nor bus nor any
 * message, cuts short whatever command runs, and ends with SIGKILL. It also keeps the fencer informed, which does the same when this
 * process cannot (E4), or has the watchdog fed while it lives. Told what to go by with {@link #publish}, from any thread.
 */
final class DeadMan implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeadMan.class);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private static final long FENCER_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration ASK_LIMIT = Duration.ofMillis(250);
    private static final Duration DISK_LIMIT = Duration.ofMillis(100);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private final AgentConfig config;
    private final AgentRules rules;
    private final CommandGate gate;
    private final MemoryStore store;
    private final FencerWord fencer;
    private final Optional<Watchdog> watchdog;
    private final Consumer<AgentEvent> post;
    private final BlockingLook eyes;
    private final Killer killer = new Killer(Path.of("/proc"));
    private final CommandRunner runner;
    private final CommandLines lines;
    private final TowerFiles towers;
    private final Thread thread;
    private volatile AgentEffect.Publish published;
    private volatile boolean closed;

    /**
     * A dead-man.
     *
     * @param watchdog stands behind this host in the fencer's place; opened, and not fed yet
     * @param post takes events to the agent's mailbox; must not block, may be slow to act: nothing here waits for it
     */
    DeadMan(AgentConfig config, AgentRules rules, CommandGate gate, MemoryStore store, FencerWord fencer, Optional<Watchdog> watchdog,
            Consumer<AgentEvent> post) {
        this.config = config;
        this.rules = rules;
        this.gate = gate;
        this.store = store;
        this.fencer = fencer;
        this.watchdog = watchdog;
        this.post = post;
        this.eyes = new BlockingLook(config);
        this.runner = new CommandRunner(fencer::command);
        this.lines = new CommandLines(config);
        this.towers = new TowerFiles(config);
        this.thread = new Thread(this::run, "agent-dead-man");
        this.thread.setDaemon(true);
        this.thread.setPriority(Thread.MAX_PRIORITY);
    }

    void start() {
        thread.start();
        watchdog.ifPresent(dog -> dog.start(() -> published, thread::isAlive));
    }

    /** From now on this is what counts. */
    void publish(AgentEffect.Publish next) {
        published = next;
        LockSupport.unpark(thread);
    }

    /**
     * Ends the thread: the deadline stays with the fencer, or, where none stands behind this host or a watchdog, which ends with this
     * agent, the validator is demoted first (E16).
     * Does not wait: see {@link #awaitEnd}.
     */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** Blocks until the thread has ended, for as long as that may take. */
    void awaitEnd(Duration limit) throws InterruptedException {
        thread.join(limit.toMillis());
    }

    private void run() {
        AgentEffect.Publish told = null;
        long fencerAt = System.nanoTime() - FENCER_EVERY_NANOS;
        while (!closed) {
            try {
                AgentEffect.Publish now = published;
                if (now != null && now != told) {
                    fencer.tell(now.hold(), Now.ofMachine());
                    told = now;
                }
                if (now != null && now.hold() != null && now.hold().due(Now.ofMachine())) {
                    fence(now, "the lease of epoch " + now.hold().epoch() + " ends in " + now.hold().left(Now.ofMachine()).toMillis()
                        + " ms, and neither the manager nor the peer has renewed it");
                }
                if (System.nanoTime() - fencerAt >= FENCER_EVERY_NANOS) {
                    fencerAt = System.nanoTime();
                    if (fencer.look()) {
                        post.accept(new AgentEvent.FencerSeen(fencer.capable()));
                    }
                }
            } catch (RuntimeException e) {
                LOG.error("The dead-man stumbled and goes on", e);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        AgentEffect.Publish last = published;
        boolean unguarded = last != null && last.hold() != null && !rules.dryRun() && rules.fencing() != AgentRules.Fencing.OFF
            && (watchdog.isPresent() || !fencer.capable());
        if (unguarded) {
            fence(last, watchdog.isPresent() ? "this agent stops, and what its watchdog kills with it must not be the voter (E16)"
                : "this agent stops and no fencer stands behind this host: its validator would vote unguarded (E16; fencing \"off\" "
                + "would leave it)");
        }
        watchdog.ifPresent(dog -> dog.end(published == null || published.hold() == null));
    }

    private void fence(AgentEffect.Publish by, String why) {
        Hold hold = by.hold();
        LOG.error("=== FENCING THIS HOST === {}", why);
        gate.close();
        post.accept(new AgentEvent.FenceBegun());
        try {
            Fence fence = new Fence(rules, hold, by.memory(), why, Now.ofMachine());
            List<AgentEffect> out = new ArrayList<>();
            boolean rested = false;
            Task task = fence.begin(out);
            while (task != null) {
                say(out);
                TaskResult done = perform(task, fence);
                task = fence.next(done, Now.ofMachine(), out);
                if (!rested && fence.safe()) {
                    // The identity is off: the fencer would only kill a validator that cannot sign.
                    rested = true;
                    fencer.tell(null, Now.ofMachine());
                }
            }
            say(out);
            var response = fence.response(Now.ofMachine());
            published = new AgentEffect.Publish(response.success() ? null : hold, fence.memory());
            post.accept(new AgentEvent.Fenced(fence.memory(), response));
            if (!response.success()) {
                LOG.error("The fence failed ({}): it is tried again", response.message());
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        } finally {
            gate.open();
        }
    }

    private static void say(List<AgentEffect> out) {
        for (AgentEffect effect : out) {
            if (effect instanceof AgentEffect.Say say) {
                Shell.say(say);
            }
        }
        out.clear();
    }

    private TaskResult perform(Task task, Fence fence) {
        if (task instanceof Task.Run run) {
            return new TaskResult.Ran(run.kind(), command(run, fence));
        } else if (task instanceof Task.Look) {
            return new TaskResult.Looked(eyes.look(ASK_LIMIT));
        } else if (task instanceof Task.Wait wait) {
            long until = System.nanoTime() + wait.time().toNanos();
            while (System.nanoTime() - until < 0) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            return new TaskResult.Waited();
        } else if (task instanceof Task.Kill kill) {
            return killer.kill(kill.pid(), kill.startTicks(), kill.limit()).map(alive -> new TaskResult.Killed(false, alive))
                .orElse(new TaskResult.Killed(true, null));
        } else if (task instanceof Task.Save save) {
            return new TaskResult.Saved(save(save.memory()));
        } else if (task instanceof Task.TakeTower) {
            return new TaskResult.TowerTaken(towers.take(fence.memory().stakedIdentity()).orElse(null));
        } else if (task instanceof Task.SetTowerAside) {
            towers.setAside(fence.memory().stakedIdentity());
            return new TaskResult.Waited();
        }
        throw new AssertionError(task);
    }

    /** A disk that hangs must not keep a validator voting: its word is awaited a moment, and the write goes on by itself. */
    private String save(AgentMemory memory) {
        FutureTask<String> write = new FutureTask<>(() -> store.writeNow(memory));
        Thread disk = new Thread(write, "agent-dead-man-disk");
        disk.setDaemon(true);
        disk.start();
        try {
            return write.get(DISK_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            return "the disk has not answered within " + DISK_LIMIT.toMillis() + " ms";
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private CommandResult command(Task.Run run, Fence fence) {
        CommandWorker.Order order = new CommandWorker.Order(run.kind(), run.limit(), fence.memory().stakedIdentity(), new CutSwitch());
        return CommandWorker.execute(config, lines, runner, order);
    }
}
