package failover.protocol.wire;

/** How a change of role ended, as far as it can be known. */
public enum Outcome {
    /** The role is what was asked for. */
    DONE("done"),
    /** Nothing that touches the identity was run: the validator is what it was before. */
    REFUSED("refused"),
    /** Something was run, and the validator is known not to be what was asked for. */
    FAILED("failed"),
    /** Something was run, and what came of it cannot be known: it may still take effect. */
    UNKNOWN("unknown");

    private final String wire;

    Outcome(String wire) {
        this.wire = wire;
    }

    /** The value on the wire. */
    public String wire() {
        return wire;
    }

    /** The outcome of that value; {@code null} when absent or unknown (an original agent sends none). */
    public static Outcome of(String word) {
        for (Outcome outcome : values()) {
            if (outcome.wire.equals(word)) {
                return outcome;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return wire;
    }
}
