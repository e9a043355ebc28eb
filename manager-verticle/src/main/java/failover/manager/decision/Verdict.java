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
    /** The active has been silent for {@code heartbeat_interval × misses_before_failover}. */
    ACTIVE_SILENT,
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
