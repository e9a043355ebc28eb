package failover.protocol.config;

/** The command line is invalid; the message names the fault and a valid use. The exit code is 2. */
public final class UsageException extends RuntimeException {
    public UsageException(String message) {
        super(message);
    }
}
