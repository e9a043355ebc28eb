package failover.manager.decision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a slot takes, as measured by where the cluster was when: 400 ms once, shorter since, and nobody tells beforehand. What is a
 * number of slots for the cluster and a time for people is reckoned by this. Immutable and pure; the median of the last few windows, and of
 * two the longer one, so that a halt, a jump, or one window of nonsense changes nothing: a machine that was paused sees many slots in
 * little of its own time, and a tower would be allowed to lack as many votes.
 *
 * @param fromSlot where the window under way began
 * @param fromAt when, monotonic nanoseconds
 * @param begun there is such a window
 * @param windows nanoseconds for a slot in the last windows, oldest first
 * @param nanos nanoseconds for a slot: the median of these; {@link #USUAL} while there are not two
 */
record SlotPace(long fromSlot, long fromAt, boolean begun, List<Long> windows, long nanos) {
    /** What a slot is taken to last until it has been measured. */
    static final Duration USUAL = Duration.ofMillis(400);
    /** Nothing has been measured. */
    static final SlotPace UNKNOWN = new SlotPace(0, 0, false, List.of(), USUAL.toNanos());
    /** So long votes must stand still, and so far a source may be behind: 16 slots of 400 ms. */
    private static final long STILL_NANOS = 16 * USUAL.toNanos();
    private static final long WINDOW = Duration.ofSeconds(30).toNanos();
    /** A window in which nobody looked says nothing of the pace now. */
    private static final long LONGEST_WINDOW = Duration.ofMinutes(10).toNanos();
    private static final long SHORTEST_SLOT = Duration.ofMillis(100).toNanos();
    private static final long LONGEST_SLOT = Duration.ofSeconds(1).toNanos();
    private static final int KEPT = 5;
    /** One window alone may be the one in which the machine stood still. */
    private static final int ENOUGH = 2;

    /** The cluster was seen at that slot then. */
    SlotPace seen(long slot, long at) {
        long time = at - fromAt;
        if (!begun || slot < fromSlot || time > LONGEST_WINDOW) {
            return new SlotPace(slot, at, true, windows, nanos);
        }
        if (time < WINDOW) {
            return this;
        }
        long each = slot == fromSlot ? Long.MAX_VALUE : time / (slot - fromSlot);
        if (each < SHORTEST_SLOT || each > LONGEST_SLOT) {
            return new SlotPace(slot, at, true, windows, nanos);
        }
        List<Long> all = new ArrayList<>(windows);
        all.add(each);
        List<Long> last = List.copyOf(all.subList(Math.max(0, all.size() - KEPT), all.size()));
        long median = last.size() < ENOUGH ? USUAL.toNanos() : last.stream().sorted().toList().get(last.size() / 2);
        return new SlotPace(slot, at, true, last, median);
    }

    /** The machine slept, and its monotonic clock with it: the window under way says nothing. */
    SlotPace slept() {
        return new SlotPace(0, 0, false, windows, nanos);
    }

    boolean measured() {
        return windows.size() >= ENOUGH;
    }

    /** Milliseconds for a slot; 0 while it is not measured. */
    long millis() {
        return measured() ? Math.round(nanos / 1e6) : 0;
    }

    /**
     * Slots for which a vote must stand still, and that a source may be behind: as many as take the time of 16 slots of 400 ms, for what
     * delays a vote on its way does not get faster with the slots, and never fewer than 16.
     */
    long still() {
        return Math.max(Evidence.STILL, Math.round((double) STILL_NANOS / nanos));
    }

    /** The least a cluster moves in that time. */
    long least(long time) {
        return time <= 0 ? 0 : time / (nanos / 4 * 5);
    }

    /** What it moves in that time, a little more than measured. */
    long usual(long time) {
        return time <= 0 ? 0 : time / (nanos / 32 * 31);
    }

    /** The most it moves in that time; before anything is measured, at the shortest slots there may be. */
    long most(long time) {
        return time <= 0 ? 0 : time / (measured() ? nanos / 4 * 3 : SHORTEST_SLOT);
    }
}
