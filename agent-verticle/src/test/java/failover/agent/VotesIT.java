package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.validator.VoteReader;
import failover.protocol.solana.Keypair;
import failover.protocol.wire.VoteReport;
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

    private static VoteReport last(TestAgent agent, long lastVote) throws Exception {
        Eventually.holds(() -> agent.status().votes() != null && agent.status().votes().lastVote() == lastVote);
        return agent.status().votes();
    }

    @Test
    void theVotesAndTheirWitnessComeWithTheStatusAndAreNotAskedForWithEachOfMany() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.votes(STAKED, 379_999_990, 380_000_000);
            agent.start(settings());
            VoteReport word = last(agent, 379_999_990);
            assertEquals(FakeRpc.ACCOUNT, word.account());
            assertEquals(380_000_000, word.slot());
            assertNull(word.error());
            assertTrue(word.ageMs() >= 0 && word.ageMs() < 10_000, word.toString());
            long begun = System.nanoTime();
            int before = agent.rpc.asked("getAccountInfo");
            agent.rpc.votes(STAKED, 380_000_002, 380_000_003);
            last(agent, 380_000_002);
            Eventually.holds(() -> agent.status().votes() != null && System.nanoTime() - begun > 2_500_000_000L);
            // Each poll looks; the account is read again only when a while is over, the list of accounts never.
            long most = (System.nanoTime() - begun) / VoteReader.UNMANAGED.toNanos() + 1;
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

    /** Agave without --full-rpc-api, which is the rule: the slot is asked for before the votes are read, and once more after that. */
    @Test
    void aValidatorWithoutTheFullRpcApiTellsOfVotesByTheMinimalOne() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.votesByMinimalApi(STAKED, 379_999_990, 380_000_000);
            agent.start(settings());
            VoteReport word = last(agent, 379_999_990);
            assertEquals(new VoteReport(FakeRpc.ACCOUNT, 379_999_990, 380_000_000, word.ageMs(), null), word);
            // A slow list: what is said of it is as old as the first question, so that a stale vote has no newer witness.
            agent.rpc.delay("getVoteAccounts", 700);
            agent.rpc.votesByMinimalApi(STAKED, 379_999_995, 380_000_003);
            Eventually.holds(() -> agent.status().votes() != null && agent.status().votes().lastVote() == 379_999_995);
            assertTrue(agent.status().votes().ageMs() >= 690, agent.status().votes().toString());
            agent.rpc.delay("getVoteAccounts", 1);
            int asked = agent.rpc.asked("getAccountInfo");
            agent.rpc.votesByMinimalApi(STAKED, 379_999_999, 380_000_009);
            last(agent, 379_999_999);
            assertEquals(asked, agent.rpc.asked("getAccountInfo"), "it is not asked in vain again and again");
            agent.rpc.votesByMinimalApi(STAKED, 380_000_020, 380_000_009);
            Eventually.holds(() -> agent.status().votes().error() != null);
            assertTrue(agent.status().votes().error().contains("newer than its own slot"), agent.status().votes().toString());
        }
    }

    /** The slots move on, or back, between the questions. */
    @Test
    void theWitnessOfAMinimalReadingIsTheSlotBeforeItAndItsOtherEndTheSlotAfter() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.votesByMinimalApi(STAKED, 900, 1_000);
            agent.rpc.stepAfter("getVoteAccounts", 7);
            agent.start(settings());
            Eventually.holds(() -> agent.status().votes() != null && agent.status().votes().slotAfter() > 0);
            VoteReport word = agent.status().votes();
            assertEquals(900, word.lastVote());
            assertTrue(word.slotAfter() - word.slot() >= 7, word.toString());
            agent.rpc.stepAfter("getVoteAccounts", -50);
            Eventually.holds(() -> agent.status().votes().error() != null);
            assertTrue(agent.status().votes().error().contains("its slot went back"), agent.status().votes().toString());
        }
    }

    /** An identity may vote with another of its accounts than the one with the most stake. */
    @Test
    void allVoteAccountsOfTheIdentityCount() throws Exception {
        String second = Keypair.generate().pubkey().toString();
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.answer("getVoteAccounts", "{\"result\":{\"current\":[{\"nodePubkey\":\"" + STAKED + "\",\"votePubkey\":\""
                + FakeRpc.ACCOUNT + "\",\"activatedStake\":7}],\"delinquent\":[{\"nodePubkey\":\"" + STAKED + "\",\"votePubkey\":\""
                + second + "\",\"activatedStake\":0}]}}");
            String one = "{\"data\":{\"parsed\":{\"info\":{\"nodePubkey\":\"" + STAKED + "\",\"votes\":[{\"slot\":SLOT}]}}}}";
            agent.rpc.answer("getMultipleAccounts", "{\"result\":{\"context\":{\"slot\":1000},\"value\":[" + one.replace("SLOT", "7") + ","
                + one.replace("SLOT", "998") + "]}}");
            agent.start(settings());
            VoteReport word = last(agent, 998);
            assertEquals(FakeRpc.ACCOUNT + "-and-1", word.account());
            assertEquals(1000, word.slot());
        }
    }

    @Test
    void aListOfMegabytesIsReadAndNotHeld() throws Exception {
        try (TestAgent agent = new TestAgent(directory).withValidator()) {
            agent.rpc.votes(STAKED, 379_999_990, 380_000_000);
            String other = "{\"nodePubkey\":\"" + Keypair.generate().pubkey() + "\",\"votePubkey\":\"" + Keypair.generate().pubkey()
                + "\"},";
            agent.rpc.answer("getVoteAccounts", "{\"result\":{\"current\":[" + other.repeat(60_000) + "{\"nodePubkey\":\"" + STAKED
                + "\",\"votePubkey\":\"" + FakeRpc.ACCOUNT + "\",\"activatedStake\":7}],\"delinquent\":[]}}");
            agent.start(settings());
            assertEquals(380_000_000, last(agent, 379_999_990).slot());
        }
    }
}
