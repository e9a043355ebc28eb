package failover.manager.decision;

import java.util.List;
import java.util.function.Supplier;

/**
 * What the sources together say of the identity's votes (safety.md, E6).
 *
 * @param word the result
 * @param clusterHalted the sources answer, and none has reached the slot where the cluster must be: nothing is to be concluded from
 *     votes that stand still (only with {@link Word#UNKNOWN})
 * @param words {@link #why}; made when somebody reads it, as a finding is asked for with every heartbeat and read out once in a while
 * @param against who alone sees votes while others see none (only with {@link Word#PROGRESS}); empty when nobody contradicts
 */
public record VoteFinding(Word word, boolean clusterHalted, Supplier<String> words, List<String> against) {

    /** Nobody contradicts. */
    VoteFinding(Word word, boolean clusterHalted, Supplier<String> words) {
        this(word, clusterHalted, words, List.of());
    }

    /** One sentence with its numbers that names every source. */
    public String why() {
        return words.get();
    }

    /** Three answers, for "not known" is never "no". */
    public enum Word {
        /** Somebody signs with the identity: no promotion. */
        PROGRESS,
        /** Nobody has signed with the identity for at least {@link Evidence#STILL} slots of enough sources. */
        NO_PROGRESS,
        /** Neither is known. */
        UNKNOWN
    }
}
