package failover.agent.fence;

import failover.agent.decision.FenceEffect;
import failover.agent.decision.FenceEvent;
import failover.agent.decision.FormerLease;
import failover.protocol.PrivateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the dead-man's deadlines to the fencer through the lease file, which a restarted agent reads as well (E4, E16). The file is
 * written even where no fencer runs: it makes a quick restart of the agent harmless. All I/O is done by one thread, created at the start,
 * newest deadline first, as the directory may be on a disk that hangs. Nothing else here blocks, except {@link #awaitArmed}, up to its
 * limit. Any thread.
 */
public final class FencerClient {
    private static final Logger LOG = LoggerFactory.getLogger(FencerClient.class);
    private static final Duration LEAVE = Duration.ofMillis(200);
    private static final Duration LATELY = Duration.ofSeconds(3);
    private static final long AGAIN_NANOS = Duration.ofMillis(250).toNanos();
    private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();
    private static final long NANOS = 1_000_000L;
    /** A nearer deadline than that would pass between two renewals. */
    private static final long NEAREST_MS = 6_000;
    private static final long AS_FAR_AS_IT_IS = Long.MAX_VALUE / 2;
    private static final long AS_IT_IS = -1;
    private static final String NOBODY = "no fencer answers in the lease_dir; is failover-fencer.service running?";
    /** What is to stand in the file, and what is asked; {@link #AS_IT_IS} leaves what an earlier start wrote. Replaced whole. */
    private record Wish(long version, long deadlineMs, long epoch, String hostId, ProcessRef validator, long command) {
    }

    private final FencerChannel link;
    private final BootClock clock = BootClock.system();
    private final ProcessRef named;
    private final String trouble;
    private final Optional<Watchdog> watchdog;
    private final Optional<FenceGuard> guard;
    private final Thread thread;
    private Wish wish;
    private volatile Consumer<FenceEvent.FencerSaid> asker;
    private volatile boolean capable;
    private volatile boolean awaited;
    private volatile long armedVersion = -1;
    private volatile long nobodyVersion = -1;
    private volatile String writeTrouble;
    private boolean troubleSaid;
    private long writtenCommand;
    private Wish written;
    /** How far ahead the fencer takes a deadline, as far as it is known; what lies further is passed on in parts. */
    private long aheadMs = AS_FAR_AS_IT_IS;

    /**
     * A client of the fencer that watches that directory; where the directory is unusable there is no fencer, and a restarted agent finds
     * no lease.
     *
     * @param directory the fencer's {@code --dir}
     * @param watchdog used instead of a fencer: then it is queried, and the file serves the agent's next start only
     * @param guard stands behind both; started here
     */
    public FencerClient(Path directory, String processName, Optional<Watchdog> watchdog, Optional<FenceGuard> guard) {
        this.guard = guard;
        this.watchdog = watchdog;
        this.named = ProcessRef.named(processName);
        this.wish = new Wish(0, AS_IT_IS, 0, "", named, 0);
        this.written = wish;
        FencerChannel opened = null;
        String why = null;
        try {
            Files.createDirectories(directory);
            if (!Files.isWritable(directory)) {
                throw new IOException(directory + " is not writable for this user");
            }
            String objection = PrivateDirectory.objection(directory);
            if (objection != null) {
                throw new IOException(directory + ": " + objection);
            }
            opened = new FencerChannel(new LeaseFile(directory), clock);
            for (String line : opened.fenced()) {
                LOG.warn("The fencer fenced this host in this boot: {}", line);
            }
        } catch (IOException e) {
            why = e.toString();
            LOG.warn("lease_dir: {}: no fencer can stand behind this host, and an active agent that restarts demotes its validator", why);
        }
        this.link = opened;
        this.trouble = why;
        this.thread = new Thread(this::run, "agent-lease-file");
        this.thread.setDaemon(true);
        this.thread.start();
        guard.ifPresent(FenceGuard::start);
    }

    /** The lease that an earlier start in this boot left in the file; {@code null} when none (E16). */
    public FormerLease former() {
        if (link == null) {
            return null;
        }
        FencerLease previous = link.previous().filter(lease -> lease.deadlineMs() > 0).orElse(null);
        try {
            return previous == null ? null : new FormerLease(Duration.ofMillis(link.leftMs(previous)), previous.epoch(),
                previous.hostId().isEmpty() ? null : previous.hostId());
        } catch (IOException e) {
            return null;
        }
    }

    /** This agent ends, and this host is fenced or left to the fencer: the guard has nothing more to do. Blocks for a moment at most. */
    public void leave() {
        guard.ifPresent(last -> {
            last.disarm();
            last.close(LEAVE);
        });
    }

    /**
     * The validator's process as it was seen last.
     *
     * @param certain it is the validator, and not one of several that may be
     */
    public synchronized void validator(long pid, boolean certain) {
        guard.ifPresent(last -> last.validator(certain ? Math.max(0, pid) : 0));
        long now = Math.max(0, pid);
        if (now != wish.validator.pid()) {
            // Its start and its service are read by the thread that writes them.
            want(wish.deadlineMs, wish.epoch, wish.hostId, new ProcessRef(now, 0, named.comm(), ""), wish.command);
        }
    }

    /** Names the session of the command that runs now, so that a fence takes it along; 0: it has ended. */
    public synchronized void command(long leader) {
        guard.ifPresent(last -> last.command(Math.max(0, leader)));
        want(wish.deadlineMs, wish.epoch, wish.hostId, wish.validator, Math.max(0, leader));
    }

    /** The lease is to be written down, its deadline on the boot clock; and when the guard is to act. */
    synchronized void arm(FenceEffect.Arm lease) {
        guard.ifPresent(last -> last.arm(lease.lastNanos()));
        want(lease.deadlineNanos() / NANOS, lease.epoch(), lease.hostId(), wish.validator, wish.command);
    }

    /** That there is none is to be written down, also of one that an earlier start left. */
    synchronized void disarm() {
        guard.ifPresent(FenceGuard::disarm);
        want(0, 0, "", wish.validator, wish.command);
    }

    private void want(long deadlineMs, long epoch, String hostId, ProcessRef validator, long command) {
        wish = new Wish(wish.version + 1, deadlineMs, epoch, hostId, validator, command);
        LockSupport.unpark(thread);
    }

    private synchronized Wish wish() {
        return wish;
    }

    /**
     * Reads the fencer's reply, or the watchdog's state, and passes it to {@code then}, on another thread; never, when the directory hangs.
     */
    void ask(Consumer<FenceEvent.FencerSaid> then) {
        asker = then;
        LockSupport.unpark(thread);
    }

    /** The fencer's reply of the last seconds confirms that it would act, or the watchdog has accepted a keepalive. */
    boolean capable() {
        return capable;
    }

    /**
     * Why fencer or watchdog would not act on the lease as it stands; {@code null} when the fencer has answered that it would, or the
     * watchdog is fed. Blocks up to the limit.
     */
    public String awaitArmed(Duration limit) {
        if (watchdog.isPresent()) {
            return watchdog.get().capable() ? null : "it has taken no keepalive lately";
        }
        if (link == null) {
            return trouble;
        }
        long begun = System.nanoTime();
        long version = wish().version;
        awaited = true;
        try {
            while (System.nanoTime() - begun < limit.toNanos() && !Thread.currentThread().isInterrupted()) {
                LockSupport.unpark(thread);
                if (armedVersion >= version) {
                    return null;
                }
                if (nobodyVersion >= version) {
                    return NOBODY;
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        } finally {
            awaited = false;
        }
        String why = writeTrouble;
        if (why != null) {
            return why;
        }
        return capable ? "it has not answered within " + limit.toMillis() + " ms" : NOBODY;
    }

    private void run() {
        while (true) {
            try {
                Wish newest = wish();
                boolean wrote = newest == written || write(newest);
                Consumer<FenceEvent.FencerSaid> ask = asker;
                if (ask != null) {
                    asker = null;
                    ask.accept(look());
                }
                if (awaited && wrote && link != null && armedVersion < newest.version) {
                    answered(newest.version);
                }
                pause(wrote);
            } catch (Throwable e) {
                // Also where there is no memory: this thread is needed again.
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    /** Without any reply for seconds there is no waiting: every promotion would take that much longer. */
    private void answered(long version) throws IOException {
        if (link.awaitArmed(Duration.ZERO)) {
            armedVersion = version;
        } else if (tooFar()) {
            write(wish());
        } else if (!link.alive(LATELY)) {
            nobodyVersion = version;
        }
    }

    private void pause(boolean wrote) {
        if (!wrote) {
            LockSupport.parkNanos(AGAIN_NANOS);
        } else if (awaited) {
            LockSupport.parkNanos(LOOK_NANOS);
        } else if (wish() == written && asker == null) {
            LockSupport.park(this);
        }
    }

    /** Whether it is written, or need not be. */
    private boolean write(Wish newest) {
        if (link == null) {
            written = newest;
            return true;
        }
        try {
            if (newest.command != writtenCommand) {
                link.command(newest.command == 0 ? ProcessRef.NONE : ProcessRef.of(newest.command).orElse(ProcessRef.NONE));
                writtenCommand = newest.command;
            }
            if (newest.deadlineMs > clock.millis()) {
                ProcessRef seen = newest.validator;
                long told = Math.min(newest.deadlineMs, clock.millis() + aheadMs);
                link.arm(told, seen.pid() == 0 ? named : ProcessRef.of(seen.pid()).orElse(named), newest.epoch,
                    newest.hostId);
            } else if (newest.deadlineMs == 0 && (written.deadlineMs > 0 || written.deadlineMs == AS_IT_IS && left())) {
                link.disarm();
            }
            written = newest;
            troubleSaid = false;
            writeTrouble = null;
            return true;
        } catch (IOException | IllegalArgumentException e) {
            writeTrouble = e.getMessage();
            if (!troubleSaid) {
                troubleSaid = true;
                LOG.error("The lease cannot be written for the fencer: {}", e.getMessage());
            }
            return false;
        }
    }

    /**
     * A fencer that takes no deadline so far ahead stays armed for the one before, and would kill a voter whose lease is renewed. It gets a
     * nearer one, which ends before the lease does and is extended while this agent lives.
     */
    private boolean tooFar() throws IOException {
        long refused = link.refusedAheadMs();
        if (refused <= NEAREST_MS) {
            return false;
        }
        if (aheadMs == AS_FAR_AS_IT_IS) {
            LOG.warn("The fencer takes no deadline {} ms ahead (its --max-lease-ms): it is told a nearer one, again and again", refused);
        }
        aheadMs = Math.max(NEAREST_MS, refused / 2);
        return true;
    }

    /** Where only a part of the lease was passed on, the next part is due. */
    private void moveOn() throws IOException {
        Wish newest = wish();
        if (tooFar() || aheadMs != AS_FAR_AS_IT_IS && newest.deadlineMs - clock.millis() > aheadMs) {
            write(newest);
        }
    }

    /** What an earlier start wrote stands there, as far as it could be read. */
    private boolean left() {
        return link.previous().filter(lease -> lease.deadlineMs() > 0).isPresent();
    }

    private FenceEvent.FencerSaid look() {
        FencerChannel.Says says = new FencerChannel.Says(false, null);
        try {
            if (watchdog.isPresent()) {
                says = new FencerChannel.Says(watchdog.get().capable(), null);
            } else if (link != null) {
                moveOn();
                says = link.says(LATELY);
            }
        } catch (IOException e) {
            says = new FencerChannel.Says(false, "the fencer's answer cannot be read: " + e);
        }
        capable = says.capable();
        return new FenceEvent.FencerSaid(says.capable(), says.problem());
    }
}
