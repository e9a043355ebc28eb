package failover.agent.decision;

/**
 * The duration of a slot, measured by the validator's own slots: a cluster need not keep to 400 ms, so times must not be computed from
 * slots of that length.
 *
 * @param slot seen at {@code atNanos}; 0 before the first
 * @param atNanos monotonic instant of that probe
 * @param slotMs recent milliseconds per slot; {@link #USUAL} until measured
 */
record SlotDuration(long slot, long atNanos, long slotMs) {
    /** What Solana's clusters began with, and the longest a limit is reckoned with. */
    static final long USUAL = 400;
    /** A validator that catches up sees slots pass more quickly than they are made. */
    private static final long LEAST = 100;
    private static final long OVER = 10_000_000_000L;

    /** Nothing seen yet. */
    static final SlotDuration UNKNOWN = new SlotDuration(0, 0, USUAL);

    SlotDuration seen(Observation look) {
        if (look.slot() <= 0 || !look.process().running()) {
            return this;
        }
        long slots = look.slot() - slot;
        long nanos = look.atNanos() - atNanos;
        if (slot == 0 || slots <= 0 && nanos >= OVER || slots < 0 || nanos < 0) {
            return new SlotDuration(look.slot(), look.atNanos(), slotMs);
        }
        return nanos < OVER || slots == 0 ? this : new SlotDuration(look.slot(), look.atNanos(), within(nanos / slots / 1_000_000));
    }

    /** Slots shorter than any cluster's, or longer than usual, do not widen or narrow a limit. */
    static long within(long slotMs) {
        return slotMs <= 0 ? USUAL : Math.min(USUAL, Math.max(LEAST, slotMs));
    }

    /** So many slots last at least that long. */
    static long slotsIn(long millis, long slotMs) {
        long each = within(slotMs);
        return (millis + each - 1) / each;
    }
}
