package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.CommandResult.How;
import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.DurableAgentState.InDoubt;
import failover.agent.decision.DurableAgentState.Terms;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The same rules from another side: another start, another order, a look that saw nothing. */
class UnseenRulesTest {
    private static final long Q = 9405;
    private static final long D = 2000;
    private static final long J = 500;

    private final AgentAtWork agent = new AgentAtWork();

    private StatusResponse status() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now());
    }

    private void poll(long epoch) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", epoch,
                new LeaseKeepalive(status().lease().token(), epoch, 1, 2000, Q, D, J, false, "run", 0))));
    }

    private void leased() {
        agent.active();
        poll(5);
        agent.post(new AgentEvent.StayAnswered(new PromiseRequest(5, Q, J), agent.now(), new PeerStatusResponse(true, false, true, 0,
                "peer", 4, true, null, new PromiseAnswer(true, null, "manager", 0))));
        agent.nanos += 1_000_000_000L;
    }

    private FailoverResponse hangs() {
        agent.results.put(CommandKind.IDENTITY_CHANGE, AgentAtWork.ended(How.TIMED_OUT));
        FailoverResponse response = agent.change(Action.BECOME_ACTIVE, 5, false);
        assertEquals("unknown", response.outcome());
        return response;
    }

    private static DurableAgentState inDoubt(AgentAtWork agent) {
        return AgentAtWork.memory(Role.PASSIVE).withInDoubt(agent.here()).withTerms(new Terms(Q, D, J))
                .withBindings(new Bindings("manager", 1, "peer"));
    }

    /** No file descriptor left in the first look of a promotion: the set-identity goes to a validator of which no number is known. */
    @Test
    void e15WhereNobodySawWhichProcessItWasAnyOneOfThemMayStillTakeTheIdentity() {
        agent.passive();
        agent.certain = false;
        agent.pid = 0;
        hangs();
        agent.certain = true;
        agent.pid = 100;
        assertTrue(status().isActive(), "it may be in a moment");
        assertFalse(status().identityVerified());
        assertEquals("refused", agent.change(Action.BECOME_ACTIVE, 6, false).outcome(), "no second one beside it");
        agent.change(Action.BECOME_PASSIVE, 7, false);
        assertTrue(agent.killed(), "its own word proves nothing");
        assertNull(agent.memory().inDoubt());
    }

    /** The set-identity went to process 100, which still lives; another one of its name is the elder. */
    @Test
    void e15AnotherProcessOfThatNameDoesNotProveThatTheFirstIsDead() {
        agent.passive();
        hangs();
        agent.certain = false;
        agent.pid = 50;
        assertTrue(status().isActive());
        FailoverResponse cleared = agent.change(Action.BECOME_PASSIVE, 6, false);
        assertEquals("failed", cleared.outcome(), cleared::message);
        assertNotNull(agent.memory().inDoubt());
        agent.certain = true;
        assertEquals("done", agent.change(Action.BECOME_PASSIVE, 7, false).outcome(), "it is the only one now");
    }

    @Test
    void e15AStartOnWhichNobodyCanLookKeepsWhatItForgot() {
        agent.passive();
        agent.state.memory = agent.state.memory.withInDoubt(InDoubt.SOME);
        agent.certain = false;
        agent.change(Action.BECOME_PASSIVE, 6, false);
        assertEquals(InDoubt.SOME, agent.memory().inDoubt());
    }

    /** Whatever lands when the lease is over must be fenced, also after a restart. */
    @Test
    void e16AHostToWhichTheIdentityMayBeOnItsWayGoesOnWithWhatIsLeftOfItsLease() {
        agent.leaseLeft = Duration.ofSeconds(6);
        agent.start(inDoubt(agent), false);
        assertEquals(6000, agent.state.lease.published.hold().left(agent.now()).toMillis());
        assertEquals(0, agent.tasks.size());
    }

    @Test
    void e16AndWithoutALeaseItIsSettledAtOnce() {
        agent.start(inDoubt(agent), false);
        agent.work();
        assertTrue(agent.killed());
        assertNull(agent.memory().inDoubt());
    }

    /** No manager has met this host yet; its peer has one, or would not ask. */
    @Test
    void e13WhoeverPromisedItsPeerToLeaveItActiveTakesItsSilenceForNoYes() {
        agent.start(new DurableAgentState("me", Role.PASSIVE, 0, AgentAtWork.STAKED, 0, null, null, null), true).observed();
        assertTrue(agent.stayAsked("peer", 4, Q, J).granted());
        agent.peerSays = null;
        FailoverResponse response = agent.change(Action.BECOME_ACTIVE, 0, false);
        assertEquals("refused", response.outcome(), response::message);
        agent.peerSays = AgentAtWork.peer(false, null);
        assertEquals("done", agent.change(Action.BECOME_ACTIVE, 0, false).outcome(), "it says itself that it is not");
    }

    /** A link that works one way only: this host's own questions are not answered, and those of its successor arrive. */
    @Test
    void aHolderThatIsAskedByItsPeerToLetItStayAtANewerEpochFencesItselfAtOnce() {
        leased();
        agent.stayAsked("peer", 5, Q, J);
        agent.stayAsked("stranger", 7, Q, J);
        assertFalse(agent.state.lease.published.hold().due(agent.now()));
        assertFalse(agent.stayAsked("peer", 7, Q, J).granted());
        assertTrue(agent.state.lease.published.hold().due(agent.now()));
    }

    @Test
    void e17EveryAnswerToACommandSaysWhoGivesIt() {
        agent.passive();
        assertEquals("me", agent.change(Action.BECOME_PASSIVE, 5, false).hostId());
        assertEquals("me", agent.change(Action.BECOME_PASSIVE, 3, false).hostId(), "an old epoch");
        agent.dryRun = true;
        agent.passive();
        assertEquals("me", agent.change(Action.BECOME_PASSIVE, 7, false).hostId());
    }

    /** A validator that was not started yet while the manager counted this host as passive. */
    @Test
    void e14AHostWhoseValidatorDidNotRunWhileItWasKnownToBePassiveCarriesNothingEither() {
        agent.running = false;
        agent.start(new DurableAgentState("me", Role.PASSIVE, 0, AgentAtWork.STAKED, 0, null, null, null), false).observed();
        poll(0);
        assertTrue(status().identityVerified());
        agent.running = true;
        agent.identity = AgentAtWork.STAKED;
        agent.observed();
        agent.nanos += 300_000_000L;
        agent.observed();
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }
}
