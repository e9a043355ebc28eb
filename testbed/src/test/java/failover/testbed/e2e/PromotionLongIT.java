package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import io.vertx.core.json.JsonArray;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Set-identity that is refused, hangs or comes late, on either side of a move; and sources that disagree. Some minutes. */
@EnabledIfSystemProperty(named = "failover.long", matches = "true")
@ExtendWith(LabLogs.class)
class PromotionLongIT {
    private static final UnaryOperator<Lab> AS_IT_IS = lab -> lab;
    /** Longer than S and the sixteen slots that prove a validator silent. */
    private static final Duration LONG = Duration.ofSeconds(9);

    /**
     * At B, a promotion. 3200: lands while its killed command's outcome is read. 3800: while B is made passive again, or not at all,
     * because its validator is killed first. Late 3000: answered at once, lands while it is verified. Late 12000: never seen to land, so
     * B is killed. Fails where a second validator has the identity meanwhile, or nobody in the end.
     */
    @ParameterizedTest
    @CsvSource({"set-identity-hang, 3200", "set-identity-hang, 3800", "set-identity-hang, 4500", "set-identity-late, 3000",
        "set-identity-late, 12000"})
    void scenario5AnEffectThatComesAfterTheCommandMakesNoSecondVoter(String fault, String ms) throws Exception {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            Lab lab = chaos.lab();
            lab.validator("b").fault(fault, ms);
            CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> Pair.failover(lab));
            lab.agent("b").awaitLog("--require-tower", Pair.SOON);
            Await.until("the operator is answered", Pair.SOON, () -> {
                boolean back = lab.validator("a").staked();
                assertTrue(!back || !lab.validator("b").alive() || !lab.validator("b").staked(), "both have it");
                return answer.isDone();
            });
            HttpResponse<String> said = answer.get(1, TimeUnit.SECONDS);
            String voter = said.statusCode() == 200 ? "b" : "a";
            System.out.println(fault + " " + ms + ": " + said.statusCode() + ", " + voter + " has the identity");
            chaos.ends(voter);
            if (lab.validator("b").alive()) {
                lab.validator("b").fault("clear");
            }
            Await.never("anything lands later", Duration.ofSeconds(4), () -> lab.judge().doubleVotes() > 0);
            chaos.ends(voter);
        }
    }

    /** The fencer was armed before set-identity. Fails where it was not: then B votes unguarded and A never has the identity again. */
    @Test
    void scenario7AnAgentThatDiesInSetIdentityBesideAFencerIsFencedAndTheOldHolderHasTheIdentityAgain() {
        try (Chaos chaos = Chaos.fenced(lab -> lab.configure("manager", json -> json.put("promotion_timeout", "3s")))) {
            Lab lab = chaos.lab();
            lab.validator("b").fault("set-identity-hang", "1500");
            CompletableFuture.runAsync(() -> Pair.failover(lab));
            lab.agent("b").awaitLog("--require-tower", Pair.SOON);
            lab.agent("b").kill();
            // On a busy host the fencer may be quicker.
            Await.until("the effect lands, or is too late", Pair.SOON, () -> lab.judge().votes("b") > 0 || !lab.validator("b").alive());
            chaos.fencedInTime("b");
            chaos.ends("a");
            assertFalse(lab.validator("b").alive());
            lab.manager().awaitLog("is silent, and a fencer stands behind it: it counts as gone", Pair.SOON);
        }
    }

    /** The old holder is dead. Fails where the refusal ends the matter, or where /state does not say what is waited for. */
    @Test
    void scenario6AnAutomaticPromotionThatIsRefusedIsTriedAgainAndStateSaysWhyNobodyVotes() {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            Lab lab = chaos.lab();
            lab.validator("b").fault("set-identity-refuse");
            lab.validator("a").crash();
            lab.manager().awaitLog("\\[secondary] did not become active", Pair.SOON);
            Await.until("/state says why", Pair.SOON, () -> Pair.state(lab).getString("why").contains("the last move failed"),
                () -> Pair.state(lab).encode());
            assertEquals(0, lab.judge().votes("b"));
            lab.validator("b").fault("clear");
            chaos.ends("b");
        }
    }

    /**
     * At A, a planned demotion: late, it is never seen to have worked; hanging, its command is killed. Either way it takes effect after the
     * operator has been told that it failed. Fails where B is promoted on a demotion that is not verified.
     */
    @ParameterizedTest
    @CsvSource({"set-identity-late, 6000", "set-identity-hang, 12000"})
    void scenario5APlannedDemotionThatTakesEffectTooLatePromotesNobodyByItself(String fault, String ms) throws Exception {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            Lab lab = chaos.lab();
            lab.validator("a").fault(fault, ms);
            HttpResponse<String> said = Pair.failover(lab);
            assertEquals(500, said.statusCode(), said.body());
            assertFalse(lab.manager().output().contains("Step 2"), lab.manager()::tail);
            assertEquals(0, lab.judge().votes("b"));
            assertTrue(lab.validator("a").alive(), "a planned move kills nobody");
            lab.validator("a").fault("clear");
            Await.until("it lands", Pair.SOON, () -> lab.validator("a").cli("contact-info").exit() == 0 && !lab.validator("a").staked());
            chaos.endsWithOneVoter();
            Await.never("anything lands later", Duration.ofSeconds(3), () -> lab.judge().doubleVotes() > 0);
            chaos.endsWithOneVoter();
        }
    }

    /** A sick active is not spared: hanging, late for ever, it is killed. Fails where B has to wait for a word that never comes. */
    @ParameterizedTest
    @ValueSource(strings = {"set-identity-hang", "set-identity-late"})
    void scenario49ASickActiveThatCannotBeDemotedInTimeIsKilledAndReplaced(String fault) {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            Lab lab = chaos.lab();
            lab.validator("a").fault(fault, "60000");
            lab.validator("a").fault("unhealthy");
            chaos.ends("b");
            assertFalse(lab.validator("a").alive());
            chaos.replacedInTime();
        }
    }

    /** Any progress is a veto. Fails where the majority of the sources, or the first of them, decides. */
    @Test
    void scenario28SourcesThatDisagreePromoteNobodyUntilAllOfThemSayThatTheVotesStandStill() throws Exception {
        // A's agent is dead for most of it, so that its tower in the store is old: that is another question. Nobody stands behind it.
        try (Chaos chaos = Chaos.pair(lab -> lab.observers(2).configure("agent-a", json -> json.put("fencing", "off"))
                .configure("agent-b", json -> json.put("max_tower_lag_slots", 500)))) {
            Lab lab = chaos.lab();
            lab.manager().reconfigure(json -> json.put("cluster_rpc",
                new JsonArray().add(json.getString("cluster_rpc")).add(lab.cluster().url(1)))).restart();
            chaos.ready("primary");
            lab.agent("a").kill();
            lab.cluster().fault("rpc-fork", "1");
            chaos.awaitVerdict(Chaos.VOTING);
            chaos.stays("a", LONG);
            lab.cluster().fault("rpc-fork", "0");
            // Only the RPC beside B is left that sees it vote.
            chaos.stays("a", LONG);
            chaos.awaitVerdict(Chaos.VOTING);
            assertFalse(lab.manager().output().contains("FAILOVER INITIATED"));
            // Dead now, and one source says so: where more are configured, one is not enough.
            lab.cluster().fault("clear");
            lab.cluster().fault("rpc-error");
            lab.validator("a").kill();
            chaos.awaitVerdict(Set.of("observer_blind"));
            Await.never("b is promoted on one source of three", LONG, () -> lab.judge().votes("b") > 0);
            lab.cluster().fault("clear");
            chaos.ends("b");
        }
    }
}
