package failover.protocol.wire;

/** What a host is, or means to be, in the pair. */
public enum Role {
    /** Carries the staked identity. */
    ACTIVE("active"),
    /** Stands by with an identity of its own. */
    PASSIVE("passive");

    private final String wire;

    Role(String wire) {
        this.wire = wire;
    }

    /** The value on the wire and in state files. */
    public String wire() {
        return wire;
    }

    /** The role of that value; {@code null} when it is absent or unknown (an original agent sends none). */
    public static Role of(String word) {
        for (Role role : values()) {
            if (role.wire.equals(word)) {
                return role;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return wire;
    }
}
