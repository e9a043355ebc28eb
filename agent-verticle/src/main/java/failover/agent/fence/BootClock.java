package failover.agent.fence;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The clock agent and fencer share: milliseconds since boot, going on through a suspend, in steps of 10 ms (E4, E9). Safe on any thread.
 *
 * @param proc where procfs is mounted
 */
public record BootClock(Path proc) {

    /** The clock of this host. */
    public static BootClock system() {
        return new BootClock(Path.of("/proc"));
    }

    /**
     * Milliseconds since boot, as in /proc/uptime.
     *
     * @throws IOException when /proc/uptime cannot be read or is not what Linux writes
     */
    public long millis() throws IOException {
        String text = Files.readString(proc.resolve("uptime"), StandardCharsets.US_ASCII);
        int dot = text.indexOf('.');
        try {
            return Long.parseLong(text.substring(0, dot)) * 1000 + Long.parseLong(text.substring(dot + 1, dot + 3)) * 10;
        } catch (RuntimeException e) {
            throw new IOException(proc.resolve("uptime") + " is not an uptime: '" + text.strip() + "'", e);
        }
    }

    /**
     * When the first process that is seen here started, in hundredths of a second since the machine did; 0 where that is unknown. A
     * container that shows an uptime of its own counts it from there, and begins anew with each start of the container.
     */
    public long beganTicks() {
        try {
            String stat = Files.readString(proc.resolve("1/stat"), StandardCharsets.ISO_8859_1);
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    /** The id the kernel drew at this boot: a lease of another one is void. */
    public String bootId() throws IOException {
        return Files.readString(proc.resolve("sys/kernel/random/boot_id"), StandardCharsets.US_ASCII).strip();
    }
}
