package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.PauseResponse;
import failover.protocol.wire.StateView;
import org.junit.jupiter.api.Test;

/** An operator's pause (INV-7), and who is out of the question without being asked again (NoActive). */
class PauseTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    private ManagerAtWork leased() {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        return manager.start();
    }

    private PauseResponse answer(long ticket) {
        return (PauseResponse) manager.answers.get(ticket).response();
    }

    private StateView.Pause view() {
        return manager.core.view(manager.state, manager.now()).paused();
    }

    @Test
    void scenario52NothingIsBegunWhilePausedAndAllIsJudgedAfreshAfterwards() {
        leased();
        long ticket = manager.pause(true);
        assertNull(manager.answers.get(ticket), "durable, but nobody has acknowledged it");
        manager.beats(1);
        assertTrue(answer(ticket).inForce());
        assertTrue(view().inForce());
        manager.a().running = false;
        manager.beats(20);
        assertEquals("", manager.out());
        assertEquals(Verdict.ACTIVE_PROCESS_DEAD, manager.verdict(), "the verdict is told all the same");
        assertTrue(manager.blockers().contains("paused since"), manager.blockers());
        assertTrue(manager.blockers().contains("work on the rack"), manager.blockers());
        manager.saveError = "No space left on device";
        assertEquals(500, manager.answers.get(manager.pause(false)).status());
        assertEquals("", manager.out(), "it is still paused");
        manager.saveError = null;
        long resumed = manager.pause(false);
        assertTrue(answer(resumed).success());
        assertEquals("", manager.out(), "one look is none");
        assertEquals("primary become_passive", manager.beats(3).out());
        assertNull(view());
    }

    @Test
    void scenario53APauseThatTheOtherHostHasNotAcknowledgedIsNotInForce() {
        leased();
        manager.b().answers = false;
        manager.beats(1);
        long ticket = manager.pause(true);
        manager.beats(4);
        assertFalse(answer(ticket).inForce());
        assertTrue(answer(ticket).message().contains("NOT IN FORCE YET: [secondary] has not acknowledged it"), answer(ticket).message());
        assertFalse(view().inForce());
        manager.b().answers = true;
        manager.beats(1);
        assertTrue(view().inForce());
        assertTrue(answer(manager.pause(true)).inForce(), "asked again, it is said at once");
    }

    @Test
    void anAnswerToAPollFromBeforeThePauseAcknowledgesNothing() {
        leased();
        manager.pause(true);
        manager.beats(1);
        manager.pause(false);
        manager.holdPolls = true;
        manager.beats(1);
        ManagerEffect.Poll old = manager.polls.get(manager.polls.size() - 1);
        manager.pause(true);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, true, 0);
        manager.post(manager.answer(old));
        assertEquals(Host.SECONDARY, old.host());
        assertFalse(view().inForce());
    }

    @Test
    void anOriginalAgentKnowsNoPauseAndThatIsSaid() {
        manager.start();
        long ticket = manager.pause(true);
        manager.beats(4);
        assertFalse(answer(ticket).inForce());
        assertTrue(answer(ticket).message().contains("knows no pause"), answer(ticket).message());
        manager.a().running = false;
        manager.beats(5);
        assertEquals("", manager.out(), "this manager keeps to it");
    }

    @Test
    void aMoveThatHasBegunIsFinishedFirst() {
        leased();
        manager.ask();
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        manager.pause(true);
        manager.beats(1);
        assertTrue(view().missing().get(0).contains("is under way and is finished first"), view().missing().toString());
        for (ManagerEffect.Poll poll : manager.polls) {
            assertFalse(poll.request().lease().paused(), "its own promotion must not be refused");
        }
        manager.reply("done");
        manager.beats(1);
        assertTrue(view().inForce());
    }

    @Test
    void anOperatorStillMovesWhilePausedAndTwoActivesAreStillMadeOne() {
        leased();
        manager.pause(true);
        manager.beats(1);
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.reply("done");
        assertFalse(manager.commands.peek().request().grant().automatic());
        manager.reply("done");
        manager.a().active = true;
        manager.beats(3);
        assertEquals("primary become_passive", manager.out());
    }

    @Test
    void aPauseSurvivesARestartAndOneThatCannotBeWrittenIsRefused() {
        leased();
        manager.saveError = "No space left on device";
        long refused = manager.pause(true);
        assertEquals(500, manager.answers.get(refused).status());
        assertTrue(manager.answers.get(refused).error().contains("No space left on device"));
        assertNull(view());
        manager.saveError = null;
        manager.pause(true);
        manager.beats(1);
        manager.memory = manager.saved;
        manager.begin();
        assertNotNull(view());
        assertFalse(view().inForce(), "acknowledged to this start by nobody");
        manager.beats(1);
        assertTrue(view().inForce());
        assertEquals(200, manager.answers.get(manager.pause(false)).status());
        assertNull(manager.saved.pause());
        assertEquals("Not paused: nothing to resume", answer(manager.pause(false)).message());
    }

    /** A write that hung and was given up may land later: the disk then says something else than what an operator was told. */
    @Test
    void aPauseIsWrittenAgainWhereItIsAskedForAgainAndAResumeThatWasGivenUpIsTakenBackOnTheDiskToo() {
        leased();
        manager.pause(true);
        manager.beats(1);
        manager.saved = null;
        manager.saveError = "the disk hangs";
        assertEquals(500, manager.answers.get(manager.pause(false)).status());
        assertNotNull(view());
        assertNotNull(manager.saved, "what counts follows what hung");
        assertNotNull(manager.saved.pause());
        manager.saved = manager.saved.withPause(null);
        manager.saveError = null;
        long again = manager.pause(true);
        assertNotNull(manager.saved.pause(), "what hung has landed meanwhile");
        manager.beats(1);
        assertTrue(answer(again).inForce());
    }

    @Test
    void aHostThatWasPassiveAfterEverythingItWasGrantedNeedNotAnswerForTheOtherToBePromoted() {
        leased();
        manager.ask();
        manager.reply("done");
        manager.reply("refused");
        assertEquals("primary become_active", manager.out(), "it gets the identity back");
        manager.reply("refused");
        manager.a().answers = false;
        manager.beats(1);
        assertTrue(manager.saved.primary().issued() > manager.saved.primary().passive(), manager.saved.toString());
        manager.beats(2);
        assertEquals("", manager.out(), "it was granted more since it last said that it is passive");
        assertFalse(manager.verdict() == Verdict.NO_ACTIVE);
        manager.a().answers = true;
        manager.beats(1);
        manager.a().answers = false;
        assertEquals(manager.saved.primary().issued(), manager.saved.primary().passive());
        manager.beats(4);
        assertEquals("secondary become_active", manager.out());
        assertTrue(manager.lines.stream().anyMatch(line -> line.contains("does not answer, and need not")), manager.lines.toString());
        assertTrue(manager.commands.peek().request().grant().otherPassive());
    }

    /** A manager whose machine is restored from a backup reads what was true then: the host may have been promoted since. */
    @Test
    void whatAStartBeforeWroteOfAHostThatHasNotAnsweredThisOneExcludesNobody() {
        leased();
        manager.ask();
        manager.reply("done");
        manager.reply("refused");
        manager.reply("refused");
        manager.beats(1);
        manager.a().answers = false;
        assertEquals(manager.saved.primary().issued(), manager.saved.primary().passive());
        manager.memory = manager.saved;
        manager.begin();
        manager.beats(4);
        assertEquals("", manager.out());
        assertFalse(manager.verdict() == Verdict.NO_ACTIVE);
        manager.a().answers = true;
        manager.beats(1);
        manager.a().answers = false;
        manager.beats(4);
        assertEquals("secondary become_active", manager.out(), "it has said so to this start");
    }

    @Test
    void aNewEpochIsOfferedToAHolderOnlyOnceItIsDurable() {
        manager.a().lease = new LeaseStatus("a-1", 0, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.saveError = "No space left on device";
        manager.start();
        for (ManagerEffect.Poll poll : manager.polls) {
            assertEquals(0, poll.request().lease().grantEpoch());
        }
        assertTrue(manager.said("gets no lease at epoch") > 0);
        manager.saveError = null;
        manager.polls.clear();
        manager.beats(2);
        assertEquals(manager.saved.primary().issued(), manager.polls.get(2).request().lease().grantEpoch());
        assertTrue(manager.saved.primary().issued() > 0);
    }

    @Test
    void twoActivesAreMadeOneAndThenNothingIsMovedUntilAPersonHasLooked() {
        leased();
        manager.b().active = true;
        manager.b().epoch = 3;
        manager.state.memory = manager.state.memory.with(Host.SECONDARY, manager.state.memory.secondary().withIssued(3));
        assertEquals("primary become_passive", manager.beats(2).out());
        assertNotNull(manager.saved.pause(), "durable before the command");
        assertEquals(1, manager.said("=== PAUSED ==="));
        manager.reply("done");
        manager.b().running = false;
        manager.beats(20);
        assertEquals("", manager.out());
        assertTrue(manager.blockers().contains("by the manager itself, as both hosts say they are active"), manager.blockers());
        assertTrue(answer(manager.pause(false)).success());
        assertEquals("secondary become_passive", manager.beats(3).out());
    }
}
