package failover.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.ProcessView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lesson OM0-12: which process is the validator. */
class ProcessTableTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    @TempDir
    Path proc;

    @BeforeEach
    void machineUpForThousandSeconds() throws IOException {
        Files.writeString(proc.resolve("uptime"), "1000.50 3000.00\n");
    }

    @Test
    void nothingOfThatNameIsNotRunning() throws IOException {
        process(10, "bash", 'S', 5, "bash");
        assertEquals(ProcessView.NOT_RUNNING, table("agave-validator").look(0));
    }

    @Test
    void theOnlyOneIsTheValidatorWithItsUptime() throws IOException {
        process(10, "agave-validator", 'S', 40_050, "agave-validator", "--ledger", "/mnt/ledger");
        ProcessView seen = table("agave-validator").look(0);
        assertEquals(new ProcessView(true, 10, 40_050, Duration.ofSeconds(600), true), seen);
    }

    @Test
    void om0x12AMonitorAndASetIdentityAreNotTheValidator() throws IOException {
        process(9, "agave-validator", 'S', 10, "agave-validator", "--ledger", "/mnt/ledger", "monitor");
        process(10, "agave-validator", 'S', 50, "agave-validator", "--ledger", "/mnt/ledger", "--identity", "/k.json");
        process(11, "agave-validator", 'S', 90, "agave-validator", "-l", "/mnt/ledger", "set-identity", "--require-tower", "/k.json");
        process(12, "agave-validator", 'S', 91, "agave-validator", "--ledger=/mnt/ledger", "authorized-voter", "add");
        ProcessView seen = table("agave-validator").look(0);
        assertEquals(10, seen.pid());
        assertTrue(seen.certain());
    }

    @Test
    void aHelpersNameAsTheValueOfAnOptionIsNoHelper() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator", "--log", "monitor");
        assertTrue(table("agave-validator").look(0).running());
    }

    @Test
    void aZombieIsDead() throws IOException {
        process(10, "agave-validator", 'Z', 50);
        assertFalse(table("agave-validator").look(0).running());
    }

    @Test
    void aNameThatOnlyBeginsTheSameIsAnother() throws IOException {
        process(10, "agave-val", 'S', 50, "agave-val");
        process(11, "agave-validatox", 'S', 50, "x");
        assertFalse(table("agave-validator").look(0).running());
        assertFalse(table("agave-va").look(0).running());
    }

    @Test
    void om0x12AnOldNameOfSixteenCharactersIsFoundByItsFirstFifteen() throws IOException {
        process(10, "solana-validato", 'S', 50, "/usr/local/bin/solana-validator", "--ledger", "/l");
        process(11, "solana-validato", 'S', 40, "/usr/local/bin/solana-validator2");
        ProcessView seen = table("solana-validator").look(0);
        assertEquals(10, seen.pid());
    }

    @Test
    void amongSeveralTheOwnerOfTheRpcPortIsCertain() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator", "--ledger", "/a");
        process(11, "agave-validator", 'S', 90, "agave-validator", "--ledger", "/b");
        listens(8899, 4711, false);
        owns(11, 4711);
        ProcessView seen = table("agave-validator").look(0);
        assertEquals(11, seen.pid());
        assertTrue(seen.certain());
    }

    /** Its successor has the port already: which of the two may sign is not known until it is gone. */
    @Test
    void oneThatIsGoingDownOnTheSameLedgerKeepsItsSuccessorFromBeingCertain() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator", "-i", "/k.json", "-l", "/mnt/ledger/");
        process(11, "agave-validator", 'S', 90, "agave-validator", "--identity", "/k.json", "--ledger=/mnt/ledger");
        process(12, "agave-validator", 'S', 95, "agave-validator", "--identity", "/t.json", "--ledger", "/mnt/testnet");
        process(13, "agave-validator", 'S', 96, "agave-validator", "--ledger", "/mnt/ledger", "some-new-helper");
        listens(8899, 4711, false);
        owns(11, 4711);
        ProcessTable table = table("agave-validator");
        assertEquals(11, table.look(0).pid());
        assertFalse(table.look(0).certain());
        String why = table.strangerOnRpcPort("127.0.0.1", table.look(0)).orElseThrow();
        assertTrue(why.contains("process 10 runs on the same ledger"), why);
        kill(10);
        assertEquals(11, table.look(SECOND).pid());
        assertTrue(table.look(3 * SECOND).certain());
        assertEquals(Optional.empty(), table.strangerOnRpcPort("127.0.0.1", table.look(3 * SECOND)));
    }

    @Test
    void theRpcPortIsFoundOnIpv6Too() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator");
        process(11, "agave-validator", 'S', 90, "agave-validator");
        listens(8899, 4712, true);
        owns(11, 4712);
        assertEquals(11, table("agave-validator").look(0).pid());
    }

    @Test
    void withoutASocketTheHolderOfTheLedgerIsChosenButNotCertain() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator", "--ledger", "/other");
        process(11, "agave-validator", 'S', 90, "agave-validator", "--ledger", "/mnt/ledger/");
        ProcessView seen = table("agave-validator").look(0);
        assertEquals(11, seen.pid());
        assertFalse(seen.certain());
    }

    @Test
    void withNothingToTellThemApartTheOldestIsChosenButNotCertain() throws IOException {
        process(10, "agave-validator", 'S', 90, "agave-validator");
        process(11, "agave-validator", 'S', 50, "agave-validator");
        ProcessView seen = table("agave-validator").look(0);
        assertEquals(11, seen.pid());
        assertFalse(seen.certain());
    }

    @Test
    void anotherProcessUnderTheSamePidIsAnotherLife() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator");
        ProcessTable table = table("agave-validator");
        assertTrue(table.look(0).sameProcess(10, 50));
        process(10, "agave-validator", 'S', 77, "agave-validator");
        assertTrue(table.look(1).sameProcess(10, 77));
        process(10, "bash", 'S', 78, "bash");
        assertFalse(table.look(2).running());
    }

    @Test
    void aValidatorThatStartsBesideAWrongChoiceIsFoundWithinTwoSeconds() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator", "some-new-helper");
        ProcessTable table = table("agave-validator");
        assertEquals(10, table.look(0).pid());
        process(20, "agave-validator", 'S', 90, "agave-validator", "--ledger", "/mnt/ledger");
        listens(8899, 4713, false);
        owns(20, 4713);
        assertEquals(10, table.look(SECOND).pid());
        assertEquals(20, table.look(3 * SECOND).pid());
    }

    @Test
    void aGoneValidatorIsNoticedAtOnce() throws IOException {
        process(10, "agave-validator", 'S', 50, "agave-validator");
        ProcessTable table = table("agave-validator");
        assertTrue(table.look(0).running());
        try (Stream<Path> files = Files.walk(proc.resolve("10"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        assertFalse(table.look(1).running());
    }

    /** Any user of the host can give a process the validator's name. */
    @Test
    void aProcessOfAnotherUserThanTheSocketsIsNotTheValidator() throws IOException {
        Path ledger = Files.createDirectories(proc.resolve("ledger"));
        Files.writeString(ledger.resolve("admin.rpc"), "");
        long owner = (Integer) Files.getAttribute(ledger.resolve("admin.rpc"), "unix:uid");
        ProcessTable table = new ProcessTable(proc, "agave-validator", 8899, Optional.of(ledger));
        process(10, "agave-validator", 'S', 50, "agave-validator");
        user(10, owner + 4711);
        assertTrue(table.look(0).running(), "whose the socket is is not known yet");
        table.users().refresh();
        process(9, "agave-validator", 'S', 40, "agave-validator");
        user(9, owner + 4712);
        assertEquals(ProcessView.NOT_RUNNING, table.look(10 * SECOND));
        process(11, "agave-validator", 'S', 90, "agave-validator");
        user(11, owner);
        ProcessView seen = table.look(20 * SECOND);
        assertEquals(11, seen.pid());
        assertTrue(seen.certain(), "nobody else can be it");
        // A socket that is gone is still its owner's.
        Files.delete(ledger.resolve("admin.rpc"));
        table.users().refresh();
        kill(11);
        assertEquals(ProcessView.NOT_RUNNING, table.look(30 * SECOND));
    }

    @Test
    void whoWasSeenInTheAgentsOwnNameIsNotReplacedByAnother() throws IOException {
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/status"), "Uid:\t1000\t1000\t1000\t1000\n");
        ProcessTable table = table("agave-validator");
        process(10, "agave-validator", 'S', 50, "agave-validator");
        user(10, 1001);
        assertTrue(table.look(0).running(), "an agent of another user than the validator's, who cannot see its socket");
        process(11, "agave-validator", 'S', 60, "agave-validator");
        user(11, 1000);
        listens(8899, 4714, false);
        owns(11, 4714);
        assertEquals(11, table.look(10 * SECOND).pid());
        kill(11);
        assertEquals(ProcessView.NOT_RUNNING, table.look(20 * SECOND));
        user(10, 0);
        assertTrue(table.look(30 * SECOND).running(), "root may run it");
    }

    @Test
    void anAnswerOnThePortThatTheValidatorNamesIsItsOwnOrNone() throws IOException {
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/status"), "Uid:\t1001\t1001\t1001\t1001\n");
        ProcessTable table = table("agave-validator");
        process(10, "agave-validator", 'S', 50, "agave-validator", "--rpc-port", "8899");
        user(10, 1001);
        ProcessView validator = table.look(0);
        assertEquals(Optional.empty(), table.strangerOnRpcPort("127.0.0.1", validator), "nobody listens here");
        listens(8899, 4715, false);
        String stranger = table.strangerOnRpcPort("127.0.0.1", validator).orElseThrow();
        assertTrue(stranger.contains("held by user 1000") && stranger.contains("not believed"), stranger);
        assertTrue(table.strangerOnRpcPort("localhost", validator).isPresent());
        assertEquals(Optional.empty(), table.strangerOnRpcPort("10.0.0.7", validator), "another host's port");
        listens(8899, 4716, true);
        assertTrue(table.strangerOnRpcPort("[::1]", validator).isPresent(), "any address is this one, too");
        process(10, "agave-validator", 'S', 50, "agave-validator", "--rpc-port", "18899");
        assertEquals(Optional.empty(), table.strangerOnRpcPort("127.0.0.1", validator), "a proxy before the validator's own port");
    }

    /** A container that shows an uptime of its own. */
    @Test
    void theUptimeIsCountedFromTheMachinesBootWhateverTheContainerShows() throws IOException {
        Files.writeString(proc.resolve("uptime"), "5.00 3.00\n");
        Path self = Files.createDirectories(proc.resolve("thread-self"));
        Files.writeString(self.resolve("stat"), "99 (agent-uptime) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100050 0 0\n");
        process(10, "agave-validator", 'S', 40_050, "agave-validator");
        ProcessTable table = table("agave-validator");
        long end = System.nanoTime() + 30 * SECOND;
        while (table.look(0).uptime().compareTo(Duration.ofSeconds(600)) < 0) {
            assertTrue(System.nanoTime() < end, "still " + table.look(0).uptime());
            Thread.onSpinWait();
        }
        assertTrue(table.look(0).uptime().compareTo(Duration.ofSeconds(700)) < 0, table.look(0).toString());
    }

    private void user(long pid, long uid) throws IOException {
        Files.writeString(proc.resolve(pid + "/status"), "Name:\tx\nUid:\t" + uid + "\t" + uid + "\t" + uid + "\t" + uid + "\n");
    }

    private void kill(long pid) throws IOException {
        Files.delete(proc.resolve(pid + "/stat"));
        Files.delete(proc.resolve(pid + "/comm"));
    }

    @Test
    void aNameWithBlanksAndBracketsDoesNotConfuseTheReader() {
        ProcStat stat = ProcStat.parse("7 (a) b (c) R 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 123 0 0".getBytes()).orElseThrow();
        assertEquals("a) b (c", stat.comm());
        assertEquals(123, stat.startTicks());
    }

    private ProcessTable table(String name) {
        return new ProcessTable(proc, name, 8899, Optional.of(Path.of("/mnt/ledger")));
    }

    private void process(long pid, String comm, char state, long startTicks, String... arguments) throws IOException {
        Path directory = Files.createDirectories(proc.resolve(Long.toString(pid)));
        Files.writeString(directory.resolve("comm"), comm + "\n");
        Files.writeString(directory.resolve("stat"), pid + " (" + comm + ") " + state + " 1 " + pid + " " + pid
            + " 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 " + startTicks + " 1000 10 18446744073709551615\n");
        Files.writeString(directory.resolve("cmdline"), arguments.length == 0 ? "" : String.join("\0", arguments) + "\0");
    }

    private void listens(int port, int inode, boolean six) throws IOException {
        Path net = Files.createDirectories(proc.resolve("net"));
        String address = six ? "00000000000000000000000000000000" : "0100007F";
        String row = "   0: " + address + ":" + String.format("%04X", port) + " " + address
            + ":%s 00000000:00000000 00:00000000 00000000  1000        0 %d 1 0000000000000000 100 0 0 10 0\n";
        Files.writeString(net.resolve(six ? "tcp6" : "tcp"), "  sl  local_address rem_address   st ...\n"
            + String.format(row, "0000 0A", inode) + String.format(row, "1234 01", 999));
    }

    private void owns(long pid, int inode) throws IOException {
        Path fd = Files.createDirectories(proc.resolve(pid + "/fd"));
        Files.createSymbolicLink(fd.resolve("3"), Path.of("socket:[" + inode + "]"));
        Files.createSymbolicLink(fd.resolve("4"), Path.of("/dev/null"));
    }
}
