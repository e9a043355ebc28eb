package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.Http;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LabLogs.class)
class FaultsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static Lab lab;

    @BeforeAll
    static void start() {
        lab = Lab.create().observers(2).start();
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @AfterEach
    void mend() {
        lab.cluster().fault("clear");
        lab.validator("a").fault("clear");
        lab.judge().awaitVotesFrom("a", SOON);
    }

    private static LabValidator a() {
        return lab.validator("a");
    }

    private static JsonObject health() {
        return a().rpc("getHealth");
    }

    private static HttpResponse<String> call(String url, String method) throws IOException {
        return Http.exchange(url, new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method));
    }

    @Test
    void itIsFoundByItsProcessNameAsAgaveIs() throws IOException {
        assertEquals(String.valueOf(a().pid()), BashRunner.run(List.of("pgrep", "-x", a().comm())).ok().output().strip());
        assertEquals(a().comm(), BashRunner.run(List.of("ps", "-o", "comm=", "-p", String.valueOf(a().pid()))).ok().output().strip());
    }

    private static long slot() {
        return a().rpc("getSlot", new JsonObject().put("commitment", "processed")).getLong("result");
    }

    @Test
    void theRpcAnswersWhatAnAgentAsks() {
        assertEquals("ok", health().getString("result"));
        assertTrue(slot() > 380_000_000);
        assertEquals(lab.staked().toString(), a().rpc("getIdentity").getJsonObject("result").getString("identity"));
        assertEquals("2.3.6", a().rpc("getVersion").getJsonObject("result").getString("solana-core"));
        assertEquals(-32601, a().rpc("getNonsense").getJsonObject("error").getInteger("code"));
        JsonObject votes = a().rpc("getVoteAccounts", new JsonObject().put("commitment", "processed")).getJsonObject("result");
        assertEquals(1, votes.getJsonArray("current").size() + votes.getJsonArray("delinquent").size());
        // As Agave's without --full-rpc-api.
        for (String method : List.of("getClusterNodes", "getAccountInfo", "getMultipleAccounts")) {
            assertEquals(-32601, a().rpc(method).getJsonObject("error").getInteger("code"), method);
        }
    }

    @Test
    void aBatchIsAnsweredInItsOrder() throws IOException, InterruptedException {
        java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(java.net.URI.create(a().rpcUrl()))
            .header("Content-Type", "application/json").POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                "[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"getHealth\"},{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"no\"}]")).build();
        JsonArray answer = new JsonArray(java.net.http.HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString()).body());
        assertEquals("ok", answer.getJsonObject(0).getString("result"));
        assertEquals(8, answer.getJsonObject(1).getInteger("id"));
    }

    @Test
    void anUnhealthyNodeAnswersAgavesError() {
        a().fault("unhealthy");
        assertEquals(-32005, health().getJsonObject("error").getInteger("code"));
    }

    @Test
    void aLaggingNodeSaysHowFarItIsBehindAndVotesNoNewSlots() throws Exception {
        long votes = lab.judge().votes("a");
        a().fault("lag", "200");
        assertEquals(200, health().getJsonObject("error").getJsonObject("data").getInteger("numSlotsBehind"));
        Await.until("its slot is behind", SOON, () -> lab.cluster().slot() - slot() >= 199);
        assertTrue(lab.judge().votes("a") <= votes + 1);
    }

    @Test
    void stalledVotesLeaveEverythingElseRunning() {
        a().fault("stall-votes");
        long votes = lab.judge().votes("a");
        long slot = slot();
        Await.until("slots go on", SOON, () -> slot() > slot + 3);
        assertTrue(lab.judge().votes("a") <= votes + 1, lab.judge()::text);
        assertEquals("ok", health().getString("result"));
    }

    @Test
    void aFrozenNodeStandsStill() {
        a().fault("freeze");
        long tip = lab.cluster().slot();
        Await.until("the cluster goes on", SOON, () -> lab.cluster().slot() > tip + 3);
        assertTrue(slot() <= tip + 1);
    }

    @Test
    void setIdentityCanBeRefused() {
        a().fault("set-identity-refuse");
        assertEquals(1, a().setUnstaked().exit());
        assertTrue(a().staked());
    }

    @Test
    void setIdentityCanHangAndStillLandLater() throws Exception {
        a().fault("set-identity-hang", "700");
        ManagedProcess cli = new ManagedProcess("hanging-cli", List.of(a().files().cli().toString(), "-l", a().files().ledger().toString(),
            "set-identity", a().files().unstaked().toString()), java.util.Map.of(), lab.directory(), lab.directory().resolve("cli.log"));
        cli.start();
        Await.never("the change is in force", Duration.ofMillis(300), () -> !a().staked());
        cli.kill();
        Await.until("it lands after its caller was killed", SOON, () -> !a().staked());
        a().fault("clear");
        a().setStaked(true).ok();
    }

    @Test
    void setIdentityCanAnswerBeforeItIsInForce() {
        a().fault("set-identity-late", "600");
        a().setUnstaked().ok();
        assertTrue(a().staked(), "answered, but not yet in force");
        Await.until("it is in force", SOON, () -> !a().staked());
        a().fault("clear");
        a().setStaked(true).ok();
    }

    @Test
    void duringStartUpTheAdminSocketSaysRetry() {
        a().fault("starting");
        BashRunner.Result refused = a().setUnstaked();
        assertEquals(1, refused.exit());
        assertTrue(refused.error().contains("Retry once validator start up is complete"), refused.error());
    }

    @Test
    void aHungRpcDoesNotAnswerButTheProcessVotes() throws IOException {
        a().fault("rpc-hang");
        lab.judge().awaitVotesFrom("a", SOON);
        var refused = java.net.http.HttpRequest.newBuilder(java.net.URI.create(a().rpcUrl())).timeout(Duration.ofMillis(300))
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")).build();
        assertThrows(java.net.http.HttpTimeoutException.class,
            () -> java.net.http.HttpClient.newHttpClient().send(refused, HttpResponse.BodyHandlers.discarding()));
    }

    @Test
    void anUnknownFaultIsAnError() {
        assertThrows(UncheckedIOException.class, () -> a().fault("lag"));
        assertThrows(UncheckedIOException.class, () -> a().fault("nonsense"));
        assertThrows(UncheckedIOException.class, () -> lab.cluster().fault("rpc-error", "9"));
    }

    @Test
    void theClusterCanHalt() {
        lab.cluster().fault("halt");
        long tip = lab.cluster().slot();
        long votes = lab.judge().votes("a");
        assertThrows(AssertionError.class, () -> lab.judge().awaitVotesFrom("a", Duration.ofMillis(1300)));
        assertEquals(tip, lab.cluster().slot());
        assertTrue(lab.judge().votes("a") <= votes + 1);
    }

    @Test
    void oneObserverOfTheClusterCanLieWhileTheOtherDoesNot() throws IOException {
        lab.cluster().fault("rpc-freeze", "1");
        long frozen = new JsonObject(call(lab.cluster().url(1), "getSlot").body()).getLong("result");
        Await.until("the first observer moves on", SOON,
            () -> new JsonObject(call(lab.cluster().url(0), "getSlot").body()).getLong("result") > frozen + 2);
        assertEquals(frozen, new JsonObject(call(lab.cluster().url(1), "getSlot").body()).getLong("result"));
    }

    @Test
    void anObserverCanLimitAndFail() throws IOException {
        lab.cluster().fault("rpc-limit", "1");
        HttpResponse<String> limited = call(lab.cluster().url(1), "getSlot");
        assertEquals(429, limited.statusCode());
        assertEquals("5", limited.headers().firstValue("Retry-After").orElse(""));
        lab.cluster().fault("rpc-error");
        assertEquals(503, call(lab.cluster().url(0), "getSlot").statusCode());
        assertFalse(call(lab.cluster().url(0), "getSlot").body().startsWith("{"));
    }
}
