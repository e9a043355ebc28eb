package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.Failure.Kind;
import failover.protocol.wire.LeaseStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that hangs is a disk that failed, a moment later: nobody waits for it for ever, and what it writes late changes nothing. */
class HungDiskTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    @Test
    void aMoveWhoseFirstStepIsNeverWrittenFailsAndItsOperatorIsTold() {
        manager.start();
        manager.diskHangs = true;
        long ticket = manager.ask();
        manager.beats(2);
        assertFalse(manager.answers.containsKey(ticket), "a slow disk is given its time");
        manager.beats(1);
        assertEquals(500, manager.answers.get(ticket).status());
        assertTrue(manager.answers.get(ticket).error().contains("state_dir"), manager.answers.get(ticket).error());
        assertNull(manager.state.move);
        // It was written after all, long after.
        manager.post(new ManagerEvent.Saved(manager.hanging.get(0).number(), null));
        assertEquals("", manager.out(), "nothing is begun by an answer that comes too late");
        manager.diskHangs = false;
        manager.beats(6);
        manager.ask();
        assertEquals("primary become_passive", manager.out(), "and the next move is begun");
    }

    @Test
    void aPromotionThatIsNeverWrittenIsNotSent() {
        manager.start();
        manager.ask();
        manager.diskHangs = true;
        manager.reply("done");
        manager.beats(3);
        assertEquals("", manager.out());
        assertEquals(500, manager.answers.get(1L).status());
    }

    /** What is not known stays so: the disk does not make the host passive that may just be taking the identity. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClearingThatCannotBeWrittenIsTriedAgainAndNobodyElseIsPromoted(boolean hangs) {
        manager.start();
        manager.ask();
        manager.reply("done");
        manager.diskHangs = hangs;
        manager.saveError = hangs ? null : "disk full";
        manager.reply("unknown");
        for (int i = 0; i < 20; i++) {
            manager.beats(1);
            assertEquals("", manager.out());
            assertNotNull(manager.state.move, "it is not forgotten");
        }
        assertEquals(500, manager.answers.get(1L).status());
        manager.diskHangs = false;
        manager.saveError = null;
        manager.beats(6);
        assertEquals("secondary become_passive", manager.out());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPauseOrResumeThatIsNeverWrittenIsAnsweredAndChangesNothing(boolean pause) {
        manager.start();
        if (!pause) {
            manager.pause(true);
            manager.beats(2);
        }
        manager.diskHangs = true;
        long ticket = manager.pause(pause);
        manager.beats(3);
        assertEquals(500, manager.answers.get(ticket).status());
        assertEquals(!pause, manager.state.memory.pause() != null);
        manager.diskHangs = false;
        long again = manager.pause(pause);
        manager.beats(3);
        assertEquals(200, manager.answers.get(again).status(), "and the next one is taken");
    }

    @Test
    void aNewEpochForAHolderThatIsNeverWrittenIsAskedForAgain() {
        manager.a().lease = new LeaseStatus("a-1", 0, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.diskHangs = true;
        manager.start();
        assertTrue(manager.hanging.size() >= 2, "it is tried again and again: " + manager.hanging);
        assertEquals(0, manager.polls.get(manager.polls.size() - 2).request().lease().grantEpoch());
        manager.diskHangs = false;
        manager.beats(5);
        assertTrue(manager.polls.get(manager.polls.size() - 2).request().lease().grantEpoch() > 0);
    }

    @Test
    void longerLeasesThatAreNeverWrittenAreAskedForAgain() {
        manager.memory = manager.memory.withTerms(new DurableManagerState.Terms(3762, 200));
        manager.a().lease = new LeaseStatus("a-1", 3000, false, null, false, 0);
        manager.diskHangs = true;
        manager.start();
        manager.diskHangs = false;
        manager.beats(5);
        assertEquals(ManagerAtWork.NUMBERS.lease().toMillis(),
                manager.polls.get(manager.polls.size() - 2).request().lease().leaseMs());
    }

    /** The shell has lost what it owed: a move does not wait for it for ever. */
    @Test
    void aCommandOfWhichNothingIsEverHeardCountsAsUnanswered() {
        manager.start();
        manager.ask();
        manager.commands.clear();
        manager.beats(20);
        assertEquals(500, manager.answers.get(1L).status());
        assertNull(manager.state.move);
    }

    /** A sick active whose demotion does not come to its end, its own disk hanging perhaps: without a lease its dead-man fences it. */
    @Test
    void aSickActiveThatDoesNotObeyIsGrantedNothingMore() {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.a().epoch = 3;
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        assertEquals("primary become_passive", manager.out());
        manager.noReply(Kind.NO_ANSWER);
        manager.polls.clear();
        manager.beats(1);
        assertEquals(0, manager.polls.get(0).request().lease().grantEpoch());
        manager.a().lease = new LeaseStatus("a-1", 0, false, null, false, 0);
        manager.a().active = false;
        manager.beats(8);
        assertEquals("primary become_passive", manager.out(), "nobody is active: its word once more, and then the other one");
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"planned", "nobody to take it", "refused", "not delivered"})
    void whoIsWellOrWasNotReachedOrCouldNotBeReplacedKeepsItsLease(String why) {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.a().epoch = 3;
        manager.start();
        if ("planned".equals(why)) {
            manager.ask();
        } else {
            manager.a().healthy = false;
            manager.beats(3);
        }
        assertEquals("primary become_passive", manager.out());
        manager.b().answers = !"nobody to take it".equals(why);
        manager.beats(2);
        if ("refused".equals(why)) {
            manager.reply("refused");
        } else {
            manager.noReply("not delivered".equals(why) ? Kind.NOT_DELIVERED : Kind.NO_ANSWER);
        }
        manager.polls.clear();
        manager.beats(1);
        assertEquals(3, manager.polls.get(0).request().lease().grantEpoch());
    }

    /** A process that dies before it has written that it began would leave its number to the next one, which would look like a copy. */
    @Test
    void nothingIsGrantedBeforeTheStartIsWritten() {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.a().epoch = 3;
        manager.diskHangs = true;
        manager.begin().beats(2);
        assertFalse(manager.polls.isEmpty());
        assertTrue(manager.polls.stream().allMatch(poll -> poll.request().lease() == null), "nobody is bound to it, nor granted anything");
        manager.post(new ManagerEvent.Saved(manager.hanging.get(0).number(), null));
        manager.polls.clear();
        manager.beats(2);
        assertEquals(3, manager.polls.get(2).request().lease().grantEpoch());
    }

    /** But a disk that takes nothing must not take the manager's word from the active. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDiskThatTakesNothingOnlyDelaysThatAndItIsTriedAgain(boolean hangs) {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.a().epoch = 3;
        manager.diskHangs = hangs;
        manager.saveError = hangs ? null : "disk full";
        manager.begin().beats(6);
        assertEquals(1, manager.said("take it for a copy of itself, and refuse it until both have heard nothing of the process before for "
                + manager.rules().silence().toMillis() + " ms, which ends by itself; mend the disk under state_dir before"));
        manager.polls.clear();
        manager.beats(1);
        assertEquals(3, manager.polls.get(0).request().lease().grantEpoch());
        manager.diskHangs = false;
        manager.saveError = null;
        manager.beats(5);
        assertTrue(manager.state.startWritten);
        assertEquals(1, manager.saved.start());
    }
}
