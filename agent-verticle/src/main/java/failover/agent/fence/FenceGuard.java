package failover.agent.fence;

import failover.agent.process.ProcStat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last in line behind a host that carries the identity: a child of this process, a few lines of shell ({@code guard.bash}) that were
 * started at the start, while a process could still be created. It receives the deadline of the lease and kills the validator when that
 * passes without a later one. It covers what no thread of this process can guarantee: that the process exists at all (the memory limit of
 * its cgroup, a full heap) and that it runs (stopped, or in a garbage collection).
 *
 * <p>Written to by a thread of its own, the newest deadline first. Nothing here blocks; any thread.
 */
public final class FenceGuard {
    private static final Logger LOG = LoggerFactory.getLogger(FenceGuard.class);
    private static final String NAME = "failover-guard";
    private static final long AGAIN_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long NANOS = 1_000_000L;
    private static final int MOST_HEARD = 8192;

    /** What the child is to go by. Replaced whole. */
    private record Wish(long fireMs, long pid, long command) {
    }

    private final Path home;
    private final String processName;
    private final Thread thread;
    private volatile Wish wish = new Wish(0, 0, 0);
    private volatile Wish told = wish;
    private volatile boolean closed;
    private volatile Process child;
    private boolean alone;
    private boolean troubleSaid;
    /** The command's leader, as read when it was first reported: it may end before its children. */
    private ProcessRef leader = ProcessRef.NONE;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    /**
     * A guard that does not run yet.
     *
     * @param stateDir names this agent among those of the host: the guard of its start before is ended by it
     */
    public FenceGuard(Path stateDir, String processName) {
        this.home = stateDir.toAbsolutePath().normalize();
        this.processName = processName;
        this.thread = new Thread(this::run, "agent-fence-guard");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The instant, on the boot clock, from which the validator must be unable to sign. */
    synchronized void arm(long fireNanos) {
        want(new Wish(Math.max(1, fireNanos / NANOS), wish.pid, wish.command));
    }

    /** No lease is held, or another guard takes over from now on. */
    synchronized void disarm() {
        want(new Wish(0, wish.pid, wish.command));
    }

    /** The validator's process; 0 where it is not known which one that is: then all of its name are meant. */
    synchronized void validator(long pid) {
        if (pid != wish.pid) {
            want(new Wish(wish.fireMs, pid, wish.command));
        }
    }

    /** The leader of the command that runs now, which is to end with the validator; 0: it has ended. */
    synchronized void command(long leader) {
        want(new Wish(wish.fireMs, wish.pid, leader));
    }

    private void want(Wish next) {
        wish = next;
        LockSupport.unpark(thread);
    }

    /** Sends the last pending deadline, then end of input. Blocks up to the limit. */
    void close(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (told != wish && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            try {
                Wish newest = wish;
                hear();
                if (child == null || !child.isAlive()) {
                    child = begin();
                    told = null;
                }
                if (newest != told) {
                    tell(newest);
                    told = newest;
                }
                if (!alone && newest.fireMs > 0) {
                    endPredecessors();
                    alone = true;
                }
                if (wish == told && !closed) {
                    LockSupport.parkNanos(AGAIN_NANOS);
                }
            } catch (Throwable e) {
                // No process, no memory, whatever: this thread is needed again. The dead-man is the one that is to fence.
                trouble(e);
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
        end();
    }

    private void trouble(Throwable e) {
        if (!troubleSaid) {
            troubleSaid = true;
            LOG.warn("The guard behind this agent cannot be started ({}): were this process to end while it holds the identity, only the "
                + "fencer would fence this host", String.valueOf(e));
        }
    }

    private void end() {
        if (child != null) {
            try {
                child.getOutputStream().close();
            } catch (IOException gone) {
                return;
            }
        }
    }

    private Process begin() throws IOException {
        String script;
        try (InputStream in = FenceGuard.class.getResourceAsStream("guard.bash")) {
            script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script, NAME, home.toString()).redirectError(Redirect.INHERIT);
        // The shell must not be influenced by its environment (BASH_ENV, SHELLOPTS, exported functions).
        builder.environment().clear();
        Process started = builder.start();
        troubleSaid = false;
        return started;
    }

    /** Copies the child's output to the log. Never blocks: reads only what is available. */
    private void hear() throws IOException {
        InputStream from = child == null ? InputStream.nullInputStream() : child.getInputStream();
        for (int there = from.available(); there > 0 && heard.size() < MOST_HEARD; there = from.available()) {
            heard.write(from.readNBytes(Math.min(there, MOST_HEARD)));
        }
        if (heard.size() > 0) {
            String words = heard.toString(StandardCharsets.UTF_8);
            heard.reset();
            words.lines().forEach(LOG::error);
        }
    }

    private void tell(Wish newest) throws IOException {
        ProcessRef validator = newest.pid > 0 ? ProcessRef.of(newest.pid).orElse(ProcessRef.NONE) : ProcessRef.NONE;
        if (newest.command != leader.pid()) {
            leader = newest.command == 0 ? ProcessRef.NONE : ProcessRef.of(newest.command)
                .orElse(new ProcessRef(newest.command, 0, "", ""));
        }
        String line = String.join(" ", "guard", Long.toString(newest.fireMs), validator.pid() + " " + validator.start(),
            leader.pid() + " " + leader.start(), ProcessRef.named(processName).comm()) + "\n";
        OutputStream to = child.getOutputStream();
        // Each character of the name is one of its bytes.
        to.write(line.getBytes(StandardCharsets.ISO_8859_1));
        to.flush();
    }

    /**
     * The guard of an earlier process that ended without disarming it would act on its last deadline, whatever lease this process holds.
     */
    private void endPredecessors() {
        Path proc = Path.of("/proc");
        for (long pid : ProcStat.pids(proc)) {
            if (pid != child.pid() && isGuard(proc, pid)) {
                ProcessHandle.of(pid).filter(handle -> isGuard(proc, pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private boolean isGuard(Path proc, long pid) {
        if (!ProcStat.read(proc, pid).map(ProcStat::comm).orElse("").equals("bash")) {
            return false;
        }
        try {
            String line = Files.readString(proc.resolve(pid + "/cmdline"), StandardCharsets.UTF_8);
            return line.endsWith("\0" + NAME + "\0" + home + "\0");
        } catch (IOException gone) {
            return false;
        }
    }

    /** For tests: the child's process id, once it runs; 0 before. */
    long awaitChild(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() - end < 0) {
            Process now = child;
            if (now != null && now.isAlive() && told == wish) {
                return now.pid();
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        return 0;
    }
}
