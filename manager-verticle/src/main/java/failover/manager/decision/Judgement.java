package failover.manager.decision;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What the manager makes of what it knows.
 *
 * @param verdict the word
 * @param why one sentence with its numbers
 * @param blockers why nothing is done about it although something should be; empty when nothing keeps it
 */
record Judgement(Verdict verdict, String why, List<String> blockers) {

    private static final Pattern NUMBER = Pattern.compile("[0-9]+([.][0-9]+)?");

    /** The same, kept from acting. */
    Judgement blockedBy(List<String> reasons) {
        return new Judgement(verdict, why, List.copyOf(reasons));
    }

    /** What must differ for it to be worth a new line in the log: words, not the numbers that change with every tick. */
    String key() {
        return verdict + "|" + NUMBER.matcher(why + "|" + blockers).replaceAll("#");
    }
}
