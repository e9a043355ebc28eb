package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.manager.decision.ChainTip;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.Host;
import failover.protocol.Bounds;
import failover.protocol.StateFile;
import failover.protocol.wire.FinalTower;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStateStoreTest {
    private static final DurableManagerState BARE = DurableManagerState.fresh("m-1");
    private static final DurableManagerState FULL = new DurableManagerState("m-1", 3, 12, Host.SECONDARY,
            new DurableManagerState.HostRecord("http://a:1", "id-a", 11, 10, "id-b", true, false),
            new DurableManagerState.HostRecord("http://b:2", "id-b", 12, 0),
            1736000000123L,
            new DurableManagerState.Intent("op-1", Host.SECONDARY, Host.PRIMARY, DurableManagerState.Phase.PROMOTING, "a \"b\"\n<c>"),
            new DurableManagerState.Pause("work on the rack", 1736000000000L),
            new ChainTip(300_000_000L, 1736000000100L, List.of("https://one", "[secondary]")),
            new DurableManagerState.Terms(9406, 500))
            .withLastTower(new DurableManagerState.LastTower("STAKED", new FinalTower(300_000_007L, "AAAA")));

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
        assertEquals(FULL, FileStateStore.decode(FileStateStore.encode(FULL)));
        assertEquals(BARE, FileStateStore.decode(FileStateStore.encode(BARE)));
    }

    /** The largest there may be leaves room for everything else; one that is damaged is none, and no reason to start without memory. */
    @Test
    void aTowerIsKeptWhateverItsSizeAndADamagedOneIsNone() throws IOException {
        DurableManagerState large = FULL.withLastTower(new DurableManagerState.LastTower(null,
                new FinalTower(7, "A".repeat(Bounds.LARGEST_TOWER_TEXT))));
        assertEquals(large, FileStateStore.decode(FileStateStore.encode(large)));
        assertTrue(FileStateStore.encode(large).length < StateFile.LARGEST / 8);
        String bare = new String(FileStateStore.encode(BARE), StandardCharsets.UTF_8).strip();
        for (String damaged : List.of("7", "{}", "{\"last_voted_slot\":\"x\",\"bytes\":\"AAAA\"}",
                "{\"last_voted_slot\":-1,\"bytes\":\"AAAA\"}", "{\"last_voted_slot\":1,\"bytes\":5}")) {
            String text = bare.substring(0, bare.length() - 1) + ",\"last_tower\":" + damaged + "}";
            assertEquals(BARE, FileStateStore.decode(text.getBytes(StandardCharsets.UTF_8)), damaged);
        }
    }

    @Test
    void eachStepOfAMoveComesBack() throws IOException {
        for (DurableManagerState.Phase step : DurableManagerState.Phase.values()) {
            DurableManagerState memory = BARE.withIntent(new DurableManagerState.Intent("o", Host.PRIMARY, Host.SECONDARY, step, "r"));
            assertEquals(memory, FileStateStore.decode(FileStateStore.encode(memory)));
        }
    }

    @Test
    void aNewManagerGetsAnIdThatItKeeps() {
        FileStateStore.Opened first = Await.result(FileStateStore.open(vertx, dir));
        assertFalse(first.memory().managerId().isEmpty());
        Await.result(first.file().close());
        FileStateStore.Opened second = Await.result(FileStateStore.open(vertx, dir));
        assertEquals(first.memory(), second.memory());
        Await.result(second.file().save(FULL));
        Await.result(second.file().close());
        assertEquals(FULL, Await.result(FileStateStore.open(vertx, dir)).memory());
    }

    @Test
    void twoManagersNeverShareADirectory() {
        FileStateStore.Opened first = Await.result(FileStateStore.open(vertx, dir));
        String why = Await.failure(FileStateStore.open(vertx, dir)).getMessage();
        assertTrue(why.contains("state_dir " + dir + " is in use"), why);
        Await.result(first.file().close());
    }

    @Test
    void aTornMemoryFallsBackOneGeneration() throws IOException {
        FileStateStore.Opened first = Await.result(FileStateStore.open(vertx, dir));
        Await.result(first.file().save(BARE.withEpoch(3)));
        Await.result(first.file().save(BARE.withEpoch(4)));
        Await.result(first.file().close());
        byte[] whole = Files.readAllBytes(dir.resolve("manager.json"));
        Files.write(dir.resolve("manager.json"), java.util.Arrays.copyOf(whole, whole.length / 2));
        assertEquals(3, Await.result(FileStateStore.open(vertx, dir)).memory().epoch());
    }

    /** The change that is lost may be the promotion of the very host that could not sign before it. */
    @Test
    void ofTheMemoryBeforeNobodyIsBelievedToBeUnableToSign() throws IOException {
        DurableManagerState before = FULL.with(Host.SECONDARY, new DurableManagerState.HostRecord("http://b:2", "id-b", 12, 12, "id-a",
                true, true));
        FileStateStore.Opened first = Await.result(FileStateStore.open(vertx, dir));
        Await.result(first.file().save(before));
        Await.result(first.file().save(BARE));
        Await.result(first.file().close());
        Files.writeString(dir.resolve("manager.json"), "torn");
        DurableManagerState found = Await.result(FileStateStore.open(vertx, dir)).memory();
        assertEquals(before.with(Host.PRIMARY, new DurableManagerState.HostRecord("http://a:1", "id-a", 11, 0, "id-b", false, false))
                .with(Host.SECONDARY, new DurableManagerState.HostRecord("http://b:2", "id-b", 12, 0, "id-a", false, true)), found);
    }

    @Test
    void whatIsNoMemoryIsRefusedWithTheReason() {
        for (String text : new String[] {"", "null", "[]", "{}", "{\"format\":2}", "{\"format\":1}", "{\"format\":1,\"manager_id\":\"m\"}",
            "{\"format\":1,\"manager_id\":\"m\",\"epoch\":1,\"holder\":\"third\"}", "{\"format\":\"1\"}",
            "{\"format\":1,\"manager_id\":\"m\",\"epoch\":1,\"intent\":{\"from\":\"primary\",\"to\":\"secondary\",\"step\":\"odd\"}}"}) {
            IOException e = assertThrows(IOException.class, () -> FileStateStore.decode(text.getBytes(StandardCharsets.UTF_8)), text);
            assertFalse(e.getMessage().isBlank(), text);
        }
    }

    /** A number out of bounds was written once, and the next start could not read its own file, nor the copy. */
    @Test
    void nothingIsWrittenThatTheReaderRefuses() throws IOException {
        FileStateStore.Opened opened = Await.result(FileStateStore.open(vertx, dir));
        Await.result(opened.file().save(FULL));
        for (DurableManagerState bad : List.of(FULL.withEpoch(-1), FULL.withEpoch(Long.MIN_VALUE), FULL.withEpoch(Long.MAX_VALUE),
                FULL.with(Host.PRIMARY, new DurableManagerState.HostRecord("http://a:1", "id-a", -7, 0)),
                FULL.with(Host.SECONDARY, new DurableManagerState.HostRecord("http://a:1", "id-a", 0, Long.MAX_VALUE)))) {
            Await.failure(opened.file().save(bad));
            assertNotNull(opened.file().trouble());
        }
        Await.result(opened.file().save(FULL));
        assertNull(opened.file().trouble());
        Await.result(opened.file().close());
        assertEquals(FULL, Await.result(FileStateStore.open(vertx, dir)).memory());
        for (String key : List.of("epoch", "start", "primary_issued", "secondary_passive")) {
            JsonObject json = new JsonObject(new String(FileStateStore.encode(FULL), StandardCharsets.UTF_8)).put(key, 1L << 60);
            IOException e = assertThrows(IOException.class, () -> FileStateStore.decode(json.encode().getBytes(StandardCharsets.UTF_8)),
                    key);
            assertTrue(e.getMessage().contains(key), e.getMessage());
        }
    }

    /** A row of writes behind a slow one is one write, and whoever waits for an older one is told when a newer one is durable. */
    @Test
    void whatIsAskedForDuringAWriteIsWrittenOnce() {
        FileStateStore.Opened opened = Await.result(FileStateStore.open(vertx, dir));
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            all.add(opened.file().save(BARE.withEpoch(i)));
        }
        assertTrue(all.stream().distinct().count() < 200, "some of them are one");
        Await.result(Future.all(new ArrayList<>(all)));
        Await.result(opened.file().close());
        assertEquals(200, Await.result(FileStateStore.open(vertx, dir)).memory().epoch());
    }

    /** Downgrade: 24564cc reads these keys and ignores others. */
    @Test
    void theKeysOfTheVersionBeforeAreStillThere() {
        JsonObject json = new JsonObject(new String(FileStateStore.encode(FULL), StandardCharsets.UTF_8));
        for (String key : List.of("format", "manager_id", "epoch", "holder", "primary_endpoint", "primary_id", "primary_issued",
                "primary_passive", "secondary_endpoint", "secondary_id", "secondary_issued", "secondary_passive", "moved_at_ms", "intent",
                "start", "pause", "tip", "terms")) {
            assertTrue(json.containsKey(key), key);
        }
        assertEquals(1, json.getInteger("format"));
        assertEquals("promoting", json.getJsonObject("intent").getString("step"));
    }
}
