package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.Eventually;
import failover.agent.decision.FenceEffect;
import failover.agent.decision.FenceEvent;
import failover.agent.decision.FormerLease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the agent writes for its fencer, and what it takes for its word. The fencer is played by the test. */
@Timeout(60)
class FencerClientTest {
    private static final long MS = 1_000_000L;
    private final BootClock clock = BootClock.system();
    @TempDir
    Path directory;

    private FencerClient word() {
        return new FencerClient(directory, "sleep", Optional.empty(), Optional.empty());
    }

    private FencerLease written() throws Exception {
        LeaseFile file = new LeaseFile(directory);
        Eventually.holds(() -> file.read().isPresent());
        return file.read().orElseThrow();
    }

    private FencerLease written(long deadlineMs) throws Exception {
        LeaseFile file = new LeaseFile(directory);
        Eventually.holds(() -> file.read().filter(lease -> lease.deadlineMs() == deadlineMs).isPresent());
        return file.read().orElseThrow();
    }

    private void answer(FencerLease to, long atMs, boolean armed, String problem) throws IOException {
        answer(to.nonce(), to.seq(), to.deadlineMs(), atMs, armed, problem);
    }

    private void answer(String nonce, long seq, long deadlineMs, long atMs, boolean armed, String problem) throws IOException {
        Path fresh = directory.resolve("answer.test");
        Files.writeString(fresh, "version=1\nboot_id=" + clock.bootId() + "\nfencer_pid=9\nat_ms=" + atMs + "\nnonce=" + nonce + "\nseq="
            + seq + "\narmed=" + (armed ? 1 : 0) + "\nproblem=" + problem + "\ndeadline_ms=" + deadlineMs + "\nend=" + seq + "\n");
        Files.move(fresh, directory.resolve("answer"), StandardCopyOption.ATOMIC_MOVE);
    }

    private FenceEvent.FencerSaid said(FencerClient word) throws Exception {
        CompletableFuture<FenceEvent.FencerSaid> said = new CompletableFuture<>();
        word.ask(said::complete);
        return said.get(20, TimeUnit.SECONDS);
    }

    @Test
    void theDeadlineIsTheInstantThatWasSaidHoweverLateItIsWritten() throws Exception {
        long deadline = clock.millis() + 60_000;
        FencerClient word = word();
        word.arm(new FenceEffect.Arm(deadline * MS + 999_999, 0, 5, "me"));
        assertEquals(deadline, written(deadline).deadlineMs());
        word.disarm();
        assertEquals(0, written(0).deadlineMs());
    }

    /** The fencer compares it with what /proc says, byte by byte, and takes no lease with a longer one. */
    @Test
    void aNameBeyondAsciiIsWrittenAsTheKernelKeepsIt() throws Exception {
        FencerClient word = new FencerClient(directory, "valid\u00e4t\u00f6r-\u00fc\u00e4\u00f6\u00df", Optional.empty(), Optional.empty());
        long deadline = clock.millis() + 60_000;
        word.arm(new FenceEffect.Arm(deadline * MS, 0, 5, "me"));
        byte[] kept = Arrays.copyOf("valid\u00e4t\u00f6r-\u00fc\u00e4\u00f6".getBytes(StandardCharsets.UTF_8), 15);
        assertEquals(new String(kept, StandardCharsets.ISO_8859_1), written(deadline).validator().comm());
    }

    @Test
    void aFreshStartLeavesWhatAnEarlierOneArmed() throws Exception {
        long deadline = clock.millis() + 60_000;
        word().arm(new FenceEffect.Arm(deadline * MS, 0, 5, "me"));
        FencerLease before = written(deadline);
        FencerClient restarted = word();
        assertTrue(restarted.former().left().toMillis() > 0);
        restarted.validator(ProcessHandle.current().pid(), true);
        restarted.command(0);
        said(restarted);
        assertEquals(before, written(), "it rests only when the one that armed it, or took over, says so");
        restarted.disarm();
        assertEquals(0, written(0).deadlineMs());
    }

    @Test
    void whatIsNotKnownOfAnEarlierStartStays() throws Exception {
        FencerClient word = word();
        word.disarm();
        said(word);
        assertFalse(Files.exists(directory.resolve("lease")), "where nothing can be read, nothing is taken back");
    }

    @Test
    void whoStartsNextReadsWhoseLeaseItWas() throws Exception {
        long deadline = clock.millis() + 60_000;
        FencerClient word = word();
        word.arm(new FenceEffect.Arm(deadline * MS, 0, 17, "0b53a3c2-host"));
        word.command(ProcessHandle.current().pid());
        Eventually.holds(() -> written().commandPgid() > 0);
        FormerLease former = word().former();
        assertEquals(17, former.epoch());
        assertEquals("0b53a3c2-host", former.hostId());
        word.arm(new FenceEffect.Arm((deadline + 1) * MS, 0, 18, "two\nlines=1"));
        written(deadline + 1);
        assertNull(word().former().hostId(), "what would tear the file is not written");
    }

    @Test
    void theNewestOfManyIsWritten() throws Exception {
        FencerClient word = word();
        long first = clock.millis() + 60_000;
        for (int i = 0; i <= 1000; i++) {
            word.arm(new FenceEffect.Arm((first + i) * MS, 0, 5, "me"));
        }
        written(first + 1000);
        word.validator(ProcessHandle.current().pid(), true);
        Eventually.holds(() -> written().validator().pid() == ProcessHandle.current().pid());
        assertEquals(first + 1000, written().deadlineMs());
        assertTrue(written().validator().start() > 0);
    }

    @Test
    void aFencerIsCapableOnlyIfItIsArmedForWhatItWasTold() throws Exception {
        FencerClient word = word();
        assertFalse(said(word).capable(), "nobody is there");
        answer("of another agent", 3, 0, clock.millis(), false, "");
        assertTrue(said(word).capable(), "nothing is told yet, and it is well");
        long deadline = clock.millis() + 60_000;
        word.arm(new FenceEffect.Arm(deadline * MS, 0, 5, "me"));
        FencerLease told = written(deadline);
        answer(told, clock.millis(), true, "");
        assertTrue(said(word).capable());
        answer(told, clock.millis() - 5_000, true, "");
        assertFalse(said(word).capable(), "its answer is old");
        Eventually.holds(() -> clock.millis() > told.deadlineMs() - 58_000);
        answer(told, clock.millis(), false, "");
        assertFalse(said(word).capable(), "it says that it is not armed");
        answer("of another agent", told.seq(), told.deadlineMs(), clock.millis(), true, "");
        assertFalse(said(word).capable(), "it obeys somebody else");
        answer(told.nonce(), told.seq(), told.deadlineMs() + 5_000, clock.millis(), true, "");
        assertFalse(said(word).capable(), "it would act later than it was told");
        answer(told.nonce(), told.seq() - 1, told.deadlineMs() - 5_000, clock.millis(), true, "");
        FenceEvent.FencerSaid behind = said(word);
        assertFalse(behind.capable(), "it has not seen the newest writing for seconds");
        assertTrue(behind.problem().contains("not armed for the lease that it was told"), behind.problem());
    }

    /** Each promotion of a host without a fencer would take as much longer. */
    @Test
    void whereNoFencerHasAnsweredForSecondsNobodyIsWaitedFor() throws Exception {
        FencerClient word = word();
        long deadline = clock.millis() + 60_000;
        word.arm(new FenceEffect.Arm(deadline * MS, 0, 5, "me"));
        String why = assertTimeout(Duration.ofSeconds(20), () -> word.awaitArmed(Duration.ofSeconds(40)));
        assertTrue(why.contains("no fencer answers in the lease_dir"), why);
    }

    @Test
    void aFencerThatSaysWhatIsInItsWayIsNotCapableAndTheReasonIsHandedOn() throws Exception {
        FencerClient word = word();
        answer("", 0, 0, clock.millis(), false, "lease_refused");
        assertFalse(said(word).capable());
        long deadline = clock.millis() + 60_000;
        word.arm(new FenceEffect.Arm(deadline * MS, 0, 5, "me"));
        answer(written(deadline), clock.millis(), false, "no_permission_for_validator");
        FenceEvent.FencerSaid said = said(word);
        assertFalse(said.capable());
        assertTrue(said.problem().contains("no_permission_for_validator") && said.problem().contains("CAP_KILL"), said.problem());
    }

    /** It would stay armed for the deadline before, and kill a voter whose lease is renewed. */
    @Test
    void aFencerThatTakesNoLeaseSoLongIsToldANearerDeadlineAndThatAgainAndAgain() throws Exception {
        FencerClient word = word();
        long most = 100_000;
        word.arm(new FenceEffect.Arm((clock.millis() + 300_000) * MS, 0, 5, "me"));
        LeaseFile file = new LeaseFile(directory);
        Eventually.holds(() -> file.read().isPresent());
        Eventually.holds(() -> {
            FencerLease told = file.read().orElseThrow();
            boolean takes = told.deadlineMs() - clock.millis() <= most;
            answer(told.nonce(), takes ? told.seq() : 0, takes ? told.deadlineMs() : 0, clock.millis(), takes,
                takes ? "" : "lease_too_long");
            return said(word).capable() || takes;
        });
        FencerLease told = file.read().orElseThrow();
        assertTrue(told.deadlineMs() > clock.millis() + 20_000, "as far as it may be");
        said(word);
        FencerLease later = file.read().orElseThrow();
        assertTrue(later.seq() > told.seq() && later.deadlineMs() >= told.deadlineMs(), "it is moved on while the agent lives");
        assertEquals(5, later.epoch());
        assertNotNull(word.awaitArmed(Duration.ofMillis(50)), "not before the fencer has answered to it");
        FencerLease last = file.read().orElseThrow();
        answer(last, clock.millis(), true, "");
        assertNull(word.awaitArmed(Duration.ofSeconds(20)));
    }

    @Test
    void armedIsWhoAnsweredTheLastWriting() throws Exception {
        FencerClient word = word();
        assertNotNull(word.awaitArmed(Duration.ofMillis(50)));
        long deadline = clock.millis() + 60_000;
        word.arm(new FenceEffect.Arm(deadline * MS, 0, 5, "me"));
        FencerLease told = written(deadline);
        answer(told, clock.millis(), true, "");
        assertNull(word.awaitArmed(Duration.ofSeconds(20)));
        word.arm(new FenceEffect.Arm((deadline + 1) * MS, 0, 5, "me"));
        written(deadline + 1);
        assertNotNull(word.awaitArmed(Duration.ofMillis(50)), "that was an answer to the writing before");
    }

    @Test
    void aDirectoryThatHangsHoldsNobodyUp() throws Exception {
        FencerClient word = word();
        assertEquals(0, new ProcessBuilder("mkfifo", directory.resolve("answer").toString()).start().waitFor());
        CompletableFuture<FenceEvent.FencerSaid> said = new CompletableFuture<>();
        word.ask(said::complete);
        word.arm(new FenceEffect.Arm((clock.millis() + 60_000) * MS, 0, 5, "me"));
        word.disarm();
        word.command(1);
        word.validator(1, true);
        assertNotNull(word.awaitArmed(Duration.ofMillis(50)));
        assertFalse(said.isDone(), "nobody has answered");
    }

    @Test
    void aDirectoryThatWasFullIsWrittenOnceThereIsRoom() throws Exception {
        FencerClient word = word();
        Files.createDirectories(directory.resolve("lease.new").resolve("in the way"));
        long deadline = clock.millis() + 60_000;
        word.arm(new FenceEffect.Arm(deadline * MS, 0, 5, "me"));
        assertNotNull(word.awaitArmed(Duration.ofMillis(300)));
        assertTrue(new LeaseFile(directory).read().isEmpty());
        Files.delete(directory.resolve("lease.new").resolve("in the way"));
        written(deadline);
    }
}
