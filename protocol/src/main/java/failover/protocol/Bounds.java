package failover.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The one place that knows how large, how long and of which letters a value from outside may be: from the wire, from a validator's RPC,
 * from a state file, from the settings. What lies outside is refused by name at the border it comes to, so that no sum, product or wait
 * behind the border can wrap. Pure, any thread.
 */
public final class Bounds {
    /** No epoch, start of a manager, or other count lies above: every JSON parser still represents integers exactly there. */
    public static final long HIGHEST_COUNT = 1L << 53;
    /** So far an epoch (or a start of a manager) may lie above the one that is known: one is spent by each move, or each start. */
    public static final long LARGEST_LEAP = 1_000_000;
    /**
     * The longest lease that anybody grants, takes, or hands to a fencer, in milliseconds (E1, E4): the fencer takes a deadline that lies
     * further ahead than its {@code --max-lease-ms} for a damaged file, and fires at the one before. Its default is this number.
     */
    public static final long LONGEST_LEASE_MS = 600_000;
    /** {@link #LONGEST_LEASE_MS} as a duration. */
    public static final Duration LONGEST_LEASE = Duration.ofMillis(LONGEST_LEASE_MS);
    /** Any other time on the wire that a program waits for, in milliseconds. */
    public static final long LONGEST_TIME_MS = 600_000;
    /** What follows from a lease and its slack (E3), in milliseconds. */
    public static final long LONGEST_WAIT_MS = 3 * LONGEST_TIME_MS;
    /** A time that is only displayed ("so long ago") is cut to this, in milliseconds: 30 days. */
    public static final long LONGEST_AGO_MS = 30L * 24 * 3600 * 1000;
    /** The longest of the times in the settings that no lease depends on (a cooldown, a grace period). */
    public static final Duration LONGEST_SETTING = Duration.ofHours(24);
    /** The longest of the other times in the settings. */
    public static final Duration LONGEST_LIMIT = Duration.ofMillis(LONGEST_TIME_MS);
    /** No slot lies above; at four slots a second that is some 70 million years. */
    public static final long HIGHEST_SLOT = 1L << 53;
    /** Year 1, which the original sends for "never". */
    public static final long FIRST_SECOND = -62_135_596_800L;
    /** Year 9999. */
    public static final long LAST_SECOND = 253_402_300_799L;
    /** Characters of an id. */
    public static final int LONGEST_ID = 64;
    /** Characters of a token. */
    public static final int LONGEST_TOKEN = 160;
    /** Characters of a text for people: a reason, a message, an error. */
    public static final int LONGEST_TEXT = 500;
    /** Bytes of a tower's file. */
    public static final int LARGEST_TOWER = 64 * 1024;
    /** The same as base64. */
    public static final int LARGEST_TOWER_TEXT = (LARGEST_TOWER + 2) / 3 * 4;
    /** Lines of a list for people. */
    public static final int MOST_LINES = 64;

    private static final int LONGEST_READ = 2_000;
    private static final int BRIEF = 120;

    private Bounds() {
    }

    /** Whether this epoch (or start) may be accepted after that one: not beyond the highest, nor a leap above. */
    public static boolean reachable(long known, long given) {
        return given <= HIGHEST_COUNT && given - LARGEST_LEAP <= Math.max(0, known);
    }

    /** Letters, digits, {@code . _ -}, at most so many; never empty. */
    public static boolean isId(String text, int longest) {
        if (text.isEmpty() || text.length() > longest) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    /** A text for people as it may stand in a log, an answer or a state file: at most 500 characters, none that forges a line. */
    public static String line(String text) {
        return line(text, LONGEST_TEXT);
    }

    /** The same with another length; {@code null} stays {@code null}. */
    public static String line(String text, int longest) {
        if (text == null || text.length() <= longest && isPlain(text)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(Math.min(text.length(), longest));
        int end = text.length() <= longest ? text.length() : longest - 1;
        if (end < text.length() && end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        text.substring(0, end).codePoints().forEach(c -> plain.appendCodePoint(forges(c) ? ' ' : c));
        return end < text.length() ? plain.append('…').toString() : plain.toString();
    }

    /** The beginning of a foreign text, which may be megabytes, as one line of at most 121 characters for a log or a message. */
    public static String brief(String text) {
        return line(text.length() <= LONGEST_READ ? text : text.substring(0, LONGEST_READ), LONGEST_READ).replaceAll("\\s+", " ").trim()
                .transform(line -> line.length() <= BRIEF ? line : line(line, BRIEF + 1));
    }

    /** A text as a state file keeps it: at most 500 characters, and none that no encoding has (half of a pair). */
    public static String kept(String text) {
        if (text == null) {
            return null;
        }
        String kept = text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
        return StandardCharsets.UTF_8.newEncoder().canEncode(kept) ? kept : kept.codePoints().map(c -> c >= 0xd800 && c < 0xe000 ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /**
     * A character that could make a line look like another, or like two: controls, what turns the direction of writing, what has no
     * width, separators of lines and paragraphs, halves of a pair, and what is no character.
     */
    public static boolean forges(int codePoint) {
        switch (Character.getType(codePoint)) {
            case Character.CONTROL:
            case Character.FORMAT:
            case Character.LINE_SEPARATOR:
            case Character.PARAGRAPH_SEPARATOR:
            case Character.SURROGATE:
            case Character.UNASSIGNED:
                return true;
            default:
                return false;
        }
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f && (c < 0xa0 || Character.isSurrogate(c) || forges(c))) {
                return false;
            }
        }
        return true;
    }
}
