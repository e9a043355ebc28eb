package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.Http;
import failover.testbed.lab.FrozenDisk;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.Needs;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The disk under a state_dir hangs: what is written to it does not come back, and whoever waits for it cannot be killed. */
@ExtendWith(LabLogs.class)
class HungDiskIT {
    /** A planned move is a matter of two seconds; that, a few writes that are given up, and a machine that is busy. */
    private static final Duration PLANNED = Duration.ofSeconds(9);
    /** What an operator waits for an answer: five seconds for a disk, and a busy machine. */
    private static final Duration ANSWERED = Duration.ofSeconds(15);

    @TempDir
    private Path tmp;

    /** Something that is done while the disk under the state_dir of a program stands still. */
    @FunctionalInterface
    private interface Meanwhile {
        void happens(Chaos chaos) throws Exception;
    }

    private void frozen(String program, Meanwhile meanwhile, String active) throws Exception {
        try (FrozenDisk disk = Needs.disk(tmp); Chaos chaos = Chaos.pair(lab ->
                lab.configure(program, json -> json.put("state_dir", disk.directory().resolve("state").toString())))) {
            try {
                disk.freeze();
                meanwhile.happens(chaos);
            } finally {
                disk.thaw();
            }
            chaos.ready(active);
            chaos.ends("primary".equals(active) ? "a" : "b");
        }
    }

    /** Fails where the demotion waits for its intent: the identity is off, or about to be, and nobody votes until the disk is back. */
    @Test
    void scenario47APlannedMoveAwayFromAHostWhoseDiskHangsIsMadeInTime() throws Exception {
        frozen("agent-a", chaos -> {
            HttpResponse<String> said = Pair.failover(chaos.lab());
            assertEquals(200, said.statusCode(), said.body());
            chaos.ends("b");
            assertTrue(chaos.lab().judge().longestGap().compareTo(PLANNED) < 0, chaos.lab().judge()::text);
            Pair.lastTowerWasTheNewest(chaos.lab());
        }, "secondary");
    }

    /** Fails where a move waits for the manager's own disk, and its operator with it; the active's lease is renewed all the while. */
    @Test
    void scenario47AManagerWhoseDiskHangsMovesNothingAndSaysSo() throws Exception {
        frozen("manager", chaos -> {
            Lab lab = chaos.lab();
            long asked = System.nanoTime();
            HttpResponse<String> said = Pair.failover(lab);
            Duration took = Duration.ofNanos(System.nanoTime() - asked);
            assertTrue(said.statusCode() >= 500, said::body);
            assertTrue(said.body().contains("state_dir"), said::body);
            assertTrue(took.compareTo(ANSWERED) < 0, () -> "answered after " + took);
            HttpResponse<String> health = Http.exchange(lab.manager().url() + "/health", null);
            assertEquals(503, health.statusCode(), health.body());
            chaos.stays("a", Chaos.SILENCE.plusSeconds(2));
            assertFalse(lab.agent("a").output().contains("=== BECOMING PASSIVE ==="), lab.agent("a")::tail);
        }, "primary");
    }

    /** Fails where its demotion waits for the disk, and the manager for a host that says that it is busy. */
    @Test
    @EnabledIfSystemProperty(named = "failover.long", matches = "true")
    void scenario47ASickHostWhoseDiskHangsIsReplaced() throws Exception {
        frozen("agent-a", chaos -> {
            chaos.lab().validator("a").fault("unhealthy");
            chaos.ends("b");
            chaos.replacedInTime();
            chaos.lab().validator("a").fault("clear");
        }, "secondary");
    }

    /** Fails where the promotion waits for it, or begins without it: the old holder has the identity again, and soon. */
    @Test
    @EnabledIfSystemProperty(named = "failover.long", matches = "true")
    void scenario47AHostWhoseDiskHangsIsNotPromotedAndTheOldHolderHasTheIdentityAgain() throws Exception {
        frozen("agent-b", chaos -> {
            HttpResponse<String> said = Pair.failover(chaos.lab());
            assertTrue(said.statusCode() >= 500, said::body);
            assertTrue(said.body().contains("has the identity again"), said.body());
            assertFalse(chaos.lab().agent("b").output().contains("--require-tower"), chaos.lab().agent("b")::tail);
            chaos.ends("a");
            chaos.replacedInTime();
        }, "primary");
    }
}
