package failover.protocol;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The time since boot, from /proc/uptime: Java has no CLOCK_BOOTTIME of its own. One open file, read again from its start: a few
 * microseconds, and so once a millisecond at most while the other two clocks agree that no more has passed. Where it cannot be read (in a
 * container another program provides it), the clock continues from its last value with the monotonic one: a clock that jumped would end a
 * lease. Safe on any thread.
 */
final class BootNanos {
    private static final BootNanos MACHINE = new BootNanos(Path.of("/proc/uptime"));

    private static final long MILLISECOND = 1_000_000L;

    private final RandomAccessFile uptime;
    private final byte[] buffer = new byte[64];
    private long ahead;
    private boolean read;
    private long readAt;
    private long readWall;
    private long boot;

    BootNanos(Path file) {
        uptime = open(file);
    }

    /** Nanoseconds since boot, by the two other clocks' now; {@code monotonic} where there has never been a procfs. */
    static long read(long monotonic, long wallMillis) {
        return MACHINE.at(monotonic, wallMillis);
    }

    synchronized long at(long monotonic, long wallMillis) {
        if (uptime == null) {
            return monotonic;
        }
        // The clock moves in steps of 10 ms. After a suspend the wall clock has moved on, if not the monotonic one: it is read at once.
        if (read && monotonic - readAt < MILLISECOND && Math.abs(wallMillis - readWall) <= 1) {
            return boot;
        }
        boot = now(monotonic);
        read = true;
        readAt = monotonic;
        readWall = wallMillis;
        return boot;
    }

    private long now(long monotonic) {
        try {
            uptime.seek(0);
            int length = uptime.read(buffer);
            String text = new String(buffer, 0, Math.max(0, length), StandardCharsets.US_ASCII);
            int dot = text.indexOf('.');
            long since = Long.parseLong(text.substring(0, dot)) * 1_000_000_000L
                    + Long.parseLong(text.substring(dot + 1, dot + 3)) * 10_000_000L;
            ahead = since - monotonic;
            return since;
        } catch (IOException | RuntimeException unreadable) {
            return monotonic + ahead;
        }
    }

    private static RandomAccessFile open(Path file) {
        try {
            return new RandomAccessFile(file.toFile(), "r");
        } catch (IOException none) {
            return null;
        }
    }
}
