package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code fence_timeout} of an agent: a lease that leaves a fence less time than this host needs is worth nothing here (E2). */
class FenceTimeoutTest {
    private final AgentAtWork agent = new AgentAtWork();

    private void poll(long fenceMs) {
        String token = agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", 5,
                new LeaseKeepalive(token, 5, 1, 2000, 9405, fenceMs, 500, false))));
    }

    @Test
    void aLeaseThatLeavesTooLittleForAFenceIsRefusedAndTheManagerIsTold() {
        agent.fenceTimeout = Duration.ofSeconds(3);
        agent.active();
        poll(2000);
        assertNull(agent.state.lease.hold);
        String refused = agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().refused();
        assertTrue(refused.contains("leaves a fence 2000 ms") && refused.contains("needs 3000 ms"), refused);
        poll(2000);
        assertEquals(1, agent.lines.stream().filter(line -> line.contains("no lease is taken from this manager")).count());
        poll(3000);
        assertNotNull(agent.state.lease.hold);
        assertNull(agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().refused());
    }
}
