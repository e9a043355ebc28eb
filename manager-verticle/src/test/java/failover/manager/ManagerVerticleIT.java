package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.FakeAgent.Await;
import failover.manager.config.ManagerConfig;
import failover.manager.decision.ManagerEvent;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagerVerticleIT {
    private static final String PLAIN = "Content-Type: text/plain; charset=utf-8\r\n";

    @TempDir
    Path dir;
    private Vertx vertx;
    private FakeAgent first;
    private FakeAgent second;
    private FakeAgent cluster;
    /** Host, path and action of every command, in the order they arrived. */
    private final List<String> commands = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        first = new FakeAgent(vertx, original("first", true, true));
        second = new FakeAgent(vertx, original("second", false, true));
        cluster = new FakeAgent(vertx, FakeAgent.always(FakeAgent.json("{\"result\":1000}")));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    /** An original's agent: it has a role in memory, and does what it is told. */
    private BiConsumer<NetSocket, String> original(String name, boolean active, boolean running) {
        boolean[] is = {active};
        return (socket, request) -> {
            if (request.startsWith("POST /failover")) {
                JsonObject body = new JsonObject(FakeAgent.bodyOf(request));
                commands.add(name + " " + body.getString("action"));
                is[0] = body.getString("action").equals("become_active");
                socket.write(FakeAgent.json("{\"success\":true,\"message\":\"Successfully executed: " + body.getString("action")
                        + "\",\"dry_run\":false,\"timestamp\":1736000000}\n"));
            } else {
                socket.write(FakeAgent.json("{\"process_running\":" + running + ",\"process_uptime\":86400,\"process_healthy\":" + running
                        + ",\"validator_slot\":" + (running ? 1000 : 0) + ",\"network_slot\":0,\"slot_diff\":0,\"is_healthy\":" + running
                        + ",\"is_active\":" + is[0] + ",\"last_tower_backup\":-62135596800,\"timestamp\":1736000000}\n"));
            }
        };
    }

    private JsonObject settings() {
        return new JsonObject().put("active_validator", first.endpoint().toString()).put("passive_validator", second.endpoint().toString())
                .put("cluster_rpc", new JsonArray().add(cluster.endpoint().toString())).put("heartbeat_interval", "100ms")
                .put("misses_before_failover", 5).put("state_dir", dir.resolve("state").toString()).put("api_listen", "127.0.0.1:0")
                .put("dry_run", false);
    }

    private ManagerVerticle start(JsonObject settings) {
        ManagerVerticle manager = new ManagerVerticle(ManagerConfig.fromVertx(settings, Map.of()));
        Await.result(vertx.deployVerticle(manager));
        return manager;
    }

    private String failureOf(JsonObject settings) {
        return Await.failure(vertx.deployVerticle(new ManagerVerticle(ManagerConfig.fromVertx(settings, Map.of())))).getMessage();
    }

    private static String raw(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String request(String method, String path, String more, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more + "Content-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private static JsonObject state(ManagerVerticle manager) {
        return new JsonObject(FakeAgent.bodyOf(raw(manager.apiPort(), request("GET", "/state", "", ""))));
    }

    private void untilVerdict(ManagerVerticle manager, String verdict) {
        Await.until(vertx, "both polled", () -> first.to("/status").size() > 1 && second.to("/status").size() > 1);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!state(manager).getString("verdict").equals(verdict)) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "never " + verdict + ": " + state(manager));
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void aDeadProcessIsReplacedDemotionFirst() {
        first.behave(original("first", true, false));
        ManagerVerticle manager = start(settings());
        Await.until(vertx, "two commands", () -> commands.size() == 2);
        assertEquals(List.of("first become_passive", "second become_active"), commands);
        untilVerdict(manager, "no_problem");
        assertEquals("secondary", state(manager).getString("active"));
        assertEquals(List.of("first become_passive", "second become_active"), commands, "and nothing after it");
        assertTrue(Files.exists(dir.resolve("state/manager.json")));
    }

    @Test
    void aBlackHoledPassiveNeverSpoilsTheChecksOfTheActive() {
        second.behave(FakeAgent::silence);
        ManagerVerticle manager = start(settings());
        Await.until(vertx, "twenty polls of the active", () -> first.to("/status").size() > 20);
        assertEquals("no_problem", state(manager).getString("verdict"));
        assertEquals(List.of(), commands);
    }

    @Test
    void om12InDryRunNothingIsCommandedAndNothingIsClaimed() {
        ManagerVerticle manager = start(settings().put("dry_run", true));
        untilVerdict(manager, "no_problem");
        String answer = raw(manager.apiPort(), request("POST", "/failover", "", "{\"reason\":\"drill\"}"));
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertEquals("{\"success\":false,\"message\":\"[DRY-RUN] Would fail over: primary -\\u003e secondary\",\"dry_run\":true}\n",
                FakeAgent.bodyOf(answer));
        assertEquals(List.of(), commands);
    }

    @Test
    void om11TheOperatorsFailoverIsAnsweredAtItsEndAsTheOriginalAnswers() {
        ManagerVerticle manager = start(settings());
        untilVerdict(manager, "no_problem");
        String answer = raw(manager.apiPort(), request("POST", "/failover", "Content-Type: application/x-www-form-urlencoded\r\n", "{}"));
        assertEquals(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
                + "{\"success\":true,\"message\":\"Failover completed successfully: primary -\\u003e secondary\",\"old_active\":\"%s\","
                + "\"new_active\":\"%s\"}\n").formatted(FakeAgent.bodyOf(answer).length(), first.endpoint(), second.endpoint()), answer);
        assertEquals(List.of("first become_passive", "second become_active"), commands);
        assertTrue(FakeAgent.bodyOf(first.to("/failover").get(0)).contains("\"reason\":\"manual failover triggered via API\""));
    }

    @Test
    void aRefusedFailoverIs503AsPlainText() {
        second.behave((socket, request) -> socket.close());
        ManagerVerticle manager = start(settings());
        Await.until(vertx, "polled", () -> first.to("/status").size() > 2);
        String answer = raw(manager.apiPort(), request("POST", "/failover", "", "{}"));
        assertTrue(answer.startsWith("HTTP/1.1 503 Service Unavailable\r\nX-Content-Type-Options: nosniff\r\n" + PLAIN), answer);
        assertTrue(FakeAgent.bodyOf(answer).startsWith("Cannot failover: passive validator " + second.endpoint() + " is unreachable: "),
                answer);
    }

    @Test
    void scenario52APausedManagerKeepsToItAcrossARestartUntilItIsResumed() {
        ManagerVerticle manager = start(settings());
        untilVerdict(manager, "no_problem");
        String answer = raw(manager.apiPort(), request("POST", "/pause", "", "{\"reason\":\"work on the rack\"}"));
        // These agents are originals: nobody acknowledges, and that is said.
        assertTrue(FakeAgent.bodyOf(answer).startsWith("{\"success\":true,\"message\":\"Paused, but NOT IN FORCE YET: [secondary] has "
                + "not acknowledged it: its agent knows no pause"), answer);
        assertTrue(FakeAgent.bodyOf(answer).endsWith("\"in_force\":false}\n"), answer);
        Await.result(vertx.undeploy(manager.deploymentID()));
        first.behave(original("first", true, false));
        ManagerVerticle again = start(settings());
        Await.until(vertx, "it would act", () -> state(again).getString("why").contains("paused since"));
        assertEquals("work on the rack", state(again).getJsonObject("paused").getString("reason"));
        assertEquals(List.of(), commands);
        refused(again.apiPort(), request("GET", "/pause", "", ""), "405 Method Not Allowed", "Method not allowed\n");
        refused(again.apiPort(), request("POST", "/resume", "Origin: http://evil.example\r\n", "{}"), "403 Forbidden",
                "Forbidden: only localhost requests are allowed\n");
        assertTrue(raw(again.apiPort(), request("POST", "/resume", "", "{}")).contains("Resumed"));
        Await.until(vertx, "two commands", () -> commands.size() == 2);
        assertNull(state(again).getJsonObject("paused"));
    }

    @Test
    void badRequestsGetTheOriginalsAnswersInItsOrder() {
        int port = start(settings()).apiPort();
        refused(port, request("GET", "/failover", "Origin: http://evil.example\r\n", ""), "405 Method Not Allowed", "Method not allowed\n");
        String forbidden = "Forbidden: only localhost requests are allowed\n";
        refused(port, request("POST", "/failover", "Origin: http://evil.example\r\n", "?"), "403 Forbidden", forbidden);
        refused(port, request("POST", "/failover", "", "{}").replace("127.0.0.1", "evil.example"), "403 Forbidden", forbidden);
        refused(port, request("POST", "/failover", "Sec-Fetch-Site: cross-site\r\n", "{}"), "403 Forbidden", forbidden);
        for (String body : new String[] {"", "[]", "{\"reason\":7}", "{\"reason\":", "reason=x"}) {
            refused(port, request("POST", "/failover", "", body), "400 Bad Request", "Invalid request body\n");
        }
        refused(port, request("GET", "/nothing", "", ""), "404 Not Found", "404 page not found\n");
        refused(port, request("POST", "/failover/", "", "{}"), "404 Not Found", "404 page not found\n");
        refused(port, request("POST", "/state", "", "{}"), "405 Method Not Allowed", "Method not allowed\n");
        assertEquals(List.of(), commands);
    }

    private static void refused(int port, String request, String status, String text) {
        assertEquals("HTTP/1.1 " + status + "\r\nX-Content-Type-Options: nosniff\r\n" + PLAIN
                + "connection: close\r\ncontent-length: " + text.length() + "\r\n\r\n" + text, raw(port, request), request);
    }

    @Test
    void aLargeBodyIsRefusedAndAClientThatHangsUpHarmsNothing() throws IOException {
        ManagerVerticle manager = start(settings());
        String large = raw(manager.apiPort(), request("POST", "/failover", "", "x".repeat(70_000)));
        assertTrue(large.startsWith("HTTP/1.1 413 "), large);
        untilVerdict(manager, "no_problem");
        first.behave(slowly(first, original("first", true, true)));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), manager.apiPort())) {
            socket.getOutputStream().write(request("POST", "/failover", "", "{}").getBytes(StandardCharsets.UTF_8));
            Await.until(vertx, "the demotion is asked for", () -> !first.to("/failover").isEmpty());
        }
        Await.until(vertx, "the move goes on", () -> commands.contains("second become_active"));
        assertEquals("HTTP/1.1 200 OK\r\n" + PLAIN + "connection: close\r\ncontent-length: 2\r\n\r\nOK",
                raw(manager.apiPort(), request("GET", "/health", "", "")));
    }

    private BiConsumer<NetSocket, String> slowly(FakeAgent agent, BiConsumer<NetSocket, String> then) {
        return (socket, request) -> {
            if (request.startsWith("POST /failover")) {
                vertx.setTimer(200, id -> then.accept(socket, request));
            } else {
                then.accept(socket, request);
            }
        };
    }

    @Test
    void anOperatorGetsThroughAThousandIdleConnections() throws IOException {
        ManagerVerticle manager = start(settings());
        List<Socket> idle = new CopyOnWriteArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                idle.add(new Socket(InetAddress.getLoopbackAddress(), manager.apiPort()));
            }
            assertNotEquals("", state(manager).getString("verdict"));
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void aPortInUseAndADirectoryInUseAreNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String why = failureOf(settings().put("api_listen", "127.0.0.1:" + taken.getLocalPort()));
            assertTrue(why.startsWith("api_listen 127.0.0.1:" + taken.getLocalPort() + " cannot be used (Address already in use"), why);
        }
        start(settings());
        String why = failureOf(settings());
        assertTrue(why.contains("state_dir " + dir.resolve("state") + " is in use by this very process"), why);
    }

    @Test
    void aStateDirectoryThatIsAFileIsNamed() throws IOException {
        Files.writeString(dir.resolve("state"), "");
        String why = failureOf(settings());
        assertTrue(why.startsWith("state_dir " + dir.resolve("state") + " cannot be made"), why);
    }

    @Test
    void aRestartedManagerFindsItsIdAndEpochAgain() {
        first.behave(original("first", true, false));
        ManagerVerticle manager = start(settings());
        Await.until(vertx, "two commands", () -> commands.size() == 2);
        untilVerdict(manager, "no_problem");
        long epoch = state(manager).getLong("epoch");
        Await.result(vertx.undeploy(manager.deploymentID()));
        ManagerVerticle again = start(settings());
        untilVerdict(again, "no_problem");
        assertEquals(epoch, state(again).getLong("epoch"));
        assertEquals("secondary", state(again).getString("active"));
        assertEquals(2, commands.size());
    }

    /** Whoever asks gets an answer, whatever happens in here; and what was known before the fault is known after it. */
    @Test
    void aFaultInTheDecisionsAnswersWhoeverAskedAndChangesNothing() {
        boolean[] broken = {true};
        ManagerVerticle manager = new ManagerVerticle(ManagerConfig.fromVertx(settings(), Map.of()), real -> (state, event, now) -> {
            boolean asked = event instanceof ManagerEvent.FailoverAsked || event instanceof ManagerEvent.PauseAsked;
            if (broken[0] && asked) {
                if (event instanceof ManagerEvent.PauseAsked) {
                    throw new AssertionError("a kind that nobody thought of");
                }
                throw new IllegalStateException("a fault");
            }
            return real.step(state, event, now);
        });
        Await.result(vertx.deployVerticle(manager));
        untilVerdict(manager, "no_problem");
        String failover = raw(manager.apiPort(), request("POST", "/failover", "Content-Type: application/json\r\n", "{}"));
        assertTrue(failover.startsWith("HTTP/1.1 500") && failover.contains("A fault of the manager"), failover);
        String pause = raw(manager.apiPort(), request("POST", "/pause", "Content-Type: application/json\r\n", "{}"));
        assertTrue(pause.startsWith("HTTP/1.1 500"), pause);
        assertEquals("no_problem", state(manager).getString("verdict"));
        assertEquals(List.of(), commands);
        broken[0] = false;
        String again = raw(manager.apiPort(), request("POST", "/failover", "Content-Type: application/json\r\n", "{}"));
        assertTrue(again.startsWith("HTTP/1.1 200"), again);
        assertEquals(List.of("first become_passive", "second become_active"), commands);
    }

    /** E10: what is not on the disk is not done, and the health says why. */
    @Test
    void aDiskThatTakesNothingStopsAMoveAndIsSaid() throws IOException {
        ManagerVerticle manager = start(settings());
        untilVerdict(manager, "no_problem");
        assertTrue(raw(manager.apiPort(), request("GET", "/health", "", "")).startsWith("HTTP/1.1 200"));
        Path state = dir.resolve("state");
        try (Stream<Path> files = Files.walk(state)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        String answer = raw(manager.apiPort(), request("POST", "/failover", "Content-Type: application/json\r\n", "{}"));
        assertTrue(answer.startsWith("HTTP/1.1 500") && answer.contains("could not be made durable"), answer);
        assertEquals(List.of(), commands, "no command without a durable intent");
        String health = raw(manager.apiPort(), request("GET", "/health", "", ""));
        assertTrue(health.startsWith("HTTP/1.1 503") && health.contains("state_dir " + state), health);
    }
}
