package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.LabProgram;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Programs killed and frozen, hosts lost: each test carries the number of its scenario. In all of them {@code /active} is scraped (63). */
@ExtendWith(LabLogs.class)
class ChaosIT {
    private static final UnaryOperator<Lab> AS_IT_IS = lab -> lab;
    /** Two seconds are promised; a machine that is busy with other tests gets some more. */
    private static final Duration PLANNED_GAP = Duration.ofSeconds(4);

    @Test
    void scenario2APlannedSwitchoverIsCleanAndActiveNeverLies() {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            assertEquals(200, Pair.failover(chaos.lab()).statusCode());
            chaos.ends("b");
            assertTrue(chaos.lab().judge().longestGap().compareTo(PLANNED_GAP) < 0, chaos.lab().judge()::text);
            Pair.lastTowerWasTheNewest(chaos.lab());
            chaos.activeSpoke();
        }
    }

    @Test
    void scenario12AnAgentKilledBesideAVotingValidatorIsNotReplacedWithoutAFencerAndAGuard() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab.configure("agent-a", json -> json.put("fencing", "off")))) {
            chaos.lab().agent("a").kill();
            chaos.awaitVerdict(Chaos.VOTING);
            chaos.stays("a", Chaos.SILENCE.multipliedBy(2));
            // Its lease has run out meanwhile: coming back it fences first, and only then somebody is promoted (E16).
            chaos.lab().agent("a").start();
            chaos.lab().agent("a").awaitLog("=== NOW PASSIVE ===", Pair.SOON);
            chaos.endsWithOneVoter();
        }
    }

    @Test
    void scenario12AnAgentKilledBesideAVotingValidatorIsFencedByItsGuardAndReplacedWhereNoFencerIs() {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            chaos.lab().agent("a").kill();
            chaos.ends("b");
            assertFalse(chaos.lab().validator("a").alive());
        }
    }

    @Test
    void scenario12AnAgentKilledBesideAVotingValidatorIsFencedAndReplaced() {
        try (Chaos chaos = Chaos.fenced(AS_IT_IS)) {
            chaos.lab().agent("a").kill();
            chaos.fencedInTime("a");
            chaos.ends("b");
            chaos.replacedInTime();
            assertFalse(chaos.lab().validator("a").alive());
            chaos.activeSpoke();
        }
    }

    @Test
    void scenario12bAnAgentRestartedWithinItsLeaseChangesNothing() throws Exception {
        try (Chaos chaos = Chaos.fenced(lab -> lab.configure("manager", json -> json.put("misses_before_failover", 50)))) {
            chaos.lab().agent("a").kill();
            chaos.lab().agent("a").start();
            chaos.stays("a", Chaos.SILENCE);
            Pair.settled(chaos.lab(), "primary");
            chaos.lab().agent("a").restart();
            chaos.stays("a", Chaos.SILENCE);
            Pair.settled(chaos.lab(), "primary");
            assertFalse(chaos.lab().fencer("a").output().contains("event=fired"));
            assertFalse(chaos.lab().manager().output().contains("FAILOVER INITIATED"));
        }
    }

    @Test
    void scenario13AFrozenAgentIsFencedAndReplaced() {
        try (Chaos chaos = Chaos.fenced(AS_IT_IS)) {
            chaos.lab().agent("a").suspend();
            chaos.fencedInTime("a");
            chaos.ends("b");
            chaos.replacedInTime();
            chaos.lab().agent("a").resume();
            assertTrue(chaos.lab().agent("a").awaitEnd(Pair.SOON), "the fencer kills the agent, too");
            chaos.ends("b");
        }
    }

    @Test
    void scenario9AHostWithoutPowerIsReplaced() {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            chaos.lab().agent("a").kill();
            chaos.lab().validator("a").kill();
            chaos.ends("b");
            chaos.replacedInTime();
        }
    }

    @Test
    void scenario19WithoutAManagerTheActiveStaysByThePeersPromise() throws Exception {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            chaos.lab().manager().kill();
            chaos.stays("a", Chaos.SILENCE.multipliedBy(3).plusSeconds(1));
            assertTrue(chaos.lease("a").getLong("left_ms") > 0, () -> chaos.lease("a").encode());
            assertEquals("active", chaos.lab().agent("a").status().getString("role"));
            assertEquals("passive", chaos.lab().agent("b").status().getString("role"));
            chaos.lab().manager().start();
            chaos.ready("primary");
            chaos.innocent();
        }
    }

    @Test
    void scenario20CutFromManagerAndPeerTheActiveFencesItselfAndIsReplaced() {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            chaos.cutManagerFrom("a");
            chaos.cutPeers();
            chaos.lab().agent("a").awaitLog("=== FENCING THIS HOST ===", Pair.SOON);
            chaos.lab().agent("a").awaitLog("=== NOW PASSIVE ===", Pair.SOON);
            chaos.ends("b");
            chaos.replacedInTime();
            chaos.heal();
            chaos.ready("secondary");
            chaos.innocent();
        }
    }

    @Test
    void scenario35ASecondManagerIsRefusedAndMovesNothing() throws Exception {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            LabProgram second = chaos.lab().startSecondManager();
            for (String host : new String[] {"a", "b"}) {
                chaos.lab().agent(host).awaitLog("ALARM: a second manager polls this host and is refused", Pair.SOON);
            }
            chaos.stays("a", Chaos.SILENCE);
            chaos.lab().validator("a").crash();
            chaos.ends("b");
            chaos.lab().manager().awaitLog("FAILOVER COMPLETE", Pair.SOON);
            assertFalse(second.output().contains("FAILOVER INITIATED"), second::tail);
            // Once the first is gone for good, the second is obeyed after E3, and finds the pair as it is.
            chaos.lab().manager().kill();
            chaos.lab().agent("b").awaitLog("bound to manager .* now", Pair.SOON);
            chaos.stays("b", Chaos.SILENCE);
        }
    }

    @Test
    void scenarios21And24NoSingleCutLinkMovesAnything() throws Exception {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            long epoch = epochs(chaos);
            chaos.cutManagerFrom("a");
            chaos.awaitVerdict(Chaos.VOTING);
            chaos.stays("a", Chaos.SILENCE.multipliedBy(2));
            chaos.heal();
            chaos.ready("primary");
            chaos.cutPeers();
            chaos.lab().agent("a").awaitLog("no promise from the peer", Pair.SOON);
            chaos.stays("a", Chaos.SILENCE.multipliedBy(2));
            chaos.heal();
            chaos.ready("primary");
            assertFalse(chaos.lab().manager().output().contains("FAILOVER INITIATED"));
            assertEquals(epoch, epochs(chaos), () -> Pair.state(chaos.lab()).encode());
        }
    }

    private static long epochs(Chaos chaos) {
        return Pair.state(chaos.lab()).getLong("epoch");
    }
}

