package failover.protocol.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The most likely intended name for a misspelt one. */
final class Suggestions {
    /** No key and no flag is nearly as long: whatever it is, it is no slip of the pen. */
    private static final int LONGEST_WORD = 100;

    private Suggestions() {
    }

    /** The candidate with the smallest edit distance; empty without candidates, or when none is close. */
    static Optional<String> of(String word, Collection<String> candidates) {
        if (word.length() > LONGEST_WORD) {
            return Optional.empty();
        }
        return candidates.stream().min(Comparator.<String>comparingInt(c -> distance(word, c)).thenComparing(Comparator.naturalOrder()));
    }

    /** Letters to insert, delete, replace, or swap with their neighbour. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
