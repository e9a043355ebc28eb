package failover.manager.decision;

import java.util.List;

/**
 * What the manager makes of what it knows.
 *
 * @param verdict the word
 * @param why one sentence with its numbers
 * @param blockers why nothing is done about it although something should be; empty when nothing keeps it
 */
record Diagnosis(Verdict verdict, String why, List<String> blockers) {

    /** The same, kept from acting. */
    Diagnosis blockedBy(List<String> reasons) {
        return new Diagnosis(verdict, why, List.copyOf(reasons));
    }

    /** What must differ for it to be worth a new line in the log: words, not the numbers that change with every tick. */
    String key() {
        // By hand, as it is asked for with every event.
        StringBuilder key = new StringBuilder(why.length() + 32).append(verdict).append('|');
        withoutNumbers(why, key);
        key.append('|');
        for (String blocker : blockers) {
            withoutNumbers(blocker, key);
            key.append(';');
        }
        return key.toString();
    }

    /** Writes {@code #} where there is a number, with a fraction or without. */
    private static void withoutNumbers(String words, StringBuilder to) {
        int at = 0;
        while (at < words.length()) {
            int end = digits(words, at);
            if (end == at) {
                to.append(words.charAt(at++));
            } else {
                int fraction = end < words.length() && words.charAt(end) == '.' ? digits(words, end + 1) : 0;
                at = fraction > end + 1 ? fraction : end;
                to.append('#');
            }
        }
    }

    private static int digits(String words, int from) {
        int end = from;
        while (end < words.length() && words.charAt(end) >= '0' && words.charAt(end) <= '9') {
            end++;
        }
        return end;
    }
}
