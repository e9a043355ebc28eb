package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.DurableManagerState.Intent;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.LeaseStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The first moments of a start: who asks has not been told yet, and nobody has taken a lease. */
class JustStartedTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    /** That it has started is not durable: its polls do not say yet which process asks. */
    private void untold() {
        manager.heartbeat = Duration.ofSeconds(1);
        manager.diskHangs = true;
        manager.begin();
    }

    private void diskAnswers() {
        manager.diskHangs = false;
        List<ManagerEffect.Save> saves = List.copyOf(manager.hanging);
        manager.hanging.clear();
        saves.forEach(save -> manager.post(new ManagerEvent.Saved(save.number(), null)));
    }

    /** The wakes it asked for come, and no heartbeat. */
    private void wake() {
        for (int i = 0; i < 3; i++) {
            manager.nanos += 2_000_000L;
            manager.post(new ManagerEvent.Tick());
        }
    }

    /** A copy of this manager may make a host active that does not know of this one. */
    @Test
    void nobodyIsMadeActiveBeforeTheHostsThatAnswerKnowWhoAsks() {
        manager.a().active = false;
        untold();
        manager.beats(4);
        assertEquals(Verdict.NO_ACTIVE, manager.verdict());
        assertEquals("", manager.out());
        assertTrue(manager.blockers().contains("told it who asks"), manager::blockers);
        diskAnswers();
        wake();
        assertEquals("secondary become_passive", manager.out(), () -> manager.lines.toString());
    }

    @Test
    void anActiveWhoseProcessIsGoneIsNotReplacedEither() {
        untold();
        manager.a().running = false;
        manager.beats(2);
        assertEquals(Verdict.ACTIVE_PROCESS_DEAD, manager.verdict());
        assertEquals("", manager.out());
        diskAnswers();
        wake();
        assertEquals("primary become_passive", manager.out());
    }

    @Test
    void anOperatorIsToldToAskAgain() {
        untold();
        manager.beats(2);
        long ticket = manager.ask();
        assertEquals(503, manager.answers.get(ticket).status());
        assertTrue(manager.answers.get(ticket).error().contains("ask again in a moment"), () -> manager.answers.get(ticket).error());
        diskAnswers();
        wake();
        manager.ask();
        assertEquals("primary become_passive", manager.out());
    }

    /** What an earlier start has left in the middle is a move like any other. */
    @ParameterizedTest
    @EnumSource(value = DurableManagerState.Phase.class, names = {"PROMOTING", "CLEARING"})
    void anUnfinishedMoveWaitsAsWell(DurableManagerState.Phase step) {
        manager.memory = manager.memory.withEpoch(7).withHolder(Host.PRIMARY)
                .withIntent(new Intent("op", Host.PRIMARY, Host.SECONDARY, step, "test"));
        manager.a().active = false;
        manager.b().last = new LastOperation("op", "become_active", "refused", "not now", 0);
        untold();
        manager.beats(2);
        assertEquals(step, manager.state.move.phase.durable());
        assertTrue(manager.hanging.stream().allMatch(save -> save.memory().epoch() == 7), () -> manager.hanging.toString());
        diskAnswers();
        wake();
        assertTrue(manager.state.move == null || manager.state.move.epoch > 7, () -> manager.lines.toString());
    }

    private void met(boolean leased) {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.a().lease = new LeaseStatus("a-1", leased ? 9000 : 0, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.a().answers = manager.b().answers = false;
        manager.begin();
        manager.beats(1);
        manager.wakes.clear();
        manager.a().answers = manager.b().answers = true;
        manager.beats(1);
    }

    /** Its agent and the fencer have no lease to end: it may stand still, or be cut off, and vote. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void whoFellSilentBeforeItTookALeaseIsNotReplacedOnThatAlone(boolean leased, boolean restarted) {
        met(leased);
        manager.a().answers = false;
        if (restarted) {
            manager.memory = manager.saved;
            manager.begin();
        }
        manager.beats(20);
        if (leased) {
            assertEquals("primary become_passive", manager.out(), () -> manager.lines.toString());
            return;
        }
        assertEquals(Verdict.ACTIVE_DEAD_UNFENCED, manager.verdict());
        assertEquals("", manager.out());
        long ticket = manager.ask();
        assertTrue(manager.answers.get(ticket).error().contains("before it had taken a lease"),
                () -> manager.answers.get(ticket).error());
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
    }

    /** It had taken its lease, which its wall clock has ended: its agent, or what stands behind it, takes the identity off. */
    @Test
    void whoSaysTheEpochThatItWasGivenHasTakenItsLeaseAlthoughNothingIsLeftOfIt() {
        met(false);
        manager.beats(1);
        manager.a().epoch = manager.state.memory.primary().issued();
        manager.beats(1);
        manager.a().answers = false;
        manager.beats(5);
        assertEquals("primary become_passive", manager.out(), () -> manager.lines.toString());
    }

    /** It is cut off in the very moment of the last call, and had no lease then. */
    @Test
    void itIsNotReplacedInTheLastLookEither() {
        met(true);
        manager.beats(6);
        manager.a().answers = false;
        manager.beats(5);
        assertEquals("primary become_passive", manager.out());
        manager.state.memory = manager.state.memory.with(Host.PRIMARY, manager.state.memory.primary().withWord(null, true, true));
        manager.noReply(Failure.Kind.NO_ANSWER);
        assertNull(manager.state.move, () -> manager.lines + " " + manager.out());
        assertTrue(manager.said("before it had taken a lease") > 0, () -> manager.lines.toString());
    }

    /** That its votes stand still is a proof of its own. */
    @Test
    void whereItsVotesStandStillItIsReplaced() {
        manager.sources = List.of("rpc0", "rpc1");
        manager.a().lease = new LeaseStatus("a-1", 0, true, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        manager.sources.forEach(source -> manager.votes.put(source, 999L));
        manager.begin();
        manager.beats(1);
        manager.a().answers = false;
        for (int i = 0; i < 20 && manager.out().isEmpty(); i++) {
            manager.clusterSlot += 5;
            manager.beats(1);
        }
        assertEquals("primary become_passive", manager.out(), () -> manager.lines.toString());
    }

    /** A heartbeat may be of a minute: until the second poll nothing over there would end by itself. */
    @Test
    void theFirstLeaseIsOfferedAtOnce() {
        met(false);
        assertTrue(manager.wakes.contains(new ManagerEffect.Wake(Duration.ofMillis(1))), () -> manager.wakes.toString());
        wake();
        assertTrue(manager.offered(Host.PRIMARY).grantEpoch() > 0);
    }

    @Test
    void whoAsksIsToldAtOnceToo() {
        untold();
        manager.beats(1);
        assertNull(manager.offered(Host.PRIMARY));
        manager.wakes.clear();
        diskAnswers();
        assertTrue(manager.wakes.contains(new ManagerEffect.Wake(Duration.ofMillis(1))), () -> manager.wakes.toString());
    }
}
