package failover.agent.tower;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.Configs;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.decision.TowerCheck;
import failover.agent.decision.TowerCheck.Verdict;
import failover.protocol.solana.Keypair;
import failover.protocol.solana.Tower;
import failover.protocol.solana.TowerWriter;
import failover.protocol.wire.FinalTower;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TowerFilesTest {
    private static final Keypair STAKED = Keypair.generate();
    private static final String IDENTITY = STAKED.pubkey().toString();
    @TempDir
    Path directory;

    @Test
    void aTowerSignedByTheStakedIdentityIsValid() throws IOException {
        Files.write(tower(), signed(STAKED, 77));
        TowerCheck check = byPath().check(IDENTITY);
        assertEquals(Verdict.VALID, check.verdict(), check.detail());
        assertEquals(77, check.lastVotedSlot());
    }

    /** Whoever may write in the ledger must not have another file overwritten by a tower that is handed over. */
    @Test
    void aTowerThatIsHandedOverIsNotWrittenThroughALink() throws IOException {
        Path keypair = Files.writeString(directory.resolve("keypair.json"), "[1,2,3]");
        Files.createSymbolicLink(tower().resolveSibling(tower().getFileName() + ".handed-over"), keypair);
        FinalTower handed = new FinalTower(77, Base64.getEncoder().encodeToString(signed(STAKED, 77)));
        TowerCheck check = byPath().install(IDENTITY, handed, () -> true);
        assertEquals(Verdict.VALID, check.verdict(), check.detail());
        assertEquals("[1,2,3]", Files.readString(keypair));
        assertFalse(Files.isSymbolicLink(tower()));
    }

    /** The disk hung, the step was given up, and a validator votes by now: its tower is neither replaced nor put aside. */
    @Test
    void whatNobodyWaitsForAnyMoreIsNotDoneToATower() throws IOException {
        byte[] here = signed(STAKED, 77);
        Files.write(tower(), here);
        FinalTower handed = new FinalTower(90, Base64.getEncoder().encodeToString(signed(STAKED, 90)));
        TowerCheck check = byPath().install(IDENTITY, handed, () -> false);
        assertEquals(Verdict.BAD, check.verdict(), check.detail());
        byPath().setAside(IDENTITY, () -> false);
        assertArrayEquals(here, Files.readAllBytes(tower()));
        assertEquals(90, byPath().install(IDENTITY, handed, () -> true).lastVotedSlot());
    }

    /** A planned move is refused where the tower is not written any more, also after the wall clock was set back. */
    @Test
    void aTowerWrittenInTheFutureGrowsOldByTheMonotonicClock() {
        TowerFiles towers = byPath();
        assertEquals(400, towers.writtenAgo(10_000, 10_400, 0));
        assertEquals(4_000, towers.writtenAgo(10_000, 14_000, 3_600_000_000L));
        TowerFiles setBack = byPath();
        assertEquals(0, setBack.writtenAgo(10_000_000, 14_000, 5_000_000_000L));
        assertEquals(12_000, setBack.writtenAgo(10_000_000, 26_000, 17_000_000_000L));
        assertEquals(0, setBack.writtenAgo(10_000_400, 26_400, 17_400_000_000L), "it is written again");
        assertEquals(300, setBack.writtenAgo(26_500, 26_800, 17_800_000_000L));
    }

    /** A file of gigabytes where the tower should be is none, and costs no memory. Here it is a pipe, whose end never comes. */
    @Test
    void ofWhatIsTooLargeForATowerOnlyTheBeginningIsRead() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", tower().toString()).start().waitFor());
        try (RandomAccessFile large = new RandomAccessFile(tower().toFile(), "rw")) {
            CompletableFuture<Optional<FinalTower>> taken = CompletableFuture.supplyAsync(() -> byPath().take(IDENTITY));
            CompletableFuture.runAsync(() -> {
                try {
                    large.write(new byte[Tower.LARGEST_FILE + 1]);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertEquals(Optional.empty(), taken.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void om0x10AnEmptyTowerIsBad() throws IOException {
        Files.createFile(tower());
        assertBad(byPath().check(IDENTITY), "empty");
        assertBad(byPath("/" + tower().getFileName()).check(null), "empty");
    }

    @Test
    void anotherIdentitysTowerIsBad() throws IOException {
        Files.write(tower(), signed(Keypair.generate(), 77));
        assertBad(byPath().check(IDENTITY), "signature");
    }

    @Test
    void aMissingTowerIsBad() {
        assertBad(byPath().check(IDENTITY), "does not exist");
    }

    @Test
    void om0x11AFileNamedByThePatternItselfIsBadAndExplained() throws IOException {
        Files.write(directory.resolve("tower-1_9-*.bin"), signed(STAKED, 1));
        TowerFiles towers = towers(new JsonObject()
            .put("tower_restore_command", "etcdctl get x | base64 -d > " + directory + "/tower-1_9-*.bin"));
        assertBad(towers.check(IDENTITY), "literally named");
        assertBad(byPath().check(IDENTITY), "literally named");
    }

    @Test
    void om0x11APatternThatMatchesTwoFilesFindsTheStakedIdentitys() throws IOException {
        Files.write(tower(), signed(STAKED, 5));
        Files.write(directory.resolve("tower-1_9-other.bin"), new byte[] {1});
        TowerFiles towers = towers(new JsonObject().put("tower_restore_command", "cat x > " + directory + "/tower-1_9-*.bin"));
        assertEquals(Verdict.VALID, towers.check(IDENTITY).verdict());
        assertBad(towers.check(null), "2 files match");
    }

    @Test
    void itIsLookedForInTheLedgerOfTheConfigurationOrOfTheIdentityCommand() throws IOException {
        Files.write(tower(), signed(STAKED, 5));
        assertEquals(Verdict.VALID, towers(new JsonObject().put("ledger_path", directory.toString())).check(IDENTITY).verdict());
        assertEquals(Verdict.VALID, towers(new JsonObject().put("identity_change_command",
            "agave-validator --ledger " + directory + " set-identity k.json")).check(IDENTITY).verdict());
    }

    @Test
    void withNoPlaceConfiguredItCannotBeJudged() {
        TowerCheck check = towers(new JsonObject()).check(IDENTITY);
        assertEquals(Verdict.NOT_KNOWN, check.verdict());
        assertTrue(check.detail().contains("tower_file_path"), check.detail());
    }

    @Test
    void withoutTheIdentityAFileThatIsThereCannotBeJudged() throws IOException {
        Files.write(directory.resolve("x.bin"), signed(STAKED, 5));
        assertEquals(Verdict.NOT_KNOWN, byPath("/x.bin").check(null).verdict());
    }

    @Test
    void om0x10ARestoreThatEmptiesTheTowerFailsAndTheGoodOneComesBack() throws IOException {
        byte[] good = signed(STAKED, 77);
        Files.write(tower(), good);
        CommandResult result = byPath().aroundRestore(IDENTITY, () -> restoring(new byte[0]));
        assertFalse(result.ok());
        assertTrue(result.failure().contains("cannot be used") && result.failure().contains("is back"), result.failure());
        assertArrayEquals(good, Files.readAllBytes(tower()));
    }

    @Test
    void om0x11AnOlderTowerDoesNotReplaceANewerOne() throws IOException {
        byte[] newer = signed(STAKED, 77);
        Files.write(tower(), newer);
        CommandResult result = byPath().aroundRestore(IDENTITY, () -> restoring(signed(STAKED, 50)));
        assertTrue(result.ok());
        assertTrue(result.output().contains("older"), result.output());
        assertArrayEquals(newer, Files.readAllBytes(tower()));
    }

    @Test
    void aNewerTowerReplacesTheOneHereAndLeavesNoCopy() throws IOException {
        Files.write(tower(), signed(STAKED, 50));
        assertTrue(byPath().aroundRestore(IDENTITY, () -> restoring(signed(STAKED, 77))).ok());
        assertEquals(77, byPath().check(IDENTITY).lastVotedSlot());
        assertEquals(1, names().size(), names().toString());
    }

    @Test
    void aRestoreThatFailsKeepsItsOwnWordsAndTheTower() throws IOException {
        byte[] good = signed(STAKED, 77);
        Files.write(tower(), good);
        CommandResult result = byPath().aroundRestore(IDENTITY, () -> {
            restoring(new byte[] {1});
            return new CommandResult(How.TIMED_OUT, -1, "etcd is slow", Duration.ofSeconds(1));
        });
        assertEquals(How.TIMED_OUT, result.how());
        assertTrue(result.output().startsWith("etcd is slow"), result.output());
        assertArrayEquals(good, Files.readAllBytes(tower()));
    }

    @Test
    void settingAsideRenamesAndDeletesNothing() throws IOException {
        byte[] good = signed(STAKED, 77);
        Files.write(tower(), good);
        byPath().setAside(IDENTITY, () -> true);
        assertFalse(Files.exists(tower()));
        List<String> names = names();
        assertEquals(1, names.size());
        assertTrue(names.get(0).contains(".set-aside-"), names.get(0));
        assertArrayEquals(good, Files.readAllBytes(directory.resolve(names.get(0))));
    }

    @Test
    void inDryRunNothingIsSetAside() throws IOException {
        Files.write(tower(), signed(STAKED, 77));
        towers(new JsonObject().put("dry_run", true).put("tower_file_path", tower().toString())).setAside(IDENTITY, () -> true);
        assertTrue(Files.exists(tower()));
    }

    private static void assertBad(TowerCheck check, String reason) {
        assertEquals(Verdict.BAD, check.verdict(), check.detail());
        assertTrue(check.detail().contains(reason), check.detail());
    }

    private CommandResult restoring(byte[] content) {
        try {
            Files.write(tower(), content);
            return new CommandResult(How.EXITED, 0, "", Duration.ofMillis(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private Path tower() {
        return directory.resolve(Tower.fileName(STAKED.pubkey()));
    }

    private TowerFiles byPath() {
        return byPath("/tower-1_9-{validator_identity}.bin");
    }

    private TowerFiles byPath(String name) {
        return towers(new JsonObject().put("tower_file_path", directory + name));
    }

    private TowerFiles towers(JsonObject settings) {
        return new TowerFiles(Configs.of(directory, settings));
    }

    private static byte[] signed(Keypair by, long slot) {
        return TowerWriter.encode(by, List.of(new Tower.Vote(slot - 1, 2), new Tower.Vote(slot, 1)), OptionalLong.empty(), 1_700_000_000);
    }
}
