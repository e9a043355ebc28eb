package failover.testbed.sim;

import failover.testbed.sim.Fault.Kind;
import java.util.EnumSet;
import java.util.Set;

/** What may happen in a run, and so what may be demanded of it. */
public enum RunClass {
    /** No host is ever silent for S, nor has a fencer that stops its agent: one validator at most can sign, always. */
    HOSTS_ANSWER(Guard.NONE, true),
    /** Silent hosts, cuts, isolated validators; agents die, for ever too, only where a fencer is; no agent stands still. */
    NEVER_FREEZE(Guard.SOME, true, Kind.HOST_SILENT, Kind.HOST_SILENT, Kind.MANAGER_LINK_CUT, Kind.PEER_LINK_CUT, Kind.MANAGER_SUSPENDED,
            Kind.AGENT_KILLED, Kind.MANAGER_KILLED),
    /** Agents stand still, die, and die for ever, each with a fencer beside it. */
    FREEZES_WITH_FENCER(Guard.ALL, true, Kind.HOST_SILENT, Kind.AGENT_FROZEN, Kind.AGENT_FROZEN, Kind.AGENT_CRASH, Kind.AGENT_KILLED,
            Kind.MANAGER_SUSPENDED),
    /** The same with a watchdog in the fencer's place: whatever ends an agent ends its validator as well. */
    FREEZES_WITH_WATCHDOG(Guard.WATCHDOG, true, Kind.HOST_SILENT, Kind.AGENT_FROZEN, Kind.AGENT_FROZEN, Kind.AGENT_CRASH,
            Kind.AGENT_KILLED, Kind.MANAGER_SUSPENDED),
    /** The same without any fencer, where the manager requires one: a silent host is never replaced. */
    FREEZES_REQUIRED(Guard.NONE, true, Kind.HOST_SILENT, Kind.AGENT_FROZEN, Kind.AGENT_FROZEN, Kind.AGENT_CRASH, Kind.AGENT_KILLED),
    /** Assumption (3) taken away: fencers fail, and agents stand still and die. What then happens is counted, not demanded. */
    FENCER_FAILS(Guard.ALL, false, Kind.FENCER_DEAD, Kind.HOST_SILENT, Kind.AGENT_FROZEN, Kind.AGENT_CRASH, Kind.AGENT_KILLED),
    /** Whole hosts sleep: on waking, one may sign for the moment its fence needs, and no longer. */
    SUSPENDS(Guard.SOME, true, Kind.HOST_SUSPENDED, Kind.HOST_SUSPENDED, Kind.HOST_SILENT, Kind.MANAGER_SUSPENDED),
    /** As FREEZES_WITH_FENCER, beside an operator who pauses and resumes. */
    PAUSES(Guard.ALL, true, Kind.HOST_SILENT, Kind.AGENT_FROZEN, Kind.AGENT_FROZEN, Kind.AGENT_CRASH, Kind.MANAGER_SUSPENDED),
    /** As NEVER_FREEZE, beside an operator who has the manager start with other numbers each time (scenario 58). */
    OTHER_NUMBERS(Guard.SOME, true, Kind.HOST_SILENT, Kind.MANAGER_LINK_CUT, Kind.PEER_LINK_CUT, Kind.MANAGER_CRASH, Kind.MANAGER_CRASH),
    /** As SUSPENDS, of virtual machines that are paused: no clock tells them, and one may sign until somebody does or its lease ends. */
    VM_PAUSES(Guard.SOME, true, Kind.VM_PAUSED, Kind.VM_PAUSED, Kind.VM_PAUSED, Kind.HOST_SILENT, Kind.MANAGER_SUSPENDED),
    /** As FREEZES_WITH_FENCER, with the shortest and the longest numbers that settings may have. */
    EXTREME_NUMBERS(Guard.ALL, true, Kind.HOST_SILENT, Kind.MANAGER_LINK_CUT, Kind.AGENT_FROZEN, Kind.AGENT_CRASH, Kind.AGENT_KILLED),
    /** Nobody but observers fails, one at a time: there is no failover at all. */
    OBSERVERS_FAIL(Guard.SOME, true);

    /** Which hosts have a fencer, or all a watchdog. */
    private enum Guard { NONE, SOME, ALL, WATCHDOG }

    private static final Set<Kind> OBSERVERS = EnumSet.of(Kind.MANAGER_CRASH, Kind.MANAGER_FROZEN, Kind.MANAGER_SUSPENDED,
            Kind.MANAGER_LINK_CUT, Kind.PEER_LINK_CUT, Kind.MANAGER_WALL_STEP,
            Kind.RPC_ERROR, Kind.RPC_LIMITED, Kind.RPC_FROZEN, Kind.RPC_LAGS,
            Kind.RPC_POOLED, Kind.MANAGER_DISK_FULL);
    /** What no lease can mend: nobody can stop a process that cannot be killed. */
    private static final Set<Kind> BEYOND = EnumSet.of(Kind.VALIDATOR_UNKILLABLE);
    /** What they have been demanded to stand last: the plans of seeds that were known before are drawn without. */
    static final Set<Kind> NEWEST = EnumSet.of(Kind.MANAGER_STATE_LOST, Kind.MANAGER_STATE_RESTORED, Kind.SECOND_MANAGER,
            Kind.MANAGER_CLONED, Kind.RPC_MINIMAL, Kind.SOURCE_NEVER);

    private final Guard guard;
    private final boolean demanding;
    private final Kind[] extra;

    RunClass(Guard guard, boolean demanding, Kind... extra) {
        this.guard = guard;
        this.demanding = demanding;
        this.extra = extra;
    }

    /** At most one validator able to sign is demanded, at every instant. */
    boolean demanding() {
        return demanding;
    }

    boolean answering() {
        return this == HOSTS_ANSWER;
    }

    /** A host that its dice favour has a fencer. */
    boolean fencer(boolean favoured) {
        return guard == Guard.ALL || guard == Guard.SOME && favoured;
    }

    /** Every host has a watchdog. */
    boolean watchdog() {
        return guard == Guard.WATCHDOG;
    }

    boolean allows(Kind kind) {
        if (this == OBSERVERS_FAIL) {
            return OBSERVERS.contains(kind);
        }
        boolean freezes = answering() || EnumSet.of(FREEZES_WITH_FENCER, FREEZES_WITH_WATCHDOG, FREEZES_REQUIRED, FENCER_FAILS, PAUSES,
                EXTREME_NUMBERS).contains(this);
        // An operator's pause is that of one manager.
        boolean managers = this != PAUSES || kind != Kind.SECOND_MANAGER && kind != Kind.MANAGER_CLONED;
        boolean stands = kind != Kind.AGENT_FROZEN || freezes;
        // Where all hosts answer, none is silent for longer than a restart takes.
        boolean quick = !answering() || kind != Kind.LOOP_FROZEN && kind != Kind.AGENT_STOPPED;
        return stands && quick && managers && (answering() || !BEYOND.contains(kind));
    }

    /** An agent may go away or stand still without anybody who fences its host. */
    boolean unguarded() {
        return this == FREEZES_REQUIRED;
    }

    /** Whole hosts sleep, and what they do on waking nobody could know of. */
    boolean sleeps() {
        return this == SUSPENDS || this == VM_PAUSES;
    }

    /** What else may happen, one of these at a time. */
    Kind[] extra() {
        return extra.clone();
    }
}
