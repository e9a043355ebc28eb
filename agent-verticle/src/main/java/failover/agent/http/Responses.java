package failover.agent.http;

import failover.agent.runtime.LogRateLimiter;
import failover.protocol.Bounds;
import failover.protocol.wire.GoJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place that writes answers, and that turns exceptions into statuses (docs/compatibility.md 4.2). */
public final class Responses {
    static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    public static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");
    private static final Logger LOG = LoggerFactory.getLogger(Responses.class);
    private static final int LONGEST_PATH = 100;
    private static final LogRateLimiter FAULTS = new LogRateLimiter();
    private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NO_SNIFF_VALUE = HttpHeaders.createOptimized("nosniff");

    private Responses() {
    }

    /** 200 and a record. A caller who is gone gets nothing. */
    public static void json(RoutingContext context, Object record) {
        HttpServerResponse response = context.response();
        if (!response.closed() && !response.ended()) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(GoJson.encode(record));
        }
    }

    /** The router's failure handler. */
    public static void failed(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure instanceof HttpError refusal) {
            refuse(context.request(), refusal);
        } else {
            fault(context.request(), failure);
        }
    }

    /** A fault of ours: 500, and at most one trace a second, however often it is provoked. */
    public static void fault(HttpServerRequest request, Throwable failure) {
        if (FAULTS.mayTell()) {
            LOG.error("{} {} failed{}", request.method(), Bounds.line(request.path(), LONGEST_PATH), FAULTS.untold(), failure);
        }
        refuse(request, 500, "Internal server error", false);
    }

    /** The same for a request that never reaches the router. */
    public static void refuse(HttpServerRequest request, HttpError refusal) {
        refuse(request, refusal.status(), refusal.getMessage(), refusal.closing());
    }

    private static void refuse(HttpServerRequest request, int status, String text, boolean closing) {
        HttpServerResponse response = request.response();
        if (response.closed() || response.ended()) {
            return;
        }
        Buffer body = Buffer.buffer(text + "\n");
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, TEXT).putHeader(NO_SNIFF, NO_SNIFF_VALUE)
            .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (closing) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        (request.method() == HttpMethod.HEAD ? response.end() : response.end(body)).onComplete(sent -> {
            if (closing) {
                request.connection().close();
            }
        });
    }
}
