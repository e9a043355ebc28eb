package failover.agent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** SIGKILL for exactly one process, named by pid and start, and the proof that it is dead. Blocks up to its limit. */
final class Killer {
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(2).toNanos();
    private final Path proc;

    Killer(Path proc) {
        this.proc = proc;
    }

    /** Empty when it is dead, gone or another process has its pid by now; else why it is not known to be. */
    Optional<String> kill(long pid, long startTicks, Duration limit) {
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
            // The handle remembers the process's start itself and never signals a successor of the same pid.
            sent |= ProcessHandle.of(pid).filter(handle -> livesStill(pid, startTicks)).map(ProcessHandle::destroyForcibly).orElse(false);
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return Optional.empty();
    }

    private boolean livesStill(long pid, long startTicks) {
        return ProcStat.read(proc, pid).map(stat -> stat.alive() && stat.startTicks() == startTicks)
            // No stat although there is such a process: nothing is proven.
            .orElseGet(() -> Files.exists(proc.resolve(Long.toString(pid))));
    }
}
