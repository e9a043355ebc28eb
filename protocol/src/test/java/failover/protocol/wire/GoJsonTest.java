package failover.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of docs/compatibility.md 4.2 and 4.3, both ways. */
class GoJsonTest {

    private static final StatusResponse ORIGINAL = new StatusResponse(true, 86400, true, 380000000, 0, 0, true, true,
            StatusResponse.NO_BACKUP, "failed to get slot: …", 1736000000, null, null, null, null, null, false, 0, false, null, null, null,
            null, null);

    @Test
    void anOriginalStatusIsWrittenByteForByte() {
        assertEquals("{\"process_running\":true,\"process_uptime\":86400,\"process_healthy\":true,\"validator_slot\":380000000,"
                + "\"network_slot\":0,\"slot_diff\":0,\"is_healthy\":true,\"is_active\":true,\"last_tower_backup\":-62135596800,"
                + "\"error\":\"failed to get slot: …\",\"timestamp\":1736000000}\n", GoJson.encode(ORIGINAL).toString());
    }

    @Test
    void ourFieldsFollowTheOriginalsAndAreLeftOutWhenEmpty() {
        StatusResponse ours = new StatusResponse(true, 1, false, 2, 0, 0, false, false, 3, null, 4, "h", "1.0.0", "passive", "I", "S", true,
                7, true, "become_active", new LastOperation("m-7", "become_passive", "done", "m", 5), List.of("agent is in dry-run"),
                new LeaseStatus("t-1", 9000, true, null, false, 250), new VoteReport("V", 41, 43, 12, null));
        assertEquals("{\"process_running\":true,\"process_uptime\":1,\"process_healthy\":false,\"validator_slot\":2,\"network_slot\":0,"
                + "\"slot_diff\":0,\"is_healthy\":false,\"is_active\":false,\"last_tower_backup\":3,\"timestamp\":4,\"host_id\":\"h\","
                + "\"version\":\"1.0.0\",\"role\":\"passive\",\"identity\":\"I\",\"staked_identity\":\"S\",\"identity_verified\":true,"
                + "\"epoch\":7,\"dry_run\":true,\"operation\":\"become_active\",\"last_operation\":{\"operation_id\":\"m-7\",\"action\":"
                + "\"become_passive\",\"outcome\":\"done\",\"message\":\"m\",\"timestamp\":5},\"unfit\":[\"agent is in dry-run\"],"
                + "\"lease\":{\"token\":\"t-1\",\"left_ms\":9000,\"fence_capable\":true,"
                + "\"bound_ms\":250},\"votes\":{\"account\":\"V\",\"last_vote\":41,"
                + "\"slot\":43,\"age_ms\":12}}\n",
                GoJson.encode(ours).toString());
    }

    @Test
    void theLeaseTravelsInFieldsOfItsOwn() throws Exception {
        StatusRequest poll = new StatusRequest(5, 4, "m", 7, new LeaseKeepalive("t-1", 7, 3, 2000, 9405, 2000, 500, false));
        String bytes = "{\"timestamp\":5,\"last_received_timestamp\":4,\"manager_id\":\"m\",\"epoch\":7,\"lease\":{\"token\":\"t-1\","
                + "\"grant_epoch\":7,\"manager_start\":3,\"heartbeat_ms\":2000,\"lease_ms\":9405,\"fence_ms\":2000,\"jitter_ms\":500}}";
        assertEquals(bytes + "\n", GoJson.encode(poll).toString());
        assertEquals(poll, decode(bytes, StatusRequest.class));
        PeerStatusRequest stay = new PeerStatusRequest(":8080", 5, "h", 7, new PromiseRequest(7, 9405, 500));
        assertEquals("{\"from_validator\":\":8080\",\"timestamp\":5,\"host_id\":\"h\",\"epoch\":7,\"stay\":{\"epoch\":7,\"lease_ms\":9405,"
                + "\"jitter_ms\":500}}\n", GoJson.encode(stay).toString());
        FailoverRequest first = new FailoverRequest("become_active", "r", false, 5, "m-7", 7, 20000, false,
                new Grant("t-2", "m", 3, 9405, 2000, 500, true, false, true), new FinalTower(41, "AAAA"));
        assertEquals(first, decode(GoJson.encode(first).toString(), FailoverRequest.class));
        Grant grant = new Grant("t-2", "m", 3, 9405, 2000, 500, true, false, true, 380_000_041, true);
        String text = "{\"token\":\"t-2\",\"manager_id\":\"m\",\"manager_start\":3,\"lease_ms\":9405,\"fence_ms\":2000,\"jitter_ms\":500,"
                + "\"other_passive\":true,\"automatic\":true,\"last_vote\":380000041,\"stale_tower\":true}";
        assertEquals(text + "\n", GoJson.encode(grant).toString());
        assertEquals(grant, decode(text, Grant.class));
        assertEquals("{\"reason\":\"r\"}\n", GoJson.encode(new ManualFailoverRequest("r", false, false)).toString());
        assertEquals(new ManualFailoverRequest("r", true, true),
                decode("{\"reason\":\"r\",\"fenced\":true,\"stale_tower\":true}", ManualFailoverRequest.class));
        assertEquals("{\"success\":true,\"message\":\"m\",\"in_force\":false}\n",
                GoJson.encode(new PauseResponse(true, "m", false)).toString());
    }

    @Test
    void whatALaterVersionAddedStandsAtTheEndAndIsLeftOutWhenEmpty() throws Exception {
        LeaseKeepalive offer = new LeaseKeepalive("t", 7, 3, 2000, 9405, 2000, 500, false, "run-1", 9);
        assertBothWays("{\"token\":\"t\",\"grant_epoch\":7,\"manager_start\":3,\"heartbeat_ms\":2000,\"lease_ms\":9405,\"fence_ms\":2000,"
                + "\"jitter_ms\":500,\"manager_run\":\"run-1\",\"other_epoch\":9}", offer, LeaseKeepalive.class);
        Grant grant = new Grant("t", "m", 3, 9405, 2000, 500, false, false, false, 0, false, "other", "run-1", true, 214);
        assertBothWays("{\"token\":\"t\",\"manager_id\":\"m\",\"manager_start\":3,\"lease_ms\":9405,\"fence_ms\":2000,\"jitter_ms\":500,"
                + "\"other_id\":\"other\",\"manager_run\":\"run-1\",\"other_tried\":true,\"slot_ms\":214}", grant, Grant.class);
        assertBothWays("{\"from_validator\":\":1\",\"timestamp\":5,\"host_id\":\"h\",\"leave\":{\"manager_id\":\"n\",\"manager_start\":2,"
                + "\"manager_run\":\"run-2\",\"number\":4}}",
                new PeerStatusRequest(":1", 5, "h", 0, null, new LeaveRequest("n", 2, "run-2", 4)), PeerStatusRequest.class);
        assertBothWays("{\"granted\":true,\"manager_id\":\"m\",\"manager_heard_ms\":12,\"manager_start\":3,\"manager_run\":\"run-1\"}",
                new PromiseAnswer(true, null, "m", 12, 3, "run-1"), PromiseAnswer.class);
        assertBothWays("{\"tower_slot\":41,\"tower_age_ms\":380}", new VoteStateReport(41, 380, null), VoteStateReport.class);
        assertBothWays("{\"tower_age_ms\":0,\"tower_error\":\"missing\"}", new VoteStateReport(0, 0, "missing"), VoteStateReport.class);
        StatusResponse ours = new StatusResponse(true, 1, false, 2, 0, 0, false, false, 3, null, 4, null, null, null, null, null, false, 0,
                false, "become_passive", null, null, null, null, "peer", 250, new VoteStateReport(41, 380, null));
        assertTrue(GoJson.encode(ours).toString().endsWith("\"operation\":\"become_passive\",\"peer_id\":\"peer\",\"operation_ms\":250,"
                + "\"vote_state\":{\"tower_slot\":41,\"tower_age_ms\":380}}\n"));
        assertEquals(ours, decode(GoJson.encode(ours).toString(), StatusResponse.class));
    }

    /** A pair is upgraded host by host: whoever does not know a field says nothing of it, and it reads as nothing said. */
    @Test
    void recordsOfTheVersionBeforeAreReadAsIfNothingWereSaid() throws Exception {
        assertEquals(new LeaseKeepalive("t", 7, 3, 2000, 9405, 2000, 500, false),
                decode("{\"token\":\"t\",\"grant_epoch\":7,\"manager_start\":3,\"heartbeat_ms\":2000,\"lease_ms\":9405,\"fence_ms\":2000,"
                + "\"jitter_ms\":500}", LeaseKeepalive.class));
        assertEquals(new PromiseAnswer(true, null, "m", 12), decode("{\"granted\":true,\"manager_id\":\"m\",\"manager_heard_ms\":12}",
                PromiseAnswer.class));
        assertNull(decode("{\"host_id\":\"h\"}", PeerStatusRequest.class).leave());
        assertNull(decode("{\"host_id\":\"h\"}", StatusResponse.class).peerId());
    }

    private static <T> void assertBothWays(String text, T value, Class<T> type) throws Exception {
        assertEquals(text + "\n", GoJson.encode(value).toString());
        assertEquals(value, decode(text, type));
    }

    @Test
    void anOriginalManagersPollsAreReadAndWritten() throws Exception {
        assertEquals("{\"timestamp\":1736000000}\n", GoJson.encode(new StatusRequest(1736000000, 0, null, 0)).toString());
        assertEquals("{\"timestamp\":1736000000,\"last_received_timestamp\":1735999995}\n",
                GoJson.encode(new StatusRequest(1736000000, 1735999995, null, 0)).toString());
        assertEquals(new StatusRequest(1736000000, 1735999995, null, 0),
                decode("{\"timestamp\":1736000000,\"last_received_timestamp\":1735999995}", StatusRequest.class));
    }

    @Test
    void commandsOfBothOriginalsAreReadAndWritten() throws Exception {
        String first = "{\"action\":\"become_active\",\"reason\":\"r\",\"timestamp\":5}";
        String newest = "{\"action\":\"become_active\",\"reason\":\"r\",\"skip_identity\":true,\"timestamp\":5}";
        FailoverRequest plain = new FailoverRequest("become_active", "r", false, 5, null, 0, 0, false);
        FailoverRequest skipping = new FailoverRequest("become_active", "r", true, 5, null, 0, 0, false);
        assertEquals(plain, decode(first, FailoverRequest.class));
        assertEquals(skipping, decode(newest, FailoverRequest.class));
        assertEquals(first + "\n", GoJson.encode(plain).toString());
        assertEquals(newest + "\n", GoJson.encode(skipping).toString());
        assertEquals("{\"success\":true,\"message\":\"Successfully executed: become_active\",\"dry_run\":false,\"timestamp\":9}\n",
                GoJson.encode(new FailoverResponse(true, "Successfully executed: become_active", false, 9, null, null, false, null, false,
                        0, 0)).toString());
    }

    @Test
    void theOtherRecordsKeepTheOriginalsOrder() {
        assertEquals("{\"from_validator\":\":8080\",\"timestamp\":3}\n",
                GoJson.encode(new PeerStatusRequest(":8080", 3, null, 0)).toString());
        assertEquals("{\"is_alive\":true,\"is_active\":false,\"process_running\":true,\"timestamp\":3}\n",
                GoJson.encode(new PeerStatusResponse(true, false, true, 3, null, 0, false, null)).toString());
        assertEquals("{\"identity_pubkey\":\"\",\"error\":\"identity_check_command not configured\",\"timestamp\":3}\n",
                GoJson.encode(new IdentityResponse("", "identity_check_command not configured", 3)).toString());
        assertEquals("{\"success\":true,\"message\":\"Agent shutdown initiated\",\"timestamp\":3}\n",
                GoJson.encode(new ShutdownResponse(true, "Agent shutdown initiated", 3)).toString());
        assertEquals("{\"success\":true,\"message\":\"m\",\"old_active\":\"http://a:8080\",\"new_active\":\"http://b:8080\"}\n",
                GoJson.encode(new ManualFailoverResponse(true, "m", "http://a:8080", "http://b:8080", false)).toString());
    }

    @Test
    void htmlAndControlCharactersAreEscapedAsGoDoes() {
        String json = GoJson.encode(new IdentityResponse("<a>&b\u2028\u001b\n\"\\", null, 1)).toString();
        assertEquals("{\"identity_pubkey\":\"\\u003ca\\u003e\\u0026b\\u2028\\u001b\\n\\\"\\\\\",\"timestamp\":1}\n", json);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"ACTION\":\"x\",\"Reason\":null,\"extra\":[1,{}]} trailing|x",
        "{\"action\":\"x\"}{\"action\":\"y\"}|x"})
    void onlyTheFirstValueCountsKeysInAnyCaseUnknownKeysIgnored(String body, String action) throws Exception {
        FailoverRequest request = decode(body, FailoverRequest.class);
        assertEquals(action, request.action());
        assertNull(request.reason());
        assertFalse(request.skipIdentity());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", " null ", "{\"action\":null,\"timestamp\":null}"})
    void missingAndNullFieldsAreZero(String body) throws Exception {
        FailoverRequest request = decode(body, FailoverRequest.class);
        assertNull(request.action());
        assertEquals(0, request.timestamp());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "7", "\"x\"", "{\"action\":5}", "{\"action\":true}", "{\"timestamp\":1.5}", "{\"timestamp\":\"1\"}",
        "{\"skip_identity\":1}", "{\"skip_identity\":\"true\"}", "{\"action\":\"x\"", "{action:1}", "nul", "<html>"})
    void whatGoRefusesIsRefused(String body) {
        assertThrows(GoJson.BadJson.class, () -> decode(body, FailoverRequest.class));
    }

    @Test
    void anOriginalAgentsStatusLeavesOurFieldsEmpty() throws Exception {
        StatusResponse status = decode(GoJson.encode(ORIGINAL).toString(), StatusResponse.class);
        assertEquals(ORIGINAL, status);
        assertFalse(status.fromOurs());
        assertTrue(status.isActive());
    }

    private static <T> T decode(String body, Class<T> type) throws GoJson.BadJson {
        return GoJson.decode(Buffer.buffer(body), type);
    }
}
