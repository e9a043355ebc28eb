package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.ManualFailoverResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    /** What changes on a well pair, how many heartbeats later, what it is called, what goes out. */
    static Stream<Arguments> situations() {
        return Stream.of(
                row("nothing", m -> { }, 20, Verdict.NO_PROBLEM, ""),
                row("OM0-8: one bad reading", m -> m.a().healthy = false, 1, Verdict.SUSPECT, ""),
                row("two bad readings", m -> m.a().healthy = false, 2, Verdict.SUSPECT, ""),
                row("three bad readings", m -> m.a().healthy = false, 3, Verdict.MOVING, "primary become_passive"),
                row("lag over the threshold", m -> m.a().slot = 899, 3, Verdict.MOVING, "primary become_passive"),
                row("lag at the threshold", m -> m.a().slot = 900, 9, Verdict.NO_PROBLEM, ""),
                row("silent for less than S", m -> m.a().answers = false, 4, Verdict.ACTIVE_UNREACHABLE_SUSPECT, ""),
                row("silent for S", m -> m.a().answers = false, 5, Verdict.MOVING, "primary become_passive"),
                row("both silent", m -> m.a().answers = m.b().answers = false, 9, Verdict.BOTH_UNREACHABLE, ""),
                row("the passive is silent", m -> m.b().answers = false, 20, Verdict.NO_PROBLEM, ""),
                row("OM-7: both passive", m -> m.a().active = false, 3, Verdict.MOVING, "secondary become_passive"),
                row("both passive, seen twice", m -> m.a().active = false, 2, Verdict.SUSPECT, ""),
                row("both passive, by hearsay", m -> m.a().active = m.a().verified = false, 9, Verdict.IDENTITY_UNKNOWN, ""),
                row("OM-15: both active", m -> m.b().active = true, 2, Verdict.MOVING, "secondary become_passive"),
                row("the same host twice", m -> m.b().hostId = m.a().hostId, 3, Verdict.SAME_HOST, ""),
                row("the active is busy", m -> m.a().operation = "become_active", 9, Verdict.SUSPECT, ""),
                row("OM0-17: roles swapped", m -> {
                    m.a().active = false;
                    m.b().active = true;
                }, 9, Verdict.NO_PROBLEM, ""));
    }

    private static Arguments row(String words, Consumer<ManagerAtWork> change, int beats, Verdict verdict, String out) {
        return Arguments.of(words, change, beats, verdict, out);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("situations")
    void eachSituationHasItsVerdictAndItsCommand(String words, Consumer<ManagerAtWork> change, int beats, Verdict verdict, String out) {
        manager.start();
        change.accept(manager);
        manager.beats(beats);
        assertEquals(verdict, manager.verdict(), manager.state.judgement.toString());
        assertEquals(out, manager.out());
    }

    @Test
    void aBlipNeverFailsOver() {
        manager.start();
        for (int i = 0; i < 50; i++) {
            manager.a().answers = i % 4 == 0;
            manager.a().healthy = i % 8 != 0;
            manager.beats(1);
        }
        assertTrue(manager.commands.isEmpty());
    }

    @Test
    void oneGoodReadingResetsTheCount() {
        manager.start();
        for (int i = 0; i < 30; i++) {
            manager.a().healthy = i % 3 == 0;
            manager.beats(1);
        }
        assertTrue(manager.commands.isEmpty());
    }

    @Test
    void aProcessIsGoneWhenItIsSeenTwiceAQuarterOfASecondApart() {
        manager.start();
        manager.a().running = false;
        manager.beats(1);
        assertEquals(Verdict.SUSPECT, manager.verdict());
        manager.nanos += 100_000_000L;
        manager.post(new ManagerEvent.Tick());
        assertEquals(Verdict.SUSPECT, manager.verdict());
        manager.nanos += 150_000_000L;
        manager.post(new ManagerEvent.Tick());
        assertEquals("primary become_passive", manager.out());
    }

    /** LIVE-2: S ends between two heartbeats, and must not cost most of the next one. */
    @Test
    void aHeartbeatBeforeASilenceIsLongEnoughTheManagerBeginsToLookFourTimesASecond() {
        manager.start();
        assertTrue(manager.wakes.stream().allMatch(wake -> wake.after().compareTo(Duration.ofMillis(250)) <= 0) && !manager.wakes.isEmpty(),
                "the first token is echoed soon: " + manager.wakes);
        manager.wakes.clear();
        manager.a().answers = false;
        manager.beats(3);
        assertEquals(List.of(), manager.wakes);
        manager.beats(1);
        assertEquals(List.of(new ManagerEffect.Wake(Duration.ofMillis(250))), manager.wakes);
        manager.post(new ManagerEvent.Tick());
        assertEquals(1, manager.wakes.size(), "a heartbeat in between begins no second row of looks");
        for (int look = 1; look < 8; look++) {
            manager.nanos += 250_000_000L;
            manager.post(new ManagerEvent.Tick());
            assertEquals(Verdict.ACTIVE_UNREACHABLE_SUSPECT, manager.verdict());
            assertEquals(1 + look, manager.wakes.size());
        }
        manager.nanos += 250_000_000L;
        manager.post(new ManagerEvent.Tick());
        assertEquals(Verdict.MOVING, manager.verdict());
    }

    /** The passive is silent, too: nothing moves, and after S and a heartbeat the looks are heartbeats again. */
    @Test
    void aSilenceThatNothingFollowsFromIsNotLookedAtForLong() {
        manager.start();
        manager.a().answers = manager.b().answers = false;
        manager.beats(6);
        int looks = manager.wakes.size();
        manager.beats(20);
        assertEquals(looks, manager.wakes.size());
    }

    @Test
    void om019AnUnknownNetworkSlotNeverCountsAsLag() {
        manager.networkSlot = null;
        manager.start();
        manager.a().slot = 5;
        manager.beats(20);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals(1, manager.said("network's slot is not known"));
    }

    /** One reason at a time, and the words it is named with. */
    static Stream<Arguments> unfitness() {
        return Stream.of(
                unfit(s -> s.running = false, "process not running"),
                unfit(s -> s.oldEnough = false, "process recently restarted"),
                unfit(s -> s.healthy = false, "RPC unhealthy"),
                unfit(s -> s.slot = 500, "behind by 500 slots"),
                unfit(s -> s.dryRun = true, "agent is in dry-run"),
                unfit(s -> s.staked = "ANOTHER", "moves the identity ANOTHER"),
                unfit(s -> s.unfit = List.of("tower_restore_command is empty"), "tower_restore_command is empty"));
    }

    private static Arguments unfit(Consumer<ManagerAtWork.Says> change, String words) {
        return Arguments.of(change, words);
    }

    @ParameterizedTest
    @MethodSource("unfitness")
    void om014AnUnfitPassiveBlocksWithItsReasonSaidOnceAndNotPerTick(Consumer<ManagerAtWork.Says> change, String words) {
        manager.start();
        change.accept(manager.b());
        manager.a().healthy = false;
        manager.beats(25);
        assertEquals(Verdict.ACTIVE_REPORTED_SICK, manager.verdict());
        assertTrue(manager.blockers().contains(words), manager.blockers());
        assertTrue(manager.commands.isEmpty());
        assertTrue(manager.said("FAILOVER BLOCKED") <= 2, () -> String.join("\n", manager.lines));
    }

    @Test
    void om012DryRunCommandsNothingAndSaysItOnce() {
        manager.dryRun = true;
        manager.start();
        manager.a().healthy = false;
        manager.beats(25);
        assertTrue(manager.commands.isEmpty());
        assertEquals(1, manager.said("[DRY-RUN] Would perform failover"));
        long ticket = manager.ask();
        assertEquals(200, manager.answers.get(ticket).status());
        ManualFailoverResponse answer = (ManualFailoverResponse) manager.answers.get(ticket).response();
        assertTrue(!answer.success() && answer.dryRun());
    }

    @Test
    void theAgentOfTheActiveInDryRunWouldDemoteNothing() {
        manager.start();
        manager.a().dryRun = true;
        manager.a().healthy = false;
        manager.beats(9);
        assertTrue(manager.blockers().contains("dry-run") && manager.commands.isEmpty());
    }

    @Test
    void aSilentHostIsLeftAloneRightAfterTheStart() {
        manager.a().answers = false;
        manager.begin().beats(6);
        assertTrue(manager.commands.isEmpty() && manager.blockers().contains("silent hosts are left alone"), manager.blockers());
        assertEquals("secondary become_active", manager.beats(1).out(), "it never answered: nobody knows that it would understand");
    }

    @Test
    void anOldAnswerNeverOverwritesANewerOne() {
        manager.start();
        manager.holdPolls = true;
        manager.beats(2);
        List<ManagerEffect.Poll> late = manager.polls.subList(manager.polls.size() - 4, manager.polls.size());
        ManagerEvent newer = manager.answer(late.get(2));
        manager.a().active = false;
        ManagerEvent older = manager.answer(late.get(0));
        manager.post(newer);
        manager.post(older);
        manager.post(newer);
        assertTrue(manager.state.primary.status.isActive());
    }

    @Test
    void aStatusAskedForBeforeAChangeOfRoleIsASignOfLifeAndNoMore() {
        manager.start();
        manager.holdPolls = true;
        manager.beats(1);
        ManagerEffect.Poll before = manager.polls.get(manager.polls.size() - 2);
        ManagerEvent stale = manager.answer(before);
        manager.holdPolls = false;
        manager.ask();
        manager.reply("done");
        manager.reply("done");
        manager.post(stale);
        assertEquals(Host.SECONDARY, manager.state.holder);
        assertEquals(Verdict.NO_PROBLEM, manager.beats(3).verdict());
    }
}
