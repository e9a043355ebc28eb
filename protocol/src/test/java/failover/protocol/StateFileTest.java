package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
            state.write(bytes("ok one"));
            state.write(bytes("ok two"));
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
            state.write(bytes("ok one"));
            state.write(bytes("ok two"));
        }
        Files.write(dir.resolve("x.json"), bytes("o"));
        try (StateFile state = StateFile.open(dir, "x")) {
            StateFile.Found<String> found = state.read(StateFileTest::text);
            assertEquals("ok one", found.value().orElseThrow());
            assertTrue(found.warning().contains("x.json cannot be used (torn)"), found.warning());
            state.write(bytes("ok three"));
        }
        assertArrayEquals(bytes("ok one"), Files.readAllBytes(dir.resolve("x.json.bak")));
        assertArrayEquals(bytes("ok three"), Files.readAllBytes(dir.resolve("x.json")));
    }

    @Test
    void aLostNewestFileGivesTheOneBefore() throws IOException {
        try (StateFile state = StateFile.open(dir, "x")) {
            state.write(bytes("ok one"));
            state.write(bytes("ok two"));
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
            state.write(bytes("ok one"));
            Path obstacle = Files.createDirectory(dir.resolve("x.json.new"));
            Files.write(obstacle.resolve("full"), bytes(""));
            IOException e = assertThrows(IOException.class, () -> state.write(bytes("ok two")));
            String start = "state file " + dir.resolve("x.json").toRealPath() + " cannot be written: ";
            assertTrue(e.getMessage().startsWith(start), e.getMessage());
            assertEquals("ok one", state.read(StateFileTest::text).value().orElseThrow());
        }
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
