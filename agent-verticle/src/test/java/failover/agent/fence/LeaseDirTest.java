package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseDirTest {
    @TempDir
    private Path dir;

    /** Another agent: takes hold, says so, and stays. */
    static final class Holder {
        private Holder() {
        }

        public static void main(String[] args) throws Exception {
            LeaseDir held = LeaseDir.claim(Path.of(args[0]));
            System.out.println("held " + held);
            System.in.read();
        }
    }

    @Test
    void aSecondAgentOfAnotherProcessIsRefusedWithReasonAndCureUntilTheFirstIsGoneThoughKilled() throws Exception {
        Process first = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), Holder.class.getName(), dir.toString()).redirectErrorStream(true).start();
        try {
            assertEquals("held", first.inputReader().readLine().split(" ")[0]);
            String message = assertThrows(IOException.class, () -> LeaseDir.claim(dir)).getMessage();
            assertTrue(message.startsWith("lease_dir " + dir + " is in use by process " + first.pid() + ":"), message);
            assertTrue(message.contains("a lease_dir of its own") && message.contains("--dir"), message);
        } finally {
            first.destroyForcibly().onExit().join();
        }
        assertTrue(first.waitFor(30, TimeUnit.SECONDS));
        LeaseDir.claim(dir).close();
    }

    @Test
    void aSecondAgentOfThisProcessIsRefusedToo() throws IOException {
        try (LeaseDir first = LeaseDir.claim(dir)) {
            String message = assertThrows(IOException.class, () -> LeaseDir.claim(dir)).getMessage();
            assertTrue(message.contains("in use by this very process"), message + first);
        }
        LeaseDir.claim(dir).close();
    }

    @Test
    void aDirectoryThatOthersMayWriteIsNotHeldNorWritten() throws IOException {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
        LeaseDir.claim(dir).close();
        assertFalse(Files.exists(dir.resolve("lease.lock")));
    }

    @Test
    void aLockThatIsALinkIsNotFollowed() throws IOException {
        Path keypair = Files.writeString(dir.resolve("keypair.json"), "[1,2,3]");
        Files.createSymbolicLink(dir.resolve("lease.lock"), keypair);
        assertThrows(IOException.class, () -> LeaseDir.claim(dir));
        assertEquals("[1,2,3]", Files.readString(keypair));
    }

    @Test
    void aLockThatCannotBeOpenedIsNamedWithTheCure() throws IOException {
        Files.createDirectory(dir.resolve("lease.lock"));
        String message = assertThrows(IOException.class, () -> LeaseDir.claim(dir)).getMessage();
        assertTrue(message.contains("lease.lock") && message.contains("remove that file"), message);
        Files.delete(dir.resolve("lease.lock"));
        LeaseDir.claim(dir).close();
    }

    @Test
    void aDirectoryThatIsMissingIsMadeForItsOwnerAlone() throws IOException {
        Path made = dir.resolve("a/b");
        LeaseDir.claim(made).close();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    }

    @Test
    void oneThatCannotBeMadeIsNoReasonNotToStart() throws IOException {
        LeaseDir.claim(Path.of("/proc/nowhere")).close();
    }
}
