package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.protocol.config.Endpoint;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterRpcIT {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private Vertx vertx;
    private Context context;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        context = vertx.getOrCreateContext();
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    private FakeAgent source(String answer) {
        return new FakeAgent(vertx, FakeAgent.always(answer));
    }

    private ClusterRpc cluster(FakeAgent... sources) {
        List<Endpoint> endpoints = Stream.of(sources).map(each -> Endpoint.parse(each.endpoint().uri() + "/v1?api-key=hush")).toList();
        return new ClusterRpc(vertx, vertx.createHttpClient(new HttpClientOptions()), endpoints, LIMIT);
    }

    private Future<Long> slot(ClusterRpc cluster) {
        Promise<Long> promise = Promise.promise();
        context.runOnContext(v -> cluster.slot().onComplete(promise));
        return promise.future();
    }

    private static String slotAnswer(long slot) {
        return FakeAgent.json("{\"jsonrpc\":\"2.0\",\"result\":" + slot + ",\"id\":1}");
    }

    @Test
    void theHighestSlotOfAllSourcesWinsWhateverTheOthersSay() {
        FakeAgent good = source(slotAnswer(380_000_005L));
        ClusterRpc cluster = cluster(source(slotAnswer(380_000_001L)), good, source("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
                source(FakeAgent.json("<html>maintenance</html>")), source(FakeAgent.json("null")),
                new FakeAgent(vertx, FakeAgent::silence));
        assertEquals(380_000_005L, Await.result(slot(cluster)));
        assertTrue(good.requests.get(0).startsWith("POST /v1?api-key=hush HTTP/1.1\r\n"), good.requests.get(0));
        assertEquals("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getSlot\",\"params\":[{\"commitment\":\"processed\"}]}",
                FakeAgent.bodyOf(good.requests.get(0)));
    }

    @Test
    void whenNoSourceAnswersEachReasonIsToldByHostOnly() {
        FakeAgent gone = source("");
        ClusterRpc cluster = cluster(source("HTTP/1.1 502 Bad\r\nContent-Length: 3\r\n\r\nbad"), gone,
                source(FakeAgent.json("{\"error\":{\"code\":-32005,\"message\":\"Node is behind\"}}")),
                source(FakeAgent.json("{\"result\":\"12\"}")));
        gone.close();
        String why = Await.failure(slot(cluster)).getMessage();
        assertTrue(why.contains("127.0.0.1: HTTP 502: bad"), why);
        assertTrue(why.contains("Connection refused"), why);
        assertTrue(why.contains("error -32005 Node is behind"), why);
        assertTrue(why.contains("no slot in the answer: {\"result\":\"12\"}"), why);
        assertFalse(why.contains("hush") || why.contains("/v1"), why);
    }

    @Test
    void aSourceThatSaysTooManyRequestsIsLeftAlone() {
        FakeAgent busy = source("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n");
        ClusterRpc cluster = cluster(busy);
        assertEquals("127.0.0.1: too many requests (HTTP 429), left alone for 60 s", Await.failure(slot(cluster)).getMessage());
        assertTrue(Await.failure(slot(cluster)).getMessage().contains("too many requests, asked again in "));
        assertEquals(1, busy.requests.size());
    }

    @Test
    void howLongToWaitIsSecondsOrADateWithinBounds() {
        Instant now = Instant.parse("2026-11-01T00:00:00Z");
        assertEquals(Duration.ofSeconds(7), ClusterRpc.pauseOf("7", now));
        assertEquals(Duration.ofSeconds(90), ClusterRpc.pauseOf("Sun, 01 Nov 2026 00:01:30 GMT", now));
        assertEquals(Duration.ofSeconds(1), ClusterRpc.pauseOf("0", now));
        assertEquals(Duration.ofMinutes(5), ClusterRpc.pauseOf("86400", now));
        assertEquals(Duration.ofSeconds(10), ClusterRpc.pauseOf(null, now));
        assertEquals(Duration.ofSeconds(10), ClusterRpc.pauseOf("soon", now));
    }
}
