package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What others do to a log file. */
class LogFileTest {
    private static final Logger LOG = LoggerFactory.getLogger(LogFileTest.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    @AfterEach
    void closeFile() {
        LogSetup.closeFile();
    }

    private Path logging() throws IOException {
        Path file = dir.resolve("agent.log");
        LogSetup.toFile(file);
        LOG.info("before");
        assertTrue(LogSetup.flush(LIMIT));
        return file;
    }

    /** Speaks until the file holds something. */
    private void speakUntilItIsIn(Path file) throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!Files.exists(file) || !Files.readString(file).contains("after")) {
            assertTrue(System.nanoTime() < end, "nothing comes into " + file);
            LOG.info("after");
            LogSetup.flush(LIMIT);
        }
    }

    @Test
    void aFileThatWasMovedAwayIsMadeAnewWithinSecondsThoughNothingIsSaid() throws IOException {
        Path file = logging();
        Path moved = Files.move(file, dir.resolve("agent.log.1"));
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!Files.exists(file)) {
            assertTrue(System.nanoTime() < end, "not opened again");
            Thread.onSpinWait();
        }
        LOG.info("after");
        assertTrue(LogSetup.flush(LIMIT));
        assertTrue(Files.readString(moved).contains("before"));
        assertTrue(Files.readString(file).contains("after"));
    }

    @Test
    void aFileThatWasMovedAndMadeByTheRotatorIsFollowed() throws IOException {
        Path file = logging();
        Files.move(file, dir.resolve("agent.log.1"));
        Files.createFile(file);
        speakUntilItIsIn(file);
    }

    @Test
    void aFileThatWasRemovedIsMadeAnew() throws IOException {
        Path file = logging();
        Files.delete(file);
        speakUntilItIsIn(file);
    }

    @Test
    void aFileThatWasCutShortGoesOnFromThere() throws IOException {
        Path file = logging();
        try (FileChannel cut = FileChannel.open(file, StandardOpenOption.WRITE)) {
            cut.truncate(0);
        }
        LOG.info("after");
        assertTrue(LogSetup.flush(LIMIT));
        List<String> lines = Files.readAllLines(file);
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).endsWith("after"), lines.toString());
    }

    @Test
    void strangersCannotReadIt() throws IOException {
        Path file = logging();
        String first = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        assertTrue(first.endsWith("---"), first);
        Files.delete(file);
        speakUntilItIsIn(file);
        String second = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        assertTrue(second.endsWith("---"), second);
    }

    /** At midnight a log file is put aside under another name: of /dev/null, that would be the end of a host. */
    @Test
    void whereTheLogGoesToADeviceThatIsNotPutAside() throws Exception {
        Path device = Files.createSymbolicLink(dir.resolve("null.log"), Path.of("/dev/null"));
        LogFile log = new LogFile(device, (LoggerContext) LoggerFactory.getILoggerFactory());
        log.open();
        log.opened().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        log.write("before\n".getBytes(StandardCharsets.US_ASCII));
        log.tell(Instant.now().plus(Duration.ofDays(2)));
        log.write("after\n".getBytes(StandardCharsets.US_ASCII));
        log.close();
        assertEquals(List.of("null.log"), List.of(dir.toFile().list()));
        assertTrue(Files.isSymbolicLink(device));
        Path file = dir.resolve("agent.log");
        LogFile rolled = new LogFile(file, (LoggerContext) LoggerFactory.getILoggerFactory());
        rolled.open();
        rolled.write("before\n".getBytes(StandardCharsets.US_ASCII));
        rolled.tell(Instant.now().plus(Duration.ofDays(2)));
        rolled.write("after\n".getBytes(StandardCharsets.US_ASCII));
        rolled.close();
        assertEquals("after\n", Files.readString(file), "a file is");
    }

    /** Opening a named pipe waits until somebody reads it: a disk that hangs, and comes back. */
    @Test
    void aDiskThatHangsKeepsNobodyFromStartingAndGetsTheLinesWhenItIsBack() throws Exception {
        Path pipe = dir.resolve("hangs.log");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        CompletableFuture<Void> started = CompletableFuture.runAsync(() -> {
            try {
                LogSetup.toFile(pipe);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        started.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        LOG.info("said while it hung");
        CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> {
            try (var lines = Files.newBufferedReader(pipe)) {
                String line = lines.readLine();
                while (line == null) {
                    // The file is opened twice, once to see whether it can be.
                    line = lines.readLine();
                }
                return line;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        String line = reader.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertTrue(line.contains("said while it hung"), line);
    }
}
