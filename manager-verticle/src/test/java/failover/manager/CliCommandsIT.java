package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.config.Endpoint;
import failover.protocol.config.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code --shutdown-agent} and {@code --trigger-failover} against small servers that speak the wire. */
@ExtendWith(VertxExtension.class)
class CliCommandsIT {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private Vertx vertx;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
    private CliCommands oneShot;
    private volatile Boolean inForce;

    @BeforeEach
    void setUp(Vertx given) {
        vertx = given;
        oneShot = new CliCommands(vertx, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    @Test
    void theActiveAgentIsStoppedFirstWhateverTheOrderOfTheFile() throws Exception {
        Endpoint one = agent("one", false, 200, true);
        Endpoint two = agent("two", true, 200, true);
        assertEquals(0, shutdown(one, two));
        assertEquals(List.of("two /shutdown Manager requested shutdown", "one /shutdown Manager requested shutdown"), List.copyOf(calls));
    }

    @Test
    void om023ThePassiveAgentIsSparedWhenTheActiveRefusesAndTheExitCodeSaysSo() throws Exception {
        Endpoint one = agent("one", true, 403, true);
        Endpoint two = agent("two", false, 200, true);
        assertEquals(1, shutdown(one, two));
        assertEquals(List.of("one /shutdown Manager requested shutdown"), List.copyOf(calls));
        assertTrue(printed().contains("refused (HTTP 403)") && printed().contains("left alone"), printed());
    }

    @Test
    void aRefusalWithStatus200IsARefusal() throws Exception {
        assertEquals(1, shutdown(agent("one", true, 200, false), agent("two", false, 200, true)));
        assertEquals(1, calls.size());
    }

    @Test
    void oneEndpointIsEnoughAndNoneIsNot() throws Exception {
        assertEquals(0, shutdown(agent("one", true, 200, true)));
        assertEquals(1, shutdown());
        assertTrue(printed().contains("At least one validator endpoint is required for --shutdown-agent"), printed());
    }

    @Test
    void aTriggeredFailoverPrintsTheAnswerAndExitsTruly() throws Exception {
        assertEquals(0, trigger(agent("m", true, 200, true), LIMIT));
        assertEquals(1, trigger(agent("m", true, 503, false), LIMIT));
        assertTrue(printed().contains("Failover failed (HTTP 503): no"), printed());
        assertEquals(List.of("m /failover why", "m /failover why"), List.copyOf(calls));
    }

    @Test
    void aPauseThatIsNotInForceIsNoSuccess() throws Exception {
        Endpoint manager = agent("m", true, 200, true);
        HostPort api = new HostPort(manager.host(), manager.port());
        assertEquals(1, pause(api, true), "it does not say that it is in force");
        assertEquals(1, pause(api, false), "nor that it is not");
        assertEquals(List.of("m /pause rack", "m /resume rack"), List.copyOf(calls));
        inForce = true;
        assertEquals(0, pause(api, true));
        assertEquals(1, pause(api, false));
    }

    @Test
    void aManagerThatIsNotThereOrSilentIsNoSuccess() throws Exception {
        Endpoint gone = agent("m", true, 200, true);
        servers.remove().close().await(5, TimeUnit.SECONDS);
        assertEquals(1, trigger(gone, LIMIT));
        assertTrue(printed().contains("Is the manager running on this host?"), printed());
        assertEquals(1, trigger(agent("m", true, 0, true), Duration.ofMillis(200)));
        assertTrue(printed().contains("the outcome is unknown"), printed());
    }

    private final ConcurrentLinkedQueue<HttpServer> servers = new ConcurrentLinkedQueue<>();

    /** Status 0 never answers. */
    private Endpoint agent(String name, boolean active, int status, boolean success) throws Exception {
        HttpServer server = vertx.createHttpServer().requestHandler(request -> request.body().onSuccess(body -> {
            JsonObject answer = new JsonObject().put("is_active", active);
            if (!request.path().equals("/status")) {
                calls.add(name + " " + request.path() + " " + new JsonObject(body).getString("reason"));
                answer = new JsonObject().put("success", success).put("message", success ? "done" : "no").put("in_force", inForce);
            }
            if (status != 0) {
                request.response().setStatusCode(request.path().equals("/status") ? 200 : status).end(answer.encode());
            }
        })).listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        servers.add(server);
        return Endpoint.parse("http://127.0.0.1:" + server.actualPort());
    }

    private int shutdown(Endpoint... agents) throws Exception {
        return oneShot.shutdown(List.of(agents), LIMIT).await(30, TimeUnit.SECONDS);
    }

    private int trigger(Endpoint manager, Duration limit) throws Exception {
        return oneShot.trigger(new HostPort(manager.host(), manager.port()), "why", false, false, limit).await(30, TimeUnit.SECONDS);
    }

    private int pause(HostPort manager, boolean pause) throws Exception {
        return oneShot.pause(manager, pause, "rack", LIMIT).await(30, TimeUnit.SECONDS);
    }

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
