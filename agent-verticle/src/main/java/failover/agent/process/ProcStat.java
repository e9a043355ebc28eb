package failover.agent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One line of /proc/PID/stat, as far as we need it.
 *
 * @param pid process id
 * @param comm the kernel's name of it, at most 15 bytes; may contain blanks and brackets
 * @param state one letter; Z and X are dead
 * @param group its process group
 * @param session its session
 * @param startTicks when it started, in hundredths of a second since the machine did; with the pid it names one process for ever
 */
public record ProcStat(long pid, String comm, char state, long group, long session, long startTicks) {

    /** Not a zombie: a zombie has its name, but no memory, socket or key any more. */
    public boolean alive() {
        return state != 'Z' && state != 'X' && state != 'x';
    }

    /** Reads it; empty when there is no such process (any more) or it cannot be read. Takes some microseconds. */
    public static Optional<ProcStat> read(Path proc, long pid) {
        return read(proc, pid, () -> { });
    }

    /**
     * The same; {@code unreadable} is called when it cannot be read (no file descriptor left, for example), which does not mean that it is
     * dead.
     */
    public static Optional<ProcStat> read(Path proc, long pid, Runnable unreadable) {
        try {
            return parse(Files.readAllBytes(proc.resolve(pid + "/stat")));
        } catch (IOException e) {
            if (!gone(e)) {
                unreadable.run();
            }
            return Optional.empty();
        }
    }

    /**
     * There is no such process any more, by the errors of procfs before and after a file is opened; or it is hidden from this user
     * (hidepid).
     */
    static boolean gone(IOException e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof NoSuchFileException || e instanceof AccessDeniedException || message.contains("No such process")
            || message.contains("Operation not permitted");
    }

    static Optional<ProcStat> parse(byte[] line) {
        String text = new String(line, StandardCharsets.ISO_8859_1);
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        if (open < 1 || close < open) {
            return Optional.empty();
        }
        String[] rest = text.substring(close + 1).trim().split(" ");
        if (rest.length < 20) {
            return Optional.empty();
        }
        try {
            String comm = new String(text.substring(open + 1, close).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            return Optional.of(new ProcStat(Long.parseLong(text.substring(0, open).trim()), comm, rest[0].charAt(0),
                Long.parseLong(rest[2]), Long.parseLong(rest[3]), Long.parseLong(rest[19])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The ids of all processes, in no order. */
    public static List<Long> pids(Path proc) {
        return pids(proc, () -> { });
    }

    /** The same; {@code unreadable} is called when that is unknown. */
    public static List<Long> pids(Path proc, Runnable unreadable) {
        String[] names = proc.toFile().list();
        if (names == null) {
            unreadable.run();
        }
        List<Long> pids = new ArrayList<>();
        for (String name : names == null ? new String[0] : names) {
            if (!name.isEmpty() && name.length() < 11 && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                pids.add(Long.valueOf(name));
            }
        }
        return pids;
    }
}
