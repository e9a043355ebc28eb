package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerMemory;
import failover.manager.decision.Tip;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryFileTest {
    private static final ManagerMemory BARE = ManagerMemory.fresh("m-1");
    private static final ManagerMemory FULL = new ManagerMemory("m-1", 3, 12, Host.SECONDARY,
            new ManagerMemory.HostRecord("http://a:1", "id-a", 11, 10), new ManagerMemory.HostRecord("http://b:2", "id-b", 12, 0),
            1736000000123L,
            new ManagerMemory.Intent("op-1", Host.SECONDARY, Host.PRIMARY, ManagerMemory.Step.PROMOTING, "a \"b\"\n<c>"),
            new ManagerMemory.Pause("work on the rack", 1736000000000L), new Tip(300_000_000L, 1736000000100L),
            new ManagerMemory.Terms(9406, 500));

    @TempDir
    Path dir;
    private Vertx vertx;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void everythingThatIsRememberedComesBack() throws IOException {
        assertEquals(FULL, MemoryFile.decode(MemoryFile.encode(FULL)));
        assertEquals(BARE, MemoryFile.decode(MemoryFile.encode(BARE)));
    }

    @Test
    void eachStepOfAMoveComesBack() throws IOException {
        for (ManagerMemory.Step step : ManagerMemory.Step.values()) {
            ManagerMemory memory = BARE.withIntent(new ManagerMemory.Intent("o", Host.PRIMARY, Host.SECONDARY, step, "r"));
            assertEquals(memory, MemoryFile.decode(MemoryFile.encode(memory)));
        }
    }

    @Test
    void aNewManagerGetsAnIdThatItKeeps() {
        MemoryFile.Opened first = Await.result(MemoryFile.open(vertx, dir));
        assertFalse(first.memory().managerId().isEmpty());
        Await.result(first.file().close());
        MemoryFile.Opened second = Await.result(MemoryFile.open(vertx, dir));
        assertEquals(first.memory(), second.memory());
        Await.result(second.file().save(FULL));
        Await.result(second.file().close());
        assertEquals(FULL, Await.result(MemoryFile.open(vertx, dir)).memory());
    }

    @Test
    void twoManagersNeverShareADirectory() {
        MemoryFile.Opened first = Await.result(MemoryFile.open(vertx, dir));
        String why = Await.failure(MemoryFile.open(vertx, dir)).getMessage();
        assertTrue(why.contains("state_dir " + dir + " is in use"), why);
        Await.result(first.file().close());
    }

    @Test
    void aTornMemoryFallsBackOneGeneration() throws IOException {
        MemoryFile.Opened first = Await.result(MemoryFile.open(vertx, dir));
        Await.result(first.file().save(BARE.withEpoch(3)));
        Await.result(first.file().save(BARE.withEpoch(4)));
        Await.result(first.file().close());
        byte[] whole = Files.readAllBytes(dir.resolve("manager.json"));
        Files.write(dir.resolve("manager.json"), java.util.Arrays.copyOf(whole, whole.length / 2));
        assertEquals(3, Await.result(MemoryFile.open(vertx, dir)).memory().epoch());
    }

    @Test
    void whatIsNoMemoryIsRefusedWithTheReason() {
        for (String text : new String[] {"", "null", "[]", "{}", "{\"format\":2}", "{\"format\":1}", "{\"format\":1,\"manager_id\":\"m\"}",
            "{\"format\":1,\"manager_id\":\"m\",\"epoch\":1,\"holder\":\"third\"}", "{\"format\":\"1\"}",
            "{\"format\":1,\"manager_id\":\"m\",\"epoch\":1,\"intent\":{\"from\":\"primary\",\"to\":\"secondary\",\"step\":\"odd\"}}"}) {
            IOException e = assertThrows(IOException.class, () -> MemoryFile.decode(text.getBytes(StandardCharsets.UTF_8)), text);
            assertFalse(e.getMessage().isBlank(), text);
        }
    }
}
