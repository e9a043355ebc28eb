package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.Bounds;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.StatusRequest;
import org.junit.jupiter.api.Test;

/** One message must not take a host out of reach of its manager for ever: what lies a million above the known is not learnt (E10, E12). */
class LeapTest {
    private final AgentAtWork agent = new AgentAtWork();

    private String polled(String manager, long start, long epoch) {
        String token = agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, manager, epoch,
            new LeaseKeepalive(token, epoch, start, 2_000, 9_405, 2_000, 500, false))));
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().refused();
    }

    @Test
    void anOrderUnderAnEpochALeapAboveIsRefusedAndItsEpochNotKept() {
        agent.passive();
        FailoverResponse answer = agent.change(Action.BECOME_PASSIVE, 4 + Bounds.LARGEST_LEAP + 1, false);
        assertEquals("refused", answer.outcome());
        assertTrue(answer.message().contains("lies more than 1000000 above 4"), answer.message());
        assertEquals(4, agent.state.knowledge().epoch());
        assertEquals("done", agent.change(Action.BECOME_PASSIVE, 4 + Bounds.LARGEST_LEAP, false).outcome());
    }

    @Test
    void aStartOfAManagerALeapAboveIsNotObeyedAndTheOldOneStillIs() {
        agent.active();
        assertNull(polled("m", 3, 4));
        assertTrue(polled("m", 3 + Bounds.LARGEST_LEAP + 1, 4).contains("no manager has started so often"));
        assertNull(polled("m", 4, 4));
        assertEquals(4, agent.state.memory.bindings().managerStart());
    }

    @Test
    void aFirstManagerThatClaimsTooManyStartsIsNotBound() {
        agent.active();
        assertNotNull(polled("m", 1_000_000_000, 4));
        assertNull(agent.state.memory.bindings().managerId());
    }

    @Test
    void aGrantAtAnEpochALeapAboveIsNone() {
        agent.active();
        assertNull(polled("m", 1, 4));
        assertEquals(4, agent.state.lease.hold.epoch());
        polled("m", 1, 4 + Bounds.LARGEST_LEAP + 1);
        assertEquals(4, agent.state.lease.hold.epoch());
        assertEquals(4, agent.state.memory.epoch());
    }
}
