package failover.manager.decision;

import java.util.ArrayList;
import java.util.List;

/** What each source says, in words: for people, and only made when one of them reads it. */
final class EvidenceText {
    private EvidenceText() {
    }

    /** For {@link Evidence#judge}. */
    static String judged(Evidence evidence, List<String> asked, long notAskedBefore, long now) {
        List<String> words = new ArrayList<>();
        for (String source : asked) {
            words.add(source + " " + evidence.word(source, notAskedBefore, now).why() + note(evidence, source, asked, now));
        }
        return String.join("; ", words);
    }

    /** For {@link Evidence#readiness}. */
    static String able(Evidence evidence, List<String> asked, List<String> able, long now) {
        List<String> words = new ArrayList<>();
        for (String source : asked) {
            words.add(source + " " + (able.contains(source) ? "can say" : evidence.failure(source) != null
                    ? "could not say: " + evidence.failure(source) : evidence.word(source, 0, now).why())
                    + note(evidence, source, asked, now));
        }
        return String.join("; ", words);
    }

    private static String note(Evidence evidence, String source, List<String> asked, long now) {
        StringBuilder note = new StringBuilder();
        for (String other : asked) {
            if (other.equals(source)) {
                break;
            }
            if (evidence.nodes().same(source, other)) {
                note.append(" (the same node as ").append(other).append(": it proves nothing more; name another in cluster_rpc)");
            } else if (evidence.nodes().otherCluster(source, other)) {
                note.append(" (of another cluster than ").append(other).append(": correct cluster_rpc)");
            }
        }
        if (!evidence.counts(source, now)) {
            note.append(evidence.refuses(source) ? " (counts for none: it serves no method that tells of votes)"
                    : " (counts for none: it has never told of votes)");
        }
        return note.toString();
    }
}
