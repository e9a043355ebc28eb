package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A memory cgroup of its own with little memory, version 1 or 2: whoever is put into it can be ended by the kernel's OOM killer itself,
 * and nobody else on the machine is in danger of it.
 */
public final class MemoryLimit implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int MEGABYTE = 1 << 20;

    private final Path group;
    private final boolean first;
    private final int megabytes;

    private MemoryLimit(Path group, boolean first, int megabytes) {
        this.group = group;
        this.first = first;
        this.megabytes = megabytes;
    }

    /** Makes it, empty; where cgroups cannot be written the test is skipped and says why. */
    public static MemoryLimit ofMegabytes(int megabytes) {
        try {
            Path own = own("memory");
            boolean first = own != null;
            Path parent = first ? own : delegating(own(""));
            Needs.orSkip(parent == null ? "no memory cgroup is to be had here" : "");
            MemoryLimit limit = new MemoryLimit(parent.resolve("lab-" + ProcessHandle.current().pid() + "-" + System.nanoTime()), first,
                megabytes);
            Needs.orSkip(limit.begin());
            return limit;
        } catch (IOException e) {
            throw new UncheckedIOException("memory cgroup", e);
        }
    }

    /** The directory of this process's cgroup that has that controller ("": of version 2); {@code null} if there is none. */
    private static Path own(String controller) throws IOException {
        String path = Files.readAllLines(Path.of("/proc/self/cgroup")).stream().map(line -> line.split(":", 3))
            .filter(parts -> Arrays.asList(parts[1].split(",", -1)).contains(controller)).map(parts -> parts[2]).findFirst().orElse(null);
        String type = controller.isEmpty() ? "cgroup2" : "cgroup";
        Path mount = Files.readAllLines(Path.of("/proc/self/mounts")).stream().map(line -> line.split(" "))
            .filter(parts -> parts[2].equals(type) && (controller.isEmpty() || Arrays.asList(parts[3].split(",")).contains(controller)))
            .map(parts -> Path.of(parts[1])).findFirst().orElse(null);
        if (path == null || mount == null) {
            return null;
        }
        Path own = mount.resolve(path.substring(1));
        return Files.isDirectory(own) ? own : mount;
    }

    /** Version 2 has processes only at the leaves: the nearest group above that hands the memory controller to its children. */
    private static Path delegating(Path own) throws IOException {
        for (Path at = own; at != null && Files.exists(at.resolve("cgroup.subtree_control")); at = at.getParent()) {
            if (Files.readString(at.resolve("cgroup.subtree_control")).contains("memory")) {
                return at;
            }
        }
        return null;
    }

    /** Empty, or why it cannot be had. */
    private String begin() {
        try {
            Files.createDirectory(group);
            String bytes = String.valueOf((long) megabytes * MEGABYTE);
            write(first ? "memory.limit_in_bytes" : "memory.max", bytes);
            // What is swapped out would not be missed.
            String swap = first ? "memory.memsw.limit_in_bytes" : "memory.swap.max";
            if (Files.exists(group.resolve(swap))) {
                write(swap, first ? bytes : "0");
            }
            return "";
        } catch (IOException e) {
            close();
            return "a memory cgroup cannot be made here: " + e;
        }
    }

    private void write(String file, String value) throws IOException {
        Files.writeString(group.resolve(file), value);
    }

    /** From now on this process, and what it starts, lives in it; of all that do it is the one that has to go. */
    public MemoryLimit put(ManagedProcess process) throws IOException {
        Files.writeString(Path.of("/proc/" + process.pid() + "/oom_score_adj"), "1000");
        write("cgroup.procs", String.valueOf(process.pid()));
        return this;
    }

    /** A further process in it asks for four times of what there is. Returns when it has ended, one way or the other. */
    public void exhaust() {
        Shell.run(List.of("sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + "; exec dd if=/dev/zero of=/dev/null count=1 bs="
            + 4L * megabytes * MEGABYTE));
    }

    /** How many processes the OOM killer has ended in it. */
    public long kills() throws IOException {
        return Files.readAllLines(group.resolve(first ? "memory.oom_control" : "memory.events")).stream()
            .filter(line -> line.startsWith("oom_kill ")).mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()))).sum();
    }

    @Override
    public void close() {
        // The kernel takes the dead out of it in its own time.
        Await.until(group + " is empty and gone", SOON, () -> !Files.exists(group) || Files.deleteIfExists(group));
    }
}
