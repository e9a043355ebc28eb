package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import failover.manager.config.ManagerConfig;
import failover.manager.decision.Failure;
import failover.protocol.HostResolver;
import failover.protocol.config.Endpoint;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.StatusRequest;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The manager's two HTTP edges: who may ask its API and how, and agents at addresses of every kind. */
@Timeout(300)
class ApiBordersIT {
    private static final String[] PATHS = {"/failover", "/pause", "/resume", "/state", "/health", "/", "//failover", "/%zz", "/failover/",
        "/state?x=%", "*", "http://127.0.0.1/state", "http://evil/state"};
    private static final String[] BODIES = {"", "{}", "[]", "null", "{\"reason\":\"x\"", "{\"reason\":5}", "{\"reason\":\"\\u202e\\n\"}",
        "{\"reason\":\"" + "r".repeat(2_000) + "\"}", "{\"fenced\":1}", "{\"fenced\":true,\"stale_tower\":null}", "[".repeat(5_000),
        "{\"a\":1e999999999}", "{\"reason\":\"\ud83d\"}", "x".repeat(70_000)};
    private static final String[] HEADERS = {"", "Host: 127.0.0.1\r\n", "Host: 127.0.0.1\r\n", "Host: 127.0.0.1\r\n", "Host: evil\r\n",
        "Host: \r\n",
        "Host: 127.0.0.1\r\nOrigin: x\r\n", "Host: 127.0.0.1\r\nHost: b\r\n", "Host: 127.0.0.1\r\nX: " + "x".repeat(9_000) + "\r\n",
        "Host: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n", "Host: 127.0.0.1\r\nExpect: 100-continue\r\n",
        "Host: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"};

    @TempDir
    Path dir;
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private ManagerVerticle start(String listen) throws Exception {
        JsonObject settings = new JsonObject().put("active_validator", "http://127.0.0.1:1").put("passive_validator", "http://127.0.0.1:2")
            .put("cluster_rpc", "http://127.0.0.1:3").put("state_dir", dir.resolve("state").toString()).put("api_listen", listen);
        ManagerVerticle manager = new ManagerVerticle(ManagerConfig.fromVertx(settings, Map.of()));
        vertx.deployVerticle(manager).await(30, TimeUnit.SECONDS);
        return manager;
    }

    private static String raw(InetAddress to, int port, String request) throws IOException {
        try (Socket socket = new Socket(to, port)) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String get(String path, String host) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    /** Our own seeds, some seconds; more with -Dfailover.long=true. */
    @Test
    void whateverIsSentIsAnsweredOrClosedAndTheManagerGoesOn() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        ManagerVerticle manager = start("127.0.0.1:0");
        InetAddress here = InetAddress.getByName("127.0.0.1");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Boolean.getBoolean("failover.long") ? 100 : 6);
        Random random = new Random(20261128);
        int answered = 0;
        for (int i = 0; i < 300 || System.nanoTime() < end; i++) {
            String body = BODIES[random.nextInt(BODIES.length)];
            String method = new String[] {"GET", "POST", "POST", "HEAD", "PUT", "X", "OPTIONS"}[random.nextInt(7)];
            String request = method + " " + PATHS[random.nextInt(PATHS.length)] + " HTTP/1." + (random.nextInt(8) == 0 ? 0 : 1) + "\r\n"
                + HEADERS[random.nextInt(HEADERS.length)] + "Connection: close\r\n" + (random.nextInt(9) == 0 ? ""
                : "Content-Length: " + (random.nextInt(9) == 0 ? body.length() / 2 : body.getBytes(StandardCharsets.UTF_8).length)
                    + "\r\n")
                + "\r\n" + body;
            try {
                String answer = raw(here, manager.apiPort(), request);
                assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] (100|200|4[0-9][0-9]|503) .*"), request + "\n" + answer);
                answered += answer.isEmpty() ? 0 : 1;
            } catch (IOException closed) {
                // With bytes unread: a reset.
                continue;
            }
        }
        root.detachAppender(lines);
        assertTrue(answered > 100, "answers: " + answered);
        assertTrue(raw(here, manager.apiPort(), get("/health", "127.0.0.1")).endsWith("OK"));
        List<ILoggingEvent> errors = lines.list.stream().filter(line -> line.getThrowableProxy() != null
            || line.getLevel() == Level.ERROR && line.getFormattedMessage().contains("could not answer")).toList();
        assertEquals(List.of(), errors, () -> errors.get(0).getFormattedMessage());
    }

    @Test
    void clearTextHttp2IsNotSpoken() throws Exception {
        ManagerVerticle manager = start("127.0.0.1:0");
        InetAddress here = InetAddress.getByName("127.0.0.1");
        for (String request : new String[] {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /state HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"}) {
            try (Socket socket = new Socket(here, manager.apiPort())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                String first = new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
                assertTrue((first.isEmpty() || first.startsWith("HTTP/")) && !first.contains(" 101"), request + first);
            }
        }
        // The host in the request's own line counts as well.
        assertTrue(raw(here, manager.apiPort(), get("http://evil.example/state", "127.0.0.1")).startsWith("HTTP/1.1 403 "));
        assertTrue(raw(here, manager.apiPort(), get("/state", "evil.example")).startsWith("HTTP/1.1 403 "));
    }

    @Test
    void anOperatorOnTheHostReachesAManagerThatListensOnTheHostsOwnAddress() throws Exception {
        Optional<InetAddress> own = Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
            .flatMap(each -> Collections.list(each.getInetAddresses()).stream())
            .filter(each -> each instanceof Inet4Address && !each.isLoopbackAddress()).findFirst();
        assumeTrue(own.isPresent(), "this host has no address but the loopback one");
        String address = own.get().getHostAddress();
        ManagerVerticle manager = start(address + ":0");
        assertTrue(raw(own.get(), manager.apiPort(), get("/state", address + ":8081")).startsWith("HTTP/1.1 200 "));
        assertTrue(raw(own.get(), manager.apiPort(), get("/state", "evil.example:8081")).startsWith("HTTP/1.1 403 "));
        assertTrue(raw(own.get(), manager.apiPort(), get("/state", "10.255.255.1")).startsWith("HTTP/1.1 403 "));
        assertFalse(LoopbackGuard.isOwn("10.255.255.1"));
        assertFalse(LoopbackGuard.isOwn("agent-a"));
        assertTrue(LoopbackGuard.isOwn("127.0.0.9") && LoopbackGuard.isOwn("::1") && LoopbackGuard.isOwn(address));
    }

    @Test
    void anAgentAtAnIpv6LiteralIsPolledAndCommanded() throws Exception {
        HttpServer agent = vertx.createHttpServer().requestHandler(ApiBordersIT::original).listen(0, "::1").await(10, TimeUnit.SECONDS);
        for (String host : new String[] {"[::1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]"}) {
            AgentClient client = new AgentClient(vertx, vertx.createHttpClient(new HttpClientOptions()),
                Endpoint.parse("http://" + host + ":" + agent.actualPort() + "/"));
            assertEquals(1000, client.poll(new StatusRequest(5, 0, null, 0), Duration.ofSeconds(5)).await(10, TimeUnit.SECONDS)
                .validatorSlot(), host);
            assertTrue(client.command(new FailoverRequest("become_passive", "r", false, 5, null, 0, 0, false), Duration.ofSeconds(5))
                .await(10, TimeUnit.SECONDS).success(), host);
        }
    }

    private static void original(HttpServerRequest request) {
        boolean poll = request.path().equals("/status");
        assertEquals("[::1]:" + request.localAddress().port(), request.getHeader("Host").replace("0:0:0:0:0:0:0:1", "::1"));
        request.response().end(poll ? "{\"validator_slot\":1000,\"timestamp\":5}"
            : "{\"success\":true,\"message\":\"m\",\"timestamp\":5}");
    }

    @Test
    void aCommandGoesOutAndPollsComeBackWhileNoNameServerAnswers() throws Exception {
        DatagramSocket mute = vertx.createDatagramSocket().listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        Path hosts = Files.writeString(dir.resolve("hosts"), "127.0.0.1 agent-a\n");
        Vertx named = Vertx.vertx(new VertxOptions().setAddressResolverOptions(HostResolver.options().setHostsPath(hosts.toString())
            .setServers(List.of("127.0.0.1:" + mute.localAddress().port()))));
        try {
            HttpServer agent = named.createHttpServer().requestHandler(request -> request.response().end(request.path().equals("/status")
                ? "{\"validator_slot\":1000,\"timestamp\":5}" : "{\"success\":true,\"message\":\"m\",\"timestamp\":5}"))
                .listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
            AgentClient client = new AgentClient(named, named.createHttpClient(new HttpClientOptions()),
                Endpoint.parse("http://agent-a:" + agent.actualPort()));
            client.poll(new StatusRequest(5, 0, null, 0), Duration.ofSeconds(5)).await(10, TimeUnit.SECONDS);
            Files.writeString(hosts, "\n");
            named.timer(1_200, TimeUnit.MILLISECONDS).await(10, TimeUnit.SECONDS);
            FailoverRequest command = new FailoverRequest("become_passive", "r", false, 5, null, 0, 0, false);
            assertTrue(client.command(command, Duration.ofSeconds(5)).await(10, TimeUnit.SECONDS).success());
            // The connection for polls is lost as well: the next one is found again.
            agent.close().await(10, TimeUnit.SECONDS);
            HttpServer again = named.createHttpServer().requestHandler(request -> request.response()
                .end("{\"validator_slot\":1001,\"timestamp\":5}")).listen(agent.actualPort(), "127.0.0.1").await(10, TimeUnit.SECONDS);
            assertEquals(1001, client.poll(new StatusRequest(5, 0, null, 0), Duration.ofSeconds(5)).await(10, TimeUnit.SECONDS)
                .validatorSlot());
            again.close().await(10, TimeUnit.SECONDS);
        } finally {
            named.close().await(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void anAnswerOutOfItsBoundsIsNone() throws Exception {
        HttpServer agent = vertx.createHttpServer().requestHandler(request -> request.response()
            .end("{\"timestamp\":5,\"epoch\":9007199254740993}")).listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        AgentClient client = new AgentClient(vertx, vertx.createHttpClient(new HttpClientOptions()),
            Endpoint.parse("http://127.0.0.1:" + agent.actualPort()));
        Throwable none = client.poll(new StatusRequest(5, 0, null, 0), Duration.ofSeconds(5)).transform(done ->
            io.vertx.core.Future.succeededFuture(done.cause())).await(10, TimeUnit.SECONDS);
        Failure failure = AgentClient.failureOf(none);
        assertEquals(Failure.Kind.GARBAGE, failure.kind());
        assertTrue(failure.detail().startsWith("not an agent's answer (epoch is 9007199254740993, it must lie between 0 and "),
            failure.detail());
    }
}
