package failover.agent.process;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/**
 * SIGKILL, and the proof that who got it is dead. Needs no new process and no thread: the signal is a system call, the proof a small file.
 * Blocks up to its limit; any thread.
 */
public final class Killer {
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(2).toNanos();
    /** What the kernel keeps of a name. */
    private static final int COMM_BYTES = 15;
    private final Path proc;
    private final String name;
    private final LongPredicate mayBe;

    /**
     * A killer.
     *
     * @param proc {@code /proc}
     * @param name the validator's process name
     */
    public Killer(Path proc, String name) {
        this(proc, name, pid -> true);
    }

    /**
     * The same.
     *
     * @param mayBe whether a process of that name can be the validator: it is of a user that runs it, or that is unknown
     */
    public Killer(Path proc, String name, LongPredicate mayBe) {
        this.proc = proc;
        this.mayBe = mayBe;
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        this.name = new String(bytes, 0, Math.min(bytes.length, COMM_BYTES), StandardCharsets.UTF_8);
    }

    /** Exactly that process. Empty when it is dead, gone or another process has its pid by now; else why it is not known to be. */
    public Optional<String> kill(long pid, long startTicks, Duration limit) {
        long begun = System.nanoTime();
        if (pid <= 1 || startTicks <= 0) {
            return Optional.of("there is no process " + pid + " to kill: refused");
        }
        boolean sent = false;
        while (livesStill(pid, startTicks)) {
            if (System.nanoTime() - begun > limit.toNanos()) {
                return Optional.of(sent
                    ? "process " + pid + " is not dead " + limit.toMillis() + " ms after SIGKILL (stuck in the kernel?)"
                    : "process " + pid + " cannot be killed: this agent lacks the permission; run it as the validator's user");
            }
            sent |= strike(pid, startTicks);
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return Optional.empty();
    }

    /** Every process of the validator's name. Empty when none lives any more; else why that is not known. */
    public Optional<String> killAll(Duration limit) {
        long begun = System.nanoTime();
        long own = ProcessHandle.current().pid();
        while (true) {
            boolean[] unseen = {false};
            List<ProcStat> living = ProcStat.pids(proc, () -> unseen[0] = true).stream()
                .map(pid -> ProcStat.read(proc, pid, () -> unseen[0] = true)).flatMap(Optional::stream)
                .filter(stat -> stat.pid() > 1 && stat.pid() != own && stat.alive() && named(stat.comm()))
                .filter(stat -> mayBe.test(stat.pid())).toList();
            boolean seen = !unseen[0];
            if (seen && living.isEmpty()) {
                return Optional.empty();
            }
            if (System.nanoTime() - begun > limit.toNanos()) {
                return Optional.of(seen ? "of the processes named " + name + " these live " + limit.toMillis() + " ms after SIGKILL: "
                    + living.stream().map(ProcStat::pid).toList() + " (of another user, or stuck in the kernel?)"
                    : proc + " cannot be read (are there file descriptors left?): nobody knows which processes run");
            }
            living.forEach(stat -> strike(stat.pid(), stat.startTicks()));
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private boolean named(String comm) {
        return Arrays.equals(comm.getBytes(StandardCharsets.UTF_8), name.getBytes(StandardCharsets.UTF_8));
    }

    /** The handle remembers the process's start itself and never signals a successor of the same pid. */
    private boolean strike(long pid, long startTicks) {
        return ProcessHandle.of(pid).filter(handle -> livesStill(pid, startTicks)).map(ProcessHandle::destroyForcibly).orElse(false);
    }

    private boolean livesStill(long pid, long startTicks) {
        return ProcStat.read(proc, pid).map(stat -> stat.alive() && stat.startTicks() == startTicks)
            // No stat although there is such a process: nothing is proven.
            .orElseGet(() -> Files.exists(proc.resolve(Long.toString(pid))));
    }
}
