package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.LeaseStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A manager that comes back with shorter leases (E3, E7, E8): who has never heard of them lives by the old ones, by the word of a peer that
 * may have been started anew since.
 */
class TermsTest {
    private static final long OLD_MS = 24_000;
    /** What a grantor waits for the old length: clocks that differ by 1 %, and J. */
    private static final long WAIT_MS = 24_740;

    private final ManagerAtWork manager = new ManagerAtWork();

    private void comesBack() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.memory = manager.memory.withTerms(new DurableManagerState.Terms(OLD_MS, 500)).withHolder(Host.PRIMARY)
                .with(Host.PRIMARY, new DurableManagerState.HostRecord("http://a", "id-primary", 3, 0))
                .with(Host.SECONDARY, new DurableManagerState.HostRecord("http://b", "id-secondary", 2, 2)).withEpoch(3);
        manager.a().lease = new LeaseStatus("a-1", 23_000, false, null, false, 0);
        manager.a().epoch = 3;
        bound(0);
        manager.begin();
    }

    private void bound(long ms) {
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, ms);
    }

    /** Milliseconds until it goes after A. */
    private long untilReplaced() {
        long from = manager.nanos;
        while (!"primary become_passive".equals(manager.out())) {
            assertTrue(manager.nanos - from < 200_000_000_000L, manager.state.judgement.toString());
            manager.beats(1);
        }
        return (manager.nanos - from) / 1_000_000;
    }

    @Test
    void aHolderThatIsNeverHeardIsReplacedOnceTheLastPromiseOfTheOldLengthIsOver() {
        manager.a().answers = false;
        comesBack();
        bound(20_000);
        manager.beats(30);
        assertEquals("", manager.out(), "a minute, and B still promises it");
        // B's agent is started anew: it has forgotten what it promised, and holds off for as long as the new leases last.
        bound(4000);
        manager.beats(1);
        bound(0);
        assertTrue(untilReplaced() > WAIT_MS - 2000, "it may live by the promise of before");
    }

    @Test
    void aPeerThatWasOutOfSightMayHavePromisedMeanwhile() {
        manager.a().answers = false;
        comesBack();
        manager.beats(10);
        manager.b().answers = false;
        manager.beats(4);
        manager.b().answers = true;
        manager.beats(1);
        assertTrue(untilReplaced() > WAIT_MS - 2000);
    }

    @Test
    void whereThePeerPromisesNothingTheOldLengthIsWaitedForFromTheStart() {
        manager.a().answers = false;
        comesBack();
        long waited = untilReplaced();
        assertTrue(waited > WAIT_MS - 2000 && waited < WAIT_MS + 4000, waited + " ms");
    }

    /** It answers, by a lease of the old length: it has not taken the new one. */
    @Test
    void aHolderThatAnswersByTheOldLengthIsWaitedForByIt() {
        comesBack();
        manager.beats(40);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        manager.a().answers = false;
        assertTrue(untilReplaced() > WAIT_MS - 2000);
        assertEquals(new DurableManagerState.Terms(OLD_MS, 500), manager.saved.terms(), "and a further start would know it");
    }

    @Test
    void aHolderThatHasTakenTheNewOnesForLongEnoughIsReplacedByThem() {
        comesBack();
        manager.a().lease = new LeaseStatus("a-2", 9000, false, null, false, 0);
        manager.beats(20);
        assertEquals(DurableManagerState.Terms.of(ManagerAtWork.NUMBERS), manager.saved.terms());
        manager.a().answers = false;
        assertTrue(untilReplaced() <= 12_000);
    }

    /** A promise that was asked for by the old length runs on for that long, however soon the new one is taken. */
    @Test
    void whatWasPromisedBeforeTheNewOnesWereTakenRunsOn() {
        comesBack();
        manager.a().lease = new LeaseStatus("a-2", 9000, false, null, false, 0);
        manager.beats(3);
        manager.a().answers = false;
        long waited = untilReplaced();
        assertTrue(waited > WAIT_MS - 6000, waited + " ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused", "forgets"})
    void whoDoesNotGoByTheNewOnesKeepsTheOldOnes(String how) {
        comesBack();
        manager.a().lease = new LeaseStatus("a-2", 9000, false, null, false, 0);
        manager.beats(2);
        manager.a().lease = "refused".equals(how) ? new LeaseStatus("a-2", 9000, false, "fence_timeout", false, 0)
                : new LeaseStatus("a-2", 20_000, false, null, false, 0);
        manager.beats(40);
        manager.a().lease = new LeaseStatus("a-2", 20_000, false, null, false, 0);
        manager.beats(1);
        manager.a().answers = false;
        assertTrue(untilReplaced() > WAIT_MS - 2000);
    }

    @Test
    void whoIsVerifiedPassiveHoldsNothingOfAnyLength() {
        manager.a().answers = false;
        comesBack();
        manager.memory = manager.memory.with(Host.PRIMARY, new DurableManagerState.HostRecord("http://a", "id-primary", 3, 3));
        manager.begin().beats(2);
        assertEquals(DurableManagerState.Terms.of(ManagerAtWork.NUMBERS), manager.saved.terms(), "nobody holds anything by the old ones");
    }
}
