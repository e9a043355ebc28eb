package failover.agent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How long a process has run. Starts are counted from the machine's boot, and so is /proc/uptime, but for containers that show one of
 * their own (lxcfs): by that alone every process older than the container would have run for no time at all. So the start of a thread
 * of this program is taken for a second clock, and the later of the two counts: a suspend stops that one. Any thread; microseconds.
 */
final class Uptime {
    private static final long TICKS_PER_SECOND = 100;
    private static final long NANOS_PER_TICK = 1_000_000_000L / TICKS_PER_SECOND;
    private static final long UNKNOWN = -1;

    private final Path proc;
    private volatile long anchorTicks = UNKNOWN;
    private volatile long anchorNanos;

    Uptime(Path proc) {
        this.proc = proc;
        Thread young = new Thread(this::anchor, "agent-uptime");
        young.setDaemon(true);
        young.start();
    }

    /** On a thread that has just started, whose own start is therefore now. */
    private void anchor() {
        anchorNanos = System.nanoTime();
        try {
            ProcStat.parse(Files.readAllBytes(proc.resolve("thread-self/stat"))).ifPresent(stat -> anchorTicks = stat.startTicks());
        } catch (IOException e) {
            // A kernel before 3.17, or no procfs: then there is one clock.
            anchorTicks = UNKNOWN;
        }
    }

    /** Since a process started, by field 22 of its stat. */
    Duration since(long startTicks) {
        long shown = millisShown() - startTicks * 1000 / TICKS_PER_SECOND;
        long counted = anchorTicks == UNKNOWN ? 0
            : (anchorTicks - startTicks) * 1000 / TICKS_PER_SECOND + (System.nanoTime() - anchorNanos) / NANOS_PER_TICK * 10;
        return Duration.ofMillis(Math.max(0, Math.max(shown, counted)));
    }

    private long millisShown() {
        try {
            String text = Files.readString(proc.resolve("uptime"), StandardCharsets.US_ASCII);
            int blank = text.indexOf(' ');
            return Math.round(Double.parseDouble(blank < 0 ? text : text.substring(0, blank)) * 1000);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
