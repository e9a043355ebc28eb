package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.CommandResult.How;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.Role;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private final AgentAtWork agent = new AgentAtWork();

    @Test
    void om014TheSameChangeIsJoinedAndNotRepeated() {
        agent.active();
        long first = agent.ask(Action.BECOME_PASSIVE, 5, false);
        long second = agent.ask(Action.BECOME_PASSIVE, 6, false);
        agent.work();
        assertEquals(agent.replies.get(first), agent.replies.get(second));
        assertEquals(1, agent.ran().stream().filter(CommandKind.IDENTITY_REMOVE::equals).count());
        assertEquals(6, agent.memory().epoch());
    }

    @Test
    void aDemotionCutsAPromotionShortAndRunsAfterIt() {
        agent.passive();
        long promotion = agent.ask(Action.BECOME_ACTIVE, 5, false);
        while (!(agent.out instanceof Task.Run run) || run.kind() != CommandKind.IDENTITY_CHANGE) {
            agent.done();
        }
        long demotion = agent.ask(Action.BECOME_PASSIVE, 6, false);
        assertTrue(agent.effects.get(agent.effects.size() - 1) instanceof AgentEffect.CutShort);
        agent.results.put(CommandKind.IDENTITY_CHANGE, AgentAtWork.ended(How.CANCELLED));
        agent.work();
        assertEquals("unknown", agent.replies.get(promotion).outcome());
        assertEquals("done", agent.replies.get(demotion).outcome());
        assertTrue(agent.killed(), "E15: what was cancelled may still take effect");
    }

    @Test
    void aPromotionCutShortBeforeItRanAnythingIsRefusedAndHarmsNobody() {
        agent.passive();
        long promotion = agent.ask(Action.BECOME_ACTIVE, 5, false);
        long demotion = agent.ask(Action.BECOME_PASSIVE, 6, false);
        agent.work();
        assertEquals("refused", agent.replies.get(promotion).outcome());
        assertTrue(agent.replies.get(demotion).success() && !agent.killed());
    }

    @Test
    void aPromotionWhileADemotionRunsIsRefused() {
        agent.active();
        agent.ask(Action.BECOME_PASSIVE, 5, false);
        long ticket = agent.ask(Action.BECOME_ACTIVE, 6, false);
        assertEquals("refused", agent.replies.get(ticket).outcome());
    }

    @Test
    void e10ALowerEpochIsRefusedAndTheKnownOneNamed() {
        agent.passive();
        assertEquals("refused", agent.change(Action.BECOME_ACTIVE, 3, false).outcome());
        assertTrue(agent.change(Action.BECOME_ACTIVE, 3, false).message().contains("epoch 4"));
        assertEquals(0, agent.tasks.size());
    }

    @Test
    void e10TheEpochOfAChangeUnderWayCountsAlready() {
        agent.active();
        agent.ask(Action.BECOME_PASSIVE, 9, false);
        agent.done();
        long ticket = agent.ask(Action.BECOME_PASSIVE, 8, false);
        assertEquals("refused", agent.replies.get(ticket).outcome());
    }

    @Test
    void aRepeatedOperationIsAnsweredWithWhatItWasAnsweredBefore() {
        agent.active();
        var first = agent.change(Action.BECOME_PASSIVE, 5, false);
        int tasks = agent.tasks.size();
        assertEquals(first, agent.change(Action.BECOME_PASSIVE, 5, false));
        assertEquals(tasks, agent.tasks.size());
    }

    @Test
    void anUnknownActionIsRefusedByName() {
        agent.passive();
        agent.post(new AgentEvent.ChangeAsked(7, new FailoverRequest("become_king", "", false, 0, null, 0, 0, false)));
        assertEquals("unknown action: become_king", agent.replies.get(7L).message());
        assertEquals(Role.PASSIVE, agent.memory().role());
    }
}
