package failover.manager.decision;

import failover.protocol.ClockReading;
import java.time.Duration;
import java.util.List;

/**
 * The highest slot that was trusted, as it is kept on disk: after a restart a source that lags is known by it, and who has ever been a
 * source of votes (safety.md, E6).
 *
 * @param slot of the cluster; {@link #UNTRUSTED} where sources have answered, but none of their slots was confirmed yet
 * @param wallMillis unix milliseconds when the source was asked
 * @param sources names of the sources that have ever told of votes
 */
public record ChainTip(long slot, long wallMillis, List<String> sources) {
    /** Says that a source has worked, and not where the cluster is. Earlier versions read it as a slot that nobody is behind. */
    public static final long UNTRUSTED = 1;

    /** Copies the names. */
    public ChainTip {
        sources = List.copyOf(sources);
    }

    /** A tip of a version that kept no names. */
    public ChainTip(long slot, long wallMillis) {
        this(slot, wallMillis, List.of());
    }

    /** The monotonic instant that {@code wallMillis} was; the present one when it lies ahead, as after a step of the wall clock. */
    long seenAt(ClockReading now) {
        return now.nanos() - Duration.ofMillis(Math.max(0, now.wallMillis() - wallMillis)).toNanos();
    }

    /** The same where the two hosts have changed their names. */
    ChainTip swapped() {
        return new ChainTip(slot, wallMillis, sources.stream().map(name -> name.equals(Evidence.beside(Host.PRIMARY))
                ? Evidence.beside(Host.SECONDARY) : name.equals(Evidence.beside(Host.SECONDARY)) ? Evidence.beside(Host.PRIMARY) : name)
                .toList());
    }
}
