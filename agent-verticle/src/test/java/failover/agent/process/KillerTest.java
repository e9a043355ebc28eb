package failover.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dead is who is seen dead: by a procfs that says what the test wants. */
@Timeout(20)
class KillerTest {
    private static final Duration LIMIT = Duration.ofMillis(100);
    @TempDir
    Path proc;

    private void stat(long pid, String comm, char state, long start) throws IOException {
        Files.createDirectories(proc.resolve(Long.toString(pid)));
        Files.writeString(proc.resolve(pid + "/stat"), pid + " (" + comm + ") " + state + " 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 " + start
            + " 0 0\n");
    }

    private Killer killer() {
        return new Killer(proc, "agave-validator-of-a-long-name");
    }

    @Test
    void aSignalThatWasSentIsNoProof() throws Exception {
        Process victim = new ProcessBuilder("sleep", "1000").start();
        try {
            stat(victim.pid(), "agave-validator", 'D', 77);
            Optional<String> alive = killer().kill(victim.pid(), 77, LIMIT);
            assertTrue(alive.orElse("").contains("is not dead"), alive.toString());
            assertTrue(victim.waitFor(10, java.util.concurrent.TimeUnit.SECONDS), "it was sent all the same");
        } finally {
            victim.destroyForcibly();
        }
    }

    @Test
    void aProcessThatCannotBeSeenIsNotDead() throws IOException {
        Files.createDirectories(proc.resolve("2147483000/stat"));
        Optional<String> alive = killer().kill(2_147_483_000, 77, LIMIT);
        assertTrue(alive.isPresent(), "its stat cannot be read, and it may live");
    }

    @Test
    void allOfTheNameAreMeantAndNobodyElse() throws Exception {
        Process one = new ProcessBuilder("sleep", "1000").start();
        Process two = new ProcessBuilder("sleep", "1000").start();
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            stat(one.pid(), "agave-validator", 'S', 1);
            stat(two.pid(), "agave-validator", 'S', 2);
            stat(other.pid(), "agave-validatos", 'S', 3);
            assertTrue(killer().killAll(LIMIT).isPresent(), "this procfs says that they live on");
            assertTrue(one.waitFor(10, java.util.concurrent.TimeUnit.SECONDS) && two.waitFor(10, java.util.concurrent.TimeUnit.SECONDS));
            assertTrue(other.isAlive());
            stat(one.pid(), "agave-validator", 'Z', 1);
            Files.delete(proc.resolve(two.pid() + "/stat"));
            assertEquals(Optional.empty(), killer().killAll(LIMIT), "a zombie and one that is gone");
        } finally {
            one.destroyForcibly();
            two.destroyForcibly();
            other.destroyForcibly();
        }
    }

    @Test
    void whereNothingCanBeReadNobodyIsDead() throws IOException {
        assertTrue(new Killer(proc.resolve("missing"), "agave-validator").killAll(LIMIT).isPresent());
        Files.createDirectories(proc.resolve("4711/stat"));
        assertTrue(killer().killAll(LIMIT).orElse("").contains("cannot be read"));
    }
}
