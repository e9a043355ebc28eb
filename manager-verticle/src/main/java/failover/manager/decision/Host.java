package failover.manager.decision;

/** The two hosts of the pair, by the names the original gives them in its log. */
public enum Host {
    /** The one the configuration calls active. */
    PRIMARY("primary"),
    /** The one the configuration calls passive. */
    SECONDARY("secondary");

    private final String label;

    Host(String label) {
        this.label = label;
    }

    /** The name in logs, answers and files. */
    public String label() {
        return label;
    }

    /** The other host. */
    public Host other() {
        return this == PRIMARY ? SECONDARY : PRIMARY;
    }

    @Override
    public String toString() {
        return label;
    }
}
