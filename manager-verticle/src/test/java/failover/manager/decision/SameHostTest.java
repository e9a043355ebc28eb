package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Two endpoints that answer with one id: which of the two is the host that is meant (E17). */
class SameHostTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    private void leased() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
    }

    @Test
    void aCopiedStateDirectoryIsNamedAsAPossibility() {
        leased();
        manager.b().hostId = "id-primary";
        manager.beats(2);
        assertEquals(Verdict.SAME_HOST, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("copied to the other host")
                && manager.state.judgement.why().contains("remove agent.json"), manager.state.judgement.why());
    }

    @Test
    void theLastWordOfAHostThatIsGoneIsNoCopyWhereItWasNotItsOwn() {
        leased();
        manager.b().hostId = "id-primary";
        manager.beats(2);
        manager.b().answers = false;
        manager.beats(2);
        assertEquals(Verdict.SAME_HOST, manager.verdict(), "it may be back at once");
        manager.beats(10);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict(), manager.state.judgement::why);
    }

    @Test
    void aCopyThatIsTheOneThatAnswersIsOneHoweverLongTheOtherIsSilent() {
        leased();
        manager.b().hostId = "id-primary";
        manager.beats(2);
        manager.a().answers = false;
        manager.beats(20);
        assertEquals(Verdict.SAME_HOST, manager.verdict());
        assertEquals("", manager.out());
    }
}
