package failover.agent;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Everything that a command started: its process group, its session (a shell with job control has several groups), and whoever carries
 * its marker in the environment (a child that made a session of its own). Blocks.
 */
final class ProcessTree {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(5).toNanos();
    private static final long WRAP_MARGIN = 10_000;
    private static final Path PROC = Path.of("/proc");
    private final Path bash;
    private final long leader;
    private final byte[] marker;

    /**
     * A tree.
     *
     * @param bash whose builtin {@code kill} strikes the group in one stroke
     * @param leader the command's shell: leader of its session and group
     * @param marker {@code NAME=value} that only this command's processes have in their environment
     */
    ProcessTree(Path bash, long leader, String marker) {
        this.bash = bash;
        this.leader = leader;
        this.marker = marker.getBytes(StandardCharsets.UTF_8);
    }

    /** Somebody of the session still lives; children that left it on purpose (a daemon) do not count. */
    boolean sessionLives() {
        boolean wrapping = leader > highestPid() - WRAP_MARGIN;
        return ProcStat.pids(PROC).stream().filter(pid -> wrapping || pid >= leader)
            .anyMatch(pid -> ProcStat.read(PROC, pid).filter(this::ofSession).isPresent());
    }

    /** Children have higher ids than their ancestor, until the kernel begins again from below. */
    private static long highestPid() {
        try {
            return Long.parseLong(Files.readString(PROC.resolve("sys/kernel/pid_max")).trim());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** SIGKILL to all, until none lives; the ids of those who still do after two seconds, else empty. */
    List<Long> kill() {
        long begun = System.nanoTime();
        while (true) {
            strikeGroup();
            List<Long> living = members();
            if (living.isEmpty() || System.nanoTime() - begun > LIMIT.toNanos()) {
                return living;
            }
            living.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private void strikeGroup() {
        try {
            Process strike = new ProcessBuilder(bash.toString(), "-c", "kill -KILL -- -" + leader)
                .redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start();
            if (!strike.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                strike.destroyForcibly();
            }
        } catch (IOException ignored) {
            // The members are killed one by one below.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Long> members() {
        List<Long> living = new ArrayList<>();
        for (long pid : ProcStat.pids(PROC)) {
            ProcStat.read(PROC, pid).filter(stat -> ofSession(stat) || stat.alive() && isMarked(pid)).ifPresent(stat -> living.add(pid));
        }
        return living;
    }

    private boolean ofSession(ProcStat stat) {
        return stat.alive() && (stat.session() == leader || stat.group() == leader);
    }

    private boolean isMarked(long pid) {
        byte[] environment;
        try {
            environment = Files.readAllBytes(PROC.resolve(pid + "/environ"));
        } catch (IOException e) {
            return false;
        }
        for (int start = 0; start < environment.length; ) {
            int end = start;
            while (end < environment.length && environment[end] != 0) {
                end++;
            }
            if (java.util.Arrays.equals(environment, start, end, marker, 0, marker.length)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }
}
