package failover.testbed.validator;

import failover.testbed.chain.ChainView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A validator's two ties to the cluster process: the network (slots in, votes out), which a test may cut, and the witness stand before
 * the judge, which always hears what was signed. Both reconnect for ever. Owned by one event loop.
 */
final class ClusterLink {
    private static final long RETRY_MS = 100;
    private static final int REMEMBERED = 10_000;
    private final Vertx vertx;
    private final String name;
    private final URI network;
    private final URI judge;
    private final HttpClient client;
    private final Consumer<ChainView> onSlot;
    private final Deque<String> unheard = new ArrayDeque<>();
    private HttpClientRequest stand;

    ClusterLink(Vertx vertx, String name, URI network, URI judge, Consumer<ChainView> onSlot) {
        this.vertx = vertx;
        this.name = name;
        this.network = network;
        this.judge = judge;
        this.onSlot = onSlot;
        this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(2000), new PoolOptions().setHttp1MaxSize(8));
    }

    void start() {
        listen();
        takeTheStand();
    }

    private static RequestOptions to(URI base, HttpMethod method, String path) {
        return new RequestOptions().setMethod(method).setHost(base.getHost()).setPort(base.getPort()).setURI(path);
    }

    private void listen() {
        client.request(to(network, HttpMethod.GET, "/slots")).compose(request -> request.send())
            .onSuccess(response -> {
                response.handler(RecordParser.newDelimited("\n", line -> onSlot.accept(ChainView.of(line.toJsonObject()))));
                response.endHandler(end -> vertx.setTimer(RETRY_MS, t -> listen()));
                response.exceptionHandler(lost -> vertx.setTimer(RETRY_MS, t -> listen()));
            })
            .onFailure(refused -> vertx.setTimer(RETRY_MS, t -> listen()));
    }

    /** Sends a vote to the network. It may be lost on the way, and nobody waits for it. */
    void sendVote(String identity, long slot) {
        JsonObject vote = new JsonObject().put("validator", name).put("identity", identity).put("slot", slot);
        client.request(to(network, HttpMethod.POST, "/vote").setTimeout(5000)).compose(request -> request.send(vote.toBuffer()))
            .compose(response -> response.end()).onFailure(lost -> { });
    }

    /** Tells the judge; in order, and later if it cannot hear now. */
    void testify(JsonObject event) {
        String line = event.put("at", System.nanoTime()).encode() + "\n";
        if (stand != null) {
            stand.write(line);
        } else if (unheard.size() < REMEMBERED) {
            unheard.add(line);
        }
    }

    private void takeTheStand() {
        client.request(to(judge, HttpMethod.POST, "/judge/witness?validator=" + name)).onSuccess(request -> {
            request.setChunked(true);
            request.exceptionHandler(lost -> leaveTheStand(request));
            request.connection().closeHandler(closed -> leaveTheStand(request));
            stand = request;
            unheard.forEach(request::write);
            unheard.clear();
            Future<Void> begun = request.writeHead();
            begun.onFailure(lost -> leaveTheStand(request));
        }).onFailure(refused -> vertx.setTimer(RETRY_MS, t -> takeTheStand()));
    }

    private void leaveTheStand(HttpClientRequest request) {
        if (stand == request) {
            stand = null;
            vertx.setTimer(RETRY_MS, t -> takeTheStand());
        }
    }
}
