package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FencerLeaseTest {

    private static final ProcessRef VALIDATOR = new ProcessRef(42, 4200, "agave-validator", "0::/system.slice/agave.service");

    @TempDir
    private Path dir;
    private BootClock clock;
    private LeaseFile files;

    @BeforeEach
    void boot() throws IOException {
        Files.createDirectories(dir.resolve("proc/sys/kernel/random"));
        Files.writeString(dir.resolve("proc/sys/kernel/random/boot_id"), "this-boot\n");
        clock = new BootClock(dir.resolve("proc"));
        files = new LeaseFile(dir);
        at(100_000);
    }

    private void at(long millis) throws IOException {
        Files.writeString(dir.resolve("proc/uptime"), millis / 1000 + "." + (millis % 1000 / 10 + 100 + "").substring(1) + " 12.34\n");
    }

    private FencerChannel link() throws IOException {
        return new FencerChannel(files, clock, new ProcessRef(7, 700, "java", ""));
    }

    private void answer(String nonce, long seq, long atMs, int armed, long deadline) throws IOException {
        Files.writeString(dir.resolve("answer"), "version=1\nboot_id=this-boot\nfencer_pid=9\nat_ms=" + atMs + "\nnonce=" + nonce
                + "\nseq=" + seq + "\narmed=" + armed + "\nproblem=\ndeadline_ms=" + deadline + "\nend=" + seq + "\n");
    }

    /** A container whose uptime is its own starts anew, in the same boot of the machine: its clock begins again from zero. */
    @Test
    void aLeaseOfAContainersLifeBeforeIsOverHoweverFarAheadItsDeadlineLies() throws IOException {
        at(5_000_000);
        link().arm(5_010_000, VALIDATOR);
        at(5_002_000);
        Files.createDirectories(dir.resolve("proc/1"));
        Files.writeString(dir.resolve("proc/1/stat"), "1 (init of (it)) S 0 1 1 0 -1 4194560 9 9 9 9 9 9 9 9 20 0 1 0 600 9 9\n");
        assertEquals(600, clock.beganTicks());
        FencerChannel sameLife = link();
        assertEquals(8_000, sameLife.leftMs(sameLife.previous().orElseThrow()));
        at(3_000);
        Files.writeString(dir.resolve("proc/1/stat"), "1 (init of (it)) S 0 1 1 0 -1 4194560 9 9 9 9 9 9 9 9 20 0 1 0 701 9 9\n");
        FencerChannel next = link();
        assertEquals(0, next.leftMs(next.previous().orElseThrow()), "it would be 83 minutes");
        Files.delete(dir.resolve("proc/1/stat"));
        assertEquals(0, clock.beganTicks(), "where /proc hides it nobody can tell");
    }

    @Test
    void theClockIsTheKernelsUptimeInMilliseconds() throws IOException {
        Files.writeString(dir.resolve("proc/uptime"), "3123.07 4652.60\n");
        assertEquals(3_123_070, clock.millis());
        Files.writeString(dir.resolve("proc/uptime"), "nonsense");
        assertThrows(IOException.class, clock::millis);
    }

    @Test
    void aLeaseIsReplacedInOneStepAndWhoReadsTheOldOneReadsAllOfIt() throws IOException {
        files.write(new FencerLease("this-boot", "n1", 3, 110_000, new ProcessRef(7, 700, "", ""), 8, 800, VALIDATOR));
        try (FileChannel old = FileChannel.open(dir.resolve("lease"))) {
            long size = old.size();
            Object inode = Files.getAttribute(dir.resolve("lease"), "unix:ino");
            files.write(new FencerLease("this-boot", "n1", 123_456_789_012L, 110_000, new ProcessRef(7, 700, "", ""), 8, 800, VALIDATOR));
            assertEquals(size, old.size());
            assertNotEquals(inode, Files.getAttribute(dir.resolve("lease"), "unix:ino"));
            assertEquals(123_456_789_012L, files.read().orElseThrow().seq());
        }
    }

    @Test
    void aLinkInThePlaceOfALeaseIsNeitherReadNorWrittenThroughAndAFloodOfBytesIsNotReadWhole() throws IOException {
        Path precious = Files.writeString(dir.resolve("staked.json"), "[1,2,3]");
        Files.createSymbolicLink(dir.resolve("lease.new"), precious);
        Files.createSymbolicLink(dir.resolve("lease"), precious);
        assertThrows(IOException.class, files::read);
        files.write(new FencerLease("this-boot", "n1", 3, 110_000, new ProcessRef(7, 700, "", ""), 8, 800, VALIDATOR));
        assertEquals("[1,2,3]", Files.readString(precious));
        assertEquals(3, files.read().orElseThrow().seq());
        Files.writeString(dir.resolve("answer"), "x".repeat(10_000_000));
        assertEquals(Optional.empty(), files.answer());
        Files.writeString(dir.resolve("fenced"), "event=fired boot_id=old\n".repeat(100_000) + "event=fired boot_id=this-boot\n");
        List<String> fenced = files.fenced();
        assertTrue(fenced.size() < 10_000 && fenced.get(fenced.size() - 1).endsWith("this-boot"), fenced.size() + " lines");
    }

    /** Others have filled the directory (/run is everybody's): the lease goes on being renewed, in the room that it has. */
    @Test
    void whereThereIsNoRoomForAnotherFileTheLeaseIsWrittenOver() throws IOException {
        FencerChannel link = link();
        link.arm(110_000, new ProcessRef(42_424_242, 4200, "agave-validator", "0::/system.slice/agave.service"));
        Files.createDirectories(dir.resolve("lease.new/in the way"));
        link.arm(120_000, new ProcessRef(1, 2, "v", ""));
        FencerLease written = files.read().orElseThrow();
        assertEquals(120_000, written.deadlineMs());
        assertEquals("v", written.validator().comm());
        assertEquals(1, Files.readString(dir.resolve("lease")).split("end=", -1).length - 1, "nothing is left of the longer one");
        link.disarm();
        assertEquals(0, files.read().orElseThrow().deadlineMs());
        Files.delete(dir.resolve("lease"));
        Files.createSymbolicLink(dir.resolve("lease"), Files.writeString(dir.resolve("staked.json"), "[1,2,3]"));
        assertThrows(IOException.class, () -> link.arm(130_000, VALIDATOR));
        assertEquals("[1,2,3]", Files.readString(dir.resolve("staked.json")));
    }

    @Test
    void onAFileSystemThatIsFullALeaseIsRenewed() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to mount one");
        Path full = Files.createDirectory(dir.resolve("full"));
        assumeTrue(new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", full.toString()).start().waitFor() == 0,
                "mounts nothing here");
        try {
            FencerChannel link = new FencerChannel(new LeaseFile(full), clock, new ProcessRef(7, 700, "java", ""));
            link.arm(110_000, VALIDATOR);
            assertThrows(IOException.class, () -> Files.write(full.resolve("others"), new byte[128 * 1024]));
            link.arm(120_000, VALIDATOR);
            assertEquals(120_000, new LeaseFile(full).read().orElseThrow().deadlineMs());
        } finally {
            new ProcessBuilder("umount", "-l", full.toString()).start().waitFor();
        }
    }

    @Test
    void whatIsWrittenIsReadAndOnlyItsOwnerMayReadIt() throws IOException {
        FencerLease lease = new FencerLease("this-boot", "n1", 3, 110_000, new ProcessRef(7, 700, "", ""), 8, 800, VALIDATOR);
        files.write(lease);
        assertEquals(Optional.of(lease), files.read());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("lease"))));
        assertFalse(Files.exists(dir.resolve("lease.new")));
    }

    @Test
    void everyTornLeaseIsNoLease() {
        String whole = new FencerLease("b", "n1", 3, 110_000, VALIDATOR, 0, 0, VALIDATOR).format();
        for (int length = 0; length < whole.length() - 1; length++) {
            assertEquals(Optional.empty(), FencerLease.parse(whole.substring(0, length)), "cut after " + length);
        }
        assertEquals(Optional.empty(), FencerLease.parse(whole.replace("deadline_ms=110000", "deadline_ms=soon")));
    }

    @Test
    void aDeadlineThatHasPassedIsNotHandedOver() throws IOException {
        FencerChannel link = link();
        link.arm(112_000, VALIDATOR);
        at(112_000);
        assertThrows(IllegalArgumentException.class, () -> link.arm(112_000, VALIDATOR));
    }

    @Test
    void anAnswerCountsOnlyWhenItEchoesTheLastWritingOfThisStart() throws IOException {
        FencerChannel link = link();
        link.arm(110_000, VALIDATOR);
        assertFalse(link.awaitArmed(Duration.ZERO));
        answer(link.nonce(), 1, 100_000, 1, 110_000);
        assertTrue(link.awaitArmed(Duration.ZERO));
        link.arm(111_000, VALIDATOR);
        assertFalse(link.awaitArmed(Duration.ZERO), "seq 1 says nothing of seq 2");
        answer("another", 2, 100_000, 1, 111_000);
        assertFalse(link.awaitArmed(Duration.ZERO));
        answer(link.nonce(), 2, 100_000, 0, 111_000);
        assertFalse(link.awaitArmed(Duration.ZERO), "it says that it could not act");
    }

    @Test
    void anAnswerGrowsOld() throws IOException {
        FencerChannel link = link();
        answer(link.nonce(), 1, 98_000, 0, 0);
        assertTrue(link.answered(link.nonce(), Duration.ofSeconds(2)).isPresent());
        at(100_010);
        assertTrue(link.answered(link.nonce(), Duration.ofSeconds(2)).isEmpty());
    }

    @Test
    void aRestartedAgentFindsTheDeadlineOfTheLastAndWritesNothingByItself() throws IOException {
        link().arm(110_000, VALIDATOR);
        byte[] before = Files.readAllBytes(dir.resolve("lease"));
        FencerChannel restarted = link();
        assertEquals(110_000, restarted.previous().orElseThrow().deadlineMs());
        assertEquals(new String(before, java.nio.charset.StandardCharsets.UTF_8), Files.readString(dir.resolve("lease")));
        Files.writeString(dir.resolve("proc/sys/kernel/random/boot_id"), "next-boot\n");
        assertTrue(link().previous().isEmpty());
    }

    @Test
    void aRunningCommandIsNamedAndForgottenAgain() throws IOException {
        FencerChannel link = link();
        link.command(new ProcessRef(50, 5000, "sh", ""));
        assertTrue(files.read().isEmpty(), "nothing to tell before the first arming");
        link.arm(110_000, VALIDATOR);
        assertEquals(50, files.read().orElseThrow().commandPgid());
        link.command(ProcessRef.NONE);
        assertEquals(0, files.read().orElseThrow().commandPgid());
        assertEquals(110_000, files.read().orElseThrow().deadlineMs());
        link.disarm();
        assertEquals(0, files.read().orElseThrow().deadlineMs());
    }

    @Test
    void aFailedWritingNamesTheDirectoryAndLeavesTheLinkAsItWas() throws IOException {
        FencerChannel link = new FencerChannel(new LeaseFile(dir.resolve("missing")), clock, VALIDATOR);
        IOException refused = assertThrows(IOException.class, () -> link.arm(110_000, VALIDATOR));
        assertTrue(refused.getMessage().contains(dir.resolve("missing").toString()), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> link.arm(110_000, ProcessRef.NONE));
    }

    @Test
    void whoReadsWhileItIsWrittenSeesAWholeLeaseEachTime() throws Exception {
        FencerChannel link = link();
        link.arm(110_000, VALIDATOR);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger missed = new AtomicInteger();
        AtomicInteger read = new AtomicInteger();
        Thread fencer = new Thread(() -> {
            while (!over.get()) {
                try {
                    missed.addAndGet(files.read().isPresent() ? 0 : 1);
                    read.incrementAndGet();
                } catch (IOException e) {
                    missed.incrementAndGet();
                }
            }
        }, "a fencer that reads");
        fencer.start();
        try {
            // Until it has been read often while it was written, however busy the machine is.
            for (int i = 1; i <= 1000 || read.get() < 1000; i++) {
                link.arm(110_000 + i, VALIDATOR);
            }
        } finally {
            over.set(true);
            fencer.join();
        }
        assertEquals(0, missed.get(), "it was not there, or torn");
    }
}
