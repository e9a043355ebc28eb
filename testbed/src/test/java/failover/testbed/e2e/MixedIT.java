package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Scenario 62, pairs of which one side is still the original's (safety.md, "Mixed pairs"): what can be promised without a lease on both
 * sides, and what is said where it cannot. Our manager beside one original agent, and the original's manager beside two agents of ours.
 */
@ExtendWith(LabLogs.class)
class MixedIT {
    /** Longer than S and the sixteen slots that prove a validator silent. */
    private static final Duration LONG = Duration.ofSeconds(8);

    /** A validator without an agent votes on while nobody stores its tower: how old that may be is not what is asked here. */
    private static Lab pair() {
        return Lab.create().withManager().configure("agent-b", json -> json.put("max_tower_lag_slots", 500));
    }

    private static Lab originalAgent() {
        Lab lab = pair().original("agent-a").start();
        Pair.settled(lab, "primary");
        return lab;
    }

    /** It waits as long as the original does by default: a promotion whose answer it did not wait for it takes for one that failed. */
    private static Lab originalManager() {
        Lab lab = pair().original("manager").configure("manager", json -> json.put("request_timeout", "5s")).start();
        lab.manager().awaitLog("\\[primary] is healthy", Pair.SOON);
        return lab;
    }

    /** Fails where our manager expects more than the original's twelve fields, or an original agent chokes on ours. */
    @Test
    void scenario62AnOriginalHandsTheIdentityOverAndGetsItBack() {
        try (Lab lab = originalAgent()) {
            lab.validator("a").fault("unhealthy");
            Pair.movedTo(lab, "b");
            lab.manager().awaitLog("\\[primary] is passive, by its agent's word", Pair.SOON);
            lab.validator("a").fault("clear");
            Pair.settled(lab, "secondary");
            HttpResponse<String> back = Pair.failover(lab);
            assertEquals(200, back.statusCode(), back.body());
            Pair.movedTo(lab, "a");
            // It restored what our agent stored after the identity was off: an original knows no other way.
            Pair.lastTowerWasTheNewest(lab);
            Pair.settled(lab, "primary");
        }
    }

    /** Fails where a refused demotion, or the silence of an agent alone, is enough for a promotion; or where the warning is not given. */
    @Test
    void scenario62AnOriginalIsReplacedWithoutItsWordOnlyWhenItsVotesStandStillAndTheWarningSaysWhatIsNotKnown() throws Exception {
        try (Lab lab = originalAgent()) {
            lab.validator("a").fault("set-identity-refuse");
            lab.validator("a").fault("unhealthy");
            lab.manager().awaitLog("Failover failed: \\[primary] did not become passive: failed to remove identity", Pair.SOON);
            lab.agent("a").kill();
            Await.until("the manager sees it vote", Pair.SOON, () -> Chaos.VOTING.contains(Pair.state(lab).getString("verdict")),
                () -> Pair.state(lab).encode());
            Await.never("b is promoted", LONG, () -> lab.judge().votes("b") > 0);
            assertFalse(lab.manager().output().contains("Step 2"), lab.manager()::tail);
            lab.validator("a").kill();
            Pair.movedTo(lab, "b");
            lab.manager().awaitLog("WARNING: \\[primary] runs an agent of the original: .* nothing guarantees that its validator cannot "
                + "sign", Pair.SOON);
        }
    }

    /** The original promotes after a demotion that failed. Fails where our agent obeys, as the original's does. */
    @Test
    void scenario62UnderAnOriginalManagerAnAgentRefusesWhatWouldMakeTwoVoters() {
        try (Lab lab = originalManager()) {
            lab.validator("a").fault("unhealthy");
            Pair.movedTo(lab, "b");
            lab.validator("a").fault("clear");
            lab.manager().awaitLog("\\[secondary] is healthy", Pair.SOON);
            lab.validator("b").fault("set-identity-hang");
            lab.validator("b").fault("unhealthy");
            lab.manager().awaitLog("Warning: \\[secondary] failed to become passive", Pair.SOON);
            lab.manager().awaitLog("\\[primary] failed to become active: the peer says it is active", Pair.SOON);
            // Our agent ends it in its own way, and is believed then.
            Pair.movedTo(lab, "a");
            assertFalse(lab.validator("b").alive());
        }
    }

    /** The original promotes on silence alone. Fails where our agent obeys while the silent host's votes land, or never. */
    @Test
    void scenario62UnderAnOriginalManagerAnAgentTakesSilenceForAYesOnlyWhenTheVotesStandStill() throws Exception {
        try (Lab lab = originalManager()) {
            lab.agent("a").kill();
            lab.agent("b").awaitLog("the peer does not answer, and the identity votes", Pair.SOON);
            Await.never("b is promoted", LONG, () -> lab.judge().votes("b") > 0);
            assertTrue(lab.manager().output().contains("Step 2: Sending become_active to [secondary]"), lab.manager()::tail);
            lab.validator("a").kill();
            Pair.movedTo(lab, "b");
            lab.agent("b").awaitLog("that is taken for a yes, as the original does: .* nothing guarantees that its validator cannot sign",
                Pair.SOON);
        }
    }
}
