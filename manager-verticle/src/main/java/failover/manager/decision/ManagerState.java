package failover.manager.decision;

/** Everything a manager knows between two events; immutable for the shell. */
public final class ManagerState {
}
