package failover.agent.peer;

import failover.agent.config.AgentConfig;
import failover.agent.decision.DurableAgentState;
import failover.agent.http.BodyReader;
import failover.protocol.Bounds;
import failover.protocol.HostResolver;
import failover.protocol.Routes;
import failover.protocol.config.Endpoint;
import failover.protocol.wire.GoJson;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks the other agent who is active. Each question takes a new connection, so that a stale connection is never mistaken for a dead peer.
 */
public final class PeerClient {
    static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int LARGEST_ANSWER = 64 * 1024;
    private static final int LONGEST_WHY = 200;
    private final Vertx vertx;
    private final AgentConfig config;
    private final HostResolver names;
    private HttpClient client;

    public PeerClient(Vertx vertx, AgentConfig config) {
        this.vertx = vertx;
        this.config = config;
        this.names = new HostResolver(vertx);
    }

    /** Where the peer was found last, when it is configured by a name. */
    public Optional<String> address() {
        return config.peer().flatMap(peer -> names.last(peer.host())).map(InetAddress::getHostAddress);
    }

    /**
     * Its answer within two seconds, also to whether this host may {@code stay}, or whether the two {@code leave} their manager (or
     * {@code null}); fails with the reason when there is no valid answer.
     */
    public Future<PeerStatusResponse> ask(DurableAgentState memory, PromiseRequest stay, LeaveRequest leave) {
        if (config.peer().isEmpty()) {
            return Future.failedFuture(new Silent("no peer_endpoint is configured"));
        }
        Endpoint peer = config.peer().get();
        if (client == null) {
            client = vertx.createHttpClient(new HttpClientOptions().setSsl(peer.ssl()).setConnectTimeout((int) LIMIT.toMillis())
                .setKeepAlive(false).setName("peer"));
        }
        Buffer question = GoJson.encode(new PeerStatusRequest(config.listen().toString(), System.currentTimeMillis() / 1000,
            memory.hostId(), memory.epoch(), stay, leave));
        return names.server(peer).compose(server -> client.request(new RequestOptions().setMethod(HttpMethod.POST).setServer(server)
                .setHost(peer.authority()).setPort(peer.port()).setURI(peer.target(Routes.PEER_STATUS))
                .putHeader("Content-Type", "application/json")))
            .compose(request -> exchange(request, question).timeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(failure -> request.reset()))
            .timeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .compose(body -> understood(body, memory))
            .recover(failure -> Future.failedFuture(failure instanceof Silent ? failure
                : new Silent(peer + " does not answer: " + (failure.getMessage() == null ? failure : failure.getMessage()))));
    }

    private static Future<Buffer> exchange(HttpClientRequest request, Buffer question) {
        // Failures come back by the future; without a handler they would be logged besides.
        request.exceptionHandler(failure -> { });
        return request.send(question).compose(response -> response.statusCode() == 200
            ? BodyReader.read(response, LARGEST_ANSWER)
            : BodyReader.read(response, LARGEST_ANSWER).compose(why -> Future.failedFuture("HTTP " + response.statusCode() + ": "
                + Bounds.line(why.toString().strip(), LONGEST_WHY))));
    }

    private Future<PeerStatusResponse> understood(Buffer body, DurableAgentState memory) {
        try {
            PeerStatusResponse answer = GoJson.decode(body, PeerStatusResponse.class);
            if (!answer.isAlive()) {
                return Future.failedFuture(new Silent(config.peer().get() + " answers, but not as an agent does"));
            }
            if (memory.hostId().equals(answer.hostId())) {
                return Future.failedFuture(new Silent("peer_endpoint " + config.peer().get() + " leads back to this agent; correct it"));
            }
            return Future.succeededFuture(answer);
        } catch (GoJson.BadJson e) {
            return Future.failedFuture(new Silent(config.peer().get() + " answers no JSON that an agent would: " + e.getMessage()));
        }
    }

    /** No answer that counts; costs no stack trace. */
    private static final class Silent extends RuntimeException {
        Silent(String message) {
            super(message, null, false, false);
        }
    }
}
