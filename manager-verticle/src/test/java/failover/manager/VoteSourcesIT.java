package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.manager.decision.NodeReport;
import failover.manager.decision.VoteReading;
import failover.protocol.config.Endpoint;
import failover.protocol.solana.Keypair;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class VoteSourcesIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final String NODE = Keypair.generate().pubkey().toString();
    private static final String ACCOUNT = Keypair.generate().pubkey().toString();
    private static final String LIST = "{\"result\":{\"current\":[],\"delinquent\":[{\"nodePubkey\":\"" + NODE + "\",\"votePubkey\":\""
            + ACCOUNT + "\"}]}}";

    private Vertx vertx;
    private Context context;

    @BeforeEach
    void open(Vertx given) {
        vertx = given;
        context = vertx.getOrCreateContext();
    }

    private FakeAgent source(String answer) {
        return new FakeAgent(vertx, FakeAgent.always(answer));
    }

    private VoteSources cluster(FakeAgent... sources) {
        List<Endpoint> endpoints = Stream.of(sources).map(each -> Endpoint.parse(each.endpoint().uri() + "/v1?api-key=hush")).toList();
        return new VoteSources(vertx, vertx.createHttpClient(new HttpClientOptions()), endpoints, LIMIT, Optional.empty());
    }

    private Future<List<Long>> slot(VoteSources cluster) {
        Promise<List<Long>> promise = Promise.promise();
        context.runOnContext(v -> cluster.slots().onComplete(promise));
        return promise.future();
    }

    private static String slotAnswer(long slot) {
        return FakeAgent.json("{\"jsonrpc\":\"2.0\",\"result\":" + slot + ",\"id\":1}");
    }

    @Test
    void theSlotsOfAllSourcesThatAnswerAreToldWhateverTheOthersSay() {
        FakeAgent good = source(slotAnswer(380_000_005L));
        VoteSources cluster = cluster(source(slotAnswer(380_000_001L)), good, source("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
                source(FakeAgent.json("<html>maintenance</html>")), source(FakeAgent.json("null")),
                new FakeAgent(vertx, FakeAgent::silence));
        assertEquals(List.of(380_000_001L, 380_000_005L), Await.result(slot(cluster)).stream().sorted().toList());
        assertTrue(good.requests.get(0).startsWith("POST /v1?api-key=hush HTTP/1.1\r\n"), good.requests.get(0));
        assertEquals("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getSlot\",\"params\":[{\"commitment\":\"processed\"}]}",
                FakeAgent.bodyOf(good.requests.get(0)));
    }

    @Test
    void whenNoSourceAnswersEachReasonIsToldByHostOnly() {
        FakeAgent gone = source("");
        VoteSources cluster = cluster(source("HTTP/1.1 502 Bad\r\nContent-Length: 3\r\n\r\nbad"), gone,
                source(FakeAgent.json("{\"error\":{\"code\":-32005,\"message\":\"Node is behind\"}}")),
                source(FakeAgent.json("{\"result\":\"12\"}")));
        gone.close();
        String why = Await.failure(slot(cluster)).getMessage();
        assertTrue(why.contains("127.0.0.1: HTTP 502: bad"), why);
        assertTrue(why.contains("Connection refused"), why);
        assertTrue(why.contains("error -32005 Node is behind"), why);
        assertTrue(why.contains("no slot in the answer: 12"), why);
        assertFalse(why.contains("hush") || why.contains("/v1"), why);
    }

    @Test
    void aSourceThatSaysTooManyRequestsIsLeftAlone() {
        FakeAgent busy = source("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n");
        VoteSources cluster = cluster(busy);
        assertEquals("127.0.0.1: too many requests (HTTP 429), left alone for 60 s", Await.failure(slot(cluster)).getMessage());
        assertTrue(Await.failure(slot(cluster)).getMessage().contains("too many requests, asked again in "));
        assertEquals(1, busy.requests.size());
    }

    private Future<VoteReading> votes(VoteSources cluster, int source, Duration limit) {
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
        VoteSources cluster = cluster(good, other);
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
        VoteSources without = cluster(source);
        assertEquals("knows no vote account of " + NODE, Await.failure(votes(without, 0, LIMIT)).getMessage());
        int asked = source.requests.size();
        assertEquals("knows no vote account of " + NODE, Await.failure(votes(without, 0, LIMIT)).getMessage());
        assertEquals(asked, source.requests.size(), "the list is megabytes: not again at once");
        VoteSources cluster = cluster(source);
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
        VoteSources cluster = cluster(slow);
        for (int i = 0; i < 3; i++) {
            assertEquals("still looks for the vote account of " + NODE,
                    Await.failure(votes(cluster, 0, Duration.ofMillis(200))).getMessage());
        }
        assertEquals(1, slow.requests.size());
    }

    @Test
    void howLongToWaitIsSecondsOrADateWithinBounds() {
        Instant now = Instant.parse("2026-11-01T00:00:00Z");
        assertEquals(Duration.ofSeconds(7), VoteSource.pauseOf("7", now));
        assertEquals(Duration.ofSeconds(90), VoteSource.pauseOf("Sun, 01 Nov 2026 00:01:30 GMT", now));
        assertEquals(Duration.ofSeconds(1), VoteSource.pauseOf("0", now));
        assertEquals(Duration.ofMinutes(5), VoteSource.pauseOf("86400", now));
        assertEquals(Duration.ofSeconds(10), VoteSource.pauseOf(null, now));
        assertEquals(Duration.ofSeconds(10), VoteSource.pauseOf("soon", now));
    }

    private static String batch(String list, long before, long after) {
        return FakeAgent.json("[{\"id\":2,\"result\":" + after + "},{\"id\":0,\"result\":" + before + "},{\"id\":1,\"result\":" + list
                + "}]");
    }

    private static String only(long lastVote) {
        return "{\"current\":[{\"nodePubkey\":\"" + NODE + "\",\"votePubkey\":\"" + ACCOUNT + "\",\"lastVote\":" + lastVote
                + "}],\"delinquent\":[]}";
    }

    private static final String NO_METHOD = FakeAgent.json("{\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");

    /** Agave without --full-rpc-api, which is the rule. */
    private static BiConsumer<NetSocket, String> minimal(String batch) {
        return (socket, request) -> {
            String body = FakeAgent.bodyOf(request);
            socket.write(body.startsWith("[") ? batch : body.contains("getVoteAccounts") ? FakeAgent.json(LIST) : NO_METHOD);
        };
    }

    @Test
    void aNodeWithoutTheFullApiIsAskedForVotesAndSlotsInOneRequestWhichOneNodeAnswers() {
        FakeAgent node = new FakeAgent(vertx, minimal(batch(only(380_000_009L), 380_000_010L, 380_000_010L)));
        VoteSources cluster = cluster(node);
        VoteReading reading = Await.result(votes(cluster, 0, LIMIT));
        assertEquals(380_000_009L, reading.lastVote());
        assertTrue(reading.slot() < 380_000_010L && reading.slotAfter() > 380_000_010L, "in which order is not promised: " + reading);
        assertTrue(reading.slot() > 380_000_000L - 20 && reading.slotAfter() < 380_000_030L, reading.toString());
        Await.result(votes(cluster, 0, LIMIT));
        assertEquals(1, node.requests.stream().filter(each -> each.contains("getAccountInfo")).count(), "not in vain again and again");
        String asked = FakeAgent.bodyOf(node.requests.get(2));
        assertTrue(asked.startsWith("[{") && asked.indexOf("getSlot") < asked.indexOf("getVoteAccounts")
                && asked.lastIndexOf("getSlot") > asked.indexOf("getVoteAccounts") && asked.contains("\"votePubkey\":\"" + ACCOUNT), asked);
        node.behave(minimal(batch(only(380_000_009L), 380_000_010L, 380_000_990L)));
        assertTrue(Await.failure(votes(cluster, 0, LIMIT)).getMessage().contains("these are two nodes"));
    }

    @Test
    void aNodeThatRefusesAllThatTellsOfVotesIsNoSource() {
        FakeAgent node = new FakeAgent(vertx, FakeAgent.always(NO_METHOD));
        VoteSource.NoWord why = (VoteSource.NoWord) Await.failure(votes(cluster(node), 0, LIMIT));
        assertTrue(why.refused() && why.getMessage().contains("-32601"), why.getMessage());
        node.behave(minimal(NO_METHOD));
        why = (VoteSource.NoWord) Await.failure(votes(cluster(node), 0, LIMIT));
        assertTrue(why.refused() && why.getMessage().contains("no batch"), why.getMessage());
        node.behave((socket, request) -> socket.write(FakeAgent.bodyOf(request).contains("getVoteAccounts") ? FakeAgent.json(LIST)
                : "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
        assertTrue(((VoteSource.NoWord) Await.failure(votes(cluster(node), 0, LIMIT))).refused());
        node.behave((socket, request) -> socket.write(FakeAgent.bodyOf(request).contains("getVoteAccounts") ? FakeAgent.json(LIST)
                : "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
        assertFalse(((VoteSource.NoWord) Await.failure(votes(cluster(node), 0, LIMIT))).refused(), "that passes");
    }

    @Test
    void aReadingIsAsOldAsItsQuestionHoweverLateTheAnswer() {
        FakeAgent slow = new FakeAgent(vertx, node(LIST, account(NODE, 9, 10)));
        VoteSources cluster = cluster(slow);
        Await.result(votes(cluster, 0, LIMIT));
        slow.behave((socket, request) -> vertx.setTimer(600, late -> socket.write(FakeAgent.json(account(NODE, 9, 10)))));
        long before = System.nanoTime();
        VoteReading reading = Await.result(votes(cluster, 0, LIMIT));
        assertTrue(System.nanoTime() - reading.askedAt() >= 590_000_000L, "it counts from its arrival");
        assertTrue(reading.askedAt() - before >= 0);
    }

    @Test
    void whatASourceSaysOfItselfIsAskedAndItsClusterOnlyOnce() {
        FakeAgent node = new FakeAgent(vertx, (socket, request) -> {
            String body = FakeAgent.bodyOf(request);
            socket.write(FakeAgent.json(body.contains("getIdentity") ? "{\"result\":{\"identity\":\"" + NODE + "\"}}"
                    : body.contains("getGenesisHash") ? "{\"result\":\"" + ACCOUNT + "\"}" : "{\"result\":380000000}"));
        });
        VoteSources cluster = cluster(node);
        assertEquals(new NodeReport(NODE, ACCOUNT, 380_000_000L), Await.result(who(cluster)));
        assertEquals(new NodeReport(NODE, ACCOUNT, 380_000_000L), Await.result(who(cluster)));
        assertEquals(1, node.requests.stream().filter(each -> each.contains("getGenesisHash")).count());
        assertTrue(node.requests.get(2).contains("\"finalized\""), node.requests.get(2));
        assertEquals(NodeReport.SILENT, Await.result(who(cluster(source(NO_METHOD)))));
        assertEquals(NodeReport.SILENT, Await.result(who(cluster(source(FakeAgent.json("{\"result\":{\"identity\":\"x\"}}"))))));
    }

    private Future<NodeReport> who(VoteSources cluster) {
        Promise<NodeReport> promise = Promise.promise();
        context.runOnContext(v -> cluster.node(0).onComplete(promise));
        return promise.future();
    }

    @Test
    void theVoteAccountThatIsConfiguredIsReadWithoutASearchAndWithWhateverIsFound() {
        String configured = Keypair.generate().pubkey().toString();
        String info = account(NODE, 9, 10).replace("{\"result\":{\"context\":{\"slot\":10},\"value\":", "").replaceAll("}}$", "");
        FakeAgent node = new FakeAgent(vertx, (socket, request) -> {
            String body = FakeAgent.bodyOf(request);
            if (body.contains("getAccountInfo")) {
                socket.write(FakeAgent.json(account(NODE, 9, 10)));
            } else if (body.contains("getMultipleAccounts")) {
                socket.write(FakeAgent.json("{\"result\":{\"context\":{\"slot\":30},\"value\":[" + info + "," + info.replace("9}", "29}")
                        + "]}}"));
            }
        });
        VoteSources cluster = new VoteSources(vertx, vertx.createHttpClient(new HttpClientOptions()),
                List.of(Endpoint.parse(node.endpoint().uri().toString())), LIMIT, Optional.of(configured));
        assertEquals(configured, Await.result(votes(cluster, 0, LIMIT)).account());
        FakeAgent both = new FakeAgent(vertx, (socket, request) -> {
            String body = FakeAgent.bodyOf(request);
            socket.write(FakeAgent.json(body.contains("getVoteAccounts") ? LIST : body.contains("getAccountInfo") ? account(NODE, 9, 10)
                    : "{\"result\":{\"context\":{\"slot\":30},\"value\":[" + info + "," + info.replace("9}", "29}") + "]}}"));
        });
        VoteSources second = new VoteSources(vertx, vertx.createHttpClient(new HttpClientOptions()),
                List.of(Endpoint.parse(both.endpoint().uri().toString())), LIMIT, Optional.of(configured));
        Await.result(votes(second, 0, LIMIT));
        VoteReading reading = Await.result(votes(second, 0, LIMIT));
        assertEquals(configured + "-and-1", reading.account());
        assertEquals(29, reading.lastVote());
    }
}
