package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.CommandResult.How;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import org.junit.jupiter.api.Test;

class RoleChangesTest {
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

    /** A manager that comes again with a newer epoch wants to know what is so now, not what was so then. */
    @Test
    void aRepeatedOperationOfAnotherEpochIsLookedAtAgain() {
        agent.active();
        agent.post(new AgentEvent.ChangeAsked(70, new FailoverRequest("become_passive", "", false, 0, "op", 5, 0, false)));
        agent.work();
        int tasks = agent.tasks.size();
        agent.post(new AgentEvent.ChangeAsked(71, new FailoverRequest("become_passive", "", false, 0, "op", 6, 0, false)));
        agent.work();
        assertTrue(agent.tasks.size() > tasks);
        assertEquals(6, agent.replies.get(71L).epoch());
    }

    /** The dead-man writes what it knew when it began. */
    @Test
    void whatIsMetDuringAFenceIsKept() {
        agent.active();
        agent.post(new AgentEvent.FenceBegun());
        DurableAgentState fences = agent.state.memory;
        agent.post(new AgentEvent.StayAnswered(new PromiseRequest(5, 9405, 500), agent.now(), AgentAtWork.peer(false, null)));
        agent.ask(Action.BECOME_PASSIVE, 9, false);
        agent.post(new AgentEvent.Fenced(fences.withRole(Role.PASSIVE), new FailoverResponse(true, "", false, 0, null, "done", true, null,
                false, 4, 0)));
        assertEquals("peer", agent.memory().bindings().peerId());
        assertEquals(9, agent.memory().epoch());
        assertEquals(Role.PASSIVE, agent.memory().role());
    }

    @Test
    void aPromotionThatWasCutShortIsNeverDoneAlsoWhereItLanded() {
        agent.passive();
        long promotion = agent.ask(Action.BECOME_ACTIVE, 5, false);
        while (!(agent.out instanceof Task.Run run) || run.kind() != CommandKind.IDENTITY_CHANGE) {
            agent.done();
        }
        agent.ask(Action.BECOME_PASSIVE, 6, false);
        agent.work();
        assertEquals("unknown", agent.replies.get(promotion).outcome());
        assertEquals(Role.PASSIVE, agent.memory().role());
    }

    /** A step that cannot be decided ends the change: it is not busy for ever, and claims nothing. */
    @Test
    void aChangeThatBreaksOffIsAnsweredAsUnknownAndTakenUpAgain() {
        agent.passive();
        long promotion = agent.ask(Action.BECOME_ACTIVE, 5, false);
        while (!(agent.out instanceof Task.Run run) || run.kind() != CommandKind.IDENTITY_CHANGE) {
            agent.done();
        }
        long demotion = agent.ask(Action.BECOME_PASSIVE, 6, false);
        agent.out = null;
        Step step = agent.core.failed(agent.state, new AgentEvent.TaskDone(new TaskResult.Waited()), "a fault");
        agent.state = step.state();
        assertEquals(2, step.effects().stream().filter(effect -> effect instanceof AgentEffect.Reply reply
                && "unknown".equals(reply.response().outcome())).count(), promotion + " and " + demotion);
        assertEquals(agent.here(), agent.state.memory.inDoubt());
        for (int i = 0; i < 22; i++) {
            agent.nanos += 1_000_000_000L;
            agent.post(new AgentEvent.Tick());
        }
        agent.work();
        assertTrue(agent.killed(), "E15: nobody resolves it but the watch");
    }

    /** A hung disk is a full disk, and "busy" has an end. */
    @Test
    void noStepWaitsForADiskLongerThanItMay() {
        agent.active();
        agent.change(Action.BECOME_PASSIVE, 5, false);
        agent.change(Action.BECOME_ACTIVE, 6, false);
        agent.tasks.forEach(task -> {
            if (task instanceof Task.Save save) {
                assertTrue(save.limit().toMillis() <= 2000, save::toString);
            }
        });
        Task.Save intent = (Task.Save) agent.tasks.stream().filter(Task.Save.class::isInstance).findFirst().orElseThrow();
        assertEquals(Action.BECOME_PASSIVE, intent.memory().intent().action());
        assertTrue(intent.limit().toMillis() <= 100, "taking the identity off waits for nothing");
    }

    @Test
    void anUnknownActionIsRefusedByName() {
        agent.passive();
        agent.post(new AgentEvent.ChangeAsked(7, new FailoverRequest("become_king", "", false, 0, null, 0, 0, false)));
        assertEquals("unknown action: become_king", agent.replies.get(7L).message());
        assertEquals(Role.PASSIVE, agent.memory().role());
    }

    /** E17: also a refusal, a repeated answer, and the word of a fault. */
    @Test
    void eachAnswerSaysWhoseItIs() {
        agent.active();
        agent.ask(Action.BECOME_PASSIVE, 9, true);
        agent.work();
        agent.ask(Action.BECOME_PASSIVE, 9, true);
        agent.work();
        agent.ask(Action.BECOME_PASSIVE, 3, true);
        assertEquals(3, agent.replies.size());
        agent.replies.values().forEach(reply -> assertEquals("me", reply.hostId(), reply.toString()));
    }
}
