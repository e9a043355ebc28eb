package failover.manager.decision;

import java.util.Objects;

/**
 * What the judgement needs of all that one source has said. Immutable.
 *
 * @param newest its newest reading; {@code null} before the first
 * @param stillSince the earliest reading since which the last vote has been that of {@code newest}
 * @param slotSince when it was first asked and said the slot of {@code newest}
 * @param lowestVote the lowest last vote it has shown
 * @param highestVote the highest one: on a fork that was given up it is newer than the last one now, and was signed all the same
 * @param failure why it could not say when it was asked last; {@code null} when it could
 * @param failedAt monotonic instant of that question
 */
record SourceHistory(VoteReading newest, VoteReading stillSince, long slotSince, long lowestVote, long highestVote,
        String failure, long failedAt) {
    static final SourceHistory EMPTY = new SourceHistory(null, null, 0, 0, 0, null, 0);

    /** Whether it is an old answer that comes late, or that of a node behind the one that answered before. */
    boolean drops(VoteReading reading) {
        return newest != null && Objects.equals(newest.account(), reading.account())
                && (reading.slot() < newest.slot() || reading.askedAt() - newest.askedAt() < 0);
    }

    SourceHistory with(VoteReading reading) {
        boolean answersLast = failure != null && reading.askedAt() - failedAt < 0;
        String stillFailing = answersLast ? failure : null;
        if (newest == null || !Objects.equals(newest.account(), reading.account())) {
            return new SourceHistory(reading, reading, reading.askedAt(), reading.lastVote(), reading.lastVote(), stillFailing, failedAt);
        }
        return new SourceHistory(reading,
                reading.lastVote() == newest.lastVote() ? stillSince : reading,
                reading.slot() == newest.slot() ? slotSince : reading.askedAt(),
                Math.min(lowestVote, reading.lastVote()), Math.max(highestVote, reading.lastVote()), stillFailing, failedAt);
    }

    SourceHistory failed(String why, long askedAt) {
        boolean late = newest != null && askedAt - newest.askedAt() < 0 || failure != null && askedAt - failedAt < 0;
        return late ? this : new SourceHistory(newest, stillSince, slotSince, lowestVote, highestVote, why, askedAt);
    }

    /** So many of the source's own slots the last vote has been the same. */
    long stillFor() {
        return newest.slot() - stillSince.slot();
    }

    /** It has shown a vote that an earlier reading had not. */
    boolean voted() {
        return newest.lastVote() > lowestVote;
    }
}
