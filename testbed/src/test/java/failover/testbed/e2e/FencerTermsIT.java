package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.BashRunner;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.Needs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the manager, the agent and the fencer, three programs, have to agree on. */
@ExtendWith(LabLogs.class)
class FencerTermsIT {
    private static final String ANOTHER_USER = "65534";

    /** Fails where an agent that has just started takes a fencer that it has not heard yet for none: its stop demotes the voter then. */
    @Test
    void scenario12bRestartsInQuickSuccessionDoNotDemoteAGuardedVoter() throws Exception {
        try (Chaos chaos = Chaos.fenced(lab -> lab.configure("manager", json -> json.put("misses_before_failover", 50)))) {
            Lab lab = chaos.lab();
            for (int i = 0; i < 3; i++) {
                lab.agent("a").restart();
                lab.agent("a").awaitListening(Pair.SOON);
            }
            chaos.stays("a", Duration.ofSeconds(2));
            Pair.settled(lab, "primary");
            assertFalse(lab.agent("a").output().contains("PASSIVE ==="), lab.agent("a")::tail);
        }
    }

    /** The README's way to take the system away. Fails where the fencer, the agent or its guard ends or demotes what nobody looks after. */
    @Test
    void whoStopsTheFencerAndThenTheAgentKeepsTheValidatorVoting() throws Exception {
        try (Chaos chaos = Chaos.fenced(lab -> lab)) {
            Lab lab = chaos.lab();
            lab.manager().stop();
            lab.fencer("a").stop();
            lab.agent("a").stop();
            chaos.stays("a", Chaos.SILENCE.plusSeconds(2));
        }
    }

    /** Fails where the fencer stays armed for an earlier deadline because the new one is too far away for it: it kills a healthy voter. */
    @Test
    void theLongestLeaseThatTheManagerTakesIsOneThatTheFencerTakes() throws Exception {
        try (Chaos chaos = Chaos.fenced(lab -> lab)) {
            Lab lab = chaos.lab();
            lab.manager().stop();
            lab.manager().reconfigure(json -> json.put("misses_before_failover", 1_600)).start();
            assertTrue(lab.manager().awaitEnd(Pair.SOON), "640 s are refused");
            assertNotEquals(0, lab.manager().exitCode());
            assertTrue(lab.manager().output().contains("misses_before_failover"), lab.manager()::tail);
            lab.manager().reconfigure(json -> json.put("misses_before_failover", 1_490)).start();
            Await.until("host a has a lease of nearly ten minutes", Pair.SOON, () -> chaos.lease("a").getLong("left_ms", 0L) > 500_000,
                () -> chaos.lease("a").encode() + lab.manager().tail());
            chaos.stays("a", Chaos.SILENCE.plusSeconds(1));
            assertTrue(chaos.lease("a").getBoolean("fence_capable", false), () -> chaos.lease("a").encode() + lab.fencer("a").tail());
            assertFalse(lab.fencer("a").output().contains("event=fired"), lab.fencer("a")::tail);
        }
    }

    /**
     * The validator runs as a user of its own, whom the fencer may not kill. Fails where it is attested because it runs and answers: a host
     * that falls silent would be replaced on its account, and it cannot do anything.
     */
    @Test
    void aFencerThatMayNotKillTheValidatorIsNotAttested() throws Exception {
        List<String> other = otherUser();
        try (Chaos chaos = Chaos.pair(lab -> lab.withFencer().under("a", () -> other)
                .under("fencer-a", () -> List.of("setpriv", "--bounding-set=-kill", "--inh-caps=-kill")))) {
            Lab lab = chaos.lab();
            lab.agent("a").awaitLog("no_permission_for_validator", Pair.SOON);
            assertFalse(chaos.lease("a").getBoolean("fence_capable", false), () -> chaos.lease("a").encode());
            assertTrue(chaos.lease("b").getBoolean("fence_capable", false), () -> chaos.lease("b").encode());
            lab.manager().reconfigure(json -> json.put("fencing", "required")).restart();
            Await.until("/state says that it would not be replaced", Pair.SOON, () -> Pair.state(lab).getJsonArray("hosts").getJsonObject(0)
                .getJsonArray("problems").encode().contains("attests neither fencer nor watchdog"), () -> Pair.state(lab).encode());
            chaos.ends("a");
        }
    }

    /** What starts a validator as somebody else than the rest of its host, in that host's directory. */
    private static List<String> otherUser() {
        List<String> become = List.of("setpriv", "--reuid=" + ANOTHER_USER, "--regid=" + ANOTHER_USER, "--clear-groups");
        List<String> test = new ArrayList<>(become);
        test.addAll(List.of("test", "-r", Path.of("target/failover-testbed.jar").toAbsolutePath().toString()));
        BashRunner.Result can;
        try {
            can = BashRunner.run(test);
        } catch (java.io.UncheckedIOException e) {
            can = new BashRunner.Result(1, "", e.toString());
        }
        Needs.orSkip(can.exit() == 0 ? "" : "no other user can run the testbed here: " + can.error().strip());
        List<String> whole = new ArrayList<>(List.of("sh", "-c", "chmod 711 .. . && chown " + ANOTHER_USER + " ledger unstaked.json"
            + " ../staked.json && exec \"$@\"", "sh"));
        whole.addAll(become);
        assertEquals(0, can.exit());
        return whole;
    }
}
