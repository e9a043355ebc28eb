package failover.manager.decision;

import failover.protocol.Now;

/** The manager's one decision function. */
public final class ManagerCore {
    private final ManagerRules rules;

    /** A core for that configuration. */
    public ManagerCore(ManagerRules rules) {
        this.rules = rules;
    }

    /** The state of a freshly started manager and its first effects; {@code memory} always has a manager id. */
    public Step start(ManagerMemory memory, Now now) {
        throw new UnsupportedOperationException("" + rules);
    }

    /** One event. */
    public Step step(ManagerState state, ManagerEvent event, Now now) {
        throw new UnsupportedOperationException();
    }

    /** The answer to {@code GET /state}. */
    public StateView view(ManagerState state, Now now) {
        throw new UnsupportedOperationException();
    }
}
