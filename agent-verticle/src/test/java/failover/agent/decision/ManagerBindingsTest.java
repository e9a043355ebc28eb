package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.DurableAgentState.Manager;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.Role;
import org.junit.jupiter.api.Test;

/** E12: one manager for both hosts, whatever is started, copied or restored. */
class ManagerBindingsTest extends AgentUnderManagers {
    private LeaveRequest offered() {
        return agent.effects.stream().filter(AgentEffect.AskToLeave.class::isInstance).map(effect -> ((AgentEffect.AskToLeave) effect)
                .request()).reduce((a, b) -> b).orElse(null);
    }

    /** Both hosts are silent to the old one, the other polls: this host asks, and leaves only once that is durable. */
    private void leaving() {
        bound(Role.PASSIVE);
        pass(31_000);
        assertNotNull(poll(OTHER, 0));
        assertEquals(1, asked());
        assertNull(offered());
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 40_000)));
        assertNotNull(poll(OTHER, 0), "not before the peer has agreed");
        assertEquals(new LeaveRequest("m2", 1, "run-b", 1), offered());
        assertEquals(OTHER, agent.memory().bindings().leaving());
    }

    @Test
    void aHostThatLeavesItsManagerObeysNeitherUntilThePeerHasAnswered() {
        leaving();
        assertNotNull(poll(OLD, 0), "what it says it has left has nothing to grant, nor to order");
        assertEquals("refused", ordered(OLD).outcome());
        assertEquals("refused", ordered(OTHER).outcome());
        agent.post(new AgentEvent.LeaveAnswered(offered(), null));
        assertNotNull(poll(OLD, 0), "the peer may have agreed, and its answer may be lost");
        agent.post(new AgentEvent.LeaveAnswered(offered(), says(OTHER, 50_000)));
        assertEquals(OTHER, agent.memory().bindings().manager());
        assertNull(agent.memory().bindings().leaving());
        assertNull(poll(OTHER, 0));
        assertNotNull(poll(OLD, 0));
    }

    @Test
    void aHostWhosePeerStaysStaysToo() {
        leaving();
        agent.post(new AgentEvent.LeaveAnswered(offered(), says(OLD, 100)));
        assertNull(poll(OLD, 0));
        assertNotNull(poll(OTHER, 0));
        pass(31_000);
        agent.effects.clear();
        poll(OTHER, 0);
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 40_000)));
        poll(OTHER, 0);
        assertEquals(2, offered().number(), "the next question is another one");
    }

    /** What the peer said is old by the time it polls again. */
    @Test
    void aManagerThatPollsOnceAMinuteIsGoneOverToLikeAnyOther() {
        bound(Role.PASSIVE);
        pass(31_000);
        poll(OTHER, 0);
        assertEquals(1, asked());
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 40_000)));
        assertEquals(1, offered().number());
        bound(Role.PASSIVE);
        pass(31_000);
        poll(OTHER, 0);
        agent.post(new AgentEvent.PeerAnswered(says(OTHER, 100)));
        assertEquals(OTHER, agent.memory().bindings().manager());
        pass(60_000);
        assertNull(poll(OTHER, 0));
    }

    /** It lost its memory, and the first that its peer says to it is the answer to this. */
    @Test
    void aHostThatHasMetNoPeerYetTakesWhoeverAnswersForIt() {
        bound(Role.PASSIVE);
        agent.state.memory = agent.state.memory.withBindings(new DurableAgentState.Bindings(OLD, null, OTHER, 1));
        LeaveRequest asked = new LeaveRequest("m2", 1, "run-b", 1);
        agent.post(new AgentEvent.LeaveAnswered(asked, says(OTHER, 50_000)));
        assertEquals(OTHER, agent.memory().bindings().manager());
        assertEquals("peer", agent.memory().bindings().peerId());
    }

    /** Its peer was replaced, or it has a state in which another host is its peer: only an operator can tell. */
    @Test
    void aHostThatLeavesAndIsAnsweredByAnotherHostSaysWhichAndWhatToDo() {
        leaving();
        PeerStatusResponse stranger = new PeerStatusResponse(true, false, true, 0, "stranger", 4, true, null, null);
        agent.post(new AgentEvent.LeaveAnswered(offered(), stranger));
        String refused = poll(OLD, 0);
        assertTrue(refused.contains("host stranger answers in its place") && refused.contains("--forget-peer"), refused);
        agent.post(new AgentEvent.LeaveAnswered(offered(), says(OTHER, 50_000)));
        assertNull(poll(OTHER, 0));
    }

    @Test
    void theQuestionIsRepeatedAlsoByTheNextStart() {
        leaving();
        agent.effects.clear();
        pass(5_000);
        agent.post(new AgentEvent.Tick());
        assertEquals(1, offered().number());
        AgentAtWork again = new AgentAtWork();
        again.nanos = agent.nanos;
        again.start(agent.memory(), false);
        agent = again;
        pass(5_000);
        agent.post(new AgentEvent.Tick());
        assertEquals(1, offered().number());
        assertNotNull(poll(OLD, 0));
    }

    @Test
    void aHostThatCannotWriteThatItLeavesStays() {
        bound(Role.PASSIVE);
        pass(31_000);
        poll(OTHER, 0);
        agent.saveError = "No space left on device";
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 40_000)));
        assertNull(offered());
        assertNull(poll(OLD, 0));
    }

    /** Two managers must not share the pair: whoever agrees obeys the new one before it says so. */
    @Test
    void whoeverAgreesIsBoundToTheNewManagerDurablyBeforeItSaysSo() {
        bound(Role.PASSIVE);
        pass(31_000);
        agent.diskAnswers = false;
        assertNull(agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 1)));
        assertEquals("refused", ordered(OLD).outcome());
        agent.post(new AgentEvent.Kept(agent.kept.get(0).number(), null));
        PromiseAnswer answer = agent.peerReplies.get(1L);
        assertEquals("m2", answer.managerId());
        assertEquals(1, answer.managerStart());
        assertEquals("run-b", answer.managerRun());
        assertEquals(OTHER, agent.memory().bindings().manager());
        assertNotNull(poll(OLD, 0));
        assertNull(poll(OTHER, 0));
    }

    @Test
    void whatCannotBeWrittenIsNotAnswered() {
        bound(Role.PASSIVE);
        pass(31_000);
        agent.saveError = "No space left on device";
        assertNull(agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 1)));
        assertTrue(agent.peerReplies.containsKey(1L), "the question fails");
        agent.saveError = null;
        assertEquals("m2", agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 1)).managerId());
    }

    @Test
    void whoHearsItsManagerStaysAndWhatItRefusedOnceStaysRefused() {
        bound(Role.PASSIVE);
        pass(29_000);
        assertEquals("m1", agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 2)).managerId());
        pass(2_000);
        assertEquals("m1", agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 2)).managerId(), "the asker has stayed since");
        assertEquals("m1", agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 1)).managerId(), "one that was long under way");
        assertEquals("m2", agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 3)).managerId());
    }

    @Test
    void onlyThePeerMayTakeThisHostAlong() {
        bound(Role.PASSIVE);
        pass(31_000);
        assertNull(agent.leaveAsked("stranger", new LeaveRequest("m2", 1, "run-b", 1)));
        assertEquals(OLD, agent.memory().bindings().manager());
    }

    @Test
    void twoThatLeaveForTheSameManagerMeetThere() {
        leaving();
        assertEquals("m2", agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 1)).managerId());
        assertNull(poll(OTHER, 0));
    }

    @Test
    void twoThatLeaveForDifferentOnesStay() {
        leaving();
        assertNull(agent.leaveAsked("peer", new LeaveRequest("m3", 1, "run-c", 1)).managerId(), "it obeys none in the meantime");
        agent.post(new AgentEvent.LeaveAnswered(offered(), says(null, 0)));
        assertEquals(OLD, agent.memory().bindings().manager());
        assertNull(agent.memory().bindings().leaving());
    }

    /** The other agent's word of its manager, from before it went over, must not bring this one back. */
    @Test
    void aHostThatWentOverDoesNotComeBackByWhatThePeerSaidBefore() {
        bound(Role.PASSIVE);
        pass(31_000);
        poll(OTHER, 0);
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 40_000)));
        assertEquals("m2", agent.leaveAsked("peer", new LeaveRequest("m2", 1, "run-b", 1)).managerId());
        assertNotNull(poll(OLD, 0));
        assertEquals(OTHER, agent.memory().bindings().manager());
    }

    /** A machine that was copied, or its state_dir: same id, same start, another process. */
    @Test
    void aSecondProcessOfTheSameStartIsAnotherManagerWhileTheFirstIsHeard() {
        bound(Role.PASSIVE);
        Manager copy = new Manager("m1", 5, "run-z");
        String no = poll(copy, 0);
        assertTrue(no.contains("copied"), no);
        assertEquals("refused", ordered(copy).outcome());
        assertEquals(OLD, agent.memory().bindings().manager());
        pass(1_000);
        assertNull(poll(OLD, 0));
        assertEquals("done", ordered(OLD).outcome(), "one late poll is no twin yet");
    }

    /** Both have polled in turn: the one that is cut off from here now may keep the peer active. */
    @Test
    void ofTwoProcessesThatLiveNeitherMakesThisHostActiveUntilThePeerSaysWhichItObeys() {
        for (Manager copy : new Manager[] {new Manager("m1", 5, "run-z"), new Manager("m1", 6, "run-z")}) {
            agent = new AgentAtWork();
            bound(Role.PASSIVE);
            for (int i = 0; i < 3; i++) {
                pass(1_000);
                poll(copy, 0);
                pass(1_000);
                poll(OLD, 0);
            }
            assertTrue(agent.lines.stream().anyMatch(line -> line.contains("ALARM: two processes")), agent.lines::toString);
            pass(60_000);
            assertNull(poll(copy, 0), "the other is silent here");
            FailoverResponse refused = ordered(copy);
            assertEquals("refused", refused.outcome());
            assertTrue(refused.message().contains("two processes"), refused.message());
            assertEquals(refused.message(), leaseWord().doubled(), "the manager knows beforehand");
            pass(5_000);
            agent.effects.clear();
            agent.post(new AgentEvent.Tick());
            assertEquals(1, asked());
            agent.post(new AgentEvent.PeerAnswered(says(OLD, 100)));
            assertEquals("refused", ordered(copy).outcome(), "the peer obeys the other");
            agent.post(new AgentEvent.PeerAnswered(says(copy, 100)));
            assertEquals("done", ordered(copy).outcome());
            assertNull(leaseWord().doubled());
        }
    }

    /** A full disk at the manager: its next start has the number of the last. */
    @Test
    void aStartThatWasNotWrittenIsFollowedByAnotherOfTheSameNumber() {
        bound(Role.PASSIVE);
        pass(11_000);
        assertNull(poll(new Manager("m1", 5, "run-b"), 0));
        assertEquals("done", ordered(new Manager("m1", 5, "run-b")).outcome());
    }

    /** The same where it is started again at once: refused for as long as the process before may live, and then obeyed by itself. */
    @Test
    void aStartOfTheSameNumberIsObeyedByItselfOnceTheOneBeforeHasBeenSilentForTheWholeWait() {
        bound(Role.PASSIVE);
        Manager again = new Manager("m1", 5, "run-b");
        pass(1_000);
        long waited = 1_000;
        while (poll(again, 0) != null) {
            assertEquals("refused", ordered(again).outcome());
            pass(2_000);
            waited += 2_000;
            assertTrue(waited <= 12_000, "it would wait for ever");
        }
        assertTrue(waited >= 10_000, "the one before may still live: " + waited);
        assertEquals("done", ordered(again).outcome());
    }

    @Test
    void anOlderProcessThatLingersIsNoRivalToAPairThatObeysTheNewer() {
        bound(Role.PASSIVE);
        Manager newer = new Manager("m1", 6, "run-b");
        poll(newer, 0);
        agent.post(new AgentEvent.PeerAnswered(says(newer, 100)));
        for (int i = 0; i < 5; i++) {
            pass(2_000);
            poll(OLD, 0);
            poll(newer, 0);
        }
        assertEquals("done", ordered(newer).outcome());
    }

    /** A manager whose state comes from last week's backup begins with a start that was obeyed long ago. */
    @Test
    void anOlderStartIsObeyedOnceTheNewerIsSilentAtBothHosts() {
        bound(Role.PASSIVE);
        Manager restored = new Manager("m1", 2, "run-r");
        String no = poll(restored, 0);
        assertTrue(no.contains("backup"), no);
        pass(31_000);
        poll(restored, 0);
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 40_000)));
        poll(restored, 0);
        agent.post(new AgentEvent.LeaveAnswered(offered(), says(restored, 40_000)));
        assertNull(poll(restored, 0));
        assertNull(poll(new Manager("m1", 3, "run-s"), 0), "and its next start at once, as always");
    }

    @Test
    void aNewerStartIsObeyedAtOnceAndTheOlderNoMore() {
        bound(Role.PASSIVE);
        assertNull(poll(new Manager("m1", 6, "run-b"), 0));
        assertNotNull(poll(OLD, 0));
        assertNotNull(poll(new Manager("m1", 2_000_007, "run-c"), 0), "no manager starts so often");
    }

    /** A pair is upgraded host by host. */
    @Test
    void aManagerThatNamesNoRunIsToldByIdAndStart() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withBindings(new Bindings("m1", 5, "peer")), false).observed();
        assertNull(poll(new Manager("m1", 5, null), 0));
        assertNull(poll(OLD, 0));
        assertEquals(OLD, agent.memory().bindings().manager());
        assertNull(poll(new Manager("m1", 6, null), 0), "downgraded");
    }

    @Test
    void e12WithoutThePeersWordNoOtherManagerIsBoundNorBeforeTheWholeWait() {
        bound(Role.PASSIVE);
        pass(29_900);
        assertNotNull(poll(OTHER, 0));
        assertEquals(0, asked(), "the old one may be heard any moment");
        pass(200);
        assertNotNull(poll(OTHER, 0));
        agent.post(new AgentEvent.PeerSilent("timeout"));
        pass(60_000);
        assertNotNull(poll(OTHER, 0));
        agent.post(new AgentEvent.PeerAnswered(says(OLD, 8_000)));
        assertNotNull(poll(OTHER, 0), "the peer heard it eight seconds ago");
        assertNull(offered());
        assertEquals(OLD, agent.memory().bindings().manager());
    }

    @Test
    void aForeignManagersOrderIsRefused() {
        bound(Role.PASSIVE);
        pass(60_000);
        assertEquals("refused", ordered(OTHER).outcome());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    /** M1: one absurd number of the peer, and the flag that a question is out, must not keep this host from asking again. */
    @Test
    void anAbsurdNumberOfThePeerWedgesNothing() {
        bound(Role.PASSIVE);
        for (long absurd : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -1}) {
            pass(31_000);
            poll(OTHER, 0);
            agent.post(new AgentEvent.PeerAnswered(says(OLD, absurd)));
            assertNull(agent.state.asking);
            if (offered() != null) {
                agent.post(new AgentEvent.LeaveAnswered(offered(), says(OLD, 100)));
            }
        }
        pass(31_000);
        poll(OTHER, 0);
        assertNotNull(agent.state.asking);
        agent.state = agent.core.failed(agent.state, new AgentEvent.PeerAnswered(says(OLD, 1)), "a fault").state();
        assertNull(agent.state.asking);
    }

    @Test
    void anOperatorOnTheHostLetsItForget() {
        bound(Role.PASSIVE);
        assertNotNull(poll(OTHER, 0));
        agent.post(new AgentEvent.Forget(true, false));
        assertNull(agent.memory().bindings().manager());
        assertEquals("peer", agent.memory().bindings().peerId());
        assertNull(poll(OTHER, 0));
        agent.post(new AgentEvent.Forget(false, true));
        assertNull(agent.memory().bindings().peerId());
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("forgotten")), agent.lines::toString);
    }

    @Test
    void withoutAPeerASilentManagerIsReplacedByWhoeverPolls() {
        agent.peer = false;
        bound(Role.PASSIVE);
        assertNotNull(poll(OTHER, 0));
        pass(31_000);
        assertNull(poll(OTHER, 0));
        assertFalse(agent.memory().bindings().managerId().equals("m1"));
    }
}
