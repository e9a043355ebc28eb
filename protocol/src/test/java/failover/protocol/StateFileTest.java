package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
    @TempDir
    Path dir;

    @Test
    void thereIsNothingAtFirst() throws IOException {
        try (StateFile state = StateFile.open(dir.resolve("new"), "x")) {
            assertTrue(state.read(StateFileTest::text).value().isEmpty());
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("new"))));
        }
    }

    @Test
    void whatWasWrittenIsReadByTheNext() throws IOException {
        try (StateFile state = StateFile.open(dir, "x")) {
            state.write(bytes("ok one"), StateFileTest::text);
            state.write(bytes("ok two"), StateFileTest::text);
        }
        try (StateFile state = StateFile.open(dir, "x")) {
            StateFile.Found<String> found = state.read(StateFileTest::text);
            assertEquals("ok two", found.value().orElseThrow());
            assertNull(found.warning());
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("x.json"))));
        assertFalse(Files.exists(dir.resolve("x.json.new")));
    }

    @Test
    void aTornFileGivesTheOneBeforeAndAWarningAndNeverReplacesIt() throws IOException {
        try (StateFile state = StateFile.open(dir, "x")) {
            state.write(bytes("ok one"), StateFileTest::text);
            state.write(bytes("ok two"), StateFileTest::text);
        }
        Files.write(dir.resolve("x.json"), bytes("o"));
        try (StateFile state = StateFile.open(dir, "x")) {
            StateFile.Found<String> found = state.read(StateFileTest::text);
            assertEquals("ok one", found.value().orElseThrow());
            assertTrue(found.warning().contains("x.json cannot be used (torn)"), found.warning());
            state.write(bytes("ok three"), StateFileTest::text);
        }
        assertArrayEquals(bytes("ok one"), Files.readAllBytes(dir.resolve("x.json.bak")));
        assertArrayEquals(bytes("ok three"), Files.readAllBytes(dir.resolve("x.json")));
    }

    @Test
    void aLostNewestFileGivesTheOneBefore() throws IOException {
        try (StateFile state = StateFile.open(dir, "x")) {
            state.write(bytes("ok one"), StateFileTest::text);
            state.write(bytes("ok two"), StateFileTest::text);
        }
        Files.delete(dir.resolve("x.json"));
        try (StateFile state = StateFile.open(dir, "x")) {
            StateFile.Found<String> found = state.read(StateFileTest::text);
            assertEquals("ok one", found.value().orElseThrow());
            assertTrue(found.warning().contains("no such file"), found.warning());
        }
    }

    @Test
    void twoTornFilesStopWithBothReasons() throws IOException {
        Files.write(dir.resolve("x.json"), bytes(""));
        Files.write(dir.resolve("x.json.bak"), bytes("?"));
        try (StateFile state = StateFile.open(dir, "x")) {
            IOException e = assertThrows(IOException.class, () -> state.read(StateFileTest::text));
            assertTrue(e.getMessage().contains("move both away"), e.getMessage());
        }
    }

    @Test
    void aDirectoryHasOneOwner() throws IOException {
        StateFile first = StateFile.open(dir, "x");
        IOException e = assertThrows(IOException.class, () -> StateFile.open(dir.resolve("../" + dir.getFileName()), "x"));
        assertTrue(e.getMessage().contains("is in use by this very process"), e.getMessage());
        first.close();
        StateFile.open(dir, "x").close();
    }

    @Test
    void aFileInThePlaceOfTheDirectoryIsNamed() throws IOException {
        Path file = Files.write(dir.resolve("file"), bytes(""));
        IOException e = assertThrows(IOException.class, () -> StateFile.open(file, "x"));
        assertTrue(e.getMessage().contains(file + " cannot be made"), e.getMessage());
        assertTrue(e.getMessage().contains("name another with state_dir"), e.getMessage());
    }

    @Test
    void aWriteThatFailsLeavesTheOldState() throws IOException {
        try (StateFile state = StateFile.open(dir, "x")) {
            state.write(bytes("ok one"), StateFileTest::text);
            Path obstacle = Files.createDirectory(dir.resolve("x.json.new"));
            Files.write(obstacle.resolve("full"), bytes(""));
            IOException e = assertThrows(IOException.class, () -> state.write(bytes("ok two"), StateFileTest::text));
            String start = "state file " + dir.resolve("x.json").toRealPath() + " cannot be written: ";
            assertTrue(e.getMessage().startsWith(start), e.getMessage());
            assertEquals("ok one", state.read(StateFileTest::text).value().orElseThrow());
        }
    }

    /** The real disk, which writes down what is done with it, and refuses what it is told to. */
    private static final class Seen implements Disk {
        private final List<String> steps = new ArrayList<>();
        private String broken = "";

        private void step(String step) throws IOException {
            if (step.equals(broken)) {
                throw new IOException("no " + step);
            }
            steps.add(step);
        }

        @Override
        public Fresh create(Path file) throws IOException {
            step("create " + file.getFileName());
            Fresh real = REAL.create(file);
            return new Fresh() {
                @Override
                public void write(byte[] bytes) throws IOException {
                    step("write " + file.getFileName());
                    real.write(bytes);
                }

                @Override
                public void sync() throws IOException {
                    step("sync " + file.getFileName());
                    real.sync();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }

        @Override
        public byte[] read(Path file, long largest) throws IOException {
            return REAL.read(file, largest);
        }

        @Override
        public void link(Path name, Path file) throws IOException {
            step("link " + name.getFileName() + " to " + file.getFileName());
            REAL.link(name, file);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            step("rename " + from.getFileName() + " to " + to.getFileName());
            REAL.rename(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            REAL.delete(file);
        }

        @Override
        public void syncNames(Path directory) throws IOException {
            step("sync names");
            REAL.syncNames(directory);
        }
    }

    @Test
    void e10TheBytesAreDurableBeforeTheyGetTheNameAndTheNameBeforeAnythingIsSaid() throws IOException {
        Seen disk = new Seen();
        try (StateFile state = StateFile.open(dir, "x", disk)) {
            state.write(bytes("ok one"), StateFileTest::text);
            assertEquals(List.of("create x.json.new", "write x.json.new", "sync x.json.new", "rename x.json.new to x.json", "sync names"),
                    disk.steps);
            disk.steps.clear();
            state.write(bytes("ok two"), StateFileTest::text);
            assertEquals(List.of("create x.json.new", "write x.json.new", "sync x.json.new", "link x.json.bak.new to x.json",
                    "rename x.json.bak.new to x.json.bak", "rename x.json.new to x.json", "sync names"), disk.steps);
            for (String step : List.copyOf(disk.steps)) {
                disk.broken = step;
                if (!step.startsWith("link")) {
                    assertTrue(assertThrows(IOException.class, () -> state.write(bytes("ok three"), StateFileTest::text)).getMessage()
                            .endsWith("no " + step));
                }
            }
        }
    }

    @Test
    void aPipeInThePlaceOfAStateIsSaidAndNotWaitedFor() throws Exception {
        Path pipe = dir.resolve("agent.json");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        StateFile file = StateFile.open(dir, "agent");
        CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> assertThrows(IOException.class,
                () -> file.read(bytes -> "")).getMessage());
        try {
            String message = said.get(30, TimeUnit.SECONDS);
            assertTrue(message.contains("is no file"), message);
        } finally {
            // Whoever waits for the other end is let go.
            new RandomAccessFile(pipe.toFile(), "rw").close();
            file.close();
        }
    }

    @Test
    void aFileSystemWithoutHardLinksKeepsACopyOfTheStateBefore() throws IOException {
        Seen disk = new Seen();
        disk.broken = "link x.json.bak.new to x.json";
        try (StateFile state = StateFile.open(dir, "x", disk)) {
            state.write(bytes("ok one"), StateFileTest::text);
            state.write(bytes("ok two"), StateFileTest::text);
            assertEquals("ok one", Files.readString(dir.resolve("x.json.bak")));
            disk.steps.clear();
            state.write(bytes("ok three"), StateFileTest::text);
            assertEquals(List.of("create x.json.new", "write x.json.new", "sync x.json.new", "create x.json.bak.new",
                    "write x.json.bak.new", "sync x.json.bak.new", "rename x.json.bak.new to x.json.bak", "rename x.json.new to x.json",
                    "sync names"), disk.steps);
            assertEquals("ok two", Files.readString(dir.resolve("x.json.bak")));
        }
        try (StateFile state = StateFile.open(dir, "x")) {
            assertEquals("ok three", state.read(StateFileTest::text).value().orElseThrow());
        }
    }

    @Test
    void theStateIsRenamedSoThatAReaderOfTheOldOneKeepsTheOldOne() throws IOException {
        try (StateFile state = StateFile.open(dir, "x")) {
            state.write(bytes("ok one"), StateFileTest::text);
            try (FileChannel old = FileChannel.open(dir.resolve("x.json"))) {
                state.write(bytes("ok two and more"), StateFileTest::text);
                assertEquals(6, old.size());
            }
        }
    }

    @Test
    void aStateThatItsReaderWouldRefuseIsNotWritten() throws IOException {
        try (StateFile state = StateFile.open(dir, "x")) {
            state.write(bytes("ok one"), StateFileTest::text);
            IOException e = assertThrows(IOException.class, () -> state.write(bytes("k two"), StateFileTest::text));
            assertTrue(e.getMessage().endsWith("it would not be read again: torn"), e.getMessage());
            e = assertThrows(IOException.class,
                    () -> state.write(bytes("ok " + "x".repeat(StateFile.LARGEST)), StateFileTest::text));
            assertTrue(e.getMessage().endsWith("larger than 1048576 bytes"), e.getMessage());
            e = assertThrows(IOException.class, () -> state.write(bytes("ok"), bytes -> {
                throw new IllegalStateException("a fault");
            }));
            assertTrue(e.getMessage().contains("a fault"), e.getMessage());
            assertEquals("ok one", state.read(StateFileTest::text).value().orElseThrow());
            state.write(bytes("ok two"), StateFileTest::text);
        }
        try (StateFile state = StateFile.open(dir, "x")) {
            assertEquals("ok two", state.read(StateFileTest::text).value().orElseThrow());
        }
    }

    @Test
    void aLinkPutInThePlaceOfAFileOfOursIsNotFollowed() throws IOException {
        Path precious = Files.write(dir.resolve("staked.json"), bytes("[1,2,3]"));
        for (String name : List.of("x.json.new", "x.json.bak.new", "x.json.bak")) {
            Path home = Files.createDirectory(dir.resolve("home-" + name));
            try (StateFile state = StateFile.open(home, "x")) {
                state.write(bytes("ok one"), StateFileTest::text);
                Files.createSymbolicLink(home.resolve(name), precious);
                state.write(bytes("ok two"), StateFileTest::text);
                assertEquals("ok two", state.read(StateFileTest::text).value().orElseThrow());
            }
            assertEquals("[1,2,3]", Files.readString(precious), name);
        }
        Path home = Files.createDirectory(dir.resolve("lock"));
        Files.createSymbolicLink(home.resolve("x.lock"), precious);
        assertThrows(IOException.class, () -> StateFile.open(home, "x"));
        assertEquals("[1,2,3]", Files.readString(precious));
        Files.delete(home.resolve("x.lock"));
        Files.createSymbolicLink(home.resolve("x.json"), Files.write(dir.resolve("other"), bytes("ok other")));
        try (StateFile state = StateFile.open(home, "x")) {
            IOException e = assertThrows(IOException.class, () -> state.read(StateFileTest::text));
            assertTrue(e.getMessage().contains("is a link to another file"), e.getMessage());
        }
    }

    @Test
    void aDirectoryThatEverybodyMayWriteIsRefused() throws IOException {
        Path home = Files.createDirectory(dir.resolve("open"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        IOException e = assertThrows(IOException.class, () -> StateFile.open(home, "x"));
        assertTrue(e.getMessage().contains("everybody may write in it") && e.getMessage().contains("chmod 0700"), e.getMessage());
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxr-x"));
        StateFile.open(home, "x").close();
    }

    @Test
    void aDirectoryOfAnotherUserIsRefused() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give a directory away");
        Path home = Files.createDirectory(dir.resolve("theirs"));
        Files.setAttribute(home, "unix:uid", 65534);
        IOException e = assertThrows(IOException.class, () -> StateFile.open(home, "x"));
        assertTrue(e.getMessage().contains("belongs to uid 65534"), e.getMessage());
        Files.setAttribute(home, "unix:uid", 0);
        Files.setAttribute(home, "unix:gid", 65534);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwx---"));
        e = assertThrows(IOException.class, () -> StateFile.open(home, "x"));
        assertTrue(e.getMessage().contains("a group that is not this program's own"), e.getMessage());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!text.startsWith("ok ")) {
            throw new IOException("torn");
        }
        return text;
    }
}
