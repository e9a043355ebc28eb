package failover.manager.decision;

import failover.protocol.ClockReading;
import java.time.Duration;

/**
 * A Save whose answer does not come is a Save that failed: a disk that hangs (a frozen file system, a storage network that is gone) must
 * not hold a decision for ever. An answer that comes later belongs to a number nobody waits for any more.
 */
final class SaveDeadline {
    /** A disk that has not written a small file within this time hangs. */
    static final Duration LIMIT = Duration.ofSeconds(5);
    /** Why a Save counts as failed then. */
    static final String HANGS = "the disk under state_dir has not answered for " + LIMIT.toSeconds() + " s: see what holds it "
            + "(a frozen or unreachable file system, a failing disk), or move state_dir";

    private SaveDeadline() {
    }

    /** Until when an answer is awaited, monotonic. */
    static long by(ClockReading now) {
        return now.plus(LIMIT);
    }
}
