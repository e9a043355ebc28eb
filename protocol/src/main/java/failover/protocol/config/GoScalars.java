package failover.protocol.config;

import java.util.Optional;
import java.util.Set;

/** Scalars as Go's {@code strconv} parses them from flags and environment. */
public final class GoScalars {
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

    /** A bit for each digit, underscores between them, sign and prefix. */
    private static final int LONGEST_NUMBER = 140;

    private GoScalars() {
    }

    /** A bool, if it is one. */
    public static Optional<Boolean> truth(String text) {
        return TRUE.contains(text) ? Optional.of(true) : FALSE.contains(text) ? Optional.of(false) : Optional.empty();
    }

    /** An integer ({@code 10}, {@code -3}, {@code 0x10}, {@code 0b11}, {@code 017}, {@code 1_000}), if it is one. */
    public static Optional<Long> integer(String text) {
        if (text.length() > LONGEST_NUMBER) {
            return Optional.empty();
        }
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        int base = 10;
        // Go allows an underscore between digits, and between the prefix of a base and its first digit.
        if (digits.matches("0[xX](_?[0-9a-fA-F])+")) {
            base = 16;
        } else if (digits.matches("0[bB](_?[01])+")) {
            base = 2;
        } else if (digits.matches("0[oO](_?[0-7])+")) {
            base = 8;
        } else if (digits.matches("0(_?[0-7])+")) {
            base = 8;
        } else if (!digits.matches("[0-9](_?[0-9])*") || digits.matches("0.+")) {
            return Optional.empty();
        }
        String plain = digits.replace("_", "").replaceFirst("^0[xXbBoO]", "");
        try {
            return Optional.of(Long.parseLong((negative ? "-" : "") + plain, base));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
