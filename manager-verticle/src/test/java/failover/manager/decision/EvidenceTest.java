package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.VoteFinding.Word;
import failover.protocol.ClockReading;
import failover.protocol.wire.VoteReport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of E6, one by one. A cluster moves 2.5 slots in a second here. */
class EvidenceTest {
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

    @Test
    void scenario26WhenEveryRpcFailsNothingIsKnownUntilTheyReturn() {
        fails(ONE, 0);
        fails(TWO, 0);
        VoteFinding blind = judge(1, ONE, TWO);
        assertEquals(Word.UNKNOWN, blind.word());
        assertFalse(blind.clusterHalted());
        assertTrue(blind.why().contains("0 of 2") && blind.why().contains("https://one could not say: HTTP 500"), blind.why());
        for (int second = 60; second <= 68; second += 2) {
            says(ONE, second, TIP);
            says(TWO, second, TIP);
        }
        assertEquals(Word.NO_PROGRESS, judge(68, ONE, TWO).word());
        fails(TWO, 69);
        assertEquals(Word.UNKNOWN, judge(69, ONE, TWO).word(), "one of two is not enough");
        assertTrue(evidence.everWorked());
        assertFalse(Evidence.NONE.failed(ONE, "HTTP 500", 0).everWorked());
    }

    @Test
    void aVoteOnAForkThatIsGivenUpStaysTheNewestThatATowerMustKnow() {
        says(ONE, 0, TIP + 20, TIP + 21);
        says(ONE, 2, TIP + 5, TIP + 25);
        fails(ONE, 4);
        assertEquals(TIP + 20, evidence.newestVote());
        says(ONE, 6, TIP + 30, TIP + 31);
        assertEquals(TIP + 30, evidence.newestVote());
        assertEquals(0, Evidence.NONE.newestVote());
    }

    private static SourceHistory said(SourceHistory before, double seconds, long vote, long slot, boolean ahead) {
        return before.with(new VoteReading("acc", vote, slot, at(seconds)), ahead, ClusterTip.NONE.pace());
    }

    /** A node that was silent and then shows a lower slot (started anew, or another one of a pool) has not unseen the votes it showed. */
    @Test
    void aSourceThatGoesBackAfterASilenceHasNotUnseenTheVotesItShowed() {
        SourceHistory saw = said(said(SourceHistory.EMPTY, 0, 100, 103, false), 2, 108, 113, false);
        assertTrue(saw.voted());
        SourceHistory back = said(saw, 12, 108, 110, false);
        assertEquals(110, back.newest().slot(), "its old slot is not its word any more");
        assertTrue(back.voted() && back.stillFor() == 0, back.toString());
        SourceHistory later = said(back, 14, 108, 120, false);
        assertTrue(later.voted() && later.stillFor() == 8, later.toString());
        assertTrue(said(saw, 12, 109, 110, false).voted(), "and a newer vote is news");
        SourceHistory nonsense = said(said(SourceHistory.EMPTY, 0, 100, 103, false), 2, 108, 9_000_000, true);
        assertFalse(said(nonsense, 4, 108, 113, false).voted(), "what was nonsense is forgotten");
    }

    /** As every source is for a manager whose machine stood still: its clock did, and the slots went on. */
    @Test
    void aSourceThatIsTooFarAheadHasNotUnseenTheVotesItShowedWhenItGoesAStepBack() {
        SourceHistory before = said(SourceHistory.EMPTY, 0, 100, 103, false);
        SourceHistory saw = said(before, 2, 108, 316, true);
        assertTrue(saw.voted() && saw.stillFor() == 8, saw.toString());
        SourceHistory back = said(saw, 2.3, 108, 315, true);
        assertTrue(back.voted() && back.stillFor() == 7, back.toString());
        SourceHistory later = said(back, 4, 108, 324, true);
        assertTrue(later.voted() && later.stillFor() == 16, later.toString());
        assertFalse(said(saw, 2.3, 108, 316 - 17, true).voted(), "it leads far away from there: that was nonsense");
    }

    @Test
    void scenario27ASourceThatIsFrozenAtAnOldSlotIsNoSource() {
        says(ONE, 0, TIP - 1);
        says(BESIDE, 0, TIP - 1);
        for (int second = 1; second <= 20; second++) {
            says(ONE, second, TIP - 1, TIP);
            says(BESIDE, second, TIP - 1);
        }
        VoteFinding found = judge(20, ONE, BESIDE);
        assertEquals(Word.UNKNOWN, found.word(), found.why());
        assertTrue(found.why().contains("https://one is frozen: its slot 380000000 for 20 s is 50 slots behind 380000050"), found.why());
        assertTrue(found.why().contains("[secondary] sees no votes (last vote 379999999, the same for 50 of its slots)"), found.why());
        assertEquals(Word.NO_PROGRESS, judge(20, BESIDE).word(), "where it is the only one");
    }

    @Test
    void scenario27ASourceThatLagsIsNoSourceThoughItAdvancesAlsoAfterARestart() {
        says(ONE, 0, TIP);
        says(BESIDE, 0, TIP);
        ChainTip kept = evidence.tip(new ClockReading(at(0), 1_700_000_000_000L)).orElseThrow();
        assertEquals(new ChainTip(TIP, 1_700_000_000_000L, List.of(BESIDE, ONE)), kept);
        // The other way round it could not be told: an hour later a node that is half an hour late shows slots nobody has seen.
        evidence = Evidence.restored(kept, new ClockReading(at(9_000), 1_700_003_600_000L));
        assertTrue(evidence.everWorked());
        for (int second = 0; second <= 20; second++) {
            says(TWO, 9_000 + second, 5, TIP + 4_500 + (long) (2.5 * second));
        }
        VoteFinding found = judge(9_020, TWO);
        assertEquals(Word.UNKNOWN, found.word(), found.why());
        assertTrue(found.why().contains("lags: its slot 380004550 is 2690 slots behind 380007240"), found.why());
    }

    @Test
    void aSourceCannotLagItsWayIntoBeingBelieved() {
        says(ONE, 0, TIP);
        fails(ONE, 1);
        for (int second = 0; second <= 400; second += 2) {
            says(TWO, second, 7, tip(second) - 500);
            assertEquals(Word.UNKNOWN, judge(second, TWO).word());
        }
    }

    @Test
    void scenario28OneThatSeesVotesIsAVetoAgainstAnyNumber() {
        for (int second = 0; second <= 8; second += 2) {
            says(ONE, second, TIP);
            says(TWO, second, TIP);
            says(BESIDE, second, tip(second) - 1);
        }
        VoteFinding found = judge(8, ONE, TWO, BESIDE);
        assertEquals(Word.PROGRESS, found.word());
        assertTrue(found.why().contains("[secondary] sees votes (last 380000019 at its slot 380000020)"), found.why());
        assertEquals(Word.NO_PROGRESS, judge(8, ONE, TWO).word());
        fails(BESIDE, 8.5);
        assertEquals(Word.PROGRESS, judge(9, ONE, TWO, BESIDE).word(), "a failure does not undo a vote that was seen");
    }

    @Test
    void scenario29WhereTheTipStandsStillVotesThatStandStillSayNothing() {
        for (int second = 0; second <= 30; second += 2) {
            says(ONE, second, TIP - 2, TIP);
            says(BESIDE, second, TIP - 2, TIP - 1);
        }
        VoteFinding halted = judge(30, ONE, BESIDE);
        assertEquals(Word.UNKNOWN, halted.word());
        assertTrue(halted.clusterHalted());
        assertTrue(halted.why().startsWith("the cluster's tip stands still"), halted.why());
        // It goes on ten minutes late: two sources at the same place are the cluster.
        for (int second = 600; second <= 610; second += 2) {
            says(ONE, second, TIP - 2, TIP + (long) (2.5 * (second - 600)) + 1);
            says(BESIDE, second, TIP - 2, TIP + (long) (2.5 * (second - 600)) + 1);
        }
        VoteFinding again = judge(610, ONE, BESIDE);
        assertEquals(Word.NO_PROGRESS, again.word(), again.why());
    }

    @Test
    void scenario30VotesThatDoNotLandAreNoProgressAfterSixteenSlots() {
        says(ONE, -2, TIP - 6);
        for (int second = 0; second <= 6; second++) {
            says(ONE, second, TIP - 1);
            assertEquals(Word.PROGRESS, judge(second, ONE).word(), "at " + second);
        }
        says(ONE, 6.4, TIP - 1, TIP + 16);
        VoteFinding found = judge(6.4, ONE);
        assertEquals(Word.NO_PROGRESS, found.word());
        assertTrue(found.why().contains("the same for 16 of its slots"), found.why());
    }

    @Test
    void aFirstLookIsNotYetAnything() {
        says(ONE, 0, 0);
        assertEquals(Word.UNKNOWN, judge(0, ONE).word());
        says(ONE, 6, 0);
        assertEquals(Word.UNKNOWN, judge(6, ONE).word());
        says(ONE, 7, 0);
        assertEquals(Word.NO_PROGRESS, judge(7, ONE).word());
        assertEquals(Word.UNKNOWN, judge(7, ONE, TWO).word());
        assertEquals(Word.UNKNOWN, judge(7).word());
        assertTrue(judge(7, ONE, TWO).why().contains("https://two has not been asked yet"));
    }

    @Test
    void anAnswerThatIsNotRenewedStopsToCount() {
        says(ONE, 0, TIP);
        says(ONE, 8, TIP);
        assertEquals(Word.NO_PROGRESS, judge(16, ONE).word());
        assertEquals(Word.UNKNOWN, judge(16.5, ONE).word());
        assertFalse(judge(16.5, ONE).clusterHalted(), "it was not asked");
    }

    @Test
    void theLastLookIsAfterTheLastFailedDemotion() {
        says(ONE, 0, TIP);
        says(ONE, 8, TIP);
        assertEquals(Word.UNKNOWN, evidence.judge(List.of(ONE), at(8), at(9)).word());
        assertTrue(evidence.judge(List.of(ONE), at(8), at(9)).why().contains("since the last attempt to demote"));
        says(ONE, 9, TIP);
        assertEquals(Word.NO_PROGRESS, evidence.judge(List.of(ONE), at(8), at(9)).word());
    }

    @Test
    void aReadingWhoseSlotWentBackOrThatComesLateIsDropped() {
        says(ONE, 0, TIP);
        says(ONE, 8, TIP);
        Evidence before = evidence;
        says(ONE, 9, TIP - 50, TIP);
        says(ONE, 7, TIP + 9, TIP + 90);
        assertEquals(before, evidence);
        evidence = evidence.failed(ONE, "late", at(7));
        assertEquals(Word.NO_PROGRESS, judge(9, ONE).word(), "an old failure that comes late");
    }

    @Test
    void anotherVoteAccountBeginsAnotherHistory() {
        says(ONE, 0, TIP);
        evidence = evidence.with(ONE, new VoteReading("other", TIP, tip(8), at(8)));
        assertEquals(Word.UNKNOWN, judge(8, ONE).word());
    }

    @Test
    void aVoteThatGoesBackWithAForkIsNoVoteAndBeginsTheWaitAnew() {
        says(ONE, 0, TIP - 1);
        says(ONE, 4, TIP - 3);
        says(ONE, 8, TIP - 3);
        assertEquals(Word.UNKNOWN, judge(8, ONE).word());
        says(ONE, 11, TIP - 3);
        assertEquals(Word.NO_PROGRESS, judge(11, ONE).word());
    }

    @Test
    void anAgentsReadingIsNeverTakenForYoungerThanItIs() {
        assertEquals(new VoteReading("acc", 7, 9, at(10) - 1_500_000_000L), VoteReading.of(new VoteReport("acc", 7, 9, 1_500, null),
                at(10)));
        assertEquals(at(10), VoteReading.of(new VoteReport("acc", 7, 9, -5, null), at(10)).askedAt());
    }
}
