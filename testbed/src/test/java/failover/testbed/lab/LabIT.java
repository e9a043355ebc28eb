package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LabLogs.class)
class LabIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void closingEndsEveryProcessAndRemovesTheDirectory() {
        Lab lab = Lab.create().start();
        Path directory = lab.directory();
        assertEquals(3, lab.living().size(), lab::tails);
        lab.validator("b").suspend();
        lab.close();
        assertEquals(List.of(), lab.living());
        assertFalse(Files.exists(directory));
        lab.close();
    }

    @Test
    void aStrayGrandchildIsEndedToo() {
        Lab lab = Lab.create().holder("").start();
        ManagedProcess stray = new ManagedProcess("stray", List.of("bash", "-c", "setsid sleep 300 & echo gone"),
            Map.of(Marked.NAME, mark(lab)), lab.directory(), lab.directory().resolve("stray.log"));
        stray.start();
        stray.awaitLog("gone", SOON);
        Await.until("only the grandchild is left", SOON, () -> !stray.alive() && lab.living().size() == 4);
        lab.close();
        assertEquals(List.of(), lab.living());
    }

    private static String mark(Lab lab) {
        try {
            String environment = Files.readString(Path.of("/proc", String.valueOf(lab.cluster().pid()), "environ"));
            return environment.split(Marked.NAME + "=", 2)[1].split("\0", 2)[0];
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aStoppedProcessNeitherVotesNorEndsAndGoesOnAfterwards() {
        try (Lab lab = Lab.create().start()) {
            lab.validator("a").suspend();
            assertThrows(AssertionError.class, () -> lab.judge().awaitVotesFrom("a", Duration.ofMillis(1200)));
            assertTrue(lab.validator("a").alive());
            lab.validator("a").resume();
            lab.judge().awaitVotesFrom("a", SOON);
            assertTrue(lab.judge().clean(), lab.judge()::text);
        }
    }

    @Test
    void aFailedWaitShowsWhatWasSeen() {
        AssertionError late = assertThrows(AssertionError.class,
            () -> Await.until("the moon", Duration.ofMillis(20), () -> false, () -> "the sun"));
        assertEquals("not within 20 ms: the moon; seen: the sun", late.getMessage());
    }

    @Test
    void theLogsOfAClosedLabAreStillThere() {
        try (Lab lab = Lab.create().holder("").start()) {
            lab.validator("a").awaitLog("validator a started with identity (\\S+)", SOON);
        }
        assertTrue(Lab.newestTails().contains("validator a started"), Lab.newestTails());
    }

    @Test
    void aProgramOfTheLabIsLight() throws IOException {
        try (Lab lab = Lab.create().holder("").start()) {
            Path status = Path.of("/proc", String.valueOf(lab.validator("a").pid()), "status");
            long kib = Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0);
            assertTrue(kib < 100 * 1024, kib + " KiB resident");
            // Time on the CPU, not on the wall: it does not depend on what else the machine does.
            Duration cpu = ProcessHandle.of(lab.validator("a").pid()).flatMap(process -> process.info().totalCpuDuration()).orElseThrow();
            assertTrue(cpu.toMillis() < 3000, "its start took " + cpu);
        }
    }
}
