package failover.testbed.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.Pubkey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class ChainRpcTest {
    private static final Pubkey NODE = Keypair.generate().pubkey();
    private static final Pubkey ACCOUNT = Keypair.generate().pubkey();
    private static final ChainView VIEW = new ChainView(10_000, ACCOUNT, NODE, VoteState.EMPTY.vote(9_998).vote(9_999), 2);

    private static JsonObject object(ChainView view, String method, Object... params) {
        return (JsonObject) ChainRpc.answer(view, "2.3.6", method, new JsonArray(java.util.List.of(params)));
    }

    @Test
    void theVoteAccountShowsItsLastVoteBesideTheSlotOfTheSource() {
        JsonObject answer = object(VIEW, "getAccountInfo", ACCOUNT.toString(), new JsonObject().put("encoding", "jsonParsed"));
        assertEquals(10_000, answer.getJsonObject("context").getLong("slot"));
        JsonObject info = answer.getJsonObject("value").getJsonObject("data").getJsonObject("parsed").getJsonObject("info");
        JsonArray votes = info.getJsonArray("votes");
        assertEquals(9_999, votes.getJsonObject(votes.size() - 1).getLong("slot"));
        assertEquals(NODE.toString(), info.getString("nodePubkey"));
        assertNull(object(VIEW, "getAccountInfo", NODE.toString()).getValue("value"));
    }

    @Test
    void anAccountIsDelinquentAfter128Slots() {
        assertEquals(1, object(VIEW.atSlot(9_999 + 128), "getVoteAccounts").getJsonArray("current").size());
        JsonObject late = object(VIEW.atSlot(9_999 + 129), "getVoteAccounts", new JsonObject().put("votePubkey", ACCOUNT.toString()));
        assertEquals(9_999, late.getJsonArray("delinquent").getJsonObject(0).getLong("lastVote"));
        assertTrue(late.getJsonArray("current").isEmpty());
        JsonObject other = object(VIEW, "getVoteAccounts", new JsonObject().put("votePubkey", NODE.toString()));
        assertTrue(other.getJsonArray("current").isEmpty());
    }

    @Test
    void theLeaderScheduleAndTheEpochPointAtTheSameSlots() {
        JsonObject epoch = object(VIEW, "getEpochInfo");
        assertEquals(10_000 % ChainRpc.SLOTS_IN_EPOCH, epoch.getLong("slotIndex"));
        JsonObject schedule = (JsonObject) ChainRpc.answer(VIEW, "2.3.6", "getLeaderSchedule",
            new JsonArray().addNull().add(new JsonObject().put("identity", NODE.toString())));
        assertTrue(schedule.getJsonArray(NODE.toString()).contains(epoch.getLong("slotIndex").intValue()), "slot 10000 is led");
        assertFalse(schedule.getJsonArray(NODE.toString()).contains(epoch.getLong("slotIndex").intValue() + 4));
        assertNull(ChainRpc.answer(VIEW, "2.3.6", "getLeaderSchedule", new JsonArray().add(10_000 + 2 * ChainRpc.SLOTS_IN_EPOCH)));
    }

    @Test
    void anUnknownMethodIsRefused() {
        assertThrows(RpcError.class, () -> object(VIEW, "getNothing"));
    }

    @Test
    void aVoteLandsOnceAndNeverFromTheFuture() {
        assertEquals(10_000, VIEW.landed(10_000).state().last());
        assertEquals(VIEW, VIEW.landed(9_999));
        assertEquals(VIEW, VIEW.landed(10_001));
    }

    @Test
    void withoutTheFullApiANodeTellsVotesAndSlotsAndNoAccounts() {
        for (String method : java.util.List.of("getSlot", "getVoteAccounts", "getIdentity", "getGenesisHash", "getEpochInfo")) {
            assertTrue(ChainRpc.minimal(method), method);
        }
        for (String method : java.util.List.of("getAccountInfo", "getMultipleAccounts", "getClusterNodes", "getBlock")) {
            assertFalse(ChainRpc.minimal(method), method);
        }
    }

    @Test
    void whatIsFinalizedIsAWhileOldAndSeveralAccountsComeInOneAnswer() {
        JsonArray finalized = new JsonArray().add(new JsonObject().put("commitment", "finalized"));
        assertEquals(VIEW.slot() - 32, ChainRpc.answer(VIEW, "2.3.6", "getSlot", finalized));
        JsonArray processed = new JsonArray().add(new JsonObject().put("commitment", "processed"));
        assertEquals(VIEW.slot(), ChainRpc.answer(VIEW, "2.3.6", "getSlot", processed));
        JsonObject answer = (JsonObject) ChainRpc.answer(VIEW, "2.3.6", "getMultipleAccounts", new JsonArray()
            .add(new JsonArray().add(ACCOUNT.toString()).add(NODE.toString())).add(new JsonObject().put("encoding", "jsonParsed")));
        assertEquals(2, answer.getJsonArray("value").size());
        assertNull(answer.getJsonArray("value").getValue(1));
        assertEquals(VIEW.slot(), answer.getJsonObject("context").getLong("slot"));
    }
}
