package failover.manager;

import failover.manager.decision.ManagerEffect.OperatorAnswer;
import failover.manager.decision.ManagerEvent;
import failover.protocol.ConnectionSlots;
import failover.protocol.RequestChecks;
import failover.protocol.Routes;
import failover.protocol.config.HostPort;
import failover.protocol.wire.GoJson;
import failover.protocol.wire.ManualFailoverRequest;
import failover.protocol.wire.PauseRequest;
import failover.protocol.wire.StateView;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's door: {@code POST /failover} as the newer original has it (docs/compatibility.md 4.2: 405, 403, 400, then the work), and
 * {@code GET /state} and {@code /health}. Only for programs on this host, never for web pages (OM-18). On the verticle's context only.
 */
final class OperatorApi {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorApi.class);
    private static final int LARGEST_BODY = 64 * 1024;
    private static final int LONGEST_REASON = 500;
    private static final int MOST_CONNECTIONS = 256;
    private static final int MOST_REFUSED = 8;
    /** A client has this long to say what it wants. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final String NO_REASON = "manual failover triggered via API";
    private static final String NO_PAUSE_REASON = "asked via API";

    private final Vertx vertx;
    private final Consumer<ManagerEvent> operator;
    private final Supplier<StateView> view;
    private final Supplier<String> trouble;
    private final Map<Long, HttpServerResponse> owed = new HashMap<>();
    private final ConnectionSlots places = new ConnectionSlots(MOST_CONNECTIONS, MOST_CONNECTIONS, MOST_REFUSED);
    private HttpServer server;
    private long tickets;

    /**
     * {@code operator} takes an operator's wish; the answer comes by {@link #answer}. {@code trouble} says what keeps this program from its
     * work, {@code null} while nothing does.
     */
    OperatorApi(Vertx vertx, Consumer<ManagerEvent> operator, Supplier<StateView> view, Supplier<String> trouble) {
        this.trouble = trouble;
        this.vertx = vertx;
        this.operator = operator;
        this.view = view;
    }

    /**
     * Listens.
     *
     * @param longest time that an operator may wait for the answer
     */
    Future<Void> listen(HostPort address, Duration longest) {
        Router router = Router.router(vertx);
        route(router, Routes.FAILOVER, HttpMethod.POST).handler(this::failover);
        route(router, Routes.PAUSE, HttpMethod.POST).handler(ctx -> pause(ctx, true));
        route(router, Routes.RESUME, HttpMethod.POST).handler(ctx -> pause(ctx, false));
        route(router, Routes.STATE, HttpMethod.GET).handler(ctx -> json(ctx.response(), view.get()));
        route(router, Routes.HEALTH, null).handler(this::health);
        router.route().handler(OperatorApi::notFound);
        router.route().failureHandler(OperatorApi::failed);
        HttpServerOptions options = new HttpServerOptions().setHttp2ClearTextEnabled(false)
                .setPerFrameWebSocketCompressionSupported(false).setPerMessageWebSocketCompressionSupported(false)
                .setIdleTimeout((int) longest.plusSeconds(30).toSeconds());
        server = vertx.createHttpServer(options).connectionHandler(this::connected).requestHandler(request -> {
            HttpConnection connection = request.connection();
            places.working(connection);
            request.response().endHandler(sent -> places.answered(connection));
            String fault = RequestChecks.fault(request);
            if (fault == null) {
                router.handle(request);
            } else {
                request.response().putHeader("Connection", "close");
                error(request.response(), 400, "Bad request: " + fault);
            }
        });
        places.sweepEverySecond(vertx);
        return server.listen(address.port(), address.bindHost()).mapEmpty();
    }

    /** The port it listens on. */
    int port() {
        return server.actualPort();
    }

    Future<Void> close() {
        return server == null ? Future.succeededFuture() : server.close();
    }

    /** Pays what is owed for that ticket; a client that is gone is owed nothing. */
    void answer(long ticket, OperatorAnswer answer) {
        HttpServerResponse response = owed.remove(ticket);
        if (response == null || response.closed() || response.ended()) {
            LOG.info("The operator's request {} is answered ({}), its sender is gone", ticket, answer.status());
        } else if (answer.status() == 200) {
            json(response, answer.response());
        } else {
            error(response, answer.status(), answer.error());
        }
    }

    private static io.vertx.ext.web.Route route(Router router, String path, HttpMethod method) {
        return router.route(path).handler(ctx -> {
            // The router takes /failover/ and //failover for /failover; the original does not.
            if (path.equals(ctx.request().path())) {
                ctx.next();
            } else {
                notFound(ctx);
            }
        }).handler(ctx -> {
            if (method == null || method.equals(ctx.request().method())) {
                ctx.next();
            } else {
                error(ctx.response(), 405, "Method not allowed");
            }
        }).handler(ctx -> {
            if (LoopbackGuard.allows(ctx.request())) {
                ctx.next();
            } else {
                error(ctx.response(), 403, "Forbidden: only localhost requests are allowed");
            }
        });
    }

    private void failover(RoutingContext ctx) {
        asked(ctx, ManualFailoverRequest.class, (ticket, asked) ->
                new ManagerEvent.FailoverAsked(ticket, words(asked.reason(), NO_REASON), asked.fenced(), asked.staleTower()));
    }

    private void pause(RoutingContext ctx, boolean pause) {
        asked(ctx, PauseRequest.class, (ticket, asked) ->
                new ManagerEvent.PauseAsked(ticket, pause, words(asked.reason(), NO_PAUSE_REASON)));
    }

    /** Reads the wish and passes it on; its answer is owed from then on. */
    private <T> void asked(RoutingContext ctx, Class<T> type, BiFunction<Long, T, ManagerEvent> event) {
        HttpServerRequest request = ctx.request();
        body(request, body -> {
            T asked;
            try {
                asked = GoJson.decode(body, type);
            } catch (GoJson.BadJson e) {
                error(request.response(), 400, "Invalid request body" + (e.field().isEmpty() ? "" : ": " + e.getMessage()));
                return;
            }
            long ticket = ++tickets;
            owed.put(ticket, request.response());
            request.response().closeHandler(gone -> owed.remove(ticket));
            operator.accept(event.apply(ticket, asked));
        });
    }

    private static String words(String reason, String otherwise) {
        if (reason == null || reason.isEmpty()) {
            return otherwise;
        }
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
    }

    /** The whole body, small and soon. */
    private void body(HttpServerRequest request, Handler<Buffer> whole) {
        Buffer body = Buffer.buffer();
        long timer = vertx.setTimer(PATIENCE.toMillis(), id -> refuse(request, 408, "The request body did not end in time"));
        request.exceptionHandler(cut -> vertx.cancelTimer(timer));
        request.handler(chunk -> {
            if (body.length() + chunk.length() > LARGEST_BODY) {
                vertx.cancelTimer(timer);
                refuse(request, 413, "The request body is larger than " + LARGEST_BODY + " bytes");
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> {
            if (vertx.cancelTimer(timer)) {
                whole.handle(body);
            }
        });
    }

    private void refuse(HttpServerRequest request, int status, String text) {
        if (!request.response().ended()) {
            // Closing at once, with bytes unread, would reset the connection and could take the answer with it.
            request.handler(more -> { }).endHandler(end -> { });
            request.response().putHeader("Connection", "close");
            error(request.response(), status, text);
            vertx.setTimer(LINGER.toMillis(), id -> request.connection().close());
        }
    }

    /** Too many connections: the one that has been silent for longest goes, so that an operator still gets through. */
    private void connected(HttpConnection connection) {
        String address = connection.remoteAddress() == null ? "" : String.valueOf(connection.remoteAddress().hostAddress());
        places.opened(connection, LoopbackGuard.isOwn(address) ? ConnectionSlots.Sort.ALLOWED : ConnectionSlots.Sort.REFUSED, address);
    }

    private static void failed(RoutingContext ctx) {
        if (ctx.failure() != null) {
            LOG.error("The API could not answer {}", ctx.request().path(), ctx.failure());
        }
        if (!ctx.response().ended()) {
            error(ctx.response(), ctx.statusCode() < 400 ? 500 : ctx.statusCode(), "Internal error, see the manager's log");
        }
    }

    private void health(RoutingContext ctx) {
        String wrong = trouble.get();
        text(ctx.response(), wrong == null ? 200 : 503, wrong == null ? "OK" : "NOT OK: " + wrong + "\n");
    }

    private static void notFound(RoutingContext ctx) {
        error(ctx.response(), 404, "404 page not found");
    }

    private static void json(HttpServerResponse response, Object value) {
        response.putHeader("Content-Type", "application/json").end(GoJson.encode(value));
    }

    private static void error(HttpServerResponse response, int status, String text) {
        response.putHeader("X-Content-Type-Options", "nosniff");
        text(response, status, text + "\n");
    }

    private static void text(HttpServerResponse response, int status, String text) {
        response.setStatusCode(status).putHeader("Content-Type", "text/plain; charset=utf-8").end(text);
    }
}
