package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.LabProgram;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** What operators meet, and whether what they are told then leads them out of it. */
@ExtendWith(LabLogs.class)
class MistakesIT {
    private static final Duration STALLED = Duration.ofSeconds(120);

    private static boolean says(Lab lab, String words) {
        return Pair.state(lab).encode().contains(words);
    }

    /** Fails where the endpoints are blamed, which are right, or where what is said to be done does not help. */
    @Test
    void aStateDirThatWasCopiedToTheOtherHostIsNamedAndRemovingItHelps() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab)) {
            Lab lab = chaos.lab();
            Path from = lab.directory().resolve("a/agent-state");
            Path to = lab.directory().resolve("b/agent-state");
            lab.agent("b").stop();
            Files.copy(from.resolve("agent.json"), to.resolve("agent.json"), StandardCopyOption.REPLACE_EXISTING);
            lab.agent("b").start();
            chaos.awaitVerdict(Set.of("same_host"));
            String why = Pair.state(lab).getString("why");
            assertTrue(why.contains("was copied") && why.contains("remove agent.json"), why);
            chaos.stays("a", Duration.ofSeconds(2));
            lab.agent("b").stop();
            remove(to);
            lab.agent("b").start();
            lab.agent("b").awaitListening(Pair.SOON);
            Await.until("/state says what is left to be done, or nothing is", Pair.SOON,
                () -> says(lab, "--forget-peer") || says(lab, "no_problem"), () -> Pair.state(lab).encode());
            lab.agent("a").runs("--forget-peer").ok();
            chaos.ready("primary");
            HttpResponse<String> now = Pair.failover(lab);
            assertEquals(200, now.statusCode(), () -> now.body() + lab.agent("b").tail());
            chaos.ends("b");
        }
    }

    private static void remove(Path state) throws IOException {
        for (String file : List.of("agent.json", "agent.json.bak")) {
            Files.deleteIfExists(state.resolve(file));
        }
    }

    /** Fails where it is demoted all the same: the other host refuses the old tower then, and it is refused its own identity back. */
    @Test
    void aHolderWhoseTowerIsNotWrittenAnyMoreIsNotDemotedByAPlannedMove() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab)) {
            Lab lab = chaos.lab();
            lab.validator("a").fault("no-tower");
            Await.until("/state says so before anybody asks", Pair.SOON, () -> says(lab, "could not hand over"),
                () -> Pair.state(lab).encode());
            HttpResponse<String> said = Pair.failover(lab);
            assertTrue(said.statusCode() >= 400 && said.body().contains("could not hand over"), said.body());
            chaos.stays("a", Duration.ofSeconds(1));
            lab.validator("a").fault("clear");
            Await.until("it is forgotten", Pair.SOON, () -> !says(lab, "could not hand over"), () -> Pair.state(lab).encode());
            chaos.ready("primary");
            HttpResponse<String> now = Pair.failover(lab);
            assertEquals(200, now.statusCode(), () -> now.body() + lab.agent("b").tail());
            chaos.ends("b");
        }
    }

    /** An account that cannot pay. Fails where the identity goes to and fro, or where nobody is told what to look at. */
    @Test
    @EnabledIfSystemProperty(named = "failover.long", matches = "true")
    void votesThatLandNowhereMoveTheIdentityOnceAndThenAnAlarmNamesWhatToLookAt() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab.configure("manager", json -> json.put("failover_cooldown", "1s")))) {
            Lab lab = chaos.lab();
            lab.cluster().fault("lose-votes");
            lab.judge().awaitVoter("b", STALLED);
            Await.until("the alarm", STALLED, () -> says(lab, "votes_land_nowhere"), () -> Pair.state(lab).encode());
            assertTrue(Pair.state(lab).getString("why").contains("fee"), () -> Pair.state(lab).encode());
            JsonArray before = lab.judge().report().getJsonArray("takeovers");
            Await.never("the identity is moved once more", Duration.ofSeconds(45),
                () -> lab.judge().report().getJsonArray("takeovers").size() > before.size());
            lab.cluster().fault("keep-votes");
            Pair.settled(lab, "secondary");
            chaos.ends("b");
        }
    }

    /** The README's own road. Fails where the agent that is left obeys nobody, or where what it is told helps nobody. */
    @Test
    @EnabledIfSystemProperty(named = "failover.long", matches = "true")
    void whoHasLostTheManagerAndOneHostLetsTheOtherForgetItAndStartsANewOne() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab)) {
            Lab lab = chaos.lab();
            lab.manager().kill();
            lab.agent("b").kill();
            lab.validator("b").kill();
            lab.agent("a").awaitLog("=== NOW PASSIVE ===", Pair.SOON);
            LabProgram second = lab.startSecondManager();
            lab.agent("a").awaitLog("ALARM: a second manager polls this host and is refused", Pair.SOON);
            lab.agent("a").runs("--forget-manager").ok();
            lab.agent("a").awaitLog("bound to manager .*(?s:.*)bound to manager ", Pair.SOON);
            // The lost host is the one that may have had it: its votes stand still, and nobody has to say so.
            Await.until("a votes", Pair.SOON, () -> lab.judge().report().getJsonArray("carriers").contains("a"), second::tail);
            chaos.ends("a");
        }
    }
}
