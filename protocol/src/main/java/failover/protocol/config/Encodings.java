package failover.protocol.config;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whether letters beyond ASCII get out of this JVM as they stand in the settings. They do in UTF-8; in whatever else the environment
 * made of it (without LANG, as systemd starts services: plain ASCII) a command or a path would silently become another one, and that
 * would show in the middle of a failover. Pure but for the JVM's own properties; any thread.
 */
public final class Encodings {
    /** The kernel's own bound is 128 KiB, for what the placeholders have become. */
    private static final int LONGEST_COMMAND = 100 * 1024;

    private Encodings() {
    }

    /** What keeps this text from being a command's argument as it is, with what to do; empty when nothing does. */
    public static Optional<String> troubleInCommand(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_COMMAND) {
            return Optional.of("has more than " + LONGEST_COMMAND + " bytes, and Linux takes no longer argument of a program; put it into a"
                    + " script, and call that");
        }
        return trouble(text, Charset.defaultCharset().name(), "file.encoding");
    }

    /** The same for a path. */
    public static Optional<String> troubleInPath(String text) {
        return trouble(text, System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()), "sun.jnu.encoding");
    }

    static Optional<String> trouble(String text, String encoding, String property) {
        if (text.indexOf('\0') >= 0) {
            return Optional.of("has a character NUL (\\u0000), at which it would end for the system; remove it");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            return Optional.of("has half of a pair of characters (\\ud800 to \\udfff alone), which no encoding has; remove it");
        }
        if (text.chars().allMatch(c -> c < 0x80) || isUtf8(encoding)) {
            return Optional.empty();
        }
        return Optional.of("has letters beyond ASCII, which this Java would hand on as " + encoding + " (" + property
                + "), not as UTF-8: start the program by its launcher in bin/, or with LC_ALL=C.UTF-8");
    }

    private static boolean isUtf8(String encoding) {
        try {
            return Charset.forName(encoding).equals(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
