package failover.agent.decision;

import failover.protocol.wire.Action;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.Role;

/**
 * The agent's persistent state (one small file, fsync, atomic rename; E10).
 *
 * @param hostId random, made once with the state directory (E17)
 * @param role the intended role of this host
 * @param epoch the highest epoch obeyed
 * @param stakedIdentity the identity this pair moves, once known; {@code null} before
 * @param demotedAtMillis wall clock of the last completed demotion; 0 when none: a validator that started later must not carry the identity
 * @param intent a change begun and not finished; {@code null} when none
 * @param inDoubt the process on which a set-identity(staked) may still take effect (E15); {@code null} when none
 * @param lastOperation the newest finished change; {@code null} when none
 * @param bonds the manager and the peer this agent obeys (E12, E17)
 * @param terms of the lease under which this host holds the identity; {@code null} when it holds none, or had none to begin with (E16)
 * @param identityRead the validator has reported its identity at some time: then a missing report is no consent
 * @param promisedMs no promise to the peer that may still bind is longer than this, milliseconds: a start holds off for as long (E7)
 * @param knownPassive a manager of ours was answered, or could have been, that this host is passive: it carries no identity from then on
 *     that it is not granted (E14)
 * @param gaveUp the operation in which the identity was last taken off a validator here that carried it; {@code null} when none, or when it
 *     had no name
 */
public record DurableAgentState(
        String hostId,
        Role role,
        long epoch,
        String stakedIdentity,
        long demotedAtMillis,
        Intent intent,
        InDoubt inDoubt,
        LastOperation lastOperation,
        Bindings bindings,
        Terms terms,
        boolean identityRead,
        long promisedMs,
        boolean knownPassive,
        String gaveUp) {

    /** An agent that has never been bound to anybody, nor held a lease, nor promised one. */
    public DurableAgentState(String hostId, Role role, long epoch, String stakedIdentity, long demotedAtMillis, Intent intent,
            InDoubt inDoubt, LastOperation lastOperation) {
        this(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation, Bindings.NONE, null, false, 0, false,
                null);
    }

    /**
     * One process of one manager. Ids tell state directories apart, starts the lives of one, and runs the processes that share both, which
     * are copies of one another (E12).
     *
     * @param id of the manager's state directory
     * @param start which start of it
     * @param run random, of that process; {@code null} when unknown
     */
    public record Manager(String id, long start, String run) {
        /** Both may be the same process: where one lacks its run, id and start decide. */
        boolean mayBe(Manager other) {
            return id.equals(other.id) && start == other.start && (run == null || other.run == null || run.equals(other.run));
        }

        @Override
        public String toString() {
            return id + " (start " + start + (run == null ? "" : ", run " + run) + ")";
        }
    }

    /**
     * The partners this agent obeys, once it has met them.
     *
     * @param manager the manager, in the newest start of it that was obeyed; {@code null} before the first
     * @param peerId the peer's host id; {@code null} before the first
     * @param leaving the manager for which this host has offered its peer to leave {@code manager}: it obeys neither until the peer has
     *     answered (E12); {@code null} when it does not
     * @param leaves how often it has offered that
     * @param rival another manager, or another process of this one, that may keep the peer active: until the peer reports that it obeys
     *     {@code manager}, none may make this host active; {@code null} when none is known
     */
    public record Bindings(Manager manager, String peerId, Manager leaving, long leaves, Manager rival) {
        /** Nobody yet. */
        public static final Bindings NONE = new Bindings(null, null, null, 0);

        /** Without a rival. */
        public Bindings(Manager manager, String peerId, Manager leaving, long leaves) {
            this(manager, peerId, leaving, leaves, null);
        }

        /** A manager without a run. */
        public Bindings(String managerId, long managerStart, String peerId) {
            this(managerId == null ? null : new Manager(managerId, managerStart, null), peerId, null, 0);
        }

        /** Ever bound to a manager of ours: bare commands are refused then (E13). */
        public boolean managed() {
            return manager != null;
        }

        /** The manager's id; {@code null} before the first. */
        public String managerId() {
            return manager == null ? null : manager.id();
        }

        /** The newest start of it that was obeyed. */
        public long managerStart() {
            return manager == null ? 0 : manager.start();
        }

        /** Bound to another manager, or another process of it, and leaving none. */
        Bindings to(Manager other) {
            return new Bindings(other, peerId, null, leaves, rival);
        }

        /** Bound to that peer. */
        Bindings withPeer(String id) {
            return new Bindings(manager, id, leaving, leaves, rival);
        }

        /** On the way to another manager. */
        Bindings towards(Manager other) {
            return new Bindings(manager, peerId, other, leaves + 1, rival);
        }

        /** The peer would not come along. */
        Bindings staying() {
            return new Bindings(manager, peerId, null, leaves, rival);
        }

        /** The peer may be kept active by that one; {@code null}: it obeys the same. */
        Bindings withRival(Manager other) {
            return new Bindings(manager, peerId, leaving, leaves, other);
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
    public record InDoubt(long pid, long startTicks) {
        /** Which process, and whether there is one, is not known: this host held a lease, and what it did with it is forgotten. */
        public static final InDoubt SOME = new InDoubt(-1, -1);

        /** A set-identity goes to that process; where another may be the validator just as well, the target is unknown. */
        static InDoubt of(ProcessView process) {
            return process.certain() ? new InDoubt(process.pid(), process.startTicks()) : SOME;
        }

        /** It may take effect on that process. That another one of its name was seen does not prove that the one it was sent to is dead. */
        boolean on(ProcessView process) {
            return process.running() && (equals(SOME) || !process.certain() || process.sameProcess(pid, startTicks));
        }
    }

    /** The same with another role. */
    public DurableAgentState withRole(Role newRole) {
        return new DurableAgentState(hostId, newRole, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with another epoch. */
    public DurableAgentState withEpoch(long newEpoch) {
        return new DurableAgentState(hostId, role, newEpoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with the identity pinned. */
    public DurableAgentState withStakedIdentity(String identity) {
        return new DurableAgentState(hostId, role, epoch, identity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with the instant of a demotion. */
    public DurableAgentState withDemotedAt(long millis) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, millis, intent, inDoubt, lastOperation,
                bindings, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with another intent, or none. */
    public DurableAgentState withIntent(Intent newIntent) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, newIntent, inDoubt, lastOperation,
                bindings, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with another unsettled process, or none. */
    public DurableAgentState withInDoubt(InDoubt process) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, process, lastOperation,
                bindings, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with a finished change. */
    public DurableAgentState withLastOperation(LastOperation operation) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, operation,
                bindings, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with other bonds. */
    public DurableAgentState withBindings(Bindings others) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                others, terms, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same with other terms, or none. */
    public DurableAgentState withTerms(Terms others) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, others, identityRead, promisedMs, knownPassive, gaveUp);
    }

    /** The same, once the validator has reported its identity. */
    public DurableAgentState withIdentityRead() {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, terms, true, promisedMs, knownPassive, gaveUp);
    }

    /** The same with another length of its longest promise. */
    public DurableAgentState withPromised(long longestMs) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, terms, identityRead, longestMs, knownPassive, gaveUp);
    }

    /** The same, once a manager may know that this host is passive. */
    public DurableAgentState withKnownPassive() {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, terms, identityRead, promisedMs, true, gaveUp);
    }

    /** The same after the identity was taken off here in that operation. */
    public DurableAgentState withGaveUp(String operationId) {
        return new DurableAgentState(hostId, role, epoch, stakedIdentity, demotedAtMillis, intent, inDoubt, lastOperation,
                bindings, terms, identityRead, promisedMs, knownPassive, operationId);
    }
}
