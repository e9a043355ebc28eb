package failover.agent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Everything that a command started: its process group, its session (a shell with job control has several groups), and every process with
 * its marker in the environment (a child that made a session of its own). Blocks.
 */
public final class ProcessTree {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(5).toNanos();
    private static final long WRAP_MARGIN = 10_000;
    private static final long NOBODY = -1;
    private static final Path PROC = Path.of("/proc");
    private final long leader;
    private final byte[] marker;
    /** When the leader started: older processes do not belong to it, and their environment need not be read. */
    private long bornAt;

    /**
     * A tree.
     *
     * @param leader the command's shell: leader of its session and group
     * @param marker {@code NAME=value} that only this command's processes have in their environment
     */
    public ProcessTree(long leader, String marker) {
        this.leader = leader;
        this.marker = marker.getBytes(StandardCharsets.UTF_8);
        this.bornAt = ProcStat.read(PROC, leader).map(ProcStat::startTicks).orElse(0L);
    }

    /** The tree of a command whose pid is unknown: every process with the marker. */
    public static ProcessTree marked(String marker) {
        ProcessTree tree = new ProcessTree(NOBODY, marker);
        tree.bornAt = ProcStat.read(PROC, ProcessHandle.current().pid()).map(ProcStat::startTicks).orElse(0L);
        return tree;
    }

    /** A process of the session still lives; children that left it on purpose (a daemon) do not count. */
    public boolean sessionLives() {
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

    /**
     * SIGKILL to all, until none lives; the ids of those who still do after two seconds, else empty. Needs no process and no thread;
     * parents go before their children, so that no shell proceeds to the next line of its script.
     */
    public List<Long> kill() {
        long begun = System.nanoTime();
        while (true) {
            List<ProcStat> living = members();
            living.forEach(member -> ProcessHandle.of(member.pid()).ifPresent(ProcessHandle::destroyForcibly));
            if (living.isEmpty() || System.nanoTime() - begun > LIMIT.toNanos()) {
                return living.stream().map(ProcStat::pid).toList();
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    /** The leader first, then in the order of their starts. */
    private List<ProcStat> members() {
        long born = ProcStat.read(PROC, leader).map(ProcStat::startTicks).orElse(bornAt);
        bornAt = born;
        List<ProcStat> living = new ArrayList<>();
        for (long pid : ProcStat.pids(PROC)) {
            ProcStat.read(PROC, pid).filter(stat -> ofSession(stat) || stat.alive() && stat.startTicks() >= born && isMarked(pid))
                .ifPresent(living::add);
        }
        living.sort(Comparator.comparing((ProcStat stat) -> stat.pid() != leader).thenComparingLong(ProcStat::startTicks)
            .thenComparingLong(ProcStat::pid));
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
