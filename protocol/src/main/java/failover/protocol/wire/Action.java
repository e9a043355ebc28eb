package failover.protocol.wire;

import java.util.Optional;

/** The two changes of role an agent can be asked for. */
public enum Action {
    /** Put the staked identity on this host's validator. */
    BECOME_ACTIVE("become_active"),
    /** Take the staked identity off this host's validator. */
    BECOME_PASSIVE("become_passive");

    private final String wire;

    Action(String wire) {
        this.wire = wire;
    }

    /** The value on the wire. */
    public String wire() {
        return wire;
    }

    /** The action of that value, exactly as the original compares it; empty if there is none. */
    public static Optional<Action> of(String word) {
        for (Action action : values()) {
            if (action.wire.equals(word)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return wire;
    }
}
