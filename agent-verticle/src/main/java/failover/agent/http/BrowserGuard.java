package failover.agent.http;

import failover.protocol.config.IpAllowList;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;

/** Whether a request was sent by a program, not by a web page. */
public final class BrowserGuard {
    private BrowserGuard() {
    }

    /**
     * Why this comes from a web page; {@code null} when it does not. A page can make its reader's browser send what it likes, from an
     * address that is allowed: but the browser then sends {@code Origin} or {@code Sec-Fetch-Site}, uses a type that no program of this
     * pair does, or was led here by a name of the page's own. curl, the original and our own programs do none of this.
     */
    public static HttpError ofWebPage(HttpServerRequest request) {
        if (request.getHeader(HttpHeaders.ORIGIN) != null) {
            return HttpError.browser("a request with Origin");
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("none")) {
            return HttpError.browser("a request with Sec-Fetch-Site " + site.replaceAll("[^a-z-]", ""));
        }
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null) {
            String plain = type.toLowerCase(Locale.ROOT).strip();
            // The content types of forms, except curl's default one, in which no form can write JSON.
            if (plain.startsWith("text/") || plain.startsWith("multipart/")) {
                return HttpError.browser("a request with Content-Type " + plain.replaceAll("[^a-z/-].*", ""));
            }
        }
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        if (agent != null && agent.startsWith("Mozilla/") && !ownName(request.getHeader(HttpHeaders.HOST))) {
            return HttpError.browser("a browser that was led here by a name; write the address");
        }
        return null;
    }

    /** An address, or a name without a dot, which no page on the Internet has. */
    private static boolean ownName(String host) {
        if (host == null) {
            return true;
        }
        String name = host.replaceFirst(":[0-9]*$", "");
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        if (name.indexOf('.') < 0 && name.indexOf(':') < 0) {
            return true;
        }
        try {
            return !IpAllowList.of(List.of(name)).isOpen();
        } catch (IllegalArgumentException noAddress) {
            return false;
        }
    }
}
