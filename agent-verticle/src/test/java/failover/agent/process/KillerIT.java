package failover.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class KillerIT {
    private static final Path PROC = Path.of("/proc");
    private final Killer killer = new Killer(PROC, "sleep");
    private Process victim;
    private ProcStat stat;

    @BeforeEach
    void start() throws IOException {
        victim = new ProcessBuilder("bash", "-c", "trap '' TERM; sleep 1000; :").start();
        stat = ProcStat.read(PROC, victim.pid()).orElseThrow();
    }

    @AfterEach
    void end() {
        victim.descendants().forEach(ProcessHandle::destroyForcibly);
        victim.destroyForcibly();
    }

    @Test
    void theNamedProcessDiesAndIsSeenDead() {
        assertEquals(Optional.empty(), killer.kill(stat.pid(), stat.startTicks(), Duration.ofSeconds(5)));
        assertTrue(ProcStat.read(PROC, stat.pid()).filter(ProcStat::alive).isEmpty());
    }

    @Test
    void anotherLifeUnderThatPidIsLeftAlone() {
        assertEquals(Optional.empty(), killer.kill(stat.pid(), stat.startTicks() + 1, Duration.ofSeconds(5)));
        assertTrue(victim.isAlive());
    }

    @Test
    void aProcessThatIsGoneIsDead() throws InterruptedException {
        victim.descendants().forEach(ProcessHandle::destroyForcibly);
        victim.destroyForcibly().waitFor();
        assertEquals(Optional.empty(), killer.kill(stat.pid(), stat.startTicks(), Duration.ofSeconds(5)));
    }

    @Test
    void nobodyIsKilledForAnUnknownPid() {
        assertTrue(killer.kill(0, 0, Duration.ofSeconds(1)).isPresent());
        assertTrue(killer.kill(1, 1, Duration.ofSeconds(1)).isPresent());
    }
}
