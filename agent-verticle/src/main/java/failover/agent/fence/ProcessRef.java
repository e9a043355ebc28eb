package failover.agent.fence;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process and no other: a number that Linux gives away again, and the tick it started at, which it does not (E15).
 *
 * @param pid    its number; 0 where there is none
 * @param start  clock ticks (1/100 s) between boot and its start: field 22 of /proc/PID/stat
 * @param comm   its name as Linux keeps it, at most 15 bytes, each of them one character here
 * @param cgroup the line of /proc/PID/cgroup that names its service, or empty: what a restart by the service manager keeps
 */
public record ProcessRef(long pid, long start, String comm, String cgroup) {

    /** No process. */
    public static final ProcessRef NONE = new ProcessRef(0, 0, "", "");

    private static final Path PROC = Path.of("/proc");
    private static final int COMM_BYTES = 15;

    /** A process of which only the name is known: as Linux keeps that, in bytes, cut in the middle of a letter if need be. */
    public static ProcessRef named(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return new ProcessRef(0, 0, new String(bytes, 0, Math.min(bytes.length, COMM_BYTES), StandardCharsets.ISO_8859_1), "");
    }

    /** The process of that number as it is now; empty when there is none. Blocking, a few microseconds. */
    public static Optional<ProcessRef> of(long pid) {
        Path dir = PROC.resolve(Long.toString(pid));
        try {
            String stat = Files.readString(dir.resolve("stat"), StandardCharsets.ISO_8859_1);
            int close = stat.lastIndexOf(')');
            String comm = stat.substring(stat.indexOf('(') + 1, close);
            long start = Long.parseLong(stat.substring(close + 2).split(" ")[19]);
            String cgroup = service(Files.readString(dir.resolve("cgroup"), StandardCharsets.ISO_8859_1));
            return Optional.of(new ProcessRef(pid, start, comm.contains("\n") ? "" : comm, cgroup));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** The unified hierarchy's line, else systemd's own one, else nothing. */
    private static String service(String cgroups) {
        return cgroups.lines().filter(line -> line.startsWith("0::")).findFirst()
                .or(() -> cgroups.lines().filter(line -> line.contains(":name=systemd:")).findFirst()).orElse("");
    }
}
