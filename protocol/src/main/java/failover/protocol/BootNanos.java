package failover.protocol;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;

/**
 * The time since boot, from /proc/uptime: Java has no CLOCK_BOOTTIME of its own. One open file, read again from its start: a few
 * microseconds. Safe on any thread.
 */
final class BootNanos {
    private static final RandomAccessFile UPTIME = open();
    private static final byte[] BUFFER = new byte[64];

    private BootNanos() {
    }

    /** Nanoseconds since boot; {@code otherwise} where there is no procfs. */
    static long read(long otherwise) {
        if (UPTIME == null) {
            return otherwise;
        }
        synchronized (BUFFER) {
            try {
                UPTIME.seek(0);
                int length = UPTIME.read(BUFFER);
                String text = new String(BUFFER, 0, Math.max(0, length), StandardCharsets.US_ASCII);
                int dot = text.indexOf('.');
                return Long.parseLong(text.substring(0, dot)) * 1_000_000_000L
                        + Long.parseLong(text.substring(dot + 1, dot + 3)) * 10_000_000L;
            } catch (IOException | RuntimeException unreadable) {
                return otherwise;
            }
        }
    }

    private static RandomAccessFile open() {
        try {
            return new RandomAccessFile("/proc/uptime", "r");
        } catch (IOException none) {
            return null;
        }
    }
}
