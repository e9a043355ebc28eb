package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.ProcessView;
import failover.agent.process.ProcessTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept back for a fence, and what is seen where there is nothing left. */
class ResourceReserveTest {
    @TempDir
    Path proc;

    @Test
    void sixteenFilesAreHeldAndLetGo() throws IOException {
        ResourceReserve reserve = new ResourceReserve();
        reserve.take();
        assertEquals(16, reserve.held());
        reserve.take();
        assertEquals(16, reserve.held());
        reserve.release();
        assertEquals(0, reserve.held());
        reserve.take();
        assertEquals(16, reserve.held());
        reserve.release();
    }

    @Test
    void aFenceThatIsRehearsedEndsAndTouchesNobody() {
        int steps = new FenceWarmUp(false).play();
        assertTrue(steps > 5 && steps < 1000, "it took " + steps + " steps");
    }

    @Test
    void aValidatorThatCannotBeSeenForWantOfADescriptorIsNotTakenForDead() throws IOException {
        // A directory in the file's place is opened, and cannot be read: neither "no such process" nor "not yours".
        Files.createDirectories(proc.resolve("4711/comm"));
        Files.createDirectories(proc.resolve("4711/stat"));
        ProcessTable table = new ProcessTable(proc, "agave-validator", 8899, Optional.empty());
        assertEquals(ProcessView.UNKNOWN, table.look(1));
        ProcessTable blind = new ProcessTable(proc.resolve("missing"), "agave-validator", 8899, Optional.empty());
        assertEquals(ProcessView.UNKNOWN, blind.look(1));
    }

    @Test
    void oneThatIsSeenBesideOthersThatAreNotIsUncertain() throws IOException {
        Files.createDirectories(proc.resolve("4711"));
        Files.writeString(proc.resolve("4711/comm"), "agave-validator\n");
        Files.writeString(proc.resolve("4711/cmdline"), "agave-validator\0run\0");
        Files.writeString(proc.resolve("4711/stat"), "4711 (agave-validator) S 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 77 0 0\n");
        Files.writeString(proc.resolve("uptime"), "100.00 1.00\n");
        assertTrue(new ProcessTable(proc, "agave-validator", 8899, Optional.empty()).look(1).certain());
        Files.createDirectories(proc.resolve("4712/comm"));
        ProcessView seen = new ProcessTable(proc, "agave-validator", 8899, Optional.empty()).look(1);
        assertEquals(4711, seen.pid());
        assertTrue(seen.running() && !seen.certain());
    }
}
