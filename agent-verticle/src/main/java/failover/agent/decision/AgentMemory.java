package failover.agent.decision;

import failover.protocol.wire.Action;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.Role;

/**
 * What an agent remembers across its own restarts (one small file, fsync, atomic rename; E10).
 *
 * @param hostId random, made once with the state directory (E17)
 * @param role what this host means to be
 * @param epoch the highest epoch obeyed
 * @param stakedIdentity the identity this pair moves, once known; {@code null} before
 * @param demotedAtMillis wall clock of the last completed demotion; 0 when none: a validator that started later must not carry the identity
 * @param intent a change begun and not finished; {@code null} when none
 * @param unsettled the process on which a set-identity(staked) may still take effect (E15); {@code null} when none
 * @param lastOperation the newest finished change; {@code null} when none
 * @param bonds the manager and the peer this agent listens to (E12, E17)
 * @param terms of the lease under which this host holds the identity; {@code null} when it holds none, or had none to begin with (E16)
 * @param identityRead the validator has said who it is at some time: then its silence about it is no consent
 */
public record AgentMemory(
        String hostId,
        Role role,
        long epoch,
        String stakedIdentity,
        long demotedAtMillis,
        Intent intent,
        Unsettled unsettled,
        LastOperation lastOperation,
        Bonds bonds,
        Terms terms,
        boolean identityRead) {

    /** An agent that has never been bound to anybody, nor held a lease. */
    public AgentMemory(String hostId, Role role, long epoch, String stakedIdentity, long demotedAtMillis, Intent intent,
            Unsettled unsettled, LastOperation lastOperation) {
        this(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, unsettled, lastOperation, Bonds.NONE, null, false);
    }

    /**
     * Whom this agent listens to, once it has met them.
     *
     * @param managerId the manager's id; {@code null} before the first
     * @param managerStart the newest start of it that was obeyed
     * @param peerId the peer's host id; {@code null} before the first
     */
    public record Bonds(String managerId, long managerStart, String peerId) {
        /** Nobody yet. */
        public static final Bonds NONE = new Bonds(null, 0, null);

        /** Ever bound to a manager of ours: bare commands are refused then (E13). */
        public boolean managed() {
            return managerId != null;
        }
    }

    /**
     * The numbers of a lease, as the manager that granted it reckons.
     *
     * @param leaseMs Q in milliseconds
     * @param fenceMs D in milliseconds
     * @param jitterMs J in milliseconds
     */
    public record Terms(long leaseMs, long fenceMs, long jitterMs) {
    }

    /**
     * A change begun.
     *
     * @param action which
     * @param operationId as the manager named it; may be {@code null}
     * @param epoch of the change
     */
    public record Intent(Action action, String operationId, long epoch) {
    }

    /**
     * The process a set-identity(staked) was sent to.
     *
     * @param pid its process id
     * @param startTicks field 22 of its /proc/PID/stat
     */
    public record Unsettled(long pid, long startTicks) {
    }

    /** The same with another role. */
    public AgentMemory withRole(Role newRole) {
        return new AgentMemory(hostId, newRole, epoch, stakedIdentity, demotedAtMillis, intent, unsettled, lastOperation, bonds,
                terms, identityRead);
    }

    /** The same with another epoch. */
    public AgentMemory withEpoch(long newEpoch) {
        return new AgentMemory(hostId, role, newEpoch, stakedIdentity, demotedAtMillis, intent, unsettled, lastOperation, bonds,
                terms, identityRead);
    }

    /** The same with the identity pinned. */
    public AgentMemory withStakedIdentity(String identity) {
        return new AgentMemory(hostId, role, epoch, identity, demotedAtMillis, intent, unsettled, lastOperation, bonds,
                terms, identityRead);
    }

    /** The same with the instant of a demotion. */
    public AgentMemory withDemotedAt(long millis) {
        return new AgentMemory(hostId, role, epoch, stakedIdentity, millis, intent, unsettled, lastOperation, bonds,
                terms, identityRead);
    }

    /** The same with another intent, or none. */
    public AgentMemory withIntent(Intent newIntent) {
        return new AgentMemory(hostId, role, epoch, stakedIdentity, demotedAtMillis, newIntent, unsettled, lastOperation, bonds,
                terms, identityRead);
    }

    /** The same with another unsettled process, or none. */
    public AgentMemory withUnsettled(Unsettled process) {
        return new AgentMemory(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, process, lastOperation, bonds,
                terms, identityRead);
    }

    /** The same with a finished change. */
    public AgentMemory withLastOperation(LastOperation operation) {
        return new AgentMemory(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, unsettled, operation, bonds,
                terms, identityRead);
    }

    /** The same with other bonds. */
    public AgentMemory withBonds(Bonds others) {
        return new AgentMemory(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, unsettled, lastOperation, others,
                terms, identityRead);
    }

    /** The same with other terms, or none. */
    public AgentMemory withTerms(Terms others) {
        return new AgentMemory(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, unsettled, lastOperation, bonds,
                others, identityRead);
    }

    /** The same, once the validator has said who it is. */
    public AgentMemory withIdentityRead() {
        return new AgentMemory(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, unsettled, lastOperation, bonds,
                terms, true);
    }
}
