package failover.protocol;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** What is looked at before a request is routed. Pure, any thread. */
public final class RequestChecks {
    private RequestChecks() {
    }

    /** Why this is no request that anybody could answer, for a 400; {@code null} when it is one. */
    public static String fault(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_1_0 && request.getHeader(HttpHeaders.HOST) == null) {
            return "the Host header is missing";
        }
        if (request.authority() == null && request.getHeader(HttpHeaders.HOST) != null) {
            return "the Host header names no host";
        }
        String path = request.path();
        if (path == null || !path.startsWith("/") || !escaped(path)) {
            return "the path is not valid";
        }
        return null;
    }

    /** Every % has its two hexadecimal digits. */
    private static boolean escaped(String path) {
        for (int at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 1)) {
            if (at + 2 >= path.length() || Character.digit(path.charAt(at + 1), 16) < 0 || Character.digit(path.charAt(at + 2), 16) < 0) {
                return false;
            }
        }
        return true;
    }
}
