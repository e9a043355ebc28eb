package failover.agent.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.DurableAgentState;
import failover.agent.decision.DurableAgentState.InDoubt;
import failover.agent.decision.DurableAgentState.Intent;
import failover.protocol.wire.Action;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lesson OM0-17: nothing is forgotten over a restart, and nothing half-written is believed. */
class FileStateStoreTest {
    private static final String NAME = "agent.json";

    @TempDir
    Path parent;

    @Test
    void aFirstStartMakesAHostIdThatStays() throws IOException {
        String hostId;
        try (FileStateStore first = new FileStateStore(state())) {
            assertTrue(first.opened().isNew());
            hostId = first.opened().memory().hostId();
        }
        try (FileStateStore second = new FileStateStore(state())) {
            assertFalse(second.opened().isNew());
            assertEquals(hostId, second.opened().memory().hostId());
        }
    }

    @Test
    void everyFieldComesBack() throws IOException {
        DurableAgentState all = full("a");
        try (FileStateStore file = new FileStateStore(state())) {
            assertNull(file.write(all));
        }
        assertEquals(all, reopened());
    }

    @Test
    void itIsReadableByItsOwnerOnly() throws IOException {
        try (FileStateStore file = new FileStateStore(state())) {
            assertNull(file.write(full("a")));
        }
        for (String name : new String[] {NAME, NAME + ".bak"}) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state().resolve(name))), name);
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state())));
    }

    @Test
    void aTornFileGivesTheGenerationBefore() throws IOException {
        twoGenerations();
        Path file = state().resolve(NAME);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 1; length += 41) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertEquals(full("first"), reopened(), "cut at " + length);
        }
    }

    @Test
    void anEditedFileIsNotBelieved() throws IOException {
        twoGenerations();
        Path file = state().resolve(NAME);
        Files.writeString(file, Files.readString(file).replace("\"epoch\":7", "\"epoch\":9"));
        assertEquals(full("first"), reopened());
    }

    @Test
    void aTornFileNeverBecomesTheGenerationBefore() throws IOException {
        twoGenerations();
        Files.writeString(state().resolve(NAME), "{");
        try (FileStateStore file = new FileStateStore(state())) {
            assertNull(file.write(full("third")));
        }
        Files.writeString(state().resolve(NAME), "{");
        assertEquals(full("first"), reopened());
    }

    @Test
    void withBothGenerationsTornItSaysWhatToDo() throws IOException {
        twoGenerations();
        Files.writeString(state().resolve(NAME), "{");
        Files.writeString(state().resolve(NAME + ".bak"), "");
        String message = assertThrows(IOException.class, () -> new FileStateStore(state())).getMessage();
        assertTrue(message.contains(NAME) && message.contains("move both away"), message);
        // The failed start holds no lock.
        Files.delete(state().resolve(NAME));
        Files.delete(state().resolve(NAME + ".bak"));
        new FileStateStore(state()).close();
    }

    @Test
    void twoAgentsNeverShareAStateDir() throws IOException {
        try (FileStateStore first = new FileStateStore(state())) {
            assertNotNull(first.opened());
            String message = assertThrows(IOException.class, () -> new FileStateStore(state())).getMessage();
            assertTrue(message.contains("is in use by"), message);
        }
        new FileStateStore(state()).close();
    }

    @Test
    void aStateDirThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "not a directory");
        String message = assertThrows(IOException.class, () -> new FileStateStore(file.resolve("state"))).getMessage();
        assertTrue(message.contains("state_dir") && message.contains("name another"), message);
    }

    @Test
    void aDiskThatTakesNoFileLeavesTheOldOneIntact() throws IOException {
        try (FileStateStore file = new FileStateStore(state())) {
            assertNull(file.write(full("old")));
            Files.createDirectories(state().resolve(NAME + ".new").resolve("in the way"));
            String error = file.write(full("new"));
            assertNotNull(error);
            assertTrue(error.contains(NAME) && error.contains("cannot be written"), error);
        }
        assertEquals(full("old"), reopened());
    }

    @Test
    void twoHostsHaveDifferentIds() throws IOException {
        try (FileStateStore one = new FileStateStore(parent.resolve("1")); FileStateStore two = new FileStateStore(parent.resolve("2"))) {
            assertNotEquals(one.opened().memory().hostId(), two.opened().memory().hostId());
        }
    }

    private void twoGenerations() throws IOException {
        try (FileStateStore file = new FileStateStore(state())) {
            assertNull(file.write(full("first")));
            assertNull(file.write(full("second")));
        }
    }

    private DurableAgentState reopened() throws IOException {
        try (FileStateStore file = new FileStateStore(state())) {
            return file.opened().memory();
        }
    }

    private Path state() {
        return parent.resolve("deep/state");
    }

    private static DurableAgentState full(String message) {
        return new DurableAgentState("host", Role.ACTIVE, 7, "key", 1234, new Intent(Action.BECOME_PASSIVE, null, 7), new InDoubt(10, 20),
            new LastOperation("op", "become_active", "done", message, 99));
    }
}
