package failover.manager.decision;

import java.time.Duration;

/**
 * Where the cluster is, as the sources show it: a source that is far behind that is no source (safety.md, E6), and one that is far ahead is
 * none either, for whoever is believed where nobody else is near could blind all others with one answer. Two sources at one place are the
 * cluster; one alone is followed as far as the pace allows. Immutable and pure; instants are monotonic nanoseconds of the manager.
 *
 * @param slot the highest slot that is believed; 0 when none is
 * @param at when a source was asked that showed it
 * @param trusted two sources were there, or one alone for a minute, nobody contradicting
 * @param by who showed it; {@code null} when it was restored
 * @param pace how fast it moves
 * @param kept the newest that was trusted, to be kept on the disk; {@code null} when none was
 */
record ClusterTip(long slot, long at, boolean trusted, String by, SlotPace pace, ClusterTip kept) {
    static final ClusterTip NONE = new ClusterTip(0, 0, false, null, SlotPace.UNKNOWN, null);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    /** Two that go on together for so long outweigh a tip that was once trusted: the cluster was started anew from an earlier slot. */
    private static final long TWO_AGAINST_TRUSTED = Duration.ofMinutes(2).toNanos();
    private static final long ONE_AGAINST_RESTORED = Duration.ofMinutes(10).toNanos();
    /** No node goes on at the cluster's pace so far behind it: who is that far from a tip that was restored shows that a clock was set. */
    private static final long NO_LAG = Duration.ofMinutes(10).toNanos();

    /** The tip of an earlier start. */
    static ClusterTip restored(long slot, long at) {
        ClusterTip kept = new ClusterTip(slot, at, false, null, SlotPace.UNKNOWN, null);
        return new ClusterTip(slot, at, false, null, SlotPace.UNKNOWN, kept);
    }

    /**
     * A reading beside what others say.
     *
     * @param source whose
     * @param reading itself
     * @param near another node is at the same place
     * @param others another node answers, and is somewhere else
     * @param tipHeld somebody who answers now is where this tip says
     * @param steady for so long the source has moved on as a cluster does; with {@code near}, both of them
     */
    record Seen(String source, VoteReading reading, boolean near, boolean others, boolean tipHeld, long steady) {
    }

    boolean known() {
        return slot > 0;
    }

    /** The machine slept: what the tip has moved since is not known by its monotonic clock, which the pace is measured with. */
    ClusterTip slept() {
        return new ClusterTip(slot, at, trusted, by, pace.slept(), kept);
    }

    /** The slot where the cluster must be at least at that instant; 0 when nothing is known. */
    long estimate(long now) {
        return known() ? slot + pace.least(now - at) : 0;
    }

    /** That reading is further ahead than a cluster can have come since. */
    boolean ahead(VoteReading reading) {
        return known() && reading.slot() > slot + pace.most(reading.askedAt() - at) + pace.still();
    }

    boolean lags(VoteReading reading) {
        return estimate(reading.askedAt()) - reading.slot() > pace.still();
    }

    ClusterTip after(Seen seen) {
        VoteReading reading = seen.reading();
        if (!known()) {
            return led(seen, seen.near());
        }
        boolean lags = lags(reading);
        boolean restored = by == null;
        if (seen.near()) {
            if (reading.slot() > slot || !trusted && !lags) {
                return led(seen, true);
            }
            // Two may lag alike for a moment; two that go on alike for a minute are the cluster, and the tip was nonsense.
            long needed = trusted ? TWO_AGAINST_TRUSTED : MINUTE;
            return lags && !seen.tipHeld() && seen.steady() >= needed ? led(seen, true) : this;
        }
        boolean higher = reading.slot() > slot && !lags;
        if (seen.others()) {
            boolean slow = reading.slot() <= slot + pace.usual(reading.askedAt() - at) + pace.still();
            return higher && slow ? led(seen, false) : this;
        }
        boolean minute = seen.steady() >= MINUTE;
        if (higher) {
            return ahead(reading) && !minute ? this : led(seen, minute || trusted && !ahead(reading));
        }
        boolean takesBack = lags && !trusted && (seen.source().equals(by) ? minute : restored
                && seen.steady() >= ONE_AGAINST_RESTORED && estimate(reading.askedAt()) - reading.slot() > pace.least(NO_LAG));
        return takesBack ? led(seen, true) : this;
    }

    private ClusterTip led(Seen seen, boolean trust) {
        VoteReading reading = seen.reading();
        SlotPace then = trust ? pace.seen(reading.slot(), reading.askedAt()) : pace;
        ClusterTip next = new ClusterTip(reading.slot(), reading.askedAt(), trust, seen.source(), then, null);
        return new ClusterTip(next.slot, next.at, trust, next.by, then, trust ? next : kept);
    }
}
