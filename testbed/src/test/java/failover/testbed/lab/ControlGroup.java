package failover.testbed.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** A cgroup of its own for one controller, version 1 or 2; where none can be made the test is skipped and says why. */
final class ControlGroup implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(10);
    private final Path group;
    private final boolean first;

    private ControlGroup(Path group, boolean first) {
        this.group = group;
        this.first = first;
    }

    static ControlGroup of(String controller) throws IOException {
        Path own = own(controller);
        boolean first = own != null;
        Path parent = first ? own : delegating(own(""), controller);
        Needs.orSkip(parent == null ? "no " + controller + " cgroup is to be had here" : "");
        ControlGroup made = new ControlGroup(parent.resolve("lab-" + ProcessHandle.current().pid() + "-" + System.nanoTime()), first);
        try {
            Files.createDirectory(made.group);
        } catch (IOException e) {
            Needs.orSkip("a " + controller + " cgroup cannot be made here: " + e);
        }
        return made;
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

    /** Version 2 has processes only at the leaves: the nearest group above that hands the controller to its children. */
    private static Path delegating(Path own, String controller) throws IOException {
        for (Path at = own; at != null && Files.exists(at.resolve("cgroup.subtree_control")); at = at.getParent()) {
            if (Files.readString(at.resolve("cgroup.subtree_control")).contains(controller)) {
                return at;
            }
        }
        return null;
    }

    /** Whether it is of version 1, whose files bear other names. */
    boolean first() {
        return first;
    }

    Path file(String name) {
        return group.resolve(name);
    }

    boolean has(String file) {
        return Files.exists(file(file));
    }

    String read(String file) throws IOException {
        return Files.readString(file(file)).strip();
    }

    void write(String file, String value) throws IOException {
        Files.writeString(file(file), value);
    }

    /** From now on this process, and what it starts, lives in it. */
    void put(ManagedProcess process) throws IOException {
        put(process.pid());
    }

    void put(long pid) throws IOException {
        write("cgroup.procs", String.valueOf(pid));
    }

    @Override
    public void close() {
        // The kernel takes the dead out of it in its own time.
        Await.until(group + " is empty and gone", SOON, () -> !Files.exists(group) || Files.deleteIfExists(group));
    }
}
