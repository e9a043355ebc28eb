package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteStateReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a host says of itself is so, and a lease ends when it may. */
class TrueWordsTest {
    private static final long Q = 9405;
    private static final long D = 2000;
    private static final long J = 500;

    private final AgentAtWork agent = new AgentAtWork();

    private String token() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
    }

    private HeldLease hold() {
        return agent.state.lease.hold;
    }

    private void pass(long millis) {
        agent.nanos += millis * 1_000_000;
    }

    private void leased() {
        agent.active();
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", 5,
                new LeaseKeepalive(token(), 5, 1, 2000, Q, D, J, false))));
        assertNotNull(hold());
    }

    private FailoverResponse promote() {
        agent.post(new AgentEvent.ChangeAsked(900, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op", 9, 0, false,
                new Grant(token(), "manager", 1, Q, D, J, true, false, true), null)));
        agent.work();
        return agent.replies.get(900L);
    }

    /** INV-9: what is being changed, or fenced, is not said to be so. */
    @Test
    void nobodyIsSentToAHostThatIsChangingItsRoleOrFencesItself() {
        leased();
        agent.ask(Action.BECOME_PASSIVE, 6, true);
        assertEquals("become_passive is under way", agent.core.notActive(agent.state, agent.look(), agent.now()));
        agent.post(new AgentEvent.FenceBegun());
        assertEquals("this host is fencing itself", agent.core.notActive(agent.state, agent.look(), agent.now()));
    }

    /** The validator's word is of now, and the change goes on: in a moment it may be another. */
    /** Else the next start, before an RPC that drips, would believe the command that takes the identity off instead of the validator. */
    @Test
    void thatTheValidatorHasSaidWhoItIsIsWrittenDownThoughItSaidSoInTheMiddleOfAChange() {
        agent.identity = AgentAtWork.OTHER;
        agent.start(AgentAtWork.memory(Role.PASSIVE), false);
        agent.ask(Action.BECOME_PASSIVE, 6, true);
        agent.observed();
        agent.work();
        agent.observed();
        assertTrue(agent.memory().identityRead());
    }

    @Test
    void inTheMiddleOfAChangeOrAFenceNothingIsAFact() {
        agent.passive();
        assertTrue(verified());
        agent.ask(Action.BECOME_PASSIVE, 6, true);
        assertFalse(verified(), "a change is under way");
        agent.work();
        assertTrue(verified());
        agent.post(new AgentEvent.FenceBegun());
        assertFalse(verified(), "so is a fence");
    }

    private boolean verified() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).identityVerified();
    }

    /** Of a short lease the fencer is told a later instant than its end: a restart takes that off again. */
    @Test
    void e16ARestartedHolderOfAShortLeaseTakesNoMoreThanTheLease() {
        agent.identity = AgentAtWork.STAKED;
        agent.leaseLeft = Duration.ofMillis(4000);
        agent.start(AgentAtWork.memory(Role.ACTIVE).withTerms(new DurableAgentState.Terms(4000, 1000, 200)), false);
        assertEquals(4000 - HeldLease.toldLater(Duration.ofMillis(1000)).toMillis(), hold().left(agent.now()).toMillis(), 1);
        assertTrue(HeldLease.toldLater(Duration.ofMillis(1000)).toMillis() > 400);
    }

    /** The fencer rests only once the host cannot carry the identity any more. */
    @Test
    void aLeaseIsNotGivenUpBesideASetIdentityThatMayStillLand() {
        agent.passive();
        agent.results.put(CommandKind.IDENTITY_CHANGE, AgentAtWork.ended(CommandResult.How.TIMED_OUT));
        agent.idle.add(CommandKind.IDENTITY_CHANGE);
        assertEquals(Outcome.UNKNOWN.wire(), promote().outcome());
        assertNotNull(hold());
        assertNotNull(agent.state.lease.published.hold());
        StatusResponse status = agent.core.status(agent.state, agent.look(), 0, agent.now());
        assertTrue(status.isActive() && !status.identityVerified(), "E15: it may be active in a moment");
        agent.identity = AgentAtWork.STAKED;
        agent.observed();
        pass(300);
        agent.observed();
        assertEquals(Role.ACTIVE, agent.memory().role(), "it has landed, under the lease it was sent by");
        assertNull(agent.memory().inDoubt());
    }

    @Test
    void whatIsAndIsNotAFact() {
        agent.active();
        agent.running = false;
        assertFalse(agent.core.status(agent.state, agent.look(), 0, agent.now()).identityVerified(), "active, and nothing runs");
        AgentAtWork passive = new AgentAtWork().passive();
        passive.running = false;
        StatusResponse dead = passive.core.status(passive.state, new Observation(0, new ProcessView(false, 0, 0, Duration.ZERO, false), 0,
                false, null, null, "x"), 0, passive.now());
        assertFalse(dead.identityVerified(), "which process is the validator is not certain");
        assertTrue(passive.core.status(passive.state, passive.look(), 0, passive.now()).identityVerified());
    }

    /** What a planned move asks beforehand. */
    @Test
    void anActiveHostSaysWhatItsOwnVoteStateIsWorth() {
        agent.tower = new TowerCheck(TowerCheck.Verdict.VALID, "", 41);
        leased();
        agent.post(new AgentEvent.Tick());
        assertTrue(agent.effects.contains(new AgentEffect.LookAtTower()));
        assertNull(agent.core.status(agent.state, agent.look(), 0, agent.now()).voteState(), "not seen yet");
        agent.post(new AgentEvent.TowerSeen(agent.tower, 300));
        pass(1000);
        assertEquals(new VoteStateReport(41, 1300, null), agent.core.status(agent.state, agent.look(), 0, agent.now()).voteState());
        pass(1500);
        agent.effects.clear();
        agent.post(new AgentEvent.Tick());
        agent.post(new AgentEvent.Tick());
        assertEquals(1, agent.effects.stream().filter(AgentEffect.LookAtTower.class::isInstance).count(), "one look at a time");
        agent.post(new AgentEvent.TowerSeen(new TowerCheck(TowerCheck.Verdict.BAD, "0 bytes", 0), 0));
        assertEquals(new VoteStateReport(0, 0, "0 bytes"), agent.core.status(agent.state, agent.look(), 0, agent.now()).voteState());
        agent.change(Action.BECOME_PASSIVE, 6, true);
        assertNull(agent.core.status(agent.state, agent.look(), 0, agent.now()).voteState());
    }
}
