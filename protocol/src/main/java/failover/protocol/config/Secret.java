package failover.protocol.config;

import java.util.Objects;

/** A text that must never be printed: {@link #toString} is {@code ***}; only {@link #reveal} returns it. */
public final class Secret {
    private static final String MASK = "***";
    private final String value;

    public Secret(String value) {
        this.value = Objects.requireNonNull(value);
    }

    /** The text itself; never log what this returns. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return MASK;
    }
}
