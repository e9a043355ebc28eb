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

    /** The id the kernel drew at this boot: a lease of another one is void. */
    public String bootId() throws IOException {
        return Files.readString(proc.resolve("sys/kernel/random/boot_id"), StandardCharsets.US_ASCII).strip();
    }
}
