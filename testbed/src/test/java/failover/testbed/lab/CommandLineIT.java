package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.solana.Keypair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LabLogs.class)
class CommandLineIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static Lab lab;

    @BeforeAll
    static void start() {
        lab = Lab.create().validatorOptions("--agave", "4.2.0").start();
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static LabValidator b() {
        return lab.validator("b");
    }

    @Test
    void contactInfoNamesTheIdentity() {
        assertTrue(lab.validator("a").cli("contact-info").ok().output().startsWith("Identity: " + lab.staked() + "\n"));
    }

    @Test
    void setIdentityWorksWithTheThirdParameterOfAgave42() {
        assertTrue(b().setUnstaked().ok().output().startsWith("New validator identity path: "));
    }

    @Test
    void theKeypairMayComeFromStandardInput() throws IOException {
        Keypair other = Keypair.generate();
        String numbers = Arrays.stream(toInts(other.bytes())).mapToObj(String::valueOf).collect(Collectors.joining(",", "[", "]\n"));
        BashRunner.run(List.of(b().files().cli().toString(), "--ledger", b().files().ledger().toString(), "set-identity"), null,
                numbers).ok();
        assertEquals(other.pubkey().toString(), b().rpc("getIdentity").getJsonObject("result").getString("identity"));
        BashRunner.Result bad = BashRunner.run(List.of(b().files().cli().toString(), "-l", b().files().ledger().toString(), "set-identity"),
                null, "[1,2]");
        assertEquals(1, bad.exit());
    }

    private static int[] toInts(byte[] bytes) {
        int[] ints = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            ints[i] = bytes[i] & 0xff;
        }
        return ints;
    }

    @Test
    void anAuthorizedVoterIsAddedOnceAndAllAreRemoved() {
        assertEquals(0, b().cli("authorized-voter", "remove-all").exit());
        assertEquals(0, b().cli("authorized-voter", "add", b().files().stakedKey().toString()).exit());
        BashRunner.Result again = b().cli("authorized-voter", "add", b().files().stakedKey().toString());
        assertEquals(1, again.exit());
        assertTrue(again.error().contains("Authorized voter already present"), again.error());
    }

    @Test
    void aMissingKeypairABadOneAndAMissingValidatorAreNamed() throws IOException {
        assertTrue(b().cli("set-identity", "/nowhere.json").error().startsWith("Unable to access path /nowhere.json"));
        Path bad = Files.writeString(lab.directory().resolve("bad.json"), "[1]");
        BashRunner.Result refused = b().cli("set-identity", bad.toString());
        assertTrue(refused.error().contains("Failed to read identity keypair from " + bad), refused.error());
        BashRunner.Result nobody = BashRunner.run(List.of(b().files().cli().toString(), "-l", "/nowhere", "contact-info"));
        assertEquals(1, nobody.exit());
        assertTrue(nobody.error().contains("/nowhere/admin.rpc"), nobody.error());
        assertEquals(1, BashRunner.run(List.of(b().files().cli().toString(), "frobnicate")).exit());
    }

    @Test
    void theAdminSocketIsItsOwnersOnly() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(b().files().ledger().resolve("admin.rpc"))));
    }

    @Test
    void aMonitorIsASecondProcessWithTheName() {
        ManagedProcess monitor = new ManagedProcess("monitor", List.of(b().files().cli().toString(), "-l", b().files().ledger().toString(),
            "monitor"), Map.of(), lab.directory(), lab.directory().resolve("monitor.log"));
        monitor.start();
        monitor.awaitLog("Identity: ", SOON);
        List<String> pids = BashRunner.run(List.of("pgrep", "-x", b().comm())).ok().output().lines().sorted().toList();
        assertEquals(List.of(String.valueOf(b().pid()), String.valueOf(monitor.pid())).stream().sorted().toList(), pids);
        monitor.stop();
        assertEquals(143, monitor.exitCode());
    }

    @Test
    void theRestartWindowOpensOutsideLeaderSlots() {
        assertTrue(lab.validator("a").cli("wait-for-restart-window").ok().output().endsWith("Ready to restart\n"));
    }

    @Test
    void aCallOfTheCommandLineTakesMillisecondsNotAJvmStart() {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long begin = System.nanoTime();
            b().cli("contact-info").ok();
            best = Math.min(best, System.nanoTime() - begin);
        }
        assertTrue(best < 60_000_000, "the best of ten took " + best / 1_000_000 + " ms");
    }

    @Test
    void exitEndsTheProcess() {
        try (Lab own = Lab.create().holder("").start()) {
            own.validator("b").cli("exit", "-f").ok();
            assertTrue(own.validator("b").awaitEnd(SOON));
            assertEquals(0, own.validator("b").exitCode());
        }
    }
}
