package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.LeaseStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A manager that does not know all that was done: its memory is lost, old, or a copy, or another manager is about. */
class ForgottenTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    /** The names led the wrong way while it was new, and lead the right way now: there is nothing that a wrong host could be granted. */
    @Test
    void aManagerThatHasIssuedNothingTakesTheHostsAsTheyAnswer() {
        manager.a().active = false;
        manager.a().hostId = "id-secondary";
        manager.b().hostId = "id-primary";
        manager.a().verified = false;
        manager.b().verified = false;
        manager.begin();
        manager.beats(2);
        manager.memory = manager.saved;
        manager.a().hostId = "id-primary";
        manager.b().hostId = "id-secondary";
        manager.begin();
        manager.beats(3);
        assertEquals("id-primary", manager.state.memory.primary().id());
        assertEquals("id-secondary", manager.state.memory.secondary().id());
        assertNotEquals(Verdict.SWAPPED_HOSTS, manager.verdict());
    }

    /** Two that know as little as each other must not come to the same epoch. */
    @Test
    void twoProcessesThatHaveForgottenAsMuchIssueDifferentEpochs() {
        assertNotEquals(Epochs.above(1005, "run-a"), Epochs.above(1005, "run-b"));
        assertTrue(Epochs.above(1005, "run-a") >= 2005 && Epochs.above(1005, null) < 11_005);
    }

    /** Another manager may make it active in the next moment. */
    @Test
    void thatAHostIsPassiveIsNotKeptWhereItRefusesThisManager() {
        manager.b().epoch = 3;
        manager.leased();
        manager.beats(2);
        assertTrue(manager.state.memory.secondary().passive() > 0);
        manager.b().lease = new LeaseStatus("b-1", 0, true, "manager x is bound", false, 0);
        manager.beats(2);
        assertEquals(0, manager.state.memory.secondary().passive());
    }

    /** It is passive now, and another manager may make it active while this one makes the other so. */
    @Test
    void nobodyIsMadeActiveOnTheWordOfAHostThatObeysAnotherManager() {
        manager.leased();
        manager.a().active = false;
        manager.a().lease = new LeaseStatus("a-1", 0, true, "manager x is bound", false, 0);
        manager.beats(5);
        assertEquals(Verdict.NO_ACTIVE, manager.verdict());
        assertEquals("", manager.out());
        assertTrue(manager.blockers().contains("obeys another manager"), manager::blockers);
        long ticket = manager.ask();
        assertTrue(manager.answers.get(ticket).error().contains("obeys another manager"), () -> manager.answers.get(ticket).error());
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
    }

    /** What is written of the silent one may be older than what a copy of this manager has given it since. */
    @Test
    void aHostThatWasPassiveIsNotTakenForItInTheFirstMomentsOfAStart() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
        manager.a().active = false;
        manager.a().lease = new LeaseStatus("a-1", 0, false, null, false, 0);
        manager.a().unfit = List.of("not yet");
        manager.b().unfit = List.of("not yet");
        manager.beats(4);
        manager.memory = manager.saved;
        manager.begin();
        manager.beats(1);
        manager.a().answers = false;
        manager.b().unfit = List.of();
        manager.beats(3);
        assertEquals("", manager.out(), () -> manager.lines.toString());
        assertTrue(manager.lines.stream().anyMatch(line -> line.contains("silent hosts are left alone")), () -> manager.lines.toString());
        manager.beats(10);
        assertEquals("secondary become_active", manager.out(), () -> manager.lines.toString());
    }

    /** This manager stood still in the middle of a planned move, and another one has made the target active since. */
    @Test
    void theIdentityIsNotGivenBackWhereAHostWasGivenANewerEpochByAnother() {
        for (boolean told : new boolean[] {false, true}) {
            ManagerAtWork stood = new ManagerAtWork();
            stood.leased();
            stood.ask();
            stood.reply("done");
            assertEquals("secondary become_active", stood.out());
            ManagerEffect.Command order = stood.commands.remove();
            long epoch = order.request().epoch();
            stood.post(new ManagerEvent.CommandReplied(order.command(), new FailoverResponse(false, "epoch " + epoch + " is over", false, 0,
                    null, "refused", false, null, false, told ? epoch + 4000 : epoch, 0)));
            assertEquals(told ? "" : "primary become_active", stood.out(), () -> stood.lines.toString());
        }
    }
}
