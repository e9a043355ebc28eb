package failover.agent.decision;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Whether a set-identity that failed is known to have changed nothing (E15). An exit status is no outcome: {@code timeout} gives 124,
 * {@code ssh} 255, a client that was killed 137, one that lost its connection 1 ({@code oneshot canceled}), while the request may wait in
 * the validator's admin socket and be carried out later. Only the validator's own message is an answer, or that of a client that never
 * reached it. Anything not in this list is unknown.
 */
final class DefiniteRefusal {
    /** As Agave 4.2 to 4.4 print them; each is printed before anything of the identity was touched. */
    private static final List<Pattern> WORDS = List.of(
            Pattern.compile("Unable to load tower file for identity "),
            Pattern.compile("Unable to load vote history file for identity "),
            Pattern.compile("Failed to read identity keypair from "),
            Pattern.compile("Retry once validator start up is complete"),
            Pattern.compile("Changing identity from staked node .* is not supported"),
            Pattern.compile("Invalid params: invalid (length|type)\\b.*expected a tuple of size "),
            // The request never left the client.
            Pattern.compile("Connection refused \\(os error 111\\)"),
            Pattern.compile("admin\\.rpc does not exist"));
    /** What Agave's client prints before it asks. */
    private static final String ASKING = "New validator identity path:";
    /** From here on a status is a signal's, a wrapper's or the shell's. */
    private static final int OF_OTHERS = 124;

    private DefiniteRefusal() {
    }

    /** True when the command ended by itself, and all that it tried was answered with no. */
    static boolean of(CommandResult result) {
        if (result.how() != CommandResult.How.EXITED || result.exit() <= 0 || result.exit() >= OF_OTHERS) {
            return false;
        }
        int asked = 0;
        int refused = 0;
        boolean last = false;
        for (String line : result.output().split("\\R")) {
            if (line.isBlank()) {
                continue;
            }
            asked += line.contains(ASKING) ? 1 : 0;
            last = WORDS.stream().anyMatch(word -> word.matcher(line).find());
            refused += last ? 1 : 0;
        }
        // A wrapper that tries again may have been refused only the last time.
        return last && refused >= asked;
    }
}
