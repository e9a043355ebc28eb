package failover.agent.fence;

import failover.agent.command.CommandGate;
import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.FenceEffect;
import failover.agent.decision.FenceEvent;
import failover.agent.decision.SelfFence;
import failover.agent.state.StateWriter;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Fences this host when its lease ends and nobody has renewed it (E2): drives {@link SelfFence} with a thread of its own, which needs
 * neither event loop nor event bus, log, disk, resolver or reply: whatever may block is done by other threads, created at the start
 * ({@link FenceExecutor}), and times out. Its input is {@link #publish}, from any thread.
 */
public final class DeadManSwitch {
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private static final int FELL = 70;
    private static final FenceEvent LOOK = new FenceEvent.Look();
    private final SelfFence machine;
    private final CommandGate gate;
    private final FencerClient fencer;
    private final Optional<Watchdog> watchdog;
    private final Consumer<AgentEvent> post;
    private final Runnable forgetLooks;
    private final FenceExecutor hands;
    private final ResourceReserve reserve = new ResourceReserve();
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final FenceInbox inbox = new FenceInbox();
    /** Events not yet posted to the core. */
    private final Deque<AgentEvent> untold = new ArrayDeque<>();
    private volatile AgentEffect.Publish current;
    private volatile boolean closed;

    /**
     * A dead-man.
     *
     * @param watchdog stands behind this host in the fencer's place; opened, and not fed yet
     * @param post takes events to the agent's mailbox; must not block, may be slow to act: nothing here waits for it
     * @param forgetLooks what was seen of the validator is not to be shown any more
     */
    public DeadManSwitch(AgentConfig config, AgentOptions rules, CommandGate gate, StateWriter store, FencerClient fencer,
            Optional<Watchdog> watchdog, Consumer<AgentEvent> post, Runnable forgetLooks) {
        this.machine = new SelfFence(rules);
        this.gate = gate;
        this.fencer = fencer;
        this.watchdog = watchdog;
        this.post = post;
        this.forgetLooks = forgetLooks;
        this.hands = new FenceExecutor(config, store, fencer);
        this.thread = new Thread(this::run, "agent-dead-man");
        this.thread.setDaemon(true);
        this.thread.setPriority(Thread.MAX_PRIORITY);
    }

    public void start() {
        reserve.take();
        hands.start();
        thread.start();
        watchdog.ifPresent(dog -> dog.start(() -> current, thread::isAlive));
    }

    /** Replaces the published lease. {@code fences}: how many completed fences of this process the publisher has processed. */
    public void publish(AgentEffect.Publish next, long fences) {
        inbox.put(new FenceEvent.Published(next, fences));
        LockSupport.unpark(thread);
    }

    /**
     * Ends the thread: the deadline stays with the fencer, or, where none stands behind this host or a watchdog, which ends with this
     * agent, the validator is demoted first (E16).
     * Does not wait: see {@link #awaitEnd}.
     */
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** Blocks until the thread has ended, for as long as that may take; false: it has not. */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run() {
        try {
            look();
        } finally {
            if (ended.getCount() > 0) {
                // Without this thread the host would not be fenced: exit. The guard and the fencer act on the last deadline they received.
                Runtime.getRuntime().halt(FELL);
            }
        }
    }

    private void look() {
        boolean stopped = false;
        while (ended.getCount() > 0) {
            try {
                FenceEvent next = inbox.take();
                if (next != null) {
                    step(next);
                } else if (closed && !stopped) {
                    stopped = true;
                    step(new FenceEvent.Stop());
                } else {
                    step(LOOK);
                    tell();
                    hands.nudge();
                    pause();
                }
            } catch (Throwable e) {
                // Any error (no memory, no threads, a bug of ours): the loop continues with the next iteration.
                stumbled(e);
            }
        }
    }

    private void pause() {
        long wait = Math.min(LOOK_NANOS, machine.wait(ClockReading.ofMachine()).toNanos());
        if (!inbox.hasAnswer()) {
            LockSupport.parkNanos(Math.max(100_000, wait));
        }
    }

    private void stumbled(Throwable e) {
        try {
            hands.say(new FenceEffect.Say(Level.ERROR, "The dead-man stumbled and goes on: " + e));
        } catch (Throwable worse) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void step(FenceEvent event) {
        var effects = machine.step(event, ClockReading.ofMachine());
        for (FenceEffect effect : effects) {
            try {
                perform(effect);
            } catch (Throwable e) {
                stumbled(e);
            }
        }
        current = machine.current();
    }

    /** One of them, on the dead-man's thread. */
    public void perform(FenceEffect effect) {
        if (effect instanceof FenceEffect.CloseGate) {
            gate.close();
            reserve.release();
        } else if (effect instanceof FenceEffect.OpenGate) {
            gate.open();
            reserve.take();
        } else if (effect instanceof FenceEffect.Do todo) {
            hands.begin(todo, result -> {
                inbox.put(new FenceEvent.Done(todo.number(), result));
                LockSupport.unpark(thread);
            });
        } else if (effect instanceof FenceEffect.Arm arm) {
            fencer.arm(arm);
        } else if (effect instanceof FenceEffect.Disarm) {
            fencer.disarm();
        } else if (effect instanceof FenceEffect.AskFencer) {
            fencer.ask(word -> {
                inbox.put(word);
                LockSupport.unpark(thread);
            });
        } else if (effect instanceof FenceEffect.ForgetLooks) {
            forgetLooks.run();
        } else if (effect instanceof FenceEffect.Post told) {
            untold.add(told.event());
            tell();
        } else if (effect instanceof FenceEffect.Say say) {
            hands.say(say);
        } else if (effect instanceof FenceEffect.Ended end) {
            watchdog.ifPresent(dog -> dog.end(end.free()));
            ended.countDown();
        } else {
            throw new AssertionError(effect);
        }
    }

    /** In order, and none is lost: a core that does not know of a fence would go on as if there had been none. */
    private void tell() {
        while (!untold.isEmpty()) {
            post.accept(untold.peek());
            untold.remove();
        }
    }
}
