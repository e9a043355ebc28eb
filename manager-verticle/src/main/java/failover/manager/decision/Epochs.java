package failover.manager.decision;

import failover.protocol.Bounds;

/** What an epoch may be. They grow by one with each change of holder, so that no real one comes near either bound. */
public final class Epochs {
    /** The highest one; what is higher was never issued by anybody. */
    public static final long MAX = Bounds.HIGHEST_COUNT;
    /** So far a host may be ahead of a manager that was restored from an old copy of its state. */
    private static final long LEAP = Bounds.LARGEST_LEAP;

    private Epochs() {
    }

    /** A host may have been given that one, though not by this start of the manager, which knows of {@code known}. */
    static boolean believable(long said, long known) {
        return said >= 0 && said <= MAX - LEAP && said - known <= LEAP;
    }

    /** The next one; it never wraps, so that a host refuses it rather than taking it for an old one. */
    static long after(long highest) {
        return Math.min(MAX, highest + 1);
    }
}
