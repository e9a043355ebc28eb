package failover.protocol.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/**
 * The base URL of a server we call: an agent, a validator's RPC, a cluster RPC. One trailing slash is cut off, as the original does.
 * {@link #toString} is fit for logs: providers put keys into the path and the query of RPC URLs, so those are masked.
 *
 * @param uri absolute, http or https, with a host and no fragment
 */
public record Endpoint(URI uri) {
    private static final int LONGEST_PLAIN_SEGMENT = 15;

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException with a message that names the fault and a valid value, without the URL itself
     */
    public static Endpoint parse(String text) {
        URI uri;
        try {
            uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is not a URL (" + e.getReason() + "); write for example \"http://10.0.0.11:8080\"", e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("must begin with http:// or https://; write for example \"http://10.0.0.11:8080\"");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty()) {
            throw new IllegalArgumentException("has no valid host; write for example \"http://10.0.0.11:8080\"");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("has no valid port (1 to 65535)");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("must not have a part after #");
        }
        return new Endpoint(uri);
    }

    /** True for https. */
    public boolean ssl() {
        return uri.getScheme().equalsIgnoreCase("https");
    }

    /** The host, an IPv6 address without its brackets. */
    public String host() {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1).replace("%25", "%") : host;
    }

    /** The host as it stands in a URL and in the header Host: an IPv6 address in brackets, without its zone. */
    public String authority() {
        String host = host();
        int zone = host.indexOf('%');
        return host.indexOf(':') < 0 ? host : "[" + (zone < 0 ? host : host.substring(0, zone)) + "]";
    }

    /** Whether the host is a name that must be resolved; {@code localhost} is not. */
    public boolean byName() {
        return literal(host()).isEmpty() && !host().equalsIgnoreCase("localhost");
    }

    /** The address that a text is, without asking anybody; empty when it is a name. */
    public static Optional<InetAddress> literal(String host) {
        if (IpAddresses.parse(host).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            // A zone that this host does not have.
            return Optional.empty();
        }
    }

    /** The port, the scheme's own when none is written. */
    public int port() {
        if (uri.getPort() > 0) {
            return uri.getPort();
        }
        return ssl() ? 443 : 80;
    }

    /** What to ask the host for: the URL's path followed by {@code suffix} (for example {@code /status}) and the query, never empty. */
    public String target(String suffix) {
        String path = uri.getRawPath() + suffix;
        String query = uri.getRawQuery();
        return (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
    }

    /** Whether both lead to the same server, however they are spelled. */
    public boolean sameServer(Endpoint other) {
        return host().equalsIgnoreCase(other.host()) && port() == other.port()
                && uri.getRawPath().equals(other.uri.getRawPath());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(uri.getScheme()).append("://");
        if (uri.getRawUserInfo() != null) {
            text.append("***@");
        }
        text.append(uri.getHost());
        if (uri.getPort() > 0) {
            text.append(':').append(uri.getPort());
        }
        String path = uri.getRawPath();
        for (String segment : path.isEmpty() ? new String[0] : path.substring(1).split("/", -1)) {
            text.append('/').append(segment.length() > LONGEST_PLAIN_SEGMENT ? "***" : segment);
        }
        return uri.getRawQuery() == null ? text.toString() : text.append("?***").toString();
    }
}
