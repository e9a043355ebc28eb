package failover.agent;

import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentEvent;
import failover.agent.http.BodyBudget;
import failover.agent.http.BodyReader;
import failover.agent.http.BrowserGuard;
import failover.agent.http.GoPaths;
import failover.agent.http.HttpError;
import failover.agent.http.Responses;
import failover.agent.runtime.LogRateLimiter;
import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.ConnectionLimit;
import failover.protocol.ConnectionSlots;
import failover.protocol.RequestChecks;
import failover.protocol.Routes;
import failover.protocol.config.Endpoint;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.GoJson;
import failover.protocol.wire.IdentityResponse;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.ShutdownRequest;
import failover.protocol.wire.ShutdownResponse;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.BindException;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's HTTP side: allowed? valid? act. On the agent's context. */
final class AgentHttp {
    /** A poll, or a peer's question: some hundred bytes, a token among them. */
    static final int LARGEST_QUESTION = 4 * 1024;
    /** A change of role, with a tower in base64 (88 KiB). */
    static final int LARGEST_CHANGE = 128 * 1024;
    static final int LARGEST_SHUTDOWN = 1024;
    /** A manager of ours asks a silent agent eight times at once, and has four commands out; peer and scripts may share its address. */
    static final int EACH_ADDRESS = 48;
    static final int MOST_CONNECTIONS = 128;
    static final int MOST_REFUSED = 8;
    private static final Logger LOG = LoggerFactory.getLogger(AgentHttp.class);
    private final Vertx vertx;
    private final AgentConfig config;
    private final AgentRuntime shell;
    private final Consumer<String> onShutdown;
    private final StatusLog statusLog = new StatusLog();
    private final ConnectionSlots connections = new ConnectionSlots(EACH_ADDRESS, MOST_CONNECTIONS, MOST_REFUSED);
    private final BodyBudget bodies = new BodyBudget();
    private final LogRateLimiter refusals = new LogRateLimiter();
    private final PartnerAddresses partners;
    private long refused;

    /**
     * A server that does not listen yet.
     *
     * @param onShutdown called with the reason once {@code /shutdown} has been answered
     */
    AgentHttp(Vertx vertx, AgentConfig config, AgentRuntime shell, Consumer<String> onShutdown) {
        this.vertx = vertx;
        this.config = config;
        this.shell = shell;
        this.onShutdown = onShutdown;
        this.partners = new PartnerAddresses(config.peer().map(Endpoint::host).orElse(""), shell::peerAddress);
    }

    private Router routes() {
        Router router = Router.router(vertx);
        router.route().handler(this::path).failureHandler(Responses::failed);
        route(router, Routes.STATUS, this::allowed, this::status, HttpMethod.POST, HttpMethod.GET);
        route(router, Routes.PEER_STATUS, this::peerAllowed, body(LARGEST_QUESTION, this::peerStatus), HttpMethod.POST);
        route(router, Routes.FAILOVER, this::allowed, body(LARGEST_CHANGE, this::failover), HttpMethod.POST);
        route(router, Routes.IDENTITY, this::allowed, this::identity, HttpMethod.GET);
        route(router, Routes.SHUTDOWN, this::allowed, body(LARGEST_SHUTDOWN, this::shutdown), HttpMethod.POST);
        route(router, Routes.ACTIVE, this::allowed, this::active, HttpMethod.GET);
        router.route(Routes.HEALTH).handler(AgentHttp::health);
        router.route().handler(context -> context.fail(HttpError.notFound()));
        return router;
    }

    private static void route(Router router, String path, Handler<RoutingContext> allowed, Handler<RoutingContext> act,
            HttpMethod... methods) {
        Set<HttpMethod> accepted = Set.of(methods);
        router.route(path).handler(context -> {
            if (accepted.contains(context.request().method())) {
                context.next();
            } else {
                context.fail(HttpError.method());
            }
        }).handler(allowed).handler(act).failureHandler(Responses::failed);
    }

    /** Listens; fails with the reason. */
    Future<HttpServer> listen() {
        String host = config.listen().bindHost();
        return listen(host).recover(failure -> config.listen().host().isEmpty() && !(failure instanceof BindException)
            ? listen("0.0.0.0") : Future.failedFuture(failure));
    }

    private Future<HttpServer> listen(String host) {
        // There is no WebSocket here; its compression handler would inspect every request.
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHandle100ContinueAutomatically(true)
            .setHttp2ClearTextEnabled(false).setAcceptBacklog(1024).setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false));
        server.connectionHandler(this::opened);
        Router router = routes();
        server.requestHandler(request -> {
            HttpConnection connection = request.connection();
            connections.working(connection);
            request.response().endHandler(sent -> connections.answered(connection));
            handle(router, request);
        });
        return server.listen(config.listen().port(), host).onSuccess(listening -> {
            connections.sweepEverySecond(vertx);
            tellTheDoor();
        });
    }

    private void tellTheDoor() {
        ConnectionLimit.of(vertx).ifPresent(door -> door.know(partners.addresses()));
    }

    /** Whose it is, before a byte of it is read. */
    private void opened(HttpConnection connection) {
        String address = connection.remoteAddress() == null ? "" : String.valueOf(connection.remoteAddress().hostAddress());
        boolean partner = partners.are(address);
        ConnectionSlots.Sort sort = partner ? ConnectionSlots.Sort.PARTNER
            : config.allowedIps().allows(address) ? ConnectionSlots.Sort.ALLOWED : ConnectionSlots.Sort.REFUSED;
        if (!connections.opened(connection, sort, address) && refusals.mayTell()) {
            LOG.warn("A connection from {} is closed at once: there are too many of its sort{}", address, refusals.untold());
        }
    }

    /** What is no request at all costs no route, no line of the log, and no trace. */
    private static void handle(Router router, HttpServerRequest request) {
        String fault = RequestChecks.fault(request);
        if (fault != null) {
            Responses.refuse(request, HttpError.badRequest(fault));
            return;
        }
        try {
            router.handle(request);
        } catch (RuntimeException e) {
            Responses.fault(request, e);
        }
    }

    private void path(RoutingContext context) {
        String path = context.request().path();
        String clean = GoPaths.clean(path);
        if (!clean.equals(path)) {
            redirect(context.request(), clean);
        } else if (clean.length() > 1 && clean.endsWith("/")) {
            context.fail(HttpError.notFound());
        } else {
            context.next();
        }
    }

    private static void redirect(HttpServerRequest request, String clean) {
        String location = clean + (request.query() == null ? "" : "?" + request.query());
        request.response().setStatusCode(301).putHeader(HttpHeaders.LOCATION, location);
        if (request.method() == HttpMethod.GET) {
            String link = location.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&#34;");
            request.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                .end("<a href=\"" + link + "\">Moved Permanently</a>.\n\n");
        } else {
            request.response().end();
        }
    }

    private void allowed(RoutingContext context) {
        String caller = context.request().remoteAddress().hostAddress();
        if (config.allowedIps().allows(caller)) {
            asAProgram(context);
        } else {
            noteRefused(context.request().path(), caller);
            context.fail(HttpError.forbidden());
        }
    }

    private void asAProgram(RoutingContext context) {
        HttpError ofWebPage = BrowserGuard.ofWebPage(context.request());
        if (ofWebPage == null) {
            context.next();
        } else {
            noteRefused(context.request().path(), context.request().remoteAddress().hostAddress());
            context.fail(ofWebPage);
        }
    }

    /** At most one line a second, however many knock. */
    private void noteRefused(String path, String caller) {
        refused++;
        if (refusals.mayTell()) {
            LOG.warn("{} from {} refused: the address is not in allowed_ips, or a web page asks ({} refused so far)",
                Bounds.brief(path), caller, refused);
        }
    }

    /** The configured peer may always ask; otherwise a list of managers would make it look dead. */
    private void peerAllowed(RoutingContext context) {
        if (partners.isPeer(context.request().remoteAddress().hostAddress())) {
            asAProgram(context);
        } else {
            allowed(context);
        }
    }

    /** Reads the body within its limits of size and time, then acts. */
    private Handler<RoutingContext> body(int largest, BiConsumer<RoutingContext, Buffer> act) {
        return context -> {
            HttpServerRequest request = context.request();
            connections.reading(request.connection());
            if (declaredLength(request) > largest) {
                context.fail(HttpError.bodyTooLarge(largest));
                return;
            }
            bodies.read(request, largest, partners.are(request.remoteAddress().hostAddress())).onComplete(body -> {
                if (body.succeeded()) {
                    connections.working(request.connection());
                    act.accept(context, body.result());
                } else if (body.cause() instanceof BodyReader.TooLarge) {
                    context.fail(HttpError.bodyTooLarge(largest));
                } else if (body.cause() instanceof BodyBudget.Full) {
                    context.fail(HttpError.tooManyBodies());
                }
                // Else the caller disconnected before the end of its body: no response is possible.
            });
        };
    }

    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void status(RoutingContext context) {
        long came = System.currentTimeMillis();
        if (context.request().method() == HttpMethod.GET) {
            answerStatus(context, came, false);
        } else {
            body(LARGEST_QUESTION, (same, body) -> {
                try {
                    answerStatus(context, came, noteManager(context, body));
                } catch (GoJson.BadJson e) {
                    context.fail(HttpError.badBody(e));
                }
            }).handle(context);
        }
    }

    /**
     * A body with a timestamp is a manager's; whatever else it is, the answer is the same (the original tolerates anything), unless it is
     * one of ours with a field that lies outside its bounds: that manager must hear of it.
     */
    private boolean noteManager(RoutingContext context, Buffer body) throws GoJson.BadJson {
        if (body.length() == 0) {
            return false;
        }
        try {
            StatusRequest request = GoJson.decode(body, StatusRequest.class);
            if (request.timestamp() > 0) {
                if (request.lease() != null && partners.managerPolls(context.request().remoteAddress().hostAddress())) {
                    tellTheDoor();
                }
                shell.post(new AgentEvent.ManagerPolled(request));
                return true;
            }
        } catch (GoJson.BadJson e) {
            if (!e.field().isEmpty()) {
                throw e;
            }
            LOG.debug("Body of /status from {} is not a manager's: {}", context.request().remoteAddress(), e.getMessage());
        }
        return false;
    }

    private void answerStatus(RoutingContext context, long came, boolean byManager) {
        Future<StatusResponse> answer = shell.status(came);
        answer.onSuccess(status -> {
            statusLog.note(status, byManager);
            Responses.json(context, status);
        }).onFailure(failure -> context.fail(HttpError.notObserved(failure)));
    }

    /** For load balancers and scripts: 200 only while this host verifiably holds the identity and a lease (INV-9). */
    private void active(RoutingContext context) {
        shell.notActive().onSuccess(no -> context.response().setStatusCode(no.isEmpty() ? 200 : 503)
                .putHeader("Content-Type", "text/plain; charset=utf-8").end(no.orElse("active") + "\n"))
            .onFailure(failure -> context.fail(HttpError.notObserved(failure)));
    }

    private void peerStatus(RoutingContext context, Buffer body) {
        PeerStatusRequest request = new PeerStatusRequest(null, 0, null, 0);
        try {
            request = GoJson.decode(body, PeerStatusRequest.class);
            LOG.debug("Peer asks: {}", request);
        } catch (GoJson.BadJson e) {
            if (!e.field().isEmpty()) {
                context.fail(HttpError.badBody(e));
                return;
            }
            LOG.debug("A peer asks with a body that is none: {}", e.getMessage());
        }
        shell.peerStatus(request).onSuccess(status -> Responses.json(context, status))
            .onFailure(failure -> context.fail(HttpError.notObserved(failure)));
    }

    private void failover(RoutingContext context, Buffer body) {
        try {
            FailoverRequest request = GoJson.decode(body, FailoverRequest.class);
            LOG.info("Change of role asked for: action={} reason={} operation_id={} epoch={} from={}", oneLine(request.action()),
                oneLine(request.reason()), oneLine(request.operationId()), request.epoch(), context.request().remoteAddress());
            shell.change(request).onSuccess(answer -> Responses.json(context, answer)).onFailure(context::fail);
        } catch (GoJson.BadJson e) {
            context.fail(HttpError.badBody(e));
        }
    }

    private void identity(RoutingContext context) {
        long came = ClockReading.ofMachine().wallSeconds();
        shell.identity().onSuccess(who -> Responses.json(context, new IdentityResponse(who.pubkey(), who.error(), came)))
            .onFailure(failure -> context.fail(HttpError.notObserved(failure)));
    }

    private void shutdown(RoutingContext context, Buffer body) {
        try {
            ShutdownRequest request = GoJson.decode(body, ShutdownRequest.class);
            Responses.json(context, new ShutdownResponse(true, "Agent shutdown initiated", ClockReading.ofMachine().wallSeconds()));
            onShutdown.accept(oneLine(request.reason()));
        } catch (GoJson.BadJson e) {
            context.fail(HttpError.badBody(e));
        }
    }

    /** A caller's text made safe for the log: short, on one line. */
    private static String oneLine(String text) {
        return text == null ? "" : Bounds.brief(text);
    }

    private static void health(RoutingContext context) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, Responses.TEXT);
        if (context.request().method() == HttpMethod.HEAD) {
            context.response().putHeader(HttpHeaders.CONTENT_LENGTH, "2").end();
        } else {
            context.response().end("OK");
        }
    }
}
