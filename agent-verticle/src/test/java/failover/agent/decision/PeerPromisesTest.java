package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.DurableAgentState.InDoubt;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import org.junit.jupiter.api.Test;

/** E7: what is promised binds, whatever is asked after it, also after a restart, and only towards the host it was promised to. */
class PeerPromisesTest {
    private static final long Q = 9405;
    private static final long J = 500;
    private static final long LONG_Q = 24_200;

    private AgentAtWork agent = new AgentAtWork();

    private void pass(long millis) {
        agent.nanos += millis * 1_000_000;
    }

    private String token() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
    }

    /** Under its manager, so that nothing but what is asked here keeps it from being made active. */
    private void passive() {
        agent.passive();
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", 0,
                new LeaseKeepalive(token(), 0, 1, 2000, Q, 2000, J, false))));
    }

    private Grant grant(boolean otherPassive, String otherId, String run) {
        return new Grant(token(), "manager", 1, Q, 2000, J, otherPassive, false, true, 0, false, otherId, run, false, 0);
    }

    private FailoverResponse promote(Grant grant) {
        agent.post(new AgentEvent.ChangeAsked(900, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op", 9, 0, false,
                grant, null)));
        agent.work();
        return agent.replies.remove(900L);
    }

    /** The manager's leases are short now; a promise of before was as long as its asker wanted. */
    @Test
    void aRestartedHostHoldsOffForTheLongestPromiseOfItsEarlierStart() {
        passive();
        pass(60_000);
        assertTrue(agent.stayAsked("peer", 5, LONG_Q, J).granted());
        DurableAgentState left = agent.memory();
        AgentAtWork again = new AgentAtWork();
        again.nanos = agent.nanos;
        agent = again;
        agent.start(left, false).observed();
        pass(20_000);
        FailoverResponse refused = promote(grant(false, null, null));
        assertEquals("refused", refused.outcome());
        assertTrue(refused.message().contains("started"), refused.message());
        assertTrue(agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().boundMs() > 0, "and says so");
        pass(5_200);
        assertEquals("done", promote(grant(false, null, null)).outcome());
    }

    @Test
    void noYesIsSaidBeforeItsLengthIsDurable() {
        agent.diskAnswers = false;
        passive();
        pass(60_000);
        assertNull(agent.stayAsked("peer", 5, Q, J), "nobody has been told yes");
        assertNull(agent.stayAsked("peer", 5, Q, J), "nor the second time, while the first is on its way to the disk");
        agent.post(new AgentEvent.Kept(agent.kept.get(0).number(), null));
        agent.post(new AgentEvent.Kept(agent.kept.get(1).number(), "No space left on device"));
        assertTrue(agent.peerReplies.get(1L).granted());
        assertFalse(agent.peerReplies.get(2L).granted());
        assertTrue(agent.peerReplies.get(2L).reason().contains("No space left"), agent.peerReplies.get(2L).reason());
        assertTrue(agent.stayAsked("peer", 5, Q, J).granted(), "the same again costs no write");
        assertEquals(2, agent.kept.size());
    }

    /** What became of this host while the disk wrote decides. */
    @Test
    void aPromiseThatWasWrittenIsNotGivenByWhoeverBecomesActiveMeanwhile() {
        agent.diskAnswers = false;
        passive();
        pass(60_000);
        agent.stayAsked("peer", 5, Q, J);
        assertEquals("done", promote(grant(true, null, null)).outcome());
        agent.post(new AgentEvent.Kept(agent.kept.get(0).number(), null));
        PromiseAnswer late = agent.peerReplies.get(1L);
        assertNotNull(late);
        assertFalse(late.granted());
    }

    @Test
    void aShorterQuestionTakesNoPromiseAway() {
        passive();
        pass(60_000);
        assertTrue(agent.stayAsked("peer", 5, LONG_Q, J).granted());
        assertTrue(agent.stayAsked("peer", 5, 1, 0).granted());
        pass(20_000);
        assertEquals("refused", promote(grant(false, null, null)).outcome());
        assertFalse(agent.stayAsked("peer", 5, 0, 0).granted(), "and one for nothing is none");
    }

    /** Else one long lease of the past would keep this host off for as long after each start, for ever. */
    @Test
    void aPromiseThatIsOverIsForgotten() {
        passive();
        pass(60_000);
        assertTrue(agent.stayAsked("peer", 5, LONG_Q, J).granted());
        pass(5_000);
        assertTrue(agent.stayAsked("peer", 5, Q, J).granted());
        assertEquals(LeaseHolder.grantorWait(LONG_Q, J).toMillis(), agent.memory().promisedMs(), "it still binds");
        pass(30_000);
        assertTrue(agent.stayAsked("peer", 5, Q, J).granted());
        assertEquals(LeaseHolder.grantorWait(Q, J).toMillis(), agent.memory().promisedMs());
        agent.kept.clear();
        assertTrue(agent.stayAsked("peer", 5, Q, J).granted());
        assertEquals(0, agent.kept.size());
        assertTrue(agent.stayAsked("peer", 5, LONG_Q, J).granted());
        assertEquals(1, agent.kept.size(), "a longer one again is written first");
    }

    /** E17: the manager's pair is another host and this one; the host that was promised something is a third. */
    @Test
    void aPromiseToOneHostIsNotBrokenBecauseAnotherIsPassive() {
        passive();
        pass(60_000);
        assertTrue(agent.stayAsked("A", 5, Q, J).granted());
        FailoverResponse refused = promote(grant(true, "C", "run"));
        assertEquals("refused", refused.outcome());
        assertTrue(refused.message().contains("C") && refused.message().contains("A"), refused.message());
        assertEquals("refused", promote(grant(true, null, "run")).outcome(), "nor is one whose host is not named");
        assertEquals("done", promote(grant(true, "A", "run")).outcome());
    }

    @Test
    void aManagerOfTheVersionBeforeNamesNobody() {
        passive();
        pass(60_000);
        assertTrue(agent.stayAsked("A", 5, Q, J).granted());
        assertEquals("done", promote(grant(true, null, null)).outcome());
    }

    @Test
    void e17OnlyTheBoundPeerIsPromisedAnything() {
        passive();
        pass(60_000);
        assertTrue(agent.stayAsked("peer", 5, Q, J).granted());
        PromiseAnswer answer = agent.stayAsked("stranger", 5, Q, J);
        assertFalse(answer.granted());
        assertTrue(answer.reason().contains("--forget-peer"), answer.reason());
    }

    @Test
    void e7NothingIsPromisedBesideAnUnsettledSetIdentityNorForAnEpochThatIsOver() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withInDoubt(new InDoubt(100, 1000)), false).observed();
        pass(10_000);
        assertFalse(agent.stayAsked("peer", 5, Q, J).granted());
        agent = new AgentAtWork();
        passive();
        pass(60_000);
        assertFalse(agent.stayAsked("peer", 3, Q, J).granted(), "this host has obeyed epoch 4");
    }

    /** A manager that is not the one by which the peer holds it must not issue the same epoch to this host. */
    @Test
    void e10AHostKnowsTheEpochAtWhichItLeavesItsPeerActive() {
        passive();
        agent.stayAsked("peer", 5, Q, J);
        assertEquals(5, agent.core.status(agent.state, agent.look(), 0, agent.now()).epoch());
        assertEquals(5, agent.memory().epoch());
        agent.stayAsked("peer", 5 + 1_000_001, Q, J);
        assertEquals(5, agent.memory().epoch(), "no manager has come so far");
    }

    @Test
    void e7NothingIsPromisedWhileAnIntentIsHalfDone() {
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.start(AgentAtWork.memory(Role.PASSIVE).withIntent(new DurableAgentState.Intent(Action.BECOME_ACTIVE, null, 4)), false);
        pass(60_000);
        assertFalse(agent.stayAsked("peer", 5, Q, J).granted());
    }

    @Test
    void e17AYesOfAnyOtherHostIsWorthNothing() {
        agent.active();
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", 5,
                new LeaseKeepalive(token(), 5, 1, 2000, Q, 2000, J, false))));
        answered("peer", true, 5);
        pass(3_000);
        long before = agent.state.lease.hold.left(agent.now()).toMillis();
        answered("stranger", true, 5);
        assertEquals(before, agent.state.lease.hold.left(agent.now()).toMillis());
        answered("peer", true, 4);
        assertEquals(before, agent.state.lease.hold.left(agent.now()).toMillis(), "nor one for an epoch that is over");
        answered("peer", true, 5);
        assertEquals(Q, agent.state.lease.hold.left(agent.now()).toMillis());
    }

    private void answered(String host, boolean granted, long epoch) {
        agent.post(new AgentEvent.StayAnswered(new PromiseRequest(epoch, Q, J), agent.now(), new PeerStatusResponse(true, false,
                 true, 0, host, 4, true, null, new PromiseAnswer(granted, granted ? null : "no", "manager", 0))));
    }
}
