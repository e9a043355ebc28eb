package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A set-identity(staked) of which nobody knows whether it will still take effect (E15): the old holder is passive, and has to wait. */
@ExtendWith(LabLogs.class)
class PromotionIT {
    private static final String UNKNOWN = "[secondary] may be active or not, and nobody else is promoted before that is known";

    /** Fails where the old holder gets the identity back while the process that may still take it is alive, or never. */
    @Test
    void scenario5ASetIdentityThatHangsIsKilledAndNobodyElseHasTheIdentityBeforeItsValidatorIsDead() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab)) {
            Lab lab = chaos.lab();
            lab.validator("b").fault("set-identity-hang");
            CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> Pair.failover(lab));
            backAtAOnlyWhenBIsDead(lab);
            HttpResponse<String> said = answer.get(Pair.SOON.toSeconds(), TimeUnit.SECONDS);
            assertEquals(500, said.statusCode(), said.body());
            assertTrue(said.body().contains("has the identity again"), said.body());
            chaos.ends("a");
        }
    }

    private static void backAtAOnlyWhenBIsDead(Lab lab) {
        lab.agent("b").awaitLog("--require-tower", Pair.SOON);
        Await.until("the old holder has the identity again", Pair.SOON, () -> {
            boolean back = lab.validator("a").staked();
            assertTrue(!back || !lab.validator("b").alive(), "a has it again while b may still take it");
            return back;
        });
    }

    /** Fails where silence, or time, is taken for an answer: the command died with its agent, its effect comes three seconds later. */
    @Test
    void scenario7AnAgentThatDiesInSetIdentityLeavesNobodyElsePromotedAndStateSaysWhy() throws Exception {
        // Without its guard, which would kill B's validator before the effect comes.
        try (Chaos chaos = Chaos.pair(lab -> lab.configure("manager", json -> json.put("promotion_timeout", "3s"))
                .configure("agent-b", json -> json.put("fencing", "off")))) {
            Lab lab = chaos.lab();
            lab.validator("b").fault("set-identity-hang", "3000");
            CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> Pair.failover(lab));
            lab.agent("b").awaitLog("--require-tower", Pair.SOON);
            Await.never("the effect is there before its time", Duration.ofSeconds(1), () -> lab.validator("b").staked());
            lab.agent("b").kill();
            Await.until("the effect lands", Pair.SOON, () -> lab.judge().votes("b") > 0 && lab.validator("b").staked());
            Await.until("/state says why", Pair.SOON, () -> Pair.state(lab).getString("why").contains(UNKNOWN),
                () -> Pair.state(lab).encode());
            lab.manager().awaitLog("CRITICAL: \\[secondary] may be active or not, and did not become passive", Pair.SOON);
            Await.never("somebody else is promoted", Duration.ofSeconds(3), () -> lab.validator("a").staked());
            assertTrue(Pair.state(lab).getString("why").contains(UNKNOWN), () -> Pair.state(lab).encode());
            // Who asked is told so, and not kept waiting for what nobody knows.
            HttpResponse<String> said = answer.get(Pair.SOON.toSeconds(), TimeUnit.SECONDS);
            assertEquals(500, said.statusCode(), said.body());
            assertTrue(said.body().contains(UNKNOWN), said.body());
            // It comes back to a promotion half done, and undoes it: now it is known.
            lab.validator("b").fault("clear");
            lab.agent("b").start();
            chaos.endsWithOneVoter();
        }
    }
}
