package failover.manager.decision;

import failover.protocol.Bounds;
import java.time.Duration;
import java.util.List;

/**
 * The network's slot that hosts are compared with: the highest that any {@code cluster_rpc} gives, for a source can only be behind (OM-19),
 * save where it names one that the cluster cannot have come to. Immutable and pure; instants are monotonic nanoseconds.
 *
 * @param slot 0 when none is known
 * @param at when it was read
 * @param trouble why the newest question brought none; {@code null} when it did
 */
record NetworkSlot(long slot, long at, String trouble) {
    static final NetworkSlot UNKNOWN = new NetworkSlot(0, 0, null);
    /** Two that are no further apart are at one place. */
    private static final long NEAR = 150;
    /** No cluster makes more of them in a second. */
    private static final long MOST_PER_SECOND = 10;
    /** So long a reading stands against others that are lower, or that are higher than they can be; then they are the network. */
    private static final Duration LASTS = Duration.ofMinutes(1);

    /** What those said, at least one; {@code here}: what the two validators say of themselves. */
    NetworkSlot read(List<Long> given, List<Long> here, long now) {
        List<Long> slots = given.stream().filter(each -> each > 0 && each <= Bounds.HIGHEST_SLOT).toList();
        long highest = 0;
        for (int i = 0; i < slots.size(); i++) {
            if (believed(i, slots, here, now)) {
                highest = Math.max(highest, slots.get(i));
            }
        }
        if (highest == 0) {
            return new NetworkSlot(slot, at, "slot " + given.stream().mapToLong(Long::longValue).max().orElse(0)
                    + " is further ahead than the network can have come since slot " + slot + ", and nobody else is near it");
        }
        return highest >= slot || old(now) ? new NetworkSlot(highest, now, null) : new NetworkSlot(slot, at, null);
    }

    /** Nobody gave any. */
    NetworkSlot failed(String why) {
        return new NetworkSlot(slot, at, why);
    }

    private boolean old(long now) {
        return slot == 0 || now - at > LASTS.toNanos();
    }

    private boolean believed(int which, List<Long> slots, List<Long> here, long now) {
        long given = slots.get(which);
        boolean near = here.stream().anyMatch(other -> other > 0 && other >= given - NEAR && other - NEAR <= given);
        for (int i = 0; i < slots.size() && !near; i++) {
            near = i != which && Math.abs(slots.get(i) - given) <= NEAR;
        }
        if (near) {
            return true;
        }
        if (old(now)) {
            // With nothing to hold it against, the lowest is the one that calls nobody sick for nothing.
            return slots.stream().allMatch(other -> given <= other);
        }
        return given <= slot + Math.max(0, now - at) / 1_000_000_000L * MOST_PER_SECOND + NEAR;
    }
}
