package failover.manager.decision;

import java.util.Objects;

/**
 * What the judgement needs of all that one source has said. Immutable.
 *
 * @param newest its newest reading; {@code null} before the first
 * @param stillFrom its own slot from which on the last vote has been that of {@code newest}
 * @param slotSince when it was first asked and said the slot of {@code newest}
 * @param lowestVote the lowest last vote it has shown
 * @param highestVote the highest one: on a fork that was given up it is newer than the last one now, and was signed all the same
 * @param ahead the newest reading lies further ahead than a cluster can have come, and nobody else was near
 * @param steadySince since when it has moved on as a cluster does; before its first answer: since when it has been asked
 * @param failure why it could not say when it was asked last; {@code null} when it could
 * @param failedAt monotonic instant of that question
 * @param refuses that failure is no trouble that passes: it serves no method that tells of votes
 */
record SourceHistory(VoteReading newest, long stillFrom, long slotSince, long lowestVote, long highestVote, boolean ahead,
        long steadySince, String failure, long failedAt, boolean refuses) {
    static final SourceHistory EMPTY = new SourceHistory(null, 0, 0, 0, 0, false, 0, null, 0, false);
    /** A vote that landed so many slots after its own is late; one that was first seen later may have been on the chain before. */
    private static final long LATE = 4;
    /** At most so many slots a vote may have been on the chain unseen, between two looks. */
    private static final long UNSEEN = Evidence.STILL / 2;

    /** Whether it is an old answer that comes late, or that of a node behind the one that answered before. */
    boolean drops(VoteReading reading) {
        if (newest == null || !Objects.equals(newest.account(), reading.account())) {
            return false;
        }
        if (reading.askedAt() - newest.askedAt() < 0) {
            return true;
        }
        return reading.slot() < newest.slot() && !beginsAnew(reading);
    }

    /**
     * What it said before is not its word any more: it was nonsense, or the node that said it has not been heard of for long. A step back
     * of a few slots is no sign of nonsense, but of answers that overtook one another, also in one that is far ahead: the clock of
     * whoever asks may have stood still.
     */
    private boolean beginsAnew(VoteReading reading) {
        if (newest == null || !Objects.equals(newest.account(), reading.account())) {
            return true;
        }
        boolean nonsense = ahead && newest.slot() - reading.slot() > Evidence.STILL;
        return reading.slot() < newest.slot() && (nonsense || reading.askedAt() - newest.askedAt() > Evidence.FRESH.toNanos());
    }

    SourceHistory with(VoteReading reading, boolean isAhead, SlotPace pace) {
        boolean answersLast = failure != null && reading.askedAt() - failedAt < 0;
        String stillFailing = answersLast ? failure : null;
        boolean stillRefuses = answersLast && refuses;
        long signed = isAhead ? highestVote : Math.max(highestVote, reading.lastVote());
        if (beginsAnew(reading)) {
            boolean sameAccount = newest != null && Objects.equals(newest.account(), reading.account());
            // A node that goes back has not unseen what it showed: a vote that was new then is none that has stood still since.
            // Of one that was too far ahead a step back says the same; only what leads far away from there takes back that it was there.
            boolean goesOn = sameAccount && (!ahead && !isAhead || newest.slot() - reading.slot() <= Evidence.STILL);
            boolean sameVote = goesOn && reading.lastVote() == newest.lastVote();
            return new SourceHistory(reading, sameVote ? stillFrom : reading.slotAfter(), reading.askedAt(),
                    goesOn ? Math.min(lowestVote, reading.lastVote()) : reading.lastVote(),
                    sameAccount || isAhead ? signed : reading.lastVote(), isAhead, reading.askedAt(), stillFailing, failedAt, stillRefuses);
        }
        return new SourceHistory(reading, stillFrom(reading), reading.slot() == newest.slot() ? slotSince : reading.askedAt(),
                Math.min(lowestVote, reading.lastVote()), signed, isAhead,
                steady(reading, pace) ? steadySince : reading.askedAt(), stillFailing, failedAt, stillRefuses);
    }

    /**
     * From which slot on the last vote stands still. One that was not there at the look before came after that look; within these bounds a
     * vote that came in time was there before it was seen, and what came late was not.
     */
    private long stillFrom(VoteReading reading) {
        if (reading.lastVote() == newest.lastVote()) {
            return stillFrom;
        }
        if (reading.lastVote() < newest.lastVote()) {
            return reading.slotAfter();
        }
        long earliest = Math.max(Math.max(newest.slotAfter() + 1, reading.lastVote() + LATE), reading.slotAfter() - UNSEEN);
        return Math.min(reading.slotAfter(), earliest);
    }

    private boolean steady(VoteReading reading, SlotPace pace) {
        long time = reading.askedAt() - newest.askedAt();
        long slots = reading.slot() - newest.slot();
        return isFresh(time) && slots <= pace.most(time) + Evidence.STILL / 2 && slots >= pace.least(time) / 2 - 2;
    }

    private static boolean isFresh(long time) {
        return time <= Evidence.FRESH.toNanos();
    }

    SourceHistory failed(String why, long askedAt, boolean refused) {
        boolean late = newest != null && askedAt - newest.askedAt() < 0 || failure != null && askedAt - failedAt < 0;
        return late ? this : new SourceHistory(newest, stillFrom, slotSince, lowestVote, highestVote, ahead,
                newest == null && failure == null ? askedAt : steadySince, why, askedAt, refused);
    }

    /** So many of the source's own slots the last vote has been the same. */
    long stillFor() {
        return Math.max(0, newest.slot() - stillFrom);
    }

    /** It has shown a vote that an earlier reading had not. */
    boolean voted() {
        return newest.lastVote() > lowestVote;
    }

    /** It answered when it was asked last, and that was not long before or after. */
    boolean answersAbout(long instant) {
        return newest != null && failure == null && Math.abs(newest.askedAt() - instant) <= Evidence.FRESH.toNanos();
    }
}
