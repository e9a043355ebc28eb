package failover.manager;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import failover.manager.decision.DurableManagerState;
import java.io.IOException;

/** The manager's state file, which has no checksum: refused with a reason, or written and read again as it is. */
class StateFuzzTest {

    @FuzzTest
    void aFile(byte[] file) throws IOException {
        DurableManagerState state;
        try {
            state = FileStateStore.decode(file);
        } catch (IOException refused) {
            assertFalse(refused.getMessage().isBlank());
            return;
        }
        byte[] written = FileStateStore.encode(state);
        assertArrayEquals(written, FileStateStore.encode(FileStateStore.decode(written)));
    }
}
