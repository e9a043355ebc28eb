package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.config.Endpoint;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ValidatorRpcIT {
    private static final Duration LIMIT = Duration.ofMillis(500);
    private Vertx vertx;
    private FakeRpc fake;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        fake = FakeRpc.start(vertx);
        // The first call of a JVM loads classes for longer than the limit under test.
        Endpoint endpoint = Endpoint.parse("http://127.0.0.1:" + fake.port());
        new ValidatorRpc(vertx, endpoint, Duration.ofSeconds(20)).ask().await(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void end() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
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
