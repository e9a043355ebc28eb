package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A pids cgroup of its own, as a unit's TasksMax makes it: whoever is in it starts no further thread and no further process. */
public final class TaskLimit implements AutoCloseable {
    private final ControlGroup group;

    private TaskLimit(ControlGroup group) {
        this.group = group;
    }

    /** Makes it, empty and without a limit; where cgroups cannot be written the test is skipped and says why. */
    public static TaskLimit create() {
        try {
            return new TaskLimit(ControlGroup.of("pids"));
        } catch (IOException e) {
            throw new UncheckedIOException("pids cgroup", e);
        }
    }

    /** This process with all its threads is in it from now on, and the limit is reached, whatever ends: nothing new begins. */
    public void reachedBy(ManagedProcess process) throws IOException {
        group.put(process);
        group.write("pids.max", "1");
    }

    /** How often something was refused. */
    public long refusals() throws IOException {
        return group.read("pids.events").lines().filter(line -> line.startsWith("max "))
            .mapToLong(line -> Long.parseLong(line.substring(4))).sum();
    }

    /** There is no limit any more. */
    public void lift() throws IOException {
        group.write("pids.max", "max");
    }

    @Override
    public void close() {
        group.close();
    }
}
