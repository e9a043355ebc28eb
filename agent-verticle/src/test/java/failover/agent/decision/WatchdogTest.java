package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.ClockReading;
import failover.protocol.lease.WatchdogTiming;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A watchdog in the fencer's place: E1, E2 and E4 at the agent. */
class WatchdogTest {
    private static final long Q = 9405;
    private static final long D = 2000;
    private static final long J = 500;
    /** (2W + D_w)(1 + r). */
    private static final long RESERVE = 2814;

    private final AgentAtWork agent = new AgentAtWork();

    WatchdogTest() {
        agent.watchdog = new WatchdogTiming(Duration.ofMillis(900), Duration.ofSeconds(1));
    }

    private String token() {
        return Token.issue(AgentAtWork.NONCE, agent.now());
    }

    private void poll(long leaseMs) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(0, 0, "manager", 5,
                new LeaseKeepalive(token(), 5, 1, 2000, leaseMs, D, J, false))));
    }

    private LeaseStatus word() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease();
    }

    private static ClockReading at(long millis) {
        return new ClockReading(millis * 1_000_000, millis, millis * 1_000_000);
    }

    @Test
    void itIsFedWithoutALeaseAndWithOneOnlyWhileItWouldStillBeInTime() {
        HeldLease hold = new HeldLease(5, at(0), Duration.ofMillis(Q), Duration.ofMillis(D), Duration.ofMillis(J), agent.watchdog);
        AgentEffect.Publish held = new AgentEffect.Publish(hold, null);
        assertTrue(WatchdogPolicy.allowed(null, true, at(0)));
        assertTrue(WatchdogPolicy.allowed(new AgentEffect.Publish(null, null), true, at(1_000_000)),
                "a passive host is left alone for ever");
        assertTrue(WatchdogPolicy.allowed(held, true, at(Q - RESERVE)));
        assertFalse(WatchdogPolicy.allowed(held, true, at(Q - RESERVE + 1)));
        assertFalse(WatchdogPolicy.allowed(held, true, at(Q + 1000)), "a lease that has run out feeds nothing");
        assertFalse(WatchdogPolicy.allowed(held, true, new ClockReading(0, Q - RESERVE + 1, 0)), "whichever clock is first (E9)");
        assertFalse(WatchdogPolicy.allowed(held, false, at(0)), "nobody would fence this host");
        assertFalse(WatchdogPolicy.allowed(null, false, at(0)));
    }

    @Test
    void theFenceBeginsJBeforeTheLastKeepalive() {
        HeldLease hold = new HeldLease(5, at(0), Duration.ofMillis(Q), Duration.ofMillis(D), Duration.ofMillis(J), agent.watchdog);
        assertEquals(Duration.ofMillis(RESERVE + J), hold.lead());
        assertFalse(hold.due(at(Q - RESERVE - J - 1)));
        assertTrue(hold.due(at(Q - RESERVE - J)));
        // W, a quarter of it, and D_w before the end the watchdog may have fired.
        assertEquals(1178, hold.ownFence().toMillis());
        WatchdogTiming quick = new WatchdogTiming(Duration.ofMillis(200), Duration.ZERO);
        assertEquals(Duration.ofMillis(D + J), new HeldLease(5, at(0), Duration.ofMillis(Q), Duration.ofMillis(D), Duration.ofMillis(J),
                quick)
                .lead(), "never later than the fence itself needs");
    }

    @Test
    void aLeaseThatFitsIsTakenAndItsArithmeticSaid() {
        agent.active();
        agent.post(new AgentEvent.FencerSeen(true));
        poll(Q);
        assertNotNull(agent.state.lease.hold);
        assertEquals(agent.watchdog, agent.state.lease.hold.watchdog());
        assertTrue(agent.lines.toString().contains("W=0.900s D_w=1.000s m=1: (m+2)P + max(D+J, (2W+D_w)(1+r)) + J=9.314s <= Q=9.405s"),
                agent.lines::toString);
        assertTrue(word().fenceCapable());
        assertEquals(LeaseStatus.WATCHDOG, word().fencedBy());
    }

    @Test
    void aLeaseThatIsTooShortForItIsRefusedInPollAndOrder() {
        agent.active();
        poll(7000);
        assertNull(agent.state.lease.hold);
        assertTrue(word().refused().contains("E1: 2P + max(D+J, (2W+D_w)(1+r)) + J = 7.314s > Q=7.000s"), word()::refused);
        assertNull(word().fencedBy(), "nobody is attested yet");
    }

    @Test
    void aPromotionNeedsAWatchdogThatIsFed() {
        agent.fencing = AgentOptions.Fencing.REQUIRED;
        agent.unarmed = "it has taken no keepalive lately";
        agent.passive();
        agent.post(new AgentEvent.ChangeAsked(1, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op", 9, 0, false,
                new Grant(token(), "manager", 1, Q, D, J, true, false, true), null)));
        agent.work();
        assertEquals(Outcome.REFUSED.wire(), agent.replies.get(1L).outcome());
        assertTrue(agent.replies.get(1L).message().contains("no watchdog stands behind this host"), agent.replies.get(1L)::message);
        assertTrue(agent.core.status(agent.state, agent.look(), 0, agent.now()).unfit().toString().contains("no watchdog answers"));
    }
}
