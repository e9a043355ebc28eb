package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;

import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent is stopped (SIGTERM) at the wrong moment, and no fencer stands behind its host. */
@ExtendWith(LabLogs.class)
class StopIT {

    /**
     * The longest D there is, and an identity that does not come off. Fails where the agent is gone before its validator is: what it
     * leaves is guarded by nobody.
     */
    @Test
    void anActiveWhoseIdentityDoesNotComeOffHasKilledItsValidatorWhenItIsGone() {
        try (Chaos chaos = Chaos.pair(lab -> lab
                .configure("manager", json -> json.put("heartbeat_interval", "1s").put("misses_before_failover", 25)
                    .put("fence_timeout", "5s"))
                .configure("agent-a", json -> json.put("identity_remove_command", "sleep 1000")))) {
            Lab lab = chaos.lab();
            lab.agent("a").stop();
            assertFalse(lab.validator("a").alive(), "the agent has ended before its validator");
            lab.agent("a").start();
            chaos.ends("b");
        }
    }

    /** Its set-identity is under way, and ends with it or takes effect later. Fails where both vote, or nobody does in the end. */
    @ParameterizedTest
    @ValueSource(strings = {"", "1500", "4000"})
    @EnabledIfSystemProperty(named = "failover.long", matches = "true")
    void aTargetThatIsStoppedWhileItIsPromotedMakesNoSecondVoter(String landsLate) throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> landsLate.isEmpty() ? lab.configure("agent-b",
                json -> json.put("identity_change_command", "sleep 2; " + json.getString("identity_change_command"))) : lab)) {
            Lab lab = chaos.lab();
            if (!landsLate.isEmpty()) {
                lab.validator("b").fault("set-identity-hang", landsLate);
            }
            stoppedAt(lab, "b", "--require-tower");
            chaos.endsWithOneVoter();
        }
    }

    /** Fails where its demotion is left half-way: an identity that is on is without a lease then, one that is off is nobody's. */
    @Test
    @EnabledIfSystemProperty(named = "failover.long", matches = "true")
    void anActiveThatIsStoppedWhileItIsDemotedLeavesOneVoter() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab.configure("agent-a",
                json -> json.put("identity_remove_command", "sleep 2; " + json.getString("identity_remove_command"))))) {
            stoppedAt(chaos.lab(), "a", "Executing: sleep 2");
            chaos.endsWithOneVoter();
        }
    }

    /** An operator's move, in which that agent is stopped when it says so, and started again as systemd does. */
    private static void stoppedAt(Lab lab, String host, String line) throws Exception {
        CompletableFuture<?> move = CompletableFuture.supplyAsync(() -> Pair.failover(lab));
        lab.agent(host).awaitLog(line, Pair.SOON);
        lab.agent(host).restart();
        if (!lab.validator(host).alive()) {
            lab.validator(host).start();
        }
        move.get(Pair.SOON.multipliedBy(2).toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    }
}
