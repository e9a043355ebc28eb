package failover.testbed.sim;

import failover.protocol.wire.Action;

/** What a script does to the way between a manager and one host; chance has its own means ({@link Fault}). */
final class Route {
    private boolean noWayThere;
    private boolean noWayBack;
    private long slowerThere;
    private long slowerBack;
    private Action held;
    private long heldFor;

    /** Nothing gets to the host, or everything does again. */
    void cutThere(boolean cut) {
        noWayThere = cut;
    }

    /** Nothing comes from the host. */
    void cutBack(boolean cut) {
        noWayBack = cut;
    }

    /** Whatever is sent to it from now on takes so much longer. */
    void slowThere(long nanos) {
        slowerThere = nanos;
    }

    /** Whatever it says of itself from now on takes so much longer. */
    void slowBack(long nanos) {
        slowerBack = nanos;
    }

    /** The next command of that kind is held that long. */
    void hold(Action action, long nanos) {
        held = action;
        heldFor = nanos;
    }

    boolean lostThere() {
        return noWayThere;
    }

    boolean lostBack() {
        return noWayBack;
    }

    long there() {
        return slowerThere;
    }

    long back() {
        return slowerBack;
    }

    /** How long that command is held; once. */
    long heldFor(String action) {
        if (held == null || !held.wire().equals(action)) {
            return 0;
        }
        held = null;
        return heldFor;
    }
}
