package failover.protocol.config;

/**
 * Where to listen or to connect.
 *
 * @param host name or address without brackets; empty means all interfaces (only for listening)
 * @param port 1 to 65535, or 0 for "any free port" when listening
 */
public record HostPort(String host, int port) {
    /**
     * Reads {@code :8080}, {@code host:8080}, {@code 10.0.0.1:8080}, {@code [::1]:8080}.
     *
     * @throws IllegalArgumentException with a message that names the fault and a valid value
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(text.matches("[0-9]+") ? "lacks the colon; write \":" + text + "\" for all interfaces"
                    : "lacks a port; write \"" + text + ":8080\", or \":8080\" for all interfaces");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (IpAddresses.parse(host).isEmpty()) {
                throw new IllegalArgumentException("has no IP address between the brackets");
            }
        } else if (host.indexOf(':') >= 0 || host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
            throw new IllegalArgumentException("is ambiguous; write an IPv6 address in brackets, for example \"[::1]:8080\"");
        }
        if (host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@')) {
            throw new IllegalArgumentException("is not host:port; write for example \":8080\" or \"127.0.0.1:8080\"");
        }
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("has no valid port (0 to 65535)");
        }
        return new HostPort(host, Integer.parseInt(port));
    }

    /** What to hand to a server: all interfaces, IPv4 and IPv6, when no host is given. */
    public String bindHost() {
        return host.isEmpty() ? "::" : host;
    }

    /** Where a program on the same host reaches it. */
    public String connectHost() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
    }

    /** As the original writes it in {@code from_validator}: {@code :8080} or {@code host:8080}. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
