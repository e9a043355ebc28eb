package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogSetupTest {
    private static final Logger LOG = LoggerFactory.getLogger(LogSetupTest.class);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    @AfterEach
    void closeFile() {
        LogSetup.closeFile();
    }

    @Test
    void linesLookAsTheOriginalWritesThem() throws IOException {
        Path file = dir.resolve("agent.log");
        Files.writeString(file, "kept\n");
        LogSetup.toFile(file);
        LogSetup.toFile(file);
        LOG.info("=== NOW ACTIVE ===");
        LOG.warn("careful");
        LOG.error("broken");
        LOG.error("CRITICAL: Failover failed: x");
        LOG.info("from elsewhere: a\n2026/01/01 00:00:00.000000 faked\r\u001b[2J");
        LOG.warn("odd", new IOException("why"));
        LoggerFactory.getLogger("io.vertx.core.Something").info("chatter");
        LoggerFactory.getLogger("io.netty.Something").debug("chatter");

        assertTrue(LogSetup.flush(LIMIT));
        List<String> lines = Files.readAllLines(file);
        assertEquals("kept", lines.get(0));
        String stamp = "\\d{4}/\\d{2}/\\d{2} \\d{2}:\\d{2}:\\d{2}\\.\\d{6} ";
        assertTrue(lines.get(1).matches(stamp + "=== NOW ACTIVE ==="), lines.get(1));
        assertTrue(lines.get(2).matches(stamp + "WARNING: careful"), lines.get(2));
        assertTrue(lines.get(3).matches(stamp + "ERROR: broken"), lines.get(3));
        assertTrue(lines.get(4).matches(stamp + "CRITICAL: Failover failed: x"), lines.get(4));
        assertTrue(lines.get(5).endsWith("from elsewhere: a"), lines.get(5));
        assertEquals("\t2026/01/01 00:00:00.000000 faked\\x0d\\x1b[2J", lines.get(6));
        assertTrue(lines.get(7).matches(stamp + "WARNING: odd"), lines.get(7));
        assertTrue(lines.get(8).startsWith("\tjava.io.IOException: why"), lines.get(8));
        assertFalse(String.join("\n", lines).contains("chatter"));

        LOG.info("a\u202eb\u2028c\ud800d \u00fc \ud83d\ude80");
        assertTrue(LogSetup.flush(LIMIT));
        List<String> more = Files.readAllLines(file);
        assertTrue(more.get(more.size() - 1).endsWith("a\\u202eb\\u2028c\\ud800d \u00fc \ud83d\ude80"), more.get(more.size() - 1));
    }

    @Test
    void aLogFileThatCannotBeWrittenSaysWhyAndWhatToDo() {
        Path missing = dir.resolve("none/agent.log");
        String message = assertThrows(IOException.class, () -> LogSetup.toFile(missing)).getMessage();
        assertEquals("log_file " + missing + " cannot be written: its directory does not exist; create it: mkdir -p "
                + missing.getParent(), message);
        assertTrue(assertThrows(IOException.class, () -> LogSetup.toFile(dir)).getMessage().contains("Is a directory"));
    }
}
