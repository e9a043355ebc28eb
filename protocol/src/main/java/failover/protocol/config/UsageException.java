package failover.protocol.config;

/** The command line is wrong; the message says what and what would do. The exit code is 2. */
public final class UsageException extends RuntimeException {
    public UsageException(String message) {
        super(message);
    }
}
