package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.ClockReading;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** E0, E11: what comes too late, or from elsewhere, is worth nothing, and costs nobody its lease. */
class LateGrantTest {
    private static final long Q = 9405;
    private static final long D = 2000;
    private static final long J = 500;

    private final AgentAtWork agent = new AgentAtWork();

    private String token() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
    }

    private void poll(String token, long epoch) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", epoch,
                new LeaseKeepalive(token, epoch, 1, 2000, Q, D, J, false))));
    }

    private HeldLease hold() {
        return agent.state.lease.hold;
    }

    /** What was sent before this agent started, or before the newest order, may come at any time: it grants nothing, nor fences anybody. */
    @Test
    void aGrantThatComesTooLateIsNoneAndLeadsToNoFence() {
        agent.active();
        String token = token();
        agent.nanos += Q * 1_000_000;
        poll(token, 5);
        assertNull(hold(), "its lease is over already");
        poll(token(), 3);
        assertNull(hold(), "this host has obeyed epoch 4");
        poll(token(), 4);
        assertEquals(4, hold().epoch());
    }

    /** E11: a token is worth something to the start of the agent that issued it, and to no other; none comes from the future. */
    @Test
    void e11ATokenOfAnotherStartOrOfTheFutureIsNone() {
        ClockReading then = new ClockReading(5_000, 7, 9_000);
        String token = Token.issue("mine", then);
        assertEquals(then, Token.issued("mine", token, new ClockReading(5_000, 7, 9_000)).orElseThrow());
        assertTrue(Token.issued("another", token, new ClockReading(6_000, 8, 10_000)).isEmpty(), "an earlier start's");
        assertTrue(Token.issued("mine", token, new ClockReading(4_999, 7, 8_999)).isEmpty(),
                "the clock that only runs forward is not there yet");
        assertTrue(Token.issued("mine", token + ".1", new ClockReading(6_000, 8, 10_000)).isEmpty());
    }

    /** A manager that came back with shorter leases must not take the one that runs away: what would be due at once is not taken. */
    @Test
    void aGrantByOtherNumbersThatLeavesNoTimeChangesNothing() {
        HeldLease hold = new HeldLease(5, new ClockReading(0, 0, 0), Duration.ofMillis(Q), Duration.ofMillis(D), Duration.ofMillis(J));
        ClockReading now = new ClockReading(4_000_000_000L, 4_000, 4_000_000_000L);
        Duration fence = Duration.ofMillis(D);
        Duration jitter = Duration.ofMillis(J);
        assertEquals(hold, hold.granted(new ClockReading(1_000_000_000L, 1_000, 1_000_000_000L), Duration.ofMillis(5_500), fence, jitter,
                now));
        assertEquals(Duration.ofMillis(5_600),
            hold.granted(new ClockReading(1_000_000_000L, 1_000, 1_000_000_000L), Duration.ofMillis(5_600), fence, jitter, now).worth());
    }
}
