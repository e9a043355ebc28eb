package failover.agent.fence;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.WatchdogPolicy;
import failover.agent.watchdog.WatchdogFinder;
import failover.protocol.ClockReading;
import failover.protocol.lease.WatchdogTiming;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends keepalives to the watchdog that is used instead of a fencer (E4), on a thread of its own: the dead-man's may be busy with a fence,
 * which must not be cut short while the lease leaves it time. Needs neither event loop nor event bus.
 */
public final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private final WatchdogFinder.Found found;
    private final long everyNanos;
    private volatile long fedAt;
    private volatile boolean everFed;
    private volatile boolean closed;
    private volatile boolean safe;
    private boolean troubleSaid;
    private Thread thread;

    public Watchdog(WatchdogFinder.Found found) {
        this.found = found;
        this.everyNanos = found.numbers().every().toNanos();
    }

    public WatchdogTiming numbers() {
        return found.numbers();
    }

    /** Blocks for a moment. What opening starts must be fed from then on: {@link #start} follows at once, or {@link #end}. */
    public Watchdog open() throws IOException {
        found.feeder().open();
        return this;
    }

    /**
     * Starts the keepalives.
     *
     * @param published the dead-man's current lease
     * @param deadManLives whether the dead-man's thread lives
     */
    synchronized void start(Supplier<AgentEffect.Publish> published, BooleanSupplier deadManLives) {
        thread = new Thread(() -> run(published, deadManLives), "agent-watchdog");
        thread.setDaemon(true);
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.start();
    }

    /** Its last keepalive was accepted, and is still worth something. Any thread. */
    boolean capable() {
        return everFed && System.nanoTime() - fedAt < found.numbers().timeout().toNanos();
    }

    /**
     * No keepalive any more. Does not wait.
     *
     * @param calledOff this host cannot sign: a watchdog that can be called off is
     */
    synchronized void end(boolean calledOff) {
        safe = calledOff;
        closed = true;
        if (thread == null) {
            leave();
        } else {
            LockSupport.unpark(thread);
        }
    }

    private void run(Supplier<AgentEffect.Publish> published, BooleanSupplier deadManLives) {
        while (!closed) {
            long now = System.nanoTime();
            if (!everFed || now - fedAt >= everyNanos) {
                feed(published, deadManLives, now);
            }
            LockSupport.parkNanos(Math.min(LOOK_NANOS, everyNanos));
        }
        leave();
    }

    /** Between the decision and the keepalive this process may be stopped, for W at most: that is why W counts twice. */
    private void feed(Supplier<AgentEffect.Publish> published, BooleanSupplier deadManLives, long now) {
        try {
            if (WatchdogPolicy.allowed(published.get(), deadManLives.getAsBoolean(), ClockReading.ofMachine())) {
                found.feeder().feed();
                fedAt = now;
                everFed = true;
                troubleSaid = false;
            }
        } catch (IOException | RuntimeException e) {
            if (!troubleSaid) {
                troubleSaid = true;
                LOG.error("The watchdog does not take the keepalive: {}", e.toString());
            }
        }
    }

    private void leave() {
        try {
            found.feeder().leave(safe);
        } catch (IOException e) {
            LOG.error("The watchdog was not left in good order: {}", e.toString());
        }
    }
}
