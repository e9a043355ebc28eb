package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.manager.decision.VoteReading;
import failover.protocol.config.Endpoint;
import failover.protocol.solana.Keypair;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterRpcIT {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private static final String NODE = Keypair.generate().pubkey().toString();
    private static final String ACCOUNT = Keypair.generate().pubkey().toString();
    private static final String LIST = "{\"result\":{\"current\":[],\"delinquent\":[{\"nodePubkey\":\"" + NODE + "\",\"votePubkey\":\""
            + ACCOUNT + "\"}]}}";

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

    private Future<VoteReading> votes(ClusterRpc cluster, int source, Duration limit) {
        Promise<VoteReading> promise = Promise.promise();
        context.runOnContext(v -> cluster.read(source, NODE, limit).onComplete(promise));
        return promise.future();
    }

    private static String account(String node, long vote, long slot) {
        return "{\"result\":{\"context\":{\"slot\":" + slot + "},\"value\":{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"" + node
                + "\",\"votes\":[{\"slot\":" + (vote - 1) + "},{\"slot\":" + vote + "}]}}}}}}";
    }

    private static BiConsumer<NetSocket, String> node(String list, String account) {
        return (socket, request) -> socket.write(FakeAgent.json(FakeAgent.bodyOf(request).contains("getVoteAccounts") ? list : account));
    }

    @Test
    void eachSourceSaysByItselfWhatItSeesOfTheVotesAndTheAccountIsLookedForOnce() {
        FakeAgent good = new FakeAgent(vertx, node(LIST, account(NODE, 380_000_009L, 380_000_010L)));
        FakeAgent other = new FakeAgent(vertx, node(LIST, "{\"result\":{\"context\":{\"slot\":5},\"value\":null}}"));
        ClusterRpc cluster = cluster(good, other);
        assertEquals(2, cluster.sources().stream().distinct().count());
        long before = System.nanoTime();
        VoteReading reading = Await.result(votes(cluster, 0, LIMIT));
        assertEquals(new VoteReading(ACCOUNT, 380_000_009L, 380_000_010L, reading.askedAt()), reading);
        assertTrue(reading.askedAt() - before >= 0 && System.nanoTime() - reading.askedAt() >= 0);
        assertTrue(Await.failure(votes(cluster, 1, LIMIT)).getMessage().contains("there is no account " + ACCOUNT + " here"));
        Await.result(votes(cluster, 0, LIMIT));
        assertEquals(3, good.requests.size());
        assertTrue(FakeAgent.bodyOf(good.requests.get(0)).contains("\"keepUnstakedDelinquents\":true"), good.requests.get(0));
        assertEquals("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getAccountInfo\",\"params\":[\"" + ACCOUNT
                + "\",{\"encoding\":\"jsonParsed\",\"commitment\":\"processed\"}]}", FakeAgent.bodyOf(good.requests.get(2)));
    }

    @Test
    void whateverIsNoAnswerAboutVotesIsAShortReason() {
        FakeAgent source = new FakeAgent(vertx, node("<html>maintenance</html>", ""));
        String why = Await.failure(votes(cluster(source), 0, LIMIT)).getMessage();
        assertEquals("not JSON-RPC: <html>maintenance</html>", why);
        source.behave(node("{\"result\":{\"current\":[],\"delinquent\":[]}}", ""));
        ClusterRpc without = cluster(source);
        assertEquals("knows no vote account of " + NODE, Await.failure(votes(without, 0, LIMIT)).getMessage());
        int asked = source.requests.size();
        assertEquals("knows no vote account of " + NODE, Await.failure(votes(without, 0, LIMIT)).getMessage());
        assertEquals(asked, source.requests.size(), "the list is megabytes: not again at once");
        ClusterRpc cluster = cluster(source);
        source.behave(node(LIST, account(ACCOUNT, 5, 9)));
        assertTrue(Await.failure(votes(cluster, 0, LIMIT)).getMessage().contains("belongs to another node"));
        source.behave(node(LIST, "{\"error\":{\"code\":-32005,\"message\":\"Node is behind\"}}"));
        assertEquals("error -32005 Node is behind", Await.failure(votes(cluster, 0, LIMIT)).getMessage());
        source.behave(FakeAgent.always("HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nboom"));
        assertEquals("HTTP 500: boom", Await.failure(votes(cluster, 0, LIMIT)).getMessage());
        source.behave(FakeAgent::silence);
        assertTrue(Await.failure(votes(cluster, 0, Duration.ofMillis(300))).getMessage().startsWith("no answer within"));
        source.behave(FakeAgent.always("HTTP/1.1 429 Too Many\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"));
        assertTrue(Await.failure(votes(cluster, 0, LIMIT)).getMessage().contains("left alone for 60 s"));
        assertTrue(Await.failure(slot(cluster)).getMessage().contains("too many requests"), "slot and votes alike");
    }

    @Test
    void aSearchForTheAccountThatTakesLongIsNotBegunAgain() {
        FakeAgent slow = new FakeAgent(vertx, FakeAgent::silence);
        ClusterRpc cluster = cluster(slow);
        for (int i = 0; i < 3; i++) {
            assertEquals("still looks for the vote account of " + NODE,
                    Await.failure(votes(cluster, 0, Duration.ofMillis(200))).getMessage());
        }
        assertEquals(1, slow.requests.size());
    }

    @Test
    void howLongToWaitIsSecondsOrADateWithinBounds() {
        Instant now = Instant.parse("2026-11-01T00:00:00Z");
        assertEquals(Duration.ofSeconds(7), ClusterSource.pauseOf("7", now));
        assertEquals(Duration.ofSeconds(90), ClusterSource.pauseOf("Sun, 01 Nov 2026 00:01:30 GMT", now));
        assertEquals(Duration.ofSeconds(1), ClusterSource.pauseOf("0", now));
        assertEquals(Duration.ofMinutes(5), ClusterSource.pauseOf("86400", now));
        assertEquals(Duration.ofSeconds(10), ClusterSource.pauseOf(null, now));
        assertEquals(Duration.ofSeconds(10), ClusterSource.pauseOf("soon", now));
    }
}
