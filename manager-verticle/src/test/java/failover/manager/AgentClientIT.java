package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.manager.decision.Failure;
import failover.manager.decision.Failure.Kind;
import failover.protocol.config.Endpoint;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class AgentClientIT {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(8);
    private static final StatusRequest POLL = new StatusRequest(1736000000, 1735999995, "m-1", 7);
    private static final FailoverRequest COMMAND =
            new FailoverRequest("become_passive", "a<b", false, 1736000000, "op-1", 8, 10000, true);
    private static final String STATUS = "{\"process_running\":true,\"process_uptime\":86400,\"process_healthy\":true,"
            + "\"validator_slot\":380000000,\"network_slot\":0,\"slot_diff\":0,\"is_healthy\":true,\"is_active\":true,"
            + "\"last_tower_backup\":-62135596800,\"timestamp\":1736000000}\n";
    private static final String DONE =
            "{\"success\":true,\"message\":\"Successfully executed: become_passive\",\"dry_run\":false,\"timestamp\":1736000000}\n";

    private Vertx vertx;
    private Context context;
    private HttpClientAgent http;

    @BeforeEach
    void open(Vertx given) {
        vertx = given;
        context = vertx.getOrCreateContext();
        http = vertx.createHttpClient(new HttpClientOptions());
    }

    private FakeAgent agent(BiConsumer<NetSocket, String> behaviour) {
        return new FakeAgent(vertx, behaviour);
    }

    private AgentClient client(Endpoint endpoint) {
        return new AgentClient(vertx, http, endpoint);
    }

    private <T> Future<T> run(Supplier<Future<T>> call) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(v -> call.get().onComplete(promise));
        return promise.future();
    }

    private Future<StatusResponse> poll(AgentClient client, Duration limit) {
        return run(() -> client.poll(POLL, limit));
    }

    private Future<FailoverResponse> command(AgentClient client, Duration limit) {
        return run(() -> client.command(COMMAND, limit));
    }

    private Failure failure(Future<?> future) {
        return AgentClient.failureOf(Await.failure(future));
    }

    @Test
    void theRequestsAreTheOriginalsByteForByteWithOursBehind() {
        FakeAgent agent = agent((socket, request) -> socket.write(FakeAgent.json(request.contains("/status") ? STATUS : DONE)));
        AgentClient client = client(Endpoint.parse(agent.endpoint().uri() + "/"));
        Await.result(poll(client, LONG));
        Await.result(run(() -> client.poll(new StatusRequest(1736000000, 0, null, 0), LONG)));
        Await.result(command(client, LONG));
        assertEquals("POST /status HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 91\r\nhost: 127.0.0.1:"
                + agent.endpoint().port() + "\r\n\r\n"
                + "{\"timestamp\":1736000000,\"last_received_timestamp\":1735999995,\"manager_id\":\"m-1\",\"epoch\":7}\n",
                agent.requests.get(0));
        assertEquals("{\"timestamp\":1736000000}\n", FakeAgent.bodyOf(agent.requests.get(1)));
        assertTrue(agent.requests.get(2).startsWith("POST /failover HTTP/1.1\r\n"), agent.requests.get(2));
        assertTrue(agent.requests.get(2).toLowerCase(java.util.Locale.ROOT).contains("\r\nconnection: close\r\n"), agent.requests.get(2));
        assertEquals("{\"action\":\"become_passive\",\"reason\":\"a\\u003cb\",\"timestamp\":1736000000,\"operation_id\":\"op-1\","
                + "\"epoch\":8,\"deadline_ms\":10000,\"planned\":true}\n", FakeAgent.bodyOf(agent.requests.get(2)));
    }

    @Test
    void anOriginalsAnswerIsUnderstoodWithItsSentinelAndWithoutOurFields() {
        StatusResponse status = Await.result(poll(client(agent(FakeAgent.always(FakeAgent.json(STATUS))).endpoint()), LONG));
        assertEquals(StatusResponse.NO_BACKUP, status.lastTowerBackup());
        assertEquals(380_000_000L, status.validatorSlot());
        assertFalse(status.fromOurs());
        String strange = "{\"PROCESS_RUNNING\":true,\"new_field\":[1],\"timestamp\":1}";
        assertTrue(Await.result(poll(client(agent(FakeAgent.always(FakeAgent.json(strange))).endpoint()), LONG)).processRunning());
    }

    @Test
    void om0n1ABlackHoledHostNeverDelaysTheOther() {
        AgentClient hole = client(agent(FakeAgent::silence).endpoint());
        AgentClient good = client(agent(FakeAgent.always(FakeAgent.json(STATUS))).endpoint());
        List<Future<StatusResponse>> lost = new ArrayList<>();
        for (int i = 0; i < AgentClient.POLLS_AT_ONCE; i++) {
            lost.add(poll(hole, LONG));
        }
        for (int i = 0; i < 20; i++) {
            assertTrue(Await.result(poll(good, LONG)).processRunning());
        }
        assertTrue(lost.stream().noneMatch(Future::isComplete), "the good host answered twenty times before the hole's first deadline");
        Failure ninth = failure(poll(hole, LONG));
        assertEquals(new Failure(Kind.NOT_DELIVERED, "not asked: 8 requests are unanswered"), ninth);
    }

    @Test
    void om0n7AndOm8ACommandWaitsForNoPollAndHasATimeOfItsOwn() {
        FakeAgent agent = agent((socket, request) -> {
            if (request.startsWith("POST /failover")) {
                vertx.setTimer(2 * SHORT.toMillis(), id -> socket.write(FakeAgent.json(DONE)));
            }
        });
        AgentClient client = client(agent.endpoint());
        Future<StatusResponse> stuck = poll(client, LONG);
        Future<StatusResponse> failing = poll(client, SHORT);
        Future<FailoverResponse> command = command(client, LONG);
        assertEquals(new Failure(Kind.NO_ANSWER, "no answer within 300 ms"), failure(failing));
        assertTrue(Await.result(command).success());
        assertFalse(stuck.isComplete());
    }

    @Test
    void nobodyListeningIsNotDelivered() {
        FakeAgent gone = agent(FakeAgent::silence);
        Endpoint endpoint = gone.endpoint();
        gone.close();
        Failure failure = failure(command(client(endpoint), LONG));
        assertEquals(Kind.NOT_DELIVERED, failure.kind());
        assertTrue(failure.detail().contains("Connection refused"), failure.detail());
        assertEquals(Kind.NOT_DELIVERED, failure(poll(client(Endpoint.parse("http://no-such-host.invalid:1")), LONG)).kind());
    }

    @Test
    void aTlsHandshakeWithAPlainServerIsNotDelivered() {
        FakeAgent plain = agent(FakeAgent::silence);
        Failure failure = failure(poll(client(Endpoint.parse("https://127.0.0.1:" + plain.endpoint().port())), SHORT));
        assertEquals(new Failure(Kind.NOT_DELIVERED, "no connection within 300 ms"), failure);
    }

    @Test
    void silenceAndABrokenConnectionAreNoAnswerAndACommandIsSentOnce() {
        FakeAgent hole = agent(FakeAgent::silence);
        assertEquals(new Failure(Kind.NO_ANSWER, "no answer within 300 ms"), failure(command(client(hole.endpoint()), SHORT)));
        FakeAgent cut = agent((socket, request) -> socket.close());
        AgentClient client = client(cut.endpoint());
        assertEquals(Kind.NO_ANSWER, failure(command(client, LONG)).kind());
        assertEquals(Kind.NO_ANSWER, failure(poll(client, LONG)).kind());
        assertEquals(1, hole.to("/failover").size());
        assertEquals(1, cut.to("/failover").size());
    }

    @Test
    void whatIsNoAgentsAnswerIsGarbageAndIsShown() {
        assertGarbage("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops", "HTTP 500: oops");
        assertGarbage("HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n<html>\n<p>Welcome</p></html>",
                "not an agent's JSON: <html> <p>Welcome</p></html>");
        assertGarbage("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "HTTP 301");
        assertGarbage(FakeAgent.json("{}"), "not an agent's answer: {}");
        assertGarbage(FakeAgent.json("{\"error\":\"upstream\"}"), "not an agent's answer: {\"error\":\"upstream\"}");
        assertGarbage(FakeAgent.json("{\"process_running\":\"yes\"}"), "not an agent's JSON: {\"process_running\":\"yes\"}");
        assertGarbage(FakeAgent.json("{\"process_running\":tr"), "not an agent's JSON: {\"process_running\":tr");
    }

    private void assertGarbage(String answer, String detail) {
        assertEquals(new Failure(Kind.GARBAGE, detail), failure(poll(client(agent(FakeAgent.always(answer)).endpoint()), LONG)));
    }

    @Test
    void halfAnAnswerAndNoHttpAreGarbage() {
        String half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"process_running\":true,";
        Failure cut = failure(poll(client(agent((socket, request) -> socket.write(half).onComplete(w -> socket.close())).endpoint()),
                LONG));
        assertEquals(Kind.GARBAGE, cut.kind());
        assertTrue(cut.detail().startsWith("half an answer") && cut.detail().endsWith("{\"process_running\":true,"), cut.detail());
        Failure noise = failure(poll(client(agent(FakeAgent.always("SSH-2.0-OpenSSH_9.2\r\n\r\n")).endpoint()), LONG));
        assertEquals(Kind.GARBAGE, noise.kind(), noise.detail());
        Failure huge = failure(poll(client(agent((socket, request) -> socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"
                + "x".repeat(HttpTransport.LARGEST_ANSWER + 1))).endpoint()), LONG));
        assertEquals(Kind.GARBAGE, huge.kind(), huge.detail());
    }

    @Test
    void theDeadlineCoversTheBody() {
        FakeAgent trickle = agent((socket, request) -> {
            socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            vertx.setPeriodic(20, id -> socket.write(" "));
        });
        assertEquals(new Failure(Kind.NO_ANSWER, "the answer did not end within 300 ms"), failure(poll(client(trickle.endpoint()), SHORT)));
    }

    @Test
    void pollsKeepTheirConnectionAndAFailedOneBringsAFreshOne() {
        FakeAgent agent = agent(FakeAgent.always(FakeAgent.json(STATUS)));
        AgentClient client = client(agent.endpoint());
        Await.result(poll(client, LONG));
        Await.result(poll(client, LONG));
        assertEquals(1, agent.connections.get());
        agent.behave(FakeAgent::silence);
        failure(poll(client, SHORT));
        agent.behave(FakeAgent.always(FakeAgent.json(STATUS)));
        Await.result(poll(client, LONG));
        assertEquals(2, agent.connections.get());
    }

    @Test
    void aKeptConnectionThatTheAgentClosedIsNoFailure() {
        FakeAgent agent = agent(FakeAgent.always(FakeAgent.json(STATUS)));
        AgentClient client = client(agent.endpoint());
        Await.result(poll(client, LONG));
        agent.behave((socket, request) -> {
            agent.behave(FakeAgent.always(FakeAgent.json(STATUS)));
            socket.close();
        });
        Await.result(poll(client, LONG));
        assertEquals(3, agent.requests.size());
        assertEquals(2, agent.connections.get());
    }
}
