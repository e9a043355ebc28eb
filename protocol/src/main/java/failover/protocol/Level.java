package failover.protocol;

/** How loud a line of the log is; decisions name it, shells write it. */
public enum Level {
    /** A fact an operator may want. */
    INFO,
    /** Something is not as it should be; the system goes on. */
    WARNING,
    /** Needs attention now. */
    ERROR
}
