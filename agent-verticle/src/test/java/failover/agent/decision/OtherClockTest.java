package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.Action;
import failover.protocol.wire.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** E16: what the lease file says of a deadline counts only as far as it can be true. */
class OtherClockTest {
    private static final DurableAgentState HOLDER = AgentAtWork.memory(Role.ACTIVE).withTerms(new DurableAgentState.Terms(9406, 2000, 500));

    private static AgentAtWork restarted(DurableAgentState memory, long leftMs) {
        AgentAtWork agent = new AgentAtWork();
        agent.identity = AgentAtWork.STAKED;
        agent.leaseLeft = Duration.ofMillis(leftMs);
        return agent.start(memory, false);
    }

    /** The clock of the boot began anew (a container with an uptime of its own), or the file is another's: nobody would ever fence it. */
    @Test
    void aDeadlineFurtherAheadThanTheLeaseIsLongIsNone() {
        AgentAtWork agent = restarted(HOLDER, 9_500);
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("its lease is not known any more")), agent.lines::toString);

        agent = restarted(HOLDER.withIntent(new DurableAgentState.Intent(Action.BECOME_ACTIVE, "op", 5)), 5_000_000);
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);

        agent = restarted(HOLDER, 9_400);
        assertEquals(9_400, agent.state.lease.hold.left(agent.now()).toMillis(), "that much may be left of it");
    }
}
