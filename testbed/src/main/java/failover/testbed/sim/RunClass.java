package failover.testbed.sim;

/** What may happen in a run, and so what may be demanded of it. */
public enum RunClass {
    /** No host is ever silent for S: one validator at most can sign, always. */
    HOSTS_ANSWER,
    /** Hosts may be cut off for longer than S: until there are leases, a silent host is replaced on its silence, and two may sign. */
    SILENT_HOSTS
}
