package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootNanosTest {
    private static final long SECOND = 1_000_000_000L;
    @TempDir
    Path dir;

    /** In a container /proc/uptime is another program's, which may be started anew; a clock that jumped would end a lease (E9). */
    @Test
    void whereItCannotBeReadTheClockGoesOnFromWhatItSaidLast() throws IOException {
        Path file = Files.writeString(dir.resolve("uptime"), "100.25 1.00\n");
        BootNanos boot = new BootNanos(file);
        assertEquals(100 * SECOND + SECOND / 4, boot.at(7_000 * SECOND, 7_000_000));
        Files.writeString(file, "");
        assertEquals(102 * SECOND + SECOND / 4, boot.at(7_002 * SECOND, 7_002_000));
        Files.writeString(file, "160.00 1.00\n");
        assertEquals(160 * SECOND, boot.at(7_003 * SECOND, 7_003_000), "a suspend");
        Files.writeString(file, "nonsense");
        assertEquals(161 * SECOND, boot.at(7_004 * SECOND, 7_004_000));
    }

    /** Of a suspend the monotonic clock shows nothing, and it may lie between any two readings. */
    @Test
    void withinAMillisecondItIsNotReadAgainUnlessTheWallClockShowsThatTheMachineSlept() throws IOException {
        Path file = Files.writeString(dir.resolve("uptime"), "100.25 1.00\n");
        BootNanos boot = new BootNanos(file);
        assertEquals(100_250_000_000L, boot.at(7_000 * SECOND, 5_000));
        Files.writeString(file, "100.26 1.00\n");
        assertEquals(100_250_000_000L, boot.at(7_000 * SECOND + 999_999, 5_001));
        assertEquals(100_260_000_000L, boot.at(7_000 * SECOND + 1_000_000, 5_001));
        Files.writeString(file, "160.00 1.00\n");
        assertEquals(160 * SECOND, boot.at(7_000 * SECOND + 1_000_001, 64_741), "a suspend");
        Files.writeString(file, "190.00 1.00\n");
        assertEquals(190 * SECOND, boot.at(7_000 * SECOND + 1_000_002, 61_741), "a suspend, and a clock that was set back meanwhile");
    }

    @Test
    void withoutProcfsTheMonotonicClockHasToDo() {
        assertEquals(42, new BootNanos(dir.resolve("missing")).at(42, 0));
    }
}
