package failover.agent.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.Configs;
import failover.agent.config.AgentConfig;
import failover.agent.decision.DurableAgentState;
import failover.agent.validator.ValidatorRpc;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.Role;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
@ExtendWith(VertxExtension.class)
class PeerClientIT {
    private static final DurableAgentState MEMORY = new DurableAgentState("me", Role.ACTIVE, 3, null, 0, null, null, null);
    private Vertx vertx;
    @TempDir
    Path directory;

    @BeforeEach
    void start(Vertx given) {
        vertx = given;
    }

    @Test
    void anOriginalPeersAnswerCounts() throws Exception {
        PeerStatusResponse answer = ask("{\"is_alive\":true,\"is_active\":true,\"process_running\":false,\"timestamp\":5}\n");
        assertEquals(new PeerStatusResponse(true, true, false, 5, null, 0, false, null), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "{}", "[]", "{\"is_alive\":false}",
        "{\"is_alive\":true,\"host_id\":\"me\"}", "{\"is_alive\":true"})
    void whatNoAgentWouldSayCountsAsSilence(String body) {
        Exception silence = assertThrows(Exception.class, () -> ask(body));
        String why = silence.getMessage();
        assertTrue(why.startsWith("http://127.0.0.1:") || why.contains("leads back"), why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]", "[0:0:0:0:0:0:0:1]"})
    void aPeerAndAValidatorAtIpv6LiteralsAreAsked(String host) throws Exception {
        HttpServer server = vertx.createHttpServer().requestHandler(request -> request.response().end(request.path().equals("/peer-status")
            ? "{\"is_alive\":true,\"timestamp\":5}" : "{\"result\":7}")).listen(0, "::1").await(10, TimeUnit.SECONDS);
        String url = "http://" + host + ":" + server.actualPort();
        PeerClient client = new PeerClient(vertx, Configs.of(directory, new JsonObject().put("peer_endpoint", url)));
        // Its two seconds may go by on a busy machine while the first request of a process loads its classes.
        Future<PeerStatusResponse> answer = client.ask(MEMORY, null, null).recover(late -> client.ask(MEMORY, null, null))
            .recover(late -> client.ask(MEMORY, null, null));
        assertTrue(answer.await(10, TimeUnit.SECONDS).isAlive());
        ValidatorRpc rpc = new ValidatorRpc(vertx, failover.protocol.config.Endpoint.parse(url), java.time.Duration.ofSeconds(5));
        assertEquals(7, rpc.ask().await(10, TimeUnit.SECONDS).slot());
    }

    @Test
    void aPeerThatNeverAnswersIsSilentAfterTwoSeconds() throws Exception {
        HttpServer server = vertx.createHttpServer().requestHandler(request -> { }).listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        long begun = System.nanoTime();
        Exception silence = assertThrows(Exception.class, () -> client(server.actualPort())
            .ask(MEMORY, null, null).await(10, TimeUnit.SECONDS));
        assertTrue(silence.getMessage().contains("does not answer"), silence.getMessage());
        assertTrue(System.nanoTime() - begun < 5_000_000_000L);
    }

    @Test
    void theInternetIsThereWhenMostEndpointsAccept() throws Exception {
        HttpServer server = vertx.createHttpServer().requestHandler(request -> { }).listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        String up = "127.0.0.1:" + server.actualPort();
        assertTrue(reachable(up, up, "127.0.0.1:1"));
        assertTrue(!reachable(up, "127.0.0.1:1", "127.0.0.1:2"));
    }

    private boolean reachable(String... endpoints) throws Exception {
        AgentConfig config = Configs.of(directory, new JsonObject().put("on_isolation", "check_internet")
            .put("internet_check_endpoints", new JsonArray(java.util.List.of(endpoints))));
        return new InternetCheck(vertx, config.isolation()).reachable().await(10, TimeUnit.SECONDS);
    }

    private PeerStatusResponse ask(String body) throws Exception {
        HttpServer server = vertx.createHttpServer()
            .requestHandler(request -> request.response().putHeader("Content-Type", "application/json").end(body))
            .listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        return client(server.actualPort()).ask(MEMORY, null, null).await(10, TimeUnit.SECONDS);
    }

    private PeerClient client(int port) {
        return new PeerClient(vertx, Configs.of(directory, new JsonObject().put("peer_endpoint", "http://127.0.0.1:" + port + "/")));
    }
}
