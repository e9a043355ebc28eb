package failover.agent.decision;

import failover.protocol.Now;
import failover.protocol.wire.StayAnswer;
import java.time.Duration;

/** What an agent knows of its lease between two events; copied with the state. */
final class Leasing {
    /** Names this start of the agent (E0, E11). */
    final String nonce;
    /** When it started: it refuses promotions that rest on silence for a while (E7). */
    final Now startedAt;
    /** The lease held, also when it has run out; {@code null} when none. */
    Hold hold;
    /** What was last published to the dead-man and the fencer. */
    AgentEffect.Publish published;
    /** P of the newest offer in nanoseconds; 0 before the first. */
    long heartbeatNanos;
    /** What the newest offer said that a grantor has to wait after it heard a holder (E3); zero before the first. */
    Duration offeredWait = Duration.ZERO;
    /** Monotonic instant of the bound manager's last poll that counted; only read when {@link #managerHeard}. */
    long managerHeardAt;
    boolean managerHeard;
    /** Why the newest poll was given no say; {@code null} when it was. */
    String refused;
    boolean refusalSaid;
    /** The bound manager has paused the pair. */
    boolean paused;
    /** When it was last heard that it has; {@code null} when never. */
    Now pausedAt;
    /** No promotion that rests on the peer's silence before this instant (E7); {@code null} when nothing was promised. */
    Now promisedAt;
    long promiseNanos;
    /** The answer to the newest {@code stay}. */
    StayAnswer stay;
    /** Monotonic instant of the newest {@code stay} asked by this host. */
    long askedToStayAt;
    boolean everAskedToStay;
    String staySaid;
    /** What the peer last said of the manager it is bound to, and when (E12). */
    String peersManager;
    long peersManagerHeardAt;
    boolean peerSaidOfManager;
    /** The dead-man fences this host now. */
    boolean fencing;
    /** A fencer answered lately. */
    boolean fenceCapable;

    Leasing(String nonce, Now now) {
        this.nonce = nonce;
        this.startedAt = now;
    }

    Leasing(Leasing other) {
        this.nonce = other.nonce;
        this.startedAt = other.startedAt;
        this.hold = other.hold;
        this.published = other.published;
        this.heartbeatNanos = other.heartbeatNanos;
        this.offeredWait = other.offeredWait;
        this.managerHeardAt = other.managerHeardAt;
        this.managerHeard = other.managerHeard;
        this.refused = other.refused;
        this.refusalSaid = other.refusalSaid;
        this.paused = other.paused;
        this.pausedAt = other.pausedAt;
        this.promisedAt = other.promisedAt;
        this.promiseNanos = other.promiseNanos;
        this.stay = other.stay;
        this.askedToStayAt = other.askedToStayAt;
        this.everAskedToStay = other.everAskedToStay;
        this.staySaid = other.staySaid;
        this.peersManager = other.peersManager;
        this.peersManagerHeardAt = other.peersManagerHeardAt;
        this.peerSaidOfManager = other.peerSaidOfManager;
        this.fencing = other.fencing;
        this.fenceCapable = other.fenceCapable;
    }

    /** A lease that has not run out. */
    boolean held(Now now) {
        return hold != null && !hold.ended(now);
    }
}
