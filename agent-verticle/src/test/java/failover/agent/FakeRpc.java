package failover.agent;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A validator's JSON-RPC with whatever answers a test wants. */
public final class FakeRpc {
    public static final String IDENTITY = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";
    public static final String ACCOUNT = "Vote111111111111111111111111111111111111111";
    public static final String HANG = "<hang>";
    public static final String HTTP_500 = "<500>";
    public static final String HALF = "<half>";
    public static final String RESET = "<reset>";
    public static final String HUGE = "<huge>";
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, Long> delays = new ConcurrentHashMap<>();
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final Map<String, Long> steps = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private int port;
    private Vertx vertx;

    private FakeRpc() {
        answer("getSlot", "{\"jsonrpc\":\"2.0\",\"result\":380000000,\"id\":1}");
        answer("getHealth", "{\"jsonrpc\":\"2.0\",\"result\":\"ok\",\"id\":1}");
        identity(IDENTITY);
    }

    public static FakeRpc start(Vertx vertx) throws Exception {
        FakeRpc fake = new FakeRpc();
        fake.vertx = vertx;
        HttpServer server = vertx.createHttpServer().requestHandler(fake::handle).listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        fake.port = server.actualPort();
        return fake;
    }

    public int port() {
        return port;
    }

    /** How often the slot was asked for. */
    int asked() {
        return asked.get();
    }

    public void answer(String method, String answer) {
        answers.put(method, answer);
    }

    void identity(String identity) {
        answer("getIdentity", "{\"jsonrpc\":\"2.0\",\"result\":{\"identity\":\"" + identity + "\"},\"id\":1}");
    }

    /** The vote account of that identity, its last vote and the slot that witnesses it. */
    void votes(String identity, long lastVote, long slot) {
        answer("getVoteAccounts", "{\"result\":{\"current\":[{\"nodePubkey\":\"" + identity + "\",\"votePubkey\":\"" + ACCOUNT
            + "\",\"activatedStake\":7}],\"delinquent\":[]}}");
        answer("getAccountInfo", "{\"result\":{\"context\":{\"slot\":" + slot + "},\"value\":{\"data\":{\"parsed\":{\"info\":{"
            + "\"nodePubkey\":\"" + identity + "\",\"votes\":[{\"slot\":" + (lastVote - 1) + "},{\"slot\":" + lastVote + "}]}}}}}}");
    }

    /** The same of a validator without the full RPC API. */
    void votesByMinimalApi(String identity, long lastVote, long slot) {
        answers.remove("getAccountInfo");
        answer("getVoteAccounts", "{\"result\":{\"current\":[{\"nodePubkey\":\"" + identity + "\",\"votePubkey\":\"" + ACCOUNT
            + "\",\"activatedStake\":7,\"lastVote\":" + lastVote + "}],\"delinquent\":[]}}");
        answer("getSlot", "{\"jsonrpc\":\"2.0\",\"result\":" + slot + ",\"id\":1}");
    }

    /** How often that was asked for. */
    int asked(String method) {
        return counts.getOrDefault(method, 0);
    }

    /** From now on the slot is so many more, or fewer, after each question of that method. */
    void stepAfter(String method, long slots) {
        steps.clear();
        steps.put(method, slots);
    }

    /** From now on answers to that method come so many milliseconds late. */
    void delay(String method, long millis) {
        delays.put(method, millis);
    }

    private void handle(HttpServerRequest request) {
        int set = request.uri().indexOf("/set/");
        if (set >= 0) {
            // The stand-in for set-identity: /set/PUBKEY.
            identity(request.uri().substring(set + "/set/".length()));
            request.response().end();
            return;
        }
        request.body().onSuccess(body -> {
            String method = new JsonObject(body).getString("method");
            counts.merge(method, 1, Integer::sum);
            if (steps.containsKey(method)) {
                long slot = new JsonObject(answers.get("getSlot")).getLong("result") + steps.get(method);
                answer("getSlot", "{\"jsonrpc\":\"2.0\",\"result\":" + slot + ",\"id\":1}");
            }
            if (method.equals("getSlot")) {
                asked.incrementAndGet();
            }
            String answer = answers.getOrDefault(method, "{\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
            switch (answer) {
                case HANG:
                    break;
                case HTTP_500:
                    request.response().setStatusCode(500).end("boom");
                    break;
                case HALF:
                    request.response().putHeader("Content-Length", "100").write("{\"result\":38")
                        .onComplete(written -> request.connection().close());
                    break;
                case RESET:
                    request.connection().close();
                    break;
                case HUGE:
                    request.response().end(Buffer.buffer("{\"result\":\"" + "x".repeat(1_000_000) + "\"}"));
                    break;
                default:
                    vertx.setTimer(Math.max(1, delays.getOrDefault(method, 1L)), late ->
                        request.response().putHeader("Content-Type", "application/json").end(answer));
                    break;
            }
        });
    }
}
