package failover.testbed.sim;

import failover.protocol.wire.VoteReport;
import java.util.ArrayDeque;
import java.util.Deque;

/** What one source of votes has truly told the manager since its start, kept by the model: INV-6 is held against this. */
final class Witness {
    /** Of the source's own slots: for so many a vote must stand still (E6). */
    static final long STILL = 16;
    private static final long FRESH = 8_000_000_000L;
    private static final long NEVER = -1;
    private static final int REMEMBERED = 200;
    /** A vote that comes in time is on the chain so many slots after its own, whether somebody looks or not. */
    private static final long IN_TIME = 4;
    /** But nobody may take it for seen more than so many slots before it was. */
    private static final long UNSEEN = 8;

    private long askedAt = NEVER;
    private long failedAt = NEVER;
    private long slot;
    private long lowest;
    /** The votes it has shown, each newer than the one before, and at which of its slots it showed each first; the newest is the last. */
    private final Deque<Shown> votes = new ArrayDeque<>();

    private record Shown(long vote, long slot) {
    }

    /** The source's own slot as of the look before, and as of this one, at the latest. */
    private long before;
    private long here;

    /** Its answer to a question that was asked then, in the manager's time ({@link InvariantChecker#time}). */
    void said(VoteReport word, long asked) {
        if (word.error() != null) {
            failedAt = Math.max(failedAt, asked);
        } else if (askedAt == NEVER) {
            askedAt = asked;
            slot = word.slot();
            here = Math.max(slot, word.slotAfter());
            lowest = word.lastVote();
            votes.add(new Shown(lowest, here));
        } else if (word.slot() >= slot && asked >= askedAt) {
            // A lower slot is that of a pool's other node, or an answer that was overtaken.
            askedAt = asked;
            slot = word.slot();
            before = here;
            here = Math.max(slot, word.slotAfter());
            lowest = Math.min(lowest, word.lastVote());
            newest(word.lastVote());
        } else if (asked > askedAt && word.lastVote() == votes.getLast().vote && word.slot() - votes.getLast().slot >= STILL) {
            // Asked later, of a moment before, and still for long enough by then: its agent's answers overtook each other.
            askedAt = asked;
        }
    }

    /** Votes that it shows no more were on a fork that is given up: the one that is left is as old as it was. */
    private void newest(long vote) {
        while (!votes.isEmpty() && votes.getLast().vote > vote) {
            votes.removeLast();
        }
        if (votes.isEmpty() || votes.getLast().vote < vote) {
            // It came after the look before; one that came in time was there before this look.
            long earliest = Math.max(Math.max(before + 1, vote + IN_TIME), here - UNSEEN);
            votes.add(new Shown(vote, Math.min(here, earliest)));
        }
        while (votes.size() > REMEMBERED) {
            votes.removeFirst();
        }
    }

    /** It has answered at all. */
    boolean everAnswered() {
        return askedAt != NEVER;
    }

    /** Its newest word is one of the present, and shows that the identity votes. */
    boolean progress(long tip) {
        return everAnswered() && tip - slot <= STILL && votes.getLast().vote > lowest && slot - votes.getLast().slot < STILL;
    }

    /** Asked after that instant, and lately, it has seen the last vote stand still for long enough. */
    boolean still(long after, long now) {
        return everAnswered() && failedAt <= askedAt && askedAt > after && now - askedAt <= FRESH
                && slot - votes.getLast().slot >= STILL;
    }

    /** At a later slot it shows the other's newest vote, or a newer one, standing still: what looked fresh to the other was that one. */
    boolean surpasses(Witness other, long after, long now) {
        return this != other && still(after, now) && other.everAnswered() && slot > other.slot
                && votes.getLast().vote >= other.votes.getLast().vote;
    }

    @Override
    public String toString() {
        return everAnswered() ? "last vote " + votes.getLast().vote + " at its slot " + slot + ", the same since "
                + votes.getLast().slot : "silent";
    }
}
