package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.solana.Keypair;
import failover.protocol.wire.VoteWord;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the agent says of the staked identity's votes, as the RPC beside it sees them. */
@Timeout(60)
class VotesIT {
    private static final String STAKED = Keypair.generate().pubkey().toString();
    @TempDir
    Path directory;

    private static JsonObject settings() {
        return new JsonObject().put("validator_identity", STAKED);
    }

    private static VoteWord last(TestAgent agent, long lastVote) throws Exception {
        Eventually.holds(() -> agent.status().votes() != null && agent.status().votes().lastVote() == lastVote);
        return agent.status().votes();
    }

    @Test
    void theVotesAndTheirWitnessComeWithTheStatusAndAreNotAskedForWithEachOfMany() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.votes(STAKED, 379_999_990, 380_000_000);
            agent.start(settings());
            VoteWord word = last(agent, 379_999_990);
            assertEquals(FakeRpc.ACCOUNT, word.account());
            assertEquals(380_000_000, word.slot());
            assertNull(word.error());
            assertTrue(word.ageMs() >= 0 && word.ageMs() < 10_000, word.toString());
            long begun = System.nanoTime();
            int before = agent.rpc.asked("getAccountInfo");
            agent.rpc.votes(STAKED, 380_000_002, 380_000_003);
            last(agent, 380_000_002);
            // Each poll looks; the account is read again only when a while is over, the list of accounts never.
            long most = (System.nanoTime() - begun) / VoteReader.EVERY.toNanos() + 1;
            assertTrue(agent.rpc.asked("getAccountInfo") - before <= most, agent.rpc.asked("getAccountInfo") + " of " + most);
            assertEquals(1, agent.rpc.asked("getVoteAccounts"));
        }
    }

    @Test
    void anRpcThatHangsOrErrsDelaysNoStatusAndIsNamed() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.votes(STAKED, 379_999_990, 380_000_000);
            agent.rpc.answer("getAccountInfo", FakeRpc.HANG);
            agent.start(settings().put("rpc_timeout", "1500ms"));
            Eventually.holds(() -> agent.status().validatorSlot() > 0 && agent.rpc.asked("getAccountInfo") > 0);
            Eventually.holds(() -> agent.status().votes() != null);
            assertTrue(agent.status().votes().error().contains("did not answer within 1500 ms"), agent.status().votes().toString());
            assertTrue(agent.status().processRunning());
            agent.rpc.answer("getAccountInfo", "{\"result\":{\"context\":{\"slot\":5},\"value\":null}}");
            Eventually.holds(() -> agent.status().votes() != null && agent.status().votes().error() != null
                && agent.status().votes().error().contains("there is no account"));
            assertEquals(0, agent.status().votes().slot());
        }
    }

    @Test
    void withoutAKnownIdentityNothingIsAskedAndWithoutAVoteAccountThatIsSaid() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.answer("getVoteAccounts", "{\"result\":{\"current\":[],\"delinquent\":[]}}");
            agent.start(new JsonObject());
            Eventually.holds(() -> agent.status().validatorSlot() > 0);
            assertNull(agent.status().votes());
            agent.stop();
            agent.start(settings());
            Eventually.holds(() -> agent.status().votes() != null);
            assertEquals("knows no vote account of " + STAKED, agent.status().votes().error());
        }
    }
}
