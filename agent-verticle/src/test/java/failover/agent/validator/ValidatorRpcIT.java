package failover.agent.validator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.FakeRpc;
import failover.protocol.config.Endpoint;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
@ExtendWith(VertxExtension.class)
class ValidatorRpcIT {
    private static final Duration LIMIT = Duration.ofMillis(500);
    private Vertx vertx;
    private FakeRpc fake;

    @BeforeEach
    void start(Vertx given) throws Exception {
        vertx = given;
        fake = FakeRpc.start(vertx);
        // The first call of a JVM loads classes for longer than the limit under test.
        Endpoint endpoint = Endpoint.parse("http://127.0.0.1:" + fake.port());
        new ValidatorRpc(vertx, endpoint, Duration.ofSeconds(20)).ask().await(20, TimeUnit.SECONDS);
    }

    @Test
    void slotHealthAndIdentityComeBack() throws Exception {
        ValidatorRpc.Answers answers = ask();
        assertEquals(new ValidatorRpc.Answers(380_000_000, null, true, FakeRpc.IDENTITY, null), answers);
    }

    @Test
    void aValidatorThatIsBehindIsNotHealthyButHasASlot() throws Exception {
        fake.answer("getHealth", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32005,\"message\":\"Node is behind by 42 slots\"}}");
        ValidatorRpc.Answers answers = ask();
        assertFalse(answers.healthy());
        assertNull(answers.slotError());
    }

    @Test
    void anIdentityThatCannotBeAskedSpoilsNoSlot() throws Exception {
        fake.answer("getIdentity", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
        ValidatorRpc.Answers answers = ask();
        assertEquals(380_000_000, answers.slot());
        assertNull(answers.identity());
        assertTrue(answers.identityError().contains("Method not found"), answers.identityError());
        fake.answer("getIdentity", FakeRpc.HANG);
        assertEquals(380_000_000, ask().slot());
    }

    /** A firewall that has forgotten them, a proxy that was started anew: whoever speaks on a kept connection is answered by a reset. */
    @Test
    void keptConnectionsThatAreResetAllAtOnceSpoilNoAnswer() throws Exception {
        AtomicInteger resets = new AtomicInteger();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread accepting = new Thread(() -> accept(server, resets), "one answer each");
            accepting.setDaemon(true);
            accepting.start();
            Endpoint endpoint = Endpoint.parse("http://127.0.0.1:" + server.getLocalPort());
            ValidatorRpc rpc = new ValidatorRpc(vertx, endpoint, Duration.ofSeconds(10));
            Promise<ValidatorRpc.Answers> first = Promise.promise();
            Context context = vertx.getOrCreateContext();
            context.runOnContext(now -> rpc.ask().onComplete(first));
            assertNull(first.future().await(20, TimeUnit.SECONDS).slotError());
            Promise<ValidatorRpc.Answers> second = Promise.promise();
            context.runOnContext(now -> rpc.ask().onComplete(second));
            ValidatorRpc.Answers answers = second.future().await(20, TimeUnit.SECONDS);
            assertEquals(new ValidatorRpc.Answers(380_000_000, null, true, FakeRpc.IDENTITY, null), answers);
            assertTrue(resets.get() > 0, "no kept connection was used");
        }
    }

    private static void accept(ServerSocket server, AtomicInteger resets) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread serving = new Thread(() -> serve(socket, resets), "a connection");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException over) {
                return;
            }
        }
    }

    private static void serve(Socket socket, AtomicInteger resets) {
        try (socket) {
            byte[] request = new byte[8192];
            String text = "";
            while (!text.contains("\"method\":\"get")) {
                text += new String(request, 0, socket.getInputStream().read(request), StandardCharsets.US_ASCII);
            }
            String result = text.contains("getSlot") ? "380000000" : text.contains("getHealth") ? "\"ok\""
                : "{\"identity\":\"" + FakeRpc.IDENTITY + "\"}";
            String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + result + "}";
            socket.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            if (socket.getInputStream().read(request) > 0) {
                resets.incrementAndGet();
                socket.setSoLinger(true, 0);
            }
        } catch (IOException gone) {
            return;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "<html>502</html>", "[]", "{}", "{\"result\":null}", "{\"result\":-1}", "{\"result\":1.5}",
        "{\"result\":\"380\"}", "{\"result\":{}}", "{\"result\":38", FakeRpc.HTTP_500, FakeRpc.HALF, FakeRpc.RESET, FakeRpc.HANG,
        FakeRpc.HUGE})
    void whateverComesBackInsteadOfASlotBecomesASentence(String answer) throws Exception {
        fake.answer("getSlot", answer);
        long begun = System.nanoTime();
        ValidatorRpc.Answers answers = ask();
        assertTrue(System.nanoTime() - begun < LIMIT.multipliedBy(4).toNanos());
        assertEquals(0, answers.slot());
        assertNotNull(answers.slotError());
        assertTrue(answers.slotError().startsWith("failed to get slot: "), answers.slotError());
        assertTrue(answers.slotError().length() < 400, answers.slotError());
        assertEquals(FakeRpc.IDENTITY, answers.identity());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"result\":\"x\"}", "{\"result\":{\"identity\":\"0OIl\"}}", "{\"result\":{\"identity\":5}}",
        "{\"result\":{}}"})
    void whatIsNoPublicKeyIsNoIdentity(String answer) throws Exception {
        fake.answer("getIdentity", answer);
        assertNull(ask().identity());
    }

    @Test
    void nobodyListeningIsSaid() throws Exception {
        ValidatorRpc rpc = new ValidatorRpc(vertx, Endpoint.parse("http://127.0.0.1:1"), LIMIT);
        ValidatorRpc.Answers answers = rpc.ask().await(10, TimeUnit.SECONDS);
        assertTrue(answers.slotError().contains("refused"), answers.slotError());
    }

    @Test
    void theVoteAccountOfAnIdentityIsFound() throws Exception {
        fake.answer("getVoteAccounts", new JsonObject().put("result", new JsonObject()
            .put("current", new JsonArray().add(new JsonObject().put("nodePubkey", "other").put("votePubkey", FakeRpc.ACCOUNT)))
            .put("delinquent", new JsonArray().add(new JsonObject().put("nodePubkey", FakeRpc.IDENTITY)
                .put("votePubkey", FakeRpc.ACCOUNT)))).encode());
        assertEquals(Boolean.TRUE, rpc().hasVoteAccount(FakeRpc.IDENTITY).await(10, TimeUnit.SECONDS));
        assertEquals(Boolean.FALSE, rpc().hasVoteAccount("nobody").await(10, TimeUnit.SECONDS));
        fake.answer("getVoteAccounts", "<html>");
        assertNull(rpc().hasVoteAccount(FakeRpc.IDENTITY).await(10, TimeUnit.SECONDS));
    }

    private ValidatorRpc.Answers ask() throws Exception {
        return rpc().ask().await(10, TimeUnit.SECONDS);
    }

    private ValidatorRpc rpc() {
        return new ValidatorRpc(vertx, Endpoint.parse("http://127.0.0.1:" + fake.port()), LIMIT);
    }
}
