package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.StatusResponse;
import java.util.ArrayList;
import java.util.List;

/** Everything an agent knows between two events. The shell only hands it back; the core works on a copy. */
public final class AgentState {
    DurableAgentState memory;

    /** Of this host, and the promises to the other. */
    final LeaseState lease;

    /** The change under way; {@code null} when none. */
    RoleChange change;
    /** Tickets that wait for it. */
    List<Long> waiters;
    /** A become_passive that waits for a promotion it cut short. */
    FailoverRequest next;
    List<Long> nextWaiters;
    /** The newest answer, for a repeated operation id. */
    FailoverResponse lastAnswer;
    /** The operation that asked for a demotion while the dead-man fences; {@code null} when none. */
    String fenceAskedBy;

    /** A manager has polled since the start, and may be believed to hear us. */
    boolean contacted;
    /** Monotonic instant of the last contact that counts. */
    long contactAt;
    /** Monotonic instant of the first poll by a manager that echoes; 0 before. */
    long echoedFirstAt;
    /** The manager's silence has been logged. */
    boolean silenceSaid;

    /** What the watch asked the peer for; {@code null} when it asked nothing. */
    Asking asking;
    long askedAt;
    boolean mismatchSaid;
    /** Observations in a row that contradict an active role. */
    int contradictions;
    long contradictedAt;

    /** The memory names a process on which a set-identity may still take effect, and no change is under way. */
    boolean inDoubt;
    long unsettledAt;

    Observation seen;
    SlotDuration pace = SlotDuration.UNKNOWN;
    boolean identityRead;
    boolean observing;
    /** There was no state file, and the operator's commands switch the boot identity: it may be the staked one (E14). */
    boolean bootUnknown;
    long observedAt;
    /** Identity whose vote account is being looked for; {@code null} when none. */
    String pinning;

    /** What this host's own tower is worth, as it was seen last; {@code null} when it is not active, or not seen yet. */
    TowerCheck tower;
    /** Monotonic instant at which that file was written. */
    long towerWrittenAt;
    long towerLookedAt;
    boolean lookingAtTower;

    boolean backingUp;
    boolean dryBackupSaid;
    long backupBegunAt;
    boolean everBackedUp;
    long lastBackupSeconds = StatusResponse.NO_BACKUP;

    /** Why the peer is asked. */
    enum Asking { MANAGER_SILENT, INTERNET, MISMATCH, OTHER_MANAGER }

    AgentState(DurableAgentState memory, String nonce, ClockReading now) {
        this(memory, new LeaseState(nonce, memory.promisedMs(), now), new ArrayList<>(), new ArrayList<>());
        this.identityRead = memory.identityRead();
        // Loaded from disk: a partner that was asked before this start may be asked again.
        this.lease.leavingKept = memory.bindings().leaving() != null;
        this.contactAt = now.nanos();
        this.askedAt = now.nanos();
        this.observedAt = now.nanos();
    }

    private AgentState(DurableAgentState memory, LeaseState lease, List<Long> waiters, List<Long> nextWaiters) {
        this.memory = memory;
        this.lease = lease;
        this.waiters = waiters;
        this.nextWaiters = nextWaiters;
    }

    AgentState copy() {
        AgentState copy = new AgentState(memory, new LeaseState(lease), new ArrayList<>(waiters), new ArrayList<>(nextWaiters));
        copy.change = change == null ? null : change.copy();
        copy.next = next;
        copy.lastAnswer = lastAnswer;
        copy.fenceAskedBy = fenceAskedBy;
        copy.contacted = contacted;
        copy.contactAt = contactAt;
        copy.echoedFirstAt = echoedFirstAt;
        copy.silenceSaid = silenceSaid;
        copy.asking = asking;
        copy.askedAt = askedAt;
        copy.mismatchSaid = mismatchSaid;
        copy.contradictions = contradictions;
        copy.contradictedAt = contradictedAt;
        copy.inDoubt = inDoubt;
        copy.unsettledAt = unsettledAt;
        copy.seen = seen;
        copy.pace = pace;
        copy.identityRead = identityRead;
        copy.observing = observing;
        copy.bootUnknown = bootUnknown;
        copy.observedAt = observedAt;
        copy.pinning = pinning;
        copy.tower = tower;
        copy.towerWrittenAt = towerWrittenAt;
        copy.towerLookedAt = towerLookedAt;
        copy.lookingAtTower = lookingAtTower;
        copy.backingUp = backingUp;
        copy.dryBackupSaid = dryBackupSaid;
        copy.backupBegunAt = backupBegunAt;
        copy.everBackedUp = everBackedUp;
        copy.lastBackupSeconds = lastBackupSeconds;
        return copy;
    }

    /** The memory as far as it is known now: that of the change under way, if there is one. */
    DurableAgentState knowledge() {
        return change == null ? memory : change.memory();
    }

    /** The random id of this host (E17). */
    public String hostId() {
        return memory.hostId();
    }

    /** The identity this agent moves, base58; {@code null} when not known. */
    public String stakedIdentity() {
        return memory.stakedIdentity();
    }
}
