package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.VoteFinding.Word;
import failover.protocol.ClockReading;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What makes a source one (E6): that it tells, that it is where the cluster can be, that it is a node of its own. */
class EvidenceSourcesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TIP = 380_000_000L;
    private static final String ONE = "https://one";
    private static final String TWO = "https://two";
    private static final String BESIDE = "[secondary]";

    private Evidence evidence = Evidence.NONE;

    private static long at(double seconds) {
        // Not near zero: a monotonic clock begins anywhere, also before it.
        return -5 * SECOND + (long) (seconds * SECOND);
    }

    private static long tip(double seconds) {
        return TIP + (long) (2.5 * seconds);
    }

    private void says(String source, double seconds, long lastVote, long slot) {
        evidence = evidence.with(source, new VoteReading("acc", lastVote, slot, at(seconds)));
    }

    private void says(String source, double seconds, long lastVote) {
        says(source, seconds, lastVote, tip(seconds));
    }

    private void fails(String source, double seconds) {
        evidence = evidence.failed(source, "HTTP 500", at(seconds));
    }

    private VoteFinding judge(double seconds, String... sources) {
        return evidence.judge(List.of(sources), 0, at(seconds));
    }

    /** Both say the same from one instant to another, a slot every {@code millis}, every two seconds. */
    private void bothSay(double from, double to, long lastVote, int millis) {
        for (double second = from; second <= to; second += 2) {
            says(ONE, second, lastVote < 0 ? slot(second, millis) - 1 : lastVote, slot(second, millis));
            says(BESIDE, second, lastVote < 0 ? slot(second, millis) - 1 : lastVote, slot(second, millis));
        }
    }

    private static long slot(double seconds, int millis) {
        return TIP + (long) (seconds * 1000 / millis);
    }

    @Test
    void aSourceThatHasNeverToldOfVotesIsNoneAfterAMinuteAndSaysSo() {
        fails(ONE, 0);
        for (int second = 2; second <= 70; second += 2) {
            says(BESIDE, second, TIP);
            fails(ONE, second);
        }
        assertEquals(Word.NO_PROGRESS, judge(70, ONE, BESIDE).word(), judge(70, ONE, BESIDE).why());
        String why = judge(70, ONE, BESIDE).why();
        assertTrue(why.contains("https://one could not say: HTTP 500 (counts for none: it has never told of votes)"), why);
        assertEquals(Word.UNKNOWN, judge(59, ONE, BESIDE).word(), "it may still come");
        says(ONE, 72, TIP);
        fails(ONE, 74);
        says(BESIDE, 74, TIP);
        VoteFinding found = judge(74, ONE, BESIDE);
        assertEquals(Word.UNKNOWN, found.word(), "it has told once: now both are needed");
        assertTrue(found.why().contains("1 of 2"), found.why());
    }

    @Test
    void whoHasWorkedIsKnownAfterARestartAndWaitedFor() {
        bothSay(0, 8, TIP, 400);
        ChainTip kept = evidence.tip(new ClockReading(at(8), 1_700_000_000_000L)).orElseThrow();
        evidence = Evidence.restored(kept, new ClockReading(at(100), 1_700_000_092_000L));
        for (int second = 100; second <= 200; second += 2) {
            says(BESIDE, second, TIP);
            fails(ONE, second);
        }
        assertEquals(Word.UNKNOWN, judge(200, ONE, BESIDE).word(), judge(200, ONE, BESIDE).why());
    }

    @Test
    void aSourceThatServesNoMethodOfVotesIsNoneAtOnceAlsoWhereItDidBefore() {
        bothSay(0, 8, TIP, 400);
        evidence = evidence.failed(ONE, "error -32601 Method not found", at(9), true);
        says(BESIDE, 10, TIP);
        assertEquals(Word.NO_PROGRESS, judge(10, ONE, BESIDE).word(), judge(10, ONE, BESIDE).why());
        assertTrue(judge(10, ONE, BESIDE).why().contains("serves no method that tells of votes"), judge(10, ONE, BESIDE).why());
        assertEquals(Word.UNKNOWN, judge(10, ONE).word(), "of none nothing follows");
    }

    @Test
    void oneAbsurdSlotBlindsNobodyNotEvenTheSourceThatShowedIt() {
        bothSay(0, 10, -1, 400);
        for (long absurd : new long[] {TIP * 2, TIP + 500, (1L << 53) - 1}) {
            says(ONE, 10.5, absurd - 1, absurd);
            assertEquals(slot(10, 400) - 1, evidence.newestVote(), "nobody signed that");
            ChainTip kept = evidence.tip(new ClockReading(at(10.5), 1_700_000_000_000L)).orElseThrow();
            assertEquals(slot(10, 400), kept.slot());
        }
        bothSay(12, 22, slot(10, 400), 400);
        VoteFinding found = judge(22, ONE, BESIDE);
        assertEquals(Word.NO_PROGRESS, found.word(), found.why());
    }

    @Test
    void anAbsurdSlotThatIsTheFirstOrIsRepeatedIsOutvotedByTwo() {
        for (int second = 0; second <= 70; second += 2) {
            says(TWO, second, TIP * 2, TIP * 2 + second);
            says(ONE, second, TIP);
            says(BESIDE, second, TIP);
        }
        assertEquals(Word.NO_PROGRESS, judge(70, ONE, BESIDE).word(), judge(70, ONE, BESIDE).why());
        assertTrue(judge(70, ONE, BESIDE, TWO).why().contains("https://two shows slot 760000070, is further ahead"),
            judge(70, ONE, BESIDE, TWO).why());
        assertEquals(tip(70), evidence.tip(new ClockReading(at(70), 0)).orElseThrow().slot());
    }

    @Test
    void aBadTipOfAnEarlierStartHealsWhenTwoGoOnTogetherElsewhereAndAnImpossibleOneAtOnce() {
        evidence = Evidence.restored(new ChainTip(TIP * 2, 1_700_000_000_000L), new ClockReading(at(0), 1_700_000_000_000L));
        bothSay(0, 50, TIP, 400);
        assertEquals(Word.UNKNOWN, judge(50, ONE, BESIDE).word());
        bothSay(52, 70, TIP, 400);
        assertEquals(Word.NO_PROGRESS, judge(70, ONE, BESIDE).word(), judge(70, ONE, BESIDE).why());
        evidence = Evidence.restored(new ChainTip(1L << 62, 1_700_000_000_000L), new ClockReading(at(0), 1_700_000_000_000L));
        assertTrue(evidence.everWorked());
        bothSay(0, 8, TIP, 400);
        assertEquals(Word.NO_PROGRESS, judge(8, ONE, BESIDE).word(), judge(8, ONE, BESIDE).why());
    }

    /** A wall clock that was set forward before a start lets the cluster seem further than it is; where one source is left, it says so. */
    @Test
    void aTipThatAClockHasSetAheadIsGivenUpAfterTenMinutesUnlessItIsSoNearThatASourceMayLagByIt() {
        for (int minutes : new int[] {8, 20, 45, 600}) {
            ChainTip kept = new ChainTip(TIP, 1_700_000_000_000L - Duration.ofMinutes(minutes).toMillis());
            evidence = Evidence.restored(kept, new ClockReading(at(0), 1_700_000_000_000L));
            for (int second = 0; second <= 700; second += 2) {
                says(ONE, second, TIP);
            }
            Word word = judge(700, ONE).word();
            assertEquals(minutes > 10 ? Word.NO_PROGRESS : Word.UNKNOWN, word, minutes + " min: " + judge(700, ONE).why());
        }
    }

    @Test
    void aTipThatOneSourceAloneHasShownIsNotKeptUntilItHasGoneOnForAMinute() {
        for (int second = 0; second <= 58; second += 2) {
            says(ONE, second, TIP);
            assertEquals(ChainTip.UNTRUSTED, evidence.tip(new ClockReading(at(second), 0)).orElseThrow().slot());
        }
        says(ONE, 60, TIP);
        assertEquals(tip(60), evidence.tip(new ClockReading(at(60), 0)).orElseThrow().slot());
        assertTrue(Evidence.restored(new ChainTip(ChainTip.UNTRUSTED, 0, List.of(ONE)), new ClockReading(at(0), 0)).everWorked());
    }

    /** The manager's machine slept, one source is left, and its answers overtake one another: it goes on as a cluster does all the same. */
    @Test
    void aLoneSourceWhoseAnswersOvertakeOneAnotherIsBelievedAMinuteAfterTheManagerSlept() {
        bothSay(0, 120, -1, 400);
        long slept = 400;
        for (int step = 0; step <= 320; step++) {
            double second = 120 + step / 4.0;
            fails(ONE, second);
            says(BESIDE, second, TIP, tip(second) + slept - (step % 8 == 7 ? 3 : 0));
        }
        assertEquals(Word.NO_PROGRESS, judge(200, BESIDE).word(), judge(200, BESIDE).why());
    }

    @Test
    void oneThatCreepsAwayFromAllOthersDoesNotTakeTheTipAlong() {
        for (int second = 0; second <= 600; second += 2) {
            says(TWO, second, TIP, tip(second) + second / 4);
            says(ONE, second, TIP);
            says(BESIDE, second, TIP);
            if (second >= 10) {
                assertEquals(Word.NO_PROGRESS, judge(second, ONE, BESIDE).word(), judge(second, ONE, BESIDE).why());
            }
        }
    }

    @Test
    void whereSlotsAreShorterAsManyMakeTheSameTime() {
        for (int millis : new int[] {400, 300, 250, 200}) {
            evidence = Evidence.NONE;
            bothSay(0, 200, -1, millis);
            assertEquals(millis, evidence.slotMillis(), 3);
            long last = slot(200, millis) - 1;
            bothSay(202, 206, last, millis);
            assertEquals(Word.PROGRESS, judge(206, ONE, BESIDE).word(), millis + ": " + judge(206, ONE, BESIDE).why());
            bothSay(208, 210, last, millis);
            assertEquals(Word.NO_PROGRESS, judge(210, ONE, BESIDE).word(), millis + ": " + judge(210, ONE, BESIDE).why());
            // The answer of a source that was asked a heartbeat of five seconds before another is not behind.
            says(ONE, 215, last, slot(215, millis));
            assertFalse(judge(215, BESIDE).clusterHalted());
            assertEquals(Word.NO_PROGRESS, judge(215, ONE, BESIDE).word(), millis + ": " + judge(215, ONE, BESIDE).why());
        }
    }

    @Test
    void aSourceThatLagsIsKnownAfterARestartAlsoWhereSlotsAreShort() {
        bothSay(0, 200, -1, 200);
        ChainTip kept = evidence.tip(new ClockReading(at(200), 1_700_000_000_000L)).orElseThrow();
        evidence = Evidence.restored(kept, new ClockReading(at(201), 1_700_000_001_000L));
        says(TWO, 201, 7, slot(150, 200));
        assertEquals(Word.UNKNOWN, judge(201, TWO).word());
        assertTrue(judge(201, TWO).clusterHalted(), judge(201, TWO).why());
    }

    @Test
    void twoQuestionsCountFromTheSlotAfterThemAndUpToTheSlotBefore() {
        evidence = evidence.with(ONE, new VoteReading("acc", TIP - 1, TIP, at(0), TIP + 6));
        evidence = evidence.with(ONE, new VoteReading("acc", TIP - 1, TIP + 16, at(6.4), TIP + 22));
        assertEquals(Word.UNKNOWN, judge(6.4, ONE).word(), "the vote may have come with slot TIP + 6, and be seen last at TIP + 16");
        evidence = evidence.with(ONE, new VoteReading("acc", TIP - 1, TIP + 22, at(8.8), TIP + 22));
        assertEquals(Word.NO_PROGRESS, judge(8.8, ONE).word());
        evidence = evidence.with(ONE, new VoteReading("acc", TIP + 40, TIP + 22, at(9), TIP + 30));
        assertTrue(judge(9, ONE).why().contains("newer than its own slot"), judge(9, ONE).why());
    }

    @Test
    void aVoteThatWasSeenLateCountsFromWhenItCanHaveBeenThere() {
        says(ONE, 0, TIP - 3, TIP);
        says(ONE, 2, TIP + 1, TIP + 5);
        // It can have been there from TIP + 5 at the latest, it was in time: slot TIP + 1 and four more.
        says(ONE, 4, TIP + 1, TIP + 10);
        assertTrue(judge(4, ONE).why().contains("sees votes"), judge(4, ONE).why());
        evidence = Evidence.NONE;
        says(ONE, 0, TIP - 3, TIP);
        says(ONE, 4, TIP + 1, TIP + 12);
        says(ONE, 8, TIP + 1, TIP + 21);
        assertEquals(Word.NO_PROGRESS, judge(8.4, ONE).word(), "from TIP + 5 on: " + judge(8.4, ONE).why());
        evidence = Evidence.NONE;
        says(ONE, 0, TIP - 30, TIP);
        says(ONE, 4, TIP - 21, TIP + 10);
        says(ONE, 8, TIP - 21, TIP + 17);
        assertEquals(Word.PROGRESS, judge(8, ONE).word(), "who lands late all the time does not stand still: " + judge(8, ONE).why());
    }

    @Test
    void aNodeThatIsHeardOfAgainFromAnEarlierSlotBeginsAnewAfterAWhile() {
        bothSay(0, 10, TIP - 100, 400);
        says(ONE, 12, TIP - 100, tip(12) - 60);
        assertTrue(judge(12, ONE).why().contains("sees no votes"), "a pool's other node is not heard: " + judge(12, ONE).why());
        for (int second = 14; second <= 30; second += 2) {
            says(ONE, second, TIP - 100, tip(second) - 60);
            says(BESIDE, second, TIP);
        }
        assertTrue(judge(30, ONE).why().contains("slots behind"), judge(30, ONE).why());
    }

    @Test
    void twoNamesOfOneNodeAreOneWitness() {
        bothSay(0, 8, TIP, 400);
        NodeReport here = new NodeReport("IdentityOfB", "Genesis", 0);
        evidence = evidence.node(ONE, here, Map.of(Host.SECONDARY, "IdentityOfB"), at(8));
        assertEquals(Host.SECONDARY, evidence.nodes().beside(ONE));
        VoteFinding found = judge(8, ONE, BESIDE);
        assertEquals(Word.UNKNOWN, found.word(), found.why());
        assertTrue(found.why().contains("1 of 2") && found.why().contains("the same node as https://one"), found.why());
        evidence = evidence.node(ONE, new NodeReport("another", "Genesis", 0), Map.of(Host.SECONDARY, "IdentityOfB"), at(9));
        assertEquals(Word.NO_PROGRESS, judge(8, ONE, BESIDE).word(), "it leads elsewhere now");
        says(TWO, 0, TIP);
        says(TWO, 8, TIP);
        evidence = evidence.node(TWO, new NodeReport("another", "Genesis", 0), Map.of(), at(9));
        assertEquals(Word.UNKNOWN, judge(8, ONE, TWO).word(), "one provider twice");
        assertEquals(Word.NO_PROGRESS, judge(8, ONE, TWO, BESIDE).word());
        evidence = evidence.node(TWO, new NodeReport("third", "OtherGenesis", 0), Map.of(), at(9));
        assertEquals(Word.UNKNOWN, judge(8, ONE, TWO).word());
    }

    @Test
    void aSourceThatWasFoundBesideAHostStaysThereWhileThatHostIsSilent() {
        evidence = evidence.node(ONE, new NodeReport("a", null, 0), Map.of(Host.PRIMARY, "a", Host.SECONDARY, "b"), at(0));
        assertEquals(Host.PRIMARY, evidence.nodes().beside(ONE));
        evidence = evidence.node(ONE, NodeReport.SILENT, Map.of(Host.SECONDARY, "b"), at(1));
        assertEquals(Host.PRIMARY, evidence.nodes().beside(ONE));
        evidence = evidence.node(ONE, new NodeReport("c", null, 0), Map.of(Host.SECONDARY, "b"), at(2));
        assertEquals(Host.PRIMARY, evidence.nodes().beside(ONE), "who A's validator is now nobody can say");
        evidence = evidence.node(ONE, new NodeReport("c", null, 0), Map.of(Host.PRIMARY, "a"), at(3));
        assertNull(evidence.nodes().beside(ONE));
    }

    @Test
    void oneAgainstTheOthersIsAVetoAndIsNamed() {
        for (int second = 0; second <= 8; second += 2) {
            says(ONE, second, TIP);
            says(TWO, second, TIP);
            says(BESIDE, second, tip(second) - 1);
        }
        VoteFinding found = judge(8, ONE, TWO, BESIDE);
        assertEquals(Word.PROGRESS, found.word());
        assertEquals(List.of(BESIDE), found.against());
        assertTrue(found.why().contains("1 of 3 sources contradicts the others, which see no votes: [secondary]"), found.why());
        assertEquals(List.of(), judge(8, BESIDE).against());
    }

    @Test
    void whetherASilentHostCouldBeReplacedNowIsKnownBefore() {
        bothSay(0, 8, -1, 400);
        assertTrue(evidence.readiness(List.of(ONE, BESIDE), at(8)).ready());
        fails(ONE, 9);
        Evidence.Readiness readiness = evidence.readiness(List.of(ONE, BESIDE), at(9));
        assertFalse(readiness.ready());
        assertTrue(readiness.why().startsWith("1 of 2 sources that are needed can say") && readiness.why().contains("HTTP 500"),
            readiness.why());
        assertFalse(evidence.readiness(List.of(ONE, BESIDE), at(60)).ready(), "they have not been asked for long");
    }

    @Test
    void theClusterFinalizesOrDoesNotOrNobodyKnows() {
        assertEquals(NodeDirectory.Finality.UNKNOWN, evidence.nodes().finality(at(0)));
        for (int second = 0; second <= 60; second += 10) {
            evidence = evidence.node(ONE, new NodeReport("a", "g", 1_000 + second), Map.of(), at(second));
        }
        assertEquals(NodeDirectory.Finality.YES, evidence.nodes().finality(at(60)));
        for (int second = 70; second <= 90; second += 10) {
            evidence = evidence.node(ONE, new NodeReport("a", "g", 1_060), Map.of(), at(second));
        }
        assertEquals(NodeDirectory.Finality.NO, evidence.nodes().finality(at(90)));
        assertEquals(NodeDirectory.Finality.UNKNOWN, evidence.nodes().finality(at(190)), "nobody has said anything for long");
    }
}
