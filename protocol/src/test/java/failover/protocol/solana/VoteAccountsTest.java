package failover.protocol.solana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.solana.VoteAccounts.Votes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VoteAccountsTest {
    private static final String NODE = Keypair.generate().pubkey().toString();
    private static final String ACCOUNT = Keypair.generate().pubkey().toString();
    private static final String OTHER = Keypair.generate().pubkey().toString();

    private static JsonObject entry(String node, String account, long stake) {
        return new JsonObject().put("nodePubkey", node).put("votePubkey", account).put("activatedStake", stake);
    }

    private static JsonObject info(String text) {
        return new JsonObject(text.replace("NODE", NODE));
    }

    @Test
    void theAccountIsTheOneWhoseNodeIsTheIdentityCurrentOrDelinquent() {
        JsonObject lists = new JsonObject().put("current", new JsonArray().add(entry(OTHER, OTHER, 9)).add("x"))
            .put("delinquent", new JsonArray().add(entry(NODE, ACCOUNT, 5)));
        assertEquals(Optional.of(ACCOUNT), VoteAccounts.find(lists, NODE));
        assertEquals(Optional.empty(), VoteAccounts.find(lists, ACCOUNT));
        lists.getJsonArray("current").add(entry(NODE, OTHER, 0));
        assertEquals(Optional.of(ACCOUNT), VoteAccounts.find(lists, NODE), "the one with the stake");
        assertThrows(IllegalArgumentException.class, () -> VoteAccounts.find(new JsonObject(), NODE));
        assertThrows(IllegalArgumentException.class, () -> VoteAccounts.find(null, NODE));
    }

    @Test
    void theLastVoteIsTheHighestAndItsWitnessIsOfTheSameAnswer() {
        JsonObject answer = info("{\"context\":{\"slot\":380000010},\"value\":{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"NODE\","
            + "\"votes\":[{\"slot\":380000001},{\"slot\":380000009},{\"slot\":380000008}]}}}}}");
        assertEquals(new Votes(380_000_009L, 380_000_010L), VoteAccounts.votes(answer, ACCOUNT, NODE));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> VoteAccounts.votes(answer, ACCOUNT, OTHER)).getMessage()
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
            assertThrows(IllegalArgumentException.class, () -> VoteAccounts.votes(info(text), ACCOUNT, NODE), text);
        }
    }
}
