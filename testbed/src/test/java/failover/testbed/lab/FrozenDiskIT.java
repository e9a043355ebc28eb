package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FrozenDiskIT {
    @TempDir
    Path directory;

    /** Fails where the write that fills it waits for a thaw that comes after it: the soak stood still for good. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whileItIsFrozenItIsNotFilled() {
        try (FrozenDisk disk = Needs.disk(directory)) {
            disk.freeze();
            assertThrows(IllegalStateException.class, disk::fill);
            disk.thaw();
            disk.fill();
            disk.free();
        }
    }
}
