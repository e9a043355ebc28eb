package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A process whose output nobody reads: `| (sleep inf)`, a terminal held by ^S, a journald that hangs. */
class LogPipeTest {
    private static final long LIMIT_SECONDS = 60;

    @TempDir
    private Path dir;

    /** Says so many lines, in every way there is, and only then leaves its mark. */
    static final class Talkative {
        private Talkative() {
        }

        public static void main(String[] args) throws Exception {
            LogSetup.install();
            Path mark = Path.of(args[0]);
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                String text = "x".repeat(200);
                switch (args[1]) {
                    case "slf4j":
                        LoggerFactory.getLogger("failover.x").error(text);
                        break;
                    case "vertx":
                        LoggerFactory.getLogger("io.vertx.core.impl.BlockedThreadChecker").warn(text);
                        break;
                    case "out":
                        System.out.println(text);
                        break;
                    case "err":
                        System.err.println(text);
                        break;
                    case "jul":
                        java.util.logging.Logger.getLogger("sun.net.www").log(Level.SEVERE, text);
                        break;
                    case "uncaught":
                        Thread fails = new Thread(() -> {
                            throw new IllegalStateException(text);
                        });
                        fails.start();
                        fails.join();
                        break;
                    default:
                        throw new AssertionError(args[1]);
                }
            }
            Files.writeString(mark, "done");
            LogSetup.flush(Duration.ofMillis(Long.parseLong(args[2])));
            Runtime.getRuntime().halt(7);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"slf4j", "vertx", "out", "err", "jul", "uncaught"})
    void nobodyWaitsForAReaderThatStandsStill(String way) throws Exception {
        // More than the pipe and the queue before it hold together.
        Process process = talk(way, 100, "uncaught".equals(way) ? 6_000 : 12_000);
        try {
            assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "it waits for its reader");
            assertEquals(7, process.exitValue());
            assertEquals("done", Files.readString(dir.resolve("mark")));
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void aReaderThatComesBackFindsTheFirstLinesAndTheLast() throws Exception {
        Process process = talk("slf4j", 50_000, 2_000);
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (!Files.exists(dir.resolve("mark"))) {
                assertTrue(System.nanoTime() < end && process.isAlive(), "it waits for its reader");
                Thread.onSpinWait();
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "it does not end");
            assertTrue(said.lines().count() > 1_000 && said.endsWith("x\n"), said.substring(Math.max(0, said.length() - 300)));
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private Process talk(String way, long flushMillis, int lines) throws Exception {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), Talkative.class.getName(), dir.resolve("mark").toString(), way,
                Long.toString(flushMillis), Integer.toString(lines)).redirectErrorStream(true).start();
    }
}
