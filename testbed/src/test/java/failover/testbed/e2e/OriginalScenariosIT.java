package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The five scenarios of the original README, with real processes over real HTTP. */
@ExtendWith(LabLogs.class)
class OriginalScenariosIT {

    @Test
    void aDeadProcessIsReplacedWithinAHeartbeatAndASecondLook() {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.judge().reset();
            lab.validator("a").crash();
            Pair.movedTo(lab, "b");
            assertTrue(lab.judge().longestGap().compareTo(Duration.ofSeconds(5)) < 0, lab.judge()::text);
            lab.manager().awaitLog(Pattern.quote("=== FAILOVER COMPLETE ==="), Pair.SOON);
            lab.manager().awaitLog(Pattern.quote("Reason: process not running"), Pair.SOON);
            assertFalse(lab.agent("a").status().getBoolean("is_active"));
        }
    }

    @Test
    void aLaggingValidatorIsReplaced() {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.validator("a").fault("lag", "200");
            Pair.movedTo(lab, "b");
            lab.manager().awaitLog(Pattern.quote("slots (threshold: 100)"), Pair.SOON);
        }
    }

    @Test
    void anUnhealthyValidatorIsReplaced() {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.validator("a").fault("unhealthy");
            Pair.movedTo(lab, "b");
            lab.manager().awaitLog(Pattern.quote("RPC unhealthy"), Pair.SOON);
        }
    }

    @Test
    void aHostThatIsGoneIsReplacedAfterItsSilence() {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.validator("a").crash();
            lab.agent("a").kill();
            Pair.movedTo(lab, "b");
            lab.manager().awaitLog(Pattern.quote("Step 1: [primary] is unreachable, skipping become_passive"), Pair.SOON);
        }
    }

    @Test
    void anActiveThatHearsNeitherManagerNorPeerGivesTheIdentityUp() {
        try (Lab lab = Lab.create().withManager().configure("agent-a", json -> json.put("manager_timeout", "1s")).start()) {
            Pair.settled(lab, "primary");
            // The watch asks nobody in its first five seconds.
            lab.agent("a").awaitLog("Agent listens", Pair.SOON);
            Await.until("the agent is old enough to ask", Pair.SOON, () -> lab.judge().votes("a") > 20);
            lab.link("a", "b").refuse();
            lab.link("manager", "a").refuse();
            lab.agent("a").awaitLog("Network isolation - cannot reach manager or peer", Pair.SOON);
            lab.agent("a").awaitLog("=== NOW PASSIVE ===", Pair.SOON);
            lab.judge().awaitVoter("b", Pair.SOON);
            lab.link("a", "b").clear();
            lab.link("manager", "a").clear();
            Pair.settled(lab, "secondary");
            Pair.clean(lab);
            assertEquals("passive", lab.agent("a").status().getString("role"));
        }
    }
}
