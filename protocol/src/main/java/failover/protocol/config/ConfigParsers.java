package failover.protocol.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Small checks that several keys share; each throws an IllegalArgumentException that names a valid value. */
public final class ConfigParsers {
    private ConfigParsers() {
    }

    /** A path; {@code ~/} is not expanded, as there is no shell here. */
    public static Path path(String text) {
        if (text.startsWith("~")) {
            throw new IllegalArgumentException("must not begin with ~, there is no shell here to expand it; write the whole path");
        }
        Encodings.troubleInPath(text).ifPresent(trouble -> {
            throw new IllegalArgumentException(trouble);
        });
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is not a path: " + e.getReason(), e);
        }
    }

    /** A file that a daily and size-rolled log can be written to. */
    public static Path logFile(String text) {
        if (text.indexOf('%') >= 0 || text.indexOf('\\') >= 0) {
            throw new IllegalArgumentException("must not contain % or \\");
        }
        return path(text);
    }

    /** A public key: base58 of 32 bytes. */
    public static String publicKey(String text) {
        if (!text.matches("[1-9A-HJ-NP-Za-km-z]{32,44}")) {
            throw new IllegalArgumentException("is not a public key (32 to 44 characters of base58);"
                    + " take what \"solana-keygen pubkey FILE\" prints");
        }
        return text;
    }
}
