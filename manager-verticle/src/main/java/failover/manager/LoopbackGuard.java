package failover.manager;

import failover.protocol.config.Endpoint;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Who may speak to the manager's API: a program on this host that means it. A web page opened on this host is neither: its browser sends
 * {@code Origin}, or says by {@code Host} that it was led here by a name of the page's own (OM-18).
 */
final class LoopbackGuard {
    private LoopbackGuard() {
    }

    static boolean allows(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        String own = request.localAddress() == null ? null : request.localAddress().hostAddress();
        return request.remoteAddress() != null && isOwn(request.remoteAddress().hostAddress())
                && request.getHeader("Origin") == null
                && (site == null || site.equals("none"))
                && names(request.getHeader("Host"), own)
                && (request.authority() == null || names(request.authority().toString(), own))
                && (request.uri().startsWith("/") || named(request.uri(), own));
    }

    /** The host in the request's own line, as a proxy is asked, counts as well. */
    private static boolean named(String uri, String own) {
        try {
            String host = new URI(uri).getAuthority();
            return host != null && names(host, own);
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** An address of this host: a loopback one, or one of its interfaces, from which a program reaches the manager that listens there. */
    static boolean isOwn(String address) {
        if (isLoopback(address)) {
            return true;
        }
        Optional<InetAddress> literal = address == null ? Optional.empty() : Endpoint.literal(address);
        try {
            return literal.isPresent() && NetworkInterface.getByInetAddress(literal.get()) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    /** A name that is no page's own: a local one, or the very address that was connected to. */
    private static boolean names(String host, String own) {
        if (isLocalName(host)) {
            return true;
        }
        String name = host.replaceFirst(":[0-9]*$", "");
        Optional<InetAddress> literal = Endpoint.literal(name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1)
                : name);
        return own != null && literal.isPresent() && Endpoint.literal(own).equals(literal);
    }

    /** {@code localhost}, {@code 127.x.y.z}, {@code [::1]}, each with or without a port; HTTP/1.0 has no host, and no browser speaks it. */
    static boolean isLocalName(String host) {
        if (host == null) {
            return true;
        }
        String name = host.replaceFirst(":[0-9]*$", "");
        if (name.startsWith("[") && name.endsWith("]")) {
            return isLoopback(name.substring(1, name.length() - 1));
        }
        return name.equalsIgnoreCase("localhost") || name.matches("127(\\.[0-9]{1,3}){3}") && isLoopback(name);
    }

    private static boolean isLoopback(String address) {
        // A literal address is never looked up; anything else would be, so it is refused.
        if (address == null || !address.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%.*)?")) {
            return false;
        }
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
