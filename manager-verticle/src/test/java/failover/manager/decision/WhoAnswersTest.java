package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An address may lead to another machine from one message to the next: also where a command is answered (E17). */
class WhoAnswersTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    private void leased() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
    }

    /** The holder is cut off, and the machine that has its address now comes up just in time for the last call. */
    @Test
    void whoAnswersTheLastCallInASilentHoldersPlaceSaysNothingOfTheHolder() {
        leased();
        manager.a().answers = false;
        while (manager.out().isEmpty()) {
            manager.beats(1);
        }
        assertEquals("primary become_passive", manager.out());
        manager.a().hostId = "another-machine";
        manager.answersAs = "another-machine";
        manager.reply("done");
        assertEquals("secondary become_active", manager.out(), "its silence decides, as it would have done");
        assertFalse(manager.commands.peek().request().grant().otherPassive(), "what was promised to the holder binds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"another-machine", "id-secondary"})
    void whoAnswersAPlannedDemotionInTheHoldersPlaceMovesNothing(String who) {
        leased();
        manager.ask();
        manager.a().hostId = who;
        manager.answersAs = who;
        manager.reply("done");
        assertEquals("", manager.out());
        assertEquals(500, manager.answers.get(1L).status());
        assertTrue(manager.answers.get(1L).error().contains("host " + who + " answered"), manager.answers.get(1L).error());
    }

    /** Both names lead to the passive for a while: what it says at the holder's address is not kept as the holder's word. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void thatTheOtherHostIsPassiveIsNotKeptAsTheHoldersWord(boolean otherAnswers) {
        leased();
        manager.a().hostId = "id-secondary";
        manager.a().active = false;
        manager.a().epoch = 3;
        manager.b().epoch = 3;
        manager.b().answers = otherAnswers;
        manager.beats(3);
        assertFalse(manager.state.memory.primary().excluded(), "it may be voting where nobody hears it");
        assertFalse(manager.saved.primary().excluded());
        manager.b().answers = true;
        manager.a().answers = false;
        manager.evidence = Policy.VoteEvidence.REQUIRED;
        manager.core = new FailoverMachine(manager.rules());
        manager.beats(40);
        assertEquals("", manager.out(), manager.lines::toString);
    }

    /** The host to which a set-identity may be on its way has lost its address to another machine, which is passive. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoAnswersWhereABecomeActiveWasSentDoesNotClearIt(boolean restarted) {
        leased();
        manager.ask();
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        manager.noReply(Failure.Kind.NO_ANSWER);
        manager.b().hostId = "another-machine";
        manager.answersAs = "another-machine";
        manager.b().epoch = 0;
        if (restarted) {
            manager.memory = manager.saved;
            manager.commands.clear();
            manager.begin();
        }
        manager.beats(30);
        assertEquals("secondary become_passive", manager.out());
        manager.reply("done");
        manager.beats(3);
        assertEquals("secondary become_passive", manager.out(), () -> "nobody else is promoted: " + manager.lines);
        manager.noReply(Failure.Kind.NO_ANSWER);
        manager.fenced = true;
        manager.ask();
        assertEquals(restarted ? "" : "primary become_active", manager.out(), "an operator knows");
    }
}
