package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.FullDisk;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.link.LinkProxy;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Moves that meet trouble halfway, when the old holder has the identity no more. */
@ExtendWith(LabLogs.class)
class HalfwayIT {
    private static final String PROMOTED = "Change of role asked for: action=become_active";

    @Test
    void scenario7AnAnswerThatIsLostAfterTheCommandIsReadFromTheHostAndNothingIsRepeatedOrGivenBack() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab.configure("agent-b",
                json -> json.put("identity_change_command", "sleep 1; " + json.getString("identity_change_command")))
                // A lease that outlasts what the manager does not hear, also on a busy machine.
                .configure("manager", json -> json.put("heartbeat_interval", "1s").put("misses_before_failover", 15)))) {
            Lab lab = chaos.lab();
            long epoch = Pair.state(lab).getLong("epoch");
            CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> Pair.failover(lab));
            lab.agent("b").awaitLog("=== BECOMING ACTIVE ===", Pair.SOON);
            lab.link("manager", "b").cut(LinkProxy.Way.FROM);
            lab.agent("b").awaitLog("=== NOW ACTIVE ===", Pair.SOON);
            // What it said is lost for good, not late.
            lab.link("manager", "b").reset();
            lab.manager().awaitLog("did not answer become_active .*nothing is repeated", Pair.SOON);
            Await.never("a has the identity back", Duration.ofSeconds(2), () -> lab.validator("a").staked() || answer.isDone());
            lab.link("manager", "b").clear();
            HttpResponse<String> said = answer.get(Pair.SOON.toSeconds(), TimeUnit.SECONDS);
            assertEquals(200, said.statusCode(), said.body());
            assertEquals("passive", lab.agent("a").status().getString("role"));
            assertFalse(lab.agent("a").output().contains(PROMOTED));
            assertEquals(2, lab.agent("b").output().split(PROMOTED, -1).length, lab.agent("b")::tail);
            assertEquals(epoch + 1, Pair.state(lab).getLong("epoch"));
            chaos.ready("secondary");
            chaos.ends("b");
        }
    }

    @Test
    void scenario47AHostWhoseStateDirIsFullIsNotPromoted(@TempDir Path state) throws Exception {
        try (FullDisk disk = FullDisk.on(state);
                Chaos chaos = Chaos.pair(lab -> lab.configure("agent-b", json -> json.put("state_dir", state.toString())))) {
            disk.fill();
            abortedBeforeSetIdentity(chaos, "could not be made durable");
            disk.free();
            movesNow(chaos);
        }
    }

    @Test
    void scenario47AHostWhoseLedgerIsFullIsNotPromoted() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab)) {
            Lab lab = chaos.lab();
            lab.validator("b").kill();
            try (FullDisk disk = FullDisk.on(lab.validator("b").files().ledger())) {
                lab.validator("b").start();
                lab.validator("b").awaitReady(Pair.SOON);
                Pair.settled(lab, "primary");
                disk.fill();
                abortedBeforeSetIdentity(chaos, "[Tt]ower");
                disk.free();
                movesNow(chaos);
            }
        }
    }

    /** The old holder has it again, by a new epoch, and the target's validator was never told to take it. */
    private static void abortedBeforeSetIdentity(Chaos chaos, String why) throws Exception {
        HttpResponse<String> said = Pair.failover(chaos.lab());
        assertEquals(500, said.statusCode(), said.body());
        assertTrue(said.body().contains("has the identity again"), said.body());
        chaos.lab().manager().awaitLog("did not become active: .*" + why, Pair.SOON);
        assertFalse(chaos.lab().agent("b").output().contains("--require-tower"), chaos.lab().agent("b")::tail);
        assertEquals(0, chaos.lab().judge().votes("b"));
        chaos.ends("a");
        assertTrue(chaos.lab().validator("b").alive());
    }

    private static void movesNow(Chaos chaos) {
        chaos.ready("primary");
        HttpResponse<String> said = Pair.failover(chaos.lab());
        assertEquals(200, said.statusCode(), said.body());
        chaos.ends("b");
        Pair.lastTowerWasTheNewest(chaos.lab());
    }
}
