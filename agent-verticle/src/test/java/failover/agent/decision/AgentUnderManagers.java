package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertNull;

import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.DurableAgentState.Manager;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;

/** An agent that is bound to {@link #OLD}, and what managers and its peer say to it: for tests of E12. */
abstract class AgentUnderManagers {
    static final long Q = 9405;
    static final long D = 2000;
    static final long J = 500;
    static final Manager OLD = new Manager("m1", 5, "run-a");
    static final Manager OTHER = new Manager("m2", 1, "run-b");

    AgentAtWork agent = new AgentAtWork();

    void pass(long millis) {
        agent.nanos += millis * 1_000_000;
    }

    String token() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
    }

    /** Why that manager has no say; {@code null} when it has. */
    String poll(Manager manager, long epoch) {
        return poll(manager, epoch, agent.now().wallSeconds());
    }

    String poll(Manager manager, long epoch, long sent) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(sent, 0, manager.id(), epoch,
                new LeaseKeepalive(token(), epoch, manager.start(), 2000, Q, D, J, false, manager.run(), 0))));
        return leaseWord().refused();
    }

    LeaseStatus leaseWord() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease();
    }

    void bound(Role role) {
        agent.identity = role == Role.ACTIVE ? AgentAtWork.STAKED : AgentAtWork.OTHER;
        agent.start(AgentAtWork.memory(role).withBindings(new Bindings(OLD, "peer", null, 0)), false).observed();
        assertNull(poll(OLD, role == Role.ACTIVE ? 5 : 0));
    }

    long asked() {
        return agent.effects.stream().filter(AgentEffect.AskPeer.class::isInstance).count();
    }

    static PeerStatusResponse says(Manager manager, long heardMs) {
        return new PeerStatusResponse(true, false, true, 0, "peer", 4, true, null, new PromiseAnswer(false, "not asked",
                manager == null ? null : manager.id(), heardMs, manager == null ? 0 : manager.start(),
                manager == null ? null : manager.run()));
    }

    /** That manager has seen the peer to be passive. */
    FailoverResponse ordered(Manager by) {
        return ordered(by, true);
    }

    /** The peer is silent to that manager. */
    FailoverResponse onSilence(Manager by) {
        return ordered(by, false);
    }

    private FailoverResponse ordered(Manager by, boolean otherPassive) {
        agent.post(new AgentEvent.ChangeAsked(900, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op", 9, 0, false,
                new Grant(token(), by.id(), by.start(), Q, D, J, otherPassive, false, true, 0, false, "peer", by.run(), false, 0), null)));
        agent.work();
        return agent.replies.remove(900L);
    }
}
