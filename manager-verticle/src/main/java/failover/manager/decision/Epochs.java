package failover.manager.decision;

import failover.protocol.Bounds;

/**
 * What an epoch may be. They grow by one with each change of holder, and by some thousands where some may have been forgotten, so
 * that no real one comes near the bound.
 */
final class Epochs {
    /** So many changes of holder may lie between a backup of a manager's memory and its loss. */
    private static final int FORGOTTEN = 1000;

    /** Two processes that know as little come to the same once in so many times; a hundred such leaps are still one that a host takes. */
    private static final int SPAN = 8 * FORGOTTEN;
    /** Odd: names that differ by one lie far apart. */
    private static final int SPREAD = 0x9E3779B1;

    private Epochs() {
    }

    /** A host may have been given that one, though not by this start of the manager, which knows of {@code known}. */
    static boolean believable(long said, long known) {
        return said >= 0 && said < Bounds.HIGHEST_COUNT && Bounds.reachable(known, said);
    }

    /** One above all that may have been issued since a backup was made; far less than a host takes at once (S11). */
    static long above(long highest, String run) {
        return Math.min(Bounds.HIGHEST_COUNT, highest + FORGOTTEN
                + Math.floorMod(String.valueOf(run).hashCode() * SPREAD, SPAN));
    }

    /** The next one; it never wraps: at the bound a host refuses it, rather than taking it for an old one. */
    static long after(long highest) {
        return Math.min(Bounds.HIGHEST_COUNT, highest + 1);
    }
}
