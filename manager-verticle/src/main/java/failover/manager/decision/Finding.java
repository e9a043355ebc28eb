package failover.manager.decision;

import java.util.List;

/**
 * What the sources together say of the identity's votes (safety.md, E6).
 *
 * @param word the result
 * @param clusterHalted the sources answer, and none has reached the slot where the cluster must be: nothing is to be concluded from
 *     votes that stand still (only with {@link Word#UNKNOWN})
 * @param why one sentence with its numbers that names every source
 * @param against who alone sees votes while others see none (only with {@link Word#PROGRESS}); empty when nobody contradicts
 */
public record Finding(Word word, boolean clusterHalted, String why, List<String> against) {

    /** Nobody contradicts. */
    public Finding(Word word, boolean clusterHalted, String why) {
        this(word, clusterHalted, why, List.of());
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
