package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.PeerStatusRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What an agent knows of its lease between two events; copied with the state. */
final class LeaseState {
    /** Names this start of the agent (E0, E11). */
    final String nonce;
    /** When it started: it refuses promotions that rest on silence for a while (E7). */
    final ClockReading startedAt;
    /** The lease held, also when it has run out; {@code null} when none. */
    HeldLease hold;
    /** What was last published to the dead-man and the fencer. */
    AgentEffect.Publish published;
    /** P of the newest offer in nanoseconds; 0 before the first. */
    long heartbeatNanos;
    /** How long a grantor waits after it last heard a holder, by the newest offer (E3); zero before the first. */
    Duration offeredWait = Duration.ZERO;
    /** Monotonic instant of the bound manager's last poll that counted; only read when {@link #managerHeard}. */
    long managerHeardAt;
    boolean managerHeard;
    /** Why the newest poll was refused; {@code null} when it was not. */
    String refused;
    boolean refusalSaid;
    /** The bound manager has paused the pair. */
    boolean paused;
    /** When it was last heard that it has; {@code null} when never. */
    ClockReading pausedAt;
    /** No promotion that rests on the peer's silence before this monotonic instant (E7); only read when {@link #promised}. */
    long promisedUntil;
    boolean promised;
    /** What an earlier start may have promised, milliseconds from this one's beginning. */
    final long promisedBeforeMs;
    /** A promise of this length needs no writing: a restart holds off for it. */
    long durablePromiseMs;
    /** What waits for its being durable, by the number of its {@link AgentEffect.Keep}. */
    final Map<Long, Keeping> keeping;
    long keeps;
    /** Monotonic instant of the newest {@code stay} asked by this host. */
    long askedToStayAt;
    boolean everAskedToStay;
    String staySaid;
    /** The manager the peer is bound to, by its last valid report (E12); {@code null} when there is none. */
    PeersManager peersManager;
    /** That this host leaves its manager is durable, so the peer may be asked; and when it was asked last. */
    boolean leavingKept;
    long askedToLeaveAt;
    /** The newest offer of the peer to change managers that was refused: none up to it is taken up any more. */
    long leaveRefused;
    /** Another process of the bound manager, and since when it is known. */
    DurableAgentState.Manager twin;
    long twinAt;
    /**
     * Processes of managers that live beside the bound one if they poll again: the one that this host left last for it, because it was
     * silent here, and all others that polled then.
     */
    Set<DurableAgentState.Manager> left = Set.of();
    /** Id of the host that answers in the peer's place while this host leaves its manager; {@code null} when none does. */
    String strangeAnswers;
    /** Other processes of the bound manager that have polled since this host went over to it. */
    Set<DurableAgentState.Manager> beside = Set.of();
    /** Monotonic instant at which this host went over to its manager, which polled then; only read when {@link #wentOver}. */
    long wentOverAt;
    boolean wentOver;
    /** This host obeys its manager because it polled first, and the peer has not reported since that it obeys the same. */
    boolean unconfirmed;
    /** What the start of the manager that was obeyed before may have granted the peer; {@code null} when there was none. */
    Former former;
    /** The first poll that the bound manager was heard by; {@code null} before it. */
    FirstPoll first;
    /** Monotonic instant at which the peer was last asked whom it obeys; only read when {@link #compared}. */
    long comparedAt;
    boolean compared;
    /** Another manager, for whose poll the peer is being asked whom it obeys; {@code null} when for none. */
    DurableAgentState.Manager candidate;
    /** The epoch at which the other host holds the identity, as reported by the bound peer or the manager; 0 when there is no report. */
    long outranked;
    /** The dead-man fences this host now. */
    boolean fencing;
    /** A fencer answered lately. */
    boolean fenceCapable;

    /**
     * The first poll of a manager.
     *
     * @param manager whose
     * @param heardAt monotonic instant at which it was heard
     * @param sent when, by the manager's own clock in unix seconds
     */
    record FirstPoll(DurableAgentState.Manager manager, long heardAt, long sent) {
    }

    /**
     * A start of the manager that was obeyed until a newer one polled.
     *
     * @param livedAt monotonic instant of its last sign of life here
     * @param lease for so long the longest that it can have granted lasts
     * @param over this host had gone over to it: there is more than one
     */
    record Former(long livedAt, Duration lease, boolean over) {
    }

    /**
     * The peer's report of its manager.
     *
     * @param manager which; {@code null} when none
     * @param heardAt monotonic instant at which it heard that one last
     * @param saidAt when it reported that
     */
    record PeersManager(DurableAgentState.Manager manager, long heardAt, long saidAt) {
    }

    /**
     * An answer or an action that waits until the state is durable.
     *
     * @param why what for
     * @param ticket of the peer's question; 0 when it asked none
     * @param request that question
     */
    record Keeping(Why why, long ticket, PeerStatusRequest request) {
        /** What for. */
        enum Why { PROMISE, LEAVING, FOLLOWING }
    }

    LeaseState(String nonce, long promisedBeforeMs, ClockReading now) {
        this.nonce = nonce;
        this.startedAt = now;
        this.promisedBeforeMs = promisedBeforeMs;
        this.durablePromiseMs = promisedBeforeMs;
        this.askedToLeaveAt = now.nanos();
        this.keeping = new LinkedHashMap<>();
    }

    LeaseState(LeaseState other) {
        this.nonce = other.nonce;
        this.startedAt = other.startedAt;
        this.hold = other.hold;
        this.published = other.published;
        this.heartbeatNanos = other.heartbeatNanos;
        this.offeredWait = other.offeredWait;
        this.candidate = other.candidate;
        this.managerHeardAt = other.managerHeardAt;
        this.managerHeard = other.managerHeard;
        this.refused = other.refused;
        this.refusalSaid = other.refusalSaid;
        this.paused = other.paused;
        this.pausedAt = other.pausedAt;
        this.promisedUntil = other.promisedUntil;
        this.promised = other.promised;
        this.promisedBeforeMs = other.promisedBeforeMs;
        this.durablePromiseMs = other.durablePromiseMs;
        this.keeping = new LinkedHashMap<>(other.keeping);
        this.keeps = other.keeps;
        this.askedToStayAt = other.askedToStayAt;
        this.everAskedToStay = other.everAskedToStay;
        this.staySaid = other.staySaid;
        this.peersManager = other.peersManager;
        this.leavingKept = other.leavingKept;
        this.askedToLeaveAt = other.askedToLeaveAt;
        this.leaveRefused = other.leaveRefused;
        this.twin = other.twin;
        this.twinAt = other.twinAt;
        this.left = other.left;
        this.strangeAnswers = other.strangeAnswers;
        this.beside = other.beside;
        this.wentOverAt = other.wentOverAt;
        this.wentOver = other.wentOver;
        this.unconfirmed = other.unconfirmed;
        this.former = other.former;
        this.first = other.first;
        this.comparedAt = other.comparedAt;
        this.compared = other.compared;
        this.outranked = other.outranked;
        this.fencing = other.fencing;
        this.fenceCapable = other.fenceCapable;
    }

    /** Has the memory made durable, and remembers what for. */
    AgentEffect.Keep keep(Keeping what, DurableAgentState memory) {
        keeping.put(++keeps, what);
        return new AgentEffect.Keep(keeps, memory);
    }

    /** A lease that has not run out, or has by a wall clock that was moved alone (E9). */
    boolean renewable(ClockReading now) {
        return hold != null && !hold.over(now);
    }

    /** A lease that has not run out. */
    boolean held(ClockReading now) {
        return hold != null && !hold.ended(now);
    }
}
