package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.manager.config.ManagerConfig;
import failover.protocol.solana.Keypair;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An operator asks the sources what they can prove before it is needed. */
@ExtendWith(VertxExtension.class)
class SourceCheckIT {
    private static final String STAKED = Keypair.generate().pubkey().toString();
    private static final String ACCOUNT = Keypair.generate().pubkey().toString();
    private static final String GENESIS = Keypair.generate().pubkey().toString();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Vertx vertx;

    @BeforeEach
    void open(Vertx given) {
        vertx = given;
    }

    private static String key() {
        return Keypair.generate().pubkey().toString();
    }

    private FakeAgent agent(String identity) {
        String status = new JsonObject().put("process_running", true).put("timestamp", 1_736_000_000).put("host_id", "h")
                .put("identity", identity).put("votes", new JsonObject().put("account", ACCOUNT).put("last_vote", 9).put("slot", 10)
                        .put("age_ms", 5)).encode();
        return new FakeAgent(vertx, (socket, request) -> socket.write(FakeAgent.json(status))).answeringGets();
    }

    private FakeAgent source(String identity, String genesis, boolean tells) {
        return new FakeAgent(vertx, (socket, request) -> {
            String body = FakeAgent.bodyOf(request);
            String refused = "{\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}";
            socket.write(FakeAgent.json(body.contains("getIdentity") ? "{\"result\":{\"identity\":\"" + identity + "\"}}"
                    : body.contains("getGenesisHash") ? "{\"result\":\"" + genesis + "\"}"
                    : body.contains("getSlot") && !body.startsWith("[") ? "{\"result\":380000000}"
                    : !tells ? refused
                    : body.contains("getVoteAccounts") ? "{\"result\":{\"current\":[{\"nodePubkey\":\"" + STAKED
                            + "\",\"votePubkey\":\"" + ACCOUNT + "\",\"activatedStake\":7}],\"delinquent\":[]}}"
                    : "{\"result\":{\"context\":{\"slot\":10},\"value\":{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"" + STAKED
                            + "\",\"votes\":[{\"slot\":9}]}}}}}}"));
        });
    }

    private int check(FakeAgent a, FakeAgent b, FakeAgent... sources) {
        return check(a.endpoint().uri().toString(), b.endpoint().uri().toString(), sources);
    }

    private int check(String a, String b, FakeAgent... sources) {
        JsonArray urls = new JsonArray();
        for (FakeAgent each : sources) {
            urls.add(each.endpoint().uri().toString());
        }
        ManagerConfig config = ManagerConfig.fromVertx(new JsonObject().put("active_validator", a)
                .put("passive_validator", b).put("cluster_rpc", urls).put("staked_identity_pubkey", STAKED),
                Map.of());
        Promise<Integer> code = Promise.promise();
        said.reset();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        vertx.getOrCreateContext().runOnContext(v -> new SourceCheck(vertx, out, config).run().onComplete(code));
        return Await.result(code.future());
    }

    private String words() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void independentSourcesThatTellAreWell() {
        assertEquals(0, check(agent(key()), agent(key()), source(key(), GENESIS, true), source(key(), GENESIS, true)), words());
        assertTrue(words().contains("tells of the votes of " + STAKED + ": account " + ACCOUNT + ", last vote 9 at its slot 10"), words());
        assertTrue(words().contains("If [primary] fell silent, 3 independent nodes could say"), words());
    }

    @Test
    void whatASourceCannotProveIsSaidBeforeItIsNeeded() {
        assertEquals(1, check(agent(key()), agent(key()), source(key(), GENESIS, false)));
        assertTrue(words().contains("does NOT tell of votes: error -32601 Method not found"), words());
        assertTrue(words().contains("[primary] fell silent, 1 independent node could say whether its votes stand still: it"), words());
        String same = key();
        assertEquals(1, check(agent(key()), agent(key()), source(same, GENESIS, true), source(same, GENESIS, true)));
        assertTrue(words().contains("is the same node as"), words());
        String beside = key();
        assertEquals(1, check(agent(key()), agent(beside), source(beside, GENESIS, true)));
        assertTrue(words().contains("is the RPC of [secondary] itself"), words());
        assertTrue(words().contains("If [primary] fell silent, 1 independent node"), words());
        assertEquals(1, check(agent(key()), agent(key()), source(key(), GENESIS, true), source(key(), key(), true)));
        assertTrue(words().contains("belongs to another cluster than"), words());
    }

    /** Whatever a poll can ask this can. */
    @Test
    void anAgentAtAnIpv6LiteralIsAsked() {
        HttpServer six = Await.result(vertx.createHttpServer().requestHandler(request -> request.response().end(new JsonObject()
                .put("process_running", true).put("timestamp", 1_736_000_000).put("host_id", "h").put("identity", STAKED).encode()))
                .listen(0, "::1"));
        String url = "http://[::1]:" + six.actualPort();
        check(agent(key()).endpoint().uri().toString(), url, source(key(), GENESIS, true));
        assertTrue(words().contains("[secondary] " + url + ": its validator is " + STAKED), words());
    }

    @Test
    void anAnswerThatNeverEndsIsNone() {
        HttpServer endless = Await.result(vertx.createHttpServer().requestHandler(request -> {
            request.response().setChunked(true).write(" ".repeat(HttpTransport.LARGEST_ANSWER + 1));
        }).listen(0, "127.0.0.1"));
        String url = "http://127.0.0.1:" + endless.actualPort();
        check(agent(key()).endpoint().uri().toString(), url, source(key(), GENESIS, true));
        assertTrue(words().contains("[secondary] " + url + ": no answer: an answer of more than " + HttpTransport.LARGEST_ANSWER), words());
    }

    @Test
    void anAgentThatDoesNotAnswerIsNamed() {
        FakeAgent gone = agent(key());
        gone.close();
        assertEquals(1, check(agent(key()), gone, source(key(), GENESIS, true)));
        assertTrue(words().contains("[secondary] " + gone.endpoint() + ": no answer"), words());
    }
}
