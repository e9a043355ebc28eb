package failover.protocol.solana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.Bounds;
import failover.protocol.solana.VoteAccounts.Votes;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class VoteAccountsTest {
    private static final String NODE = Keypair.generate().pubkey().toString();
    private static final String ACCOUNT = Keypair.generate().pubkey().toString();
    private static final String OTHER = Keypair.generate().pubkey().toString();

    private static JsonObject info(String text) {
        return new JsonObject(text.replace("NODE", NODE));
    }

    @Test
    void theLastVoteIsTheHighestAndItsWitnessIsOfTheSameAnswer() {
        JsonObject answer = info("{\"context\":{\"slot\":380000010},\"value\":{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"NODE\","
            + "\"votes\":[{\"slot\":380000001},{\"slot\":380000009},{\"slot\":380000008}]}}}}}");
        assertEquals(new Votes(380_000_009L, 380_000_010L), VoteAccounts.votes(answer, List.of(ACCOUNT), NODE));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> VoteAccounts.votes(answer, List.of(ACCOUNT), OTHER)).getMessage()
            .contains("belongs to another node"));
    }

    @Test
    void whateverElseComesIsAReason() {
        for (String text : new String[] {"{}", "{\"context\":{\"slot\":1}}", "{\"context\":{\"slot\":1},\"value\":null}",
            "{\"context\":{\"slot\":1},\"value\":{\"data\":[\"AA==\",\"base64\"]}}",
            "{\"context\":{\"slot\":\"1\"},\"value\":{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"NODE\",\"votes\":[]}}}}}",
            "{\"context\":{\"slot\":1},\"value\":{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"NODE\",\"votes\":[7]}}}}}",
            "{\"context\":{\"slot\":1},\"value\":{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"NODE\","
                + "\"votes\":[{\"slot\":-1}]}}}}}"}) {
            assertThrows(IllegalArgumentException.class, () -> VoteAccounts.votes(info(text), List.of(ACCOUNT), NODE), text);
        }
    }

    private static String account(long... votes) {
        StringBuilder text = new StringBuilder("{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"NODE\",\"votes\":[");
        for (int i = 0; i < votes.length; i++) {
            text.append(i == 0 ? "" : ",").append("{\"slot\":").append(votes[i]).append('}');
        }
        return text + "]}}}}";
    }

    @Test
    void ofSeveralAccountsTheNewestVoteOfAnyCounts() {
        List<String> both = List.of(ACCOUNT, OTHER);
        assertEquals("getMultipleAccounts", VoteAccounts.votesMethod(both));
        assertEquals("[[\"" + ACCOUNT + "\",\"" + OTHER + "\"],{\"encoding\":\"jsonParsed\",\"commitment\":\"processed\"}]",
            VoteAccounts.votesParams(both).encode());
        JsonObject answer = info("{\"context\":{\"slot\":30},\"value\":[" + account(7, 9) + "," + account(28) + "]}");
        assertEquals(new Votes(28, 30), VoteAccounts.votes(answer, both, NODE));
        assertThrows(IllegalArgumentException.class, () -> VoteAccounts.votes(
            info("{\"context\":{\"slot\":30},\"value\":[" + account(7) + "]}"), both, NODE));
        assertThrows(IllegalArgumentException.class, () -> VoteAccounts.votes(
            info("{\"context\":{\"slot\":30},\"value\":[" + account(7) + ",null]}"), both, NODE));
    }

    @Test
    void aVoteNewerThanTheNodesOwnSlotAndASlotBeyondAllIsNoAnswer() {
        List<String> one = List.of(ACCOUNT);
        assertThrows(IllegalArgumentException.class,
            () -> VoteAccounts.votes(info("{\"context\":{\"slot\":8},\"value\":" + account(9) + "}"), one, NODE));
        for (long absurd : new long[] {Bounds.HIGHEST_SLOT + 1, 1L << 62, Long.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class,
                () -> VoteAccounts.votes(info("{\"context\":{\"slot\":" + absurd + "},\"value\":" + account(9) + "}"), one, NODE));
            assertThrows(IllegalArgumentException.class, () -> VoteAccounts.slot(absurd));
        }
        assertEquals(Bounds.HIGHEST_SLOT, VoteAccounts.slot(Bounds.HIGHEST_SLOT));
    }

    @Test
    void withTheMinimalApiTheLastVoteIsInTheListOfTheOneAccount() {
        String entry = "{\"votePubkey\":\"" + ACCOUNT + "\",\"nodePubkey\":\"NODE\",\"lastVote\":412}";
        assertEquals(412, VoteAccounts.lastVote(info("{\"current\":[" + entry + "],\"delinquent\":[]}"), ACCOUNT, NODE));
        assertEquals(412, VoteAccounts.lastVote(info("{\"current\":[],\"delinquent\":[" + entry + "]}"), ACCOUNT, NODE));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> VoteAccounts.lastVote(
            info("{\"current\":[" + entry + "],\"delinquent\":[]}"), ACCOUNT, OTHER)).getMessage().contains("another node"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> VoteAccounts.lastVote(
            info("{\"current\":[],\"delinquent\":[]}"), ACCOUNT, NODE)).getMessage().contains("there is no account"));
        for (String text : new String[] {"{}", "{\"current\":[]}", "{\"current\":7,\"delinquent\":[]}",
            "{\"current\":[" + entry.replace("412", "\"412\"") + "],\"delinquent\":[]}",
            "{\"current\":[" + entry.replace("412", "-1") + "],\"delinquent\":[]}"}) {
            assertThrows(IllegalArgumentException.class, () -> VoteAccounts.lastVote(info(text), ACCOUNT, NODE), text);
        }
        assertThrows(IllegalArgumentException.class, () -> VoteAccounts.lastVote(null, ACCOUNT, NODE));
        assertEquals("[{\"commitment\":\"processed\",\"votePubkey\":\"" + ACCOUNT + "\",\"keepUnstakedDelinquents\":true}]",
            VoteAccounts.onlyParams(ACCOUNT).encode());
    }
}
