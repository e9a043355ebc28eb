package failover.agent.decision;

import failover.protocol.ClockReading;
import java.util.Optional;

/**
 * Issued by an agent with each reply; an echo of it proves that the reply arrived (E0). It contains its instant of issue, so that no state
 * is needed; the nonce of the agent's start makes older starts' tokens worthless.
 */
final class Token {
    private Token() {
    }

    static String issue(String nonce, ClockReading now) {
        return nonce + "." + Long.toHexString(now.nanos()) + "." + Long.toHexString(now.bootNanos()) + "."
                + Long.toHexString(now.wallMillis());
    }

    /** Issued by an earlier process of this host, or by another host: the sender of the echo has received no reply of this process yet. */
    static boolean foreign(String nonce, String token) {
        return token != null && !token.startsWith(nonce + ".");
    }

    /** When this start of the agent issued it; empty when another did, when it is none, or when it claims to come from the future. */
    static Optional<ClockReading> issued(String nonce, String token, ClockReading now) {
        if (token == null) {
            return Optional.empty();
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length != 4 || !parts[0].equals(nonce)) {
            return Optional.empty();
        }
        try {
            ClockReading issued = new ClockReading(Long.parseUnsignedLong(parts[1], 16), Long.parseUnsignedLong(parts[3], 16),
                    Long.parseUnsignedLong(parts[2], 16));
            return issued.nanos() - now.nanos() > 0 ? Optional.empty() : Optional.of(issued);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
