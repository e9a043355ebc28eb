package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A memory cgroup of its own with little memory, version 1 or 2: whoever is put into it can be ended by the kernel's OOM killer itself,
 * and nobody else on the machine is in danger of it.
 */
public final class MemoryLimit implements AutoCloseable {
    private static final int MEGABYTE = 1 << 20;

    private final ControlGroup group;
    private final int megabytes;
    private Process hog;

    private MemoryLimit(ControlGroup group, int megabytes) {
        this.group = group;
        this.megabytes = megabytes;
    }

    /** Makes it, empty; where cgroups cannot be written the test is skipped and says why. */
    public static MemoryLimit ofMegabytes(int megabytes) {
        try {
            MemoryLimit limit = new MemoryLimit(ControlGroup.of("memory"), megabytes);
            limit.begin();
            return limit;
        } catch (IOException e) {
            throw new UncheckedIOException("memory cgroup", e);
        }
    }

    private void begin() {
        try {
            String bytes = String.valueOf((long) megabytes * MEGABYTE);
            group.write(group.first() ? "memory.limit_in_bytes" : "memory.max", bytes);
            // What is swapped out would not be missed.
            String swap = group.first() ? "memory.memsw.limit_in_bytes" : "memory.swap.max";
            if (group.has(swap)) {
                group.write(swap, group.first() ? bytes : "0");
            }
        } catch (IOException e) {
            close();
            Needs.orSkip("a memory cgroup cannot be limited here: " + e);
        }
    }

    /** From now on this process, and what it has started or starts, lives in it; of all that do it is the one that has to go. */
    public MemoryLimit put(ManagedProcess process) throws IOException {
        Files.writeString(Path.of("/proc/" + process.pid() + "/oom_score_adj"), "1000");
        for (ProcessHandle child : ProcessHandle.of(process.pid()).orElseThrow().descendants().toList()) {
            group.put(child.pid());
        }
        group.put(process);
        return this;
    }

    /** From now on this process lives in it, and the limit is reached all the time: others in it ask for more, and are killed for it. */
    public MemoryLimit exhaustBeside(ManagedProcess process) throws IOException {
        group.put(process);
        hog = new ProcessBuilder(glutton("while :; do")).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return this;
    }

    private List<String> glutton(String loop) {
        return List.of("sh", "-c", "echo $$ > " + group.file("cgroup.procs") + "; echo 1000 > /proc/self/oom_score_adj; " + loop
            + " dd if=/dev/zero of=/dev/null count=1 bs=" + 4L * megabytes * MEGABYTE + (loop.isEmpty() ? "" : "; done"));
    }

    /** A further process in it asks for four times of what there is. Returns when it has ended, one way or the other. */
    public void exhaust() {
        BashRunner.run(glutton(""));
    }

    /** How many processes the OOM killer has ended in it. */
    public long kills() throws IOException {
        return group.read(group.first() ? "memory.oom_control" : "memory.events").lines()
            .filter(line -> line.startsWith("oom_kill ")).mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()))).sum();
    }

    /** Ends {@link #exhaustBeside}. */
    public void relent() {
        if (hog != null) {
            hog.descendants().forEach(ProcessHandle::destroyForcibly);
            hog.destroyForcibly();
        }
    }

    @Override
    public void close() {
        relent();
        group.close();
    }
}
