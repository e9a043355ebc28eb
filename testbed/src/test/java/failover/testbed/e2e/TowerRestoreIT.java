package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The README's own etcdctl commands, and the ways in which they go wrong without saying so (OM0-10, OM0-11). */
@ExtendWith(LabLogs.class)
class TowerRestoreIT {

    @Test
    void theReadmesCommandsMoveTheTowerThroughEtcd() {
        try (Lab lab = Lab.create().withEtcd().withManager().start()) {
            Pair.settled(lab, "primary");
            switchesOverWithTheNewestTower(lab);
        }
    }

    @Test
    void anEmptyTowerIsNoTower() {
        try (Lab lab = Lab.create().withEtcd().withManager().configure("agent-a", json -> json.put("tower_backup_command", "true"))
                .start()) {
            refusedForALostHost(lab, "tower");
        }
    }

    @Test
    void anEtcdThatIsDownRefusesThePromotionForAHostThatIsLost() {
        try (Lab lab = Lab.create().withEtcd().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.etcd().stop();
            refusedForALostHost(lab, "tower restore failed");
        }
    }

    @Test
    void aSwitchoverNeedsNoStoreForTheFinalTowerIsHandedOver() {
        try (Lab lab = Lab.create().withEtcd().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.etcd().stop();
            switchesOverWithTheNewestTower(lab);
        }
    }

    @Test
    void scenario45ATowerThatIsTooOldStopsAutomaticFailoversAndAnOperatorMayAcceptIt() {
        try (Lab lab = Lab.create().withEtcd().withManager()
                // One backup at the start, and none for an hour.
                .configure("agent-a", json -> json.put("tower_backup_interval", "1h"))
                .configure("agent-b", json -> json.put("max_tower_lag_slots", 5)).start()) {
            Pair.settled(lab, "primary");
            lab.judge().reset();
            Await.until("twenty votes that no backup has", Pair.SOON, () -> lab.judge().votes("a") >= 20, lab.judge()::text);
            refusedForALostHost(lab, "the tower is too old: .*limit 5.*--accept-stale-tower");
            JsonObject accept = new JsonObject().put("reason", "test").put("stale_tower", true);
            // Automatic tries go on, ten seconds apart: while one is under way, an operator is asked to wait.
            Await.until("the operator's failover is done", Pair.SOON,
                    () -> lab.manager().exchange("/failover", accept).statusCode() == 200, lab.manager()::tail);
            lab.judge().awaitVoter("b", Pair.SOON);
            assertEquals(0, lab.judge().doubleVotes(), lab.judge()::text);
            lab.agent("b").awaitLog(Pattern.quote("TOO OLD and used all the same"), Pair.SOON);
        }
    }

    @Test
    void aGlobThatMatchesNothingIsNamed() {
        try (Lab lab = Lab.create().withEtcd().withManager().configure("agent-b", json -> {
            String command = json.getString("tower_restore_command");
            int slash = command.lastIndexOf('/');
            json.put("tower_restore_command", command.substring(0, slash) + "/tower-1_9-*.bin");
            json.remove("ledger_path");
        }).start()) {
            refusedForALostHost(lab, "\\*");
        }
    }

    private static void switchesOverWithTheNewestTower(Lab lab) {
        HttpResponse<String> answer = Pair.failover(lab);
        assertEquals(200, answer.statusCode(), answer.body());
        Pair.movedTo(lab, "b");
        Pair.lastTowerWasTheNewest(lab);
    }

    /** A host without power hands nothing over: the other one has only its restore command, and without a tower it does not vote. */
    private static void refusedForALostHost(Lab lab, String why) {
        Pair.settled(lab, "primary");
        lab.agent("a").kill();
        lab.validator("a").kill();
        Pattern refusal = Pattern.compile("\\[secondary] did not become active: .*(" + why + ")");
        Await.until("the manager says why nobody is promoted", Pair.SOON, () -> refusal.matcher(lab.manager().output()).find(),
                lab.manager()::tail);
        assertEquals(0, lab.judge().votes("b"), lab.judge()::text);
        assertEquals("passive", lab.agent("b").status().getString("role"));
        Pair.clean(lab);
    }
}
