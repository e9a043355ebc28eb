package failover.manager.decision;

/** What the manager makes of what it knows; computed on every heartbeat, also in dry-run (safety.md, "Verdicts"). */
public enum Verdict {
    /** Not enough answers yet since the start. */
    STARTING,
    /** The active answers and is well. */
    NO_PROBLEM,
    /** The active is in trouble, but its grace is not over. */
    SUSPECT,
    /** The active answers: its validator's process is not running. */
    ACTIVE_PROCESS_DEAD,
    /** The active answers: unhealthy or lagging for its grace. */
    ACTIVE_REPORTED_SICK,
    /** The active is silent, its silence is not over. */
    ACTIVE_UNREACHABLE_SUSPECT,
    /** The active answers, its process runs, and its votes stand still although the cluster moves. */
    ACTIVE_STALLED,
    /** The votes stand still on both hosts, one after the other: the cause is neither of them, and nothing is moved for it again. */
    VOTES_LAND_NOWHERE,
    /** The active is silent to this manager, and its votes go on. */
    MANAGER_PATH_LOST,
    /** The active's agent is down, and its validator votes unguarded. */
    AGENT_DOWN_VALIDATOR_VOTING,
    /** The active is silent, and whether it votes is not known where that is required. */
    OBSERVER_BLIND,
    /** The cluster's tip stands still: nothing is to be concluded from votes that do, too. */
    CLUSTER_HALTED,
    /** The active has been silent for S, its lease has run out, and nothing says that it votes. */
    ACTIVE_DEAD,
    /** The same, but a fencer is required and its agent never attested one; or it never took a lease that could have run out. */
    ACTIVE_DEAD_UNFENCED,
    /** The agents have other peers than the two hosts of this pair: nothing is decided on silence. */
    PEER_MISMATCH,
    /** The active is well, and its agent obeys another manager, or another copy of this one. */
    MANAGER_REFUSED,
    /** The endpoints lead to the hosts the other way round than they were first met. */
    SWAPPED_HOSTS,
    /** Nobody answers: the manager itself is probably the isolated one. */
    BOTH_UNREACHABLE,
    /** Both hosts answer as passive. */
    NO_ACTIVE,
    /** Both hosts answer as active. */
    DUAL_IDENTITY,
    /** Who is active cannot be told. */
    IDENTITY_UNKNOWN,
    /** Both endpoints lead to the same host. */
    SAME_HOST,
    /** A change is under way. */
    MOVING
}
