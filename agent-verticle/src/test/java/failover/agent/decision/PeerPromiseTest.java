package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** E7, what the two agents say to each other and to the manager of their promise; the rest of it is in {@link LeaseTest}. */
class PeerPromiseTest {
    private static final long Q = 9405;
    private static final long J = 500;

    private final AgentAtWork agent = new AgentAtWork();

    private LeaseStatus word() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease();
    }

    private void poll(long epoch) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", epoch,
                new LeaseKeepalive(word().token(), epoch, 1, 2000, Q, 2000, J, false))));
    }

    /** In a change the memory is the change's, and the peer is pinned after it; seed 1980 of the simulator died of it. */
    @Test
    void aPeersAnswerInTheMiddleOfAChangeExtendsNothingWhileItIsNotPinned() {
        agent.active();
        poll(5);
        agent.nanos += 2_000_000_000L;
        agent.post(new AgentEvent.Tick());
        AgentEffect.AskToStay ask = (AgentEffect.AskToStay) agent.effects.stream().filter(effect -> effect instanceof AgentEffect.AskToStay)
                .reduce((a, b) -> b).orElseThrow();
        agent.post(new AgentEvent.ChangeAsked(1, new FailoverRequest(Action.BECOME_PASSIVE.wire(), "test", false, 0, "op", 9, 0, false)));
        agent.nanos += 10_000_000L;
        long left = agent.state.lease.hold.left(agent.now()).toMillis();
        agent.post(new AgentEvent.StayAnswered(ask.request(), ask.sentAt(), new PeerStatusResponse(true, false, true, 0, "peer", 5, true,
                null, new PromiseAnswer(true, null, "manager", 100))));
        assertEquals(left, agent.state.lease.hold.left(agent.now()).toMillis());
    }

    /** E7: the manager need not find out by being refused. */
    @Test
    void aHostSaysForHowLongItsPromiseBindsIt() {
        agent.passive();
        poll(0);
        agent.nanos += 60_000_000_000L;
        assertEquals(0, word().boundMs());
        assertTrue(agent.stayAsked("peer", 9, Q, J).granted());
        agent.nanos += 1_000_000_000L;
        assertEquals(LeaseTiming.grantorWait(Duration.ofMillis(Q), Duration.ofMillis(J)).toMillis() - 1000,
                word().boundMs(), 1);
    }
}
