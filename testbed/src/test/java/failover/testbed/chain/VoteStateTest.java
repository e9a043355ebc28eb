package failover.testbed.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.Tower;
import failover.protocol.solana.TowerReading;
import failover.protocol.solana.TowerWriter;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VoteStateTest {

    @Test
    void eachVoteDoublesTheLockoutOfThoseBelow() {
        VoteState state = VoteState.EMPTY.vote(10).vote(11).vote(12);
        assertEquals(List.of(new Tower.Vote(10, 3), new Tower.Vote(11, 2), new Tower.Vote(12, 1)), state.votes());
    }

    @Test
    void anExpiredVoteLeavesTheTower() {
        assertEquals(List.of(new Tower.Vote(10, 2), new Tower.Vote(14, 1)), VoteState.EMPTY.vote(10).vote(11).vote(14).votes());
    }

    @Test
    void theThirtySecondVoteMakesTheFirstTheRoot() {
        VoteState state = VoteState.EMPTY;
        for (int slot = 100; slot < 132; slot++) {
            state = state.vote(slot);
        }
        assertEquals(OptionalLong.of(100), state.root());
        assertEquals(31, state.votes().size());
    }

    @Test
    void aSlotThatIsNotNewIsNotVotedFor() {
        VoteState state = VoteState.EMPTY.vote(10);
        assertSame(state, state.vote(10));
        assertSame(state, state.vote(9));
    }

    @Test
    void whateverIsVotedTheTowerFileAndTheStreamCarryIt() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            // Steps of one slot now and then, so that votes stay and become the root; wide ones, so that they expire.
            int widest = random.nextBoolean() ? 40 : 1 + random.nextInt(3);
            VoteState state = VoteState.EMPTY;
            long slot = 1000;
            for (int steps = random.nextInt(81); steps > 0; steps--) {
                slot += 1 + random.nextInt(widest);
                state = state.vote(slot);
            }
            String which = "seed " + seed + ", " + state;
            Keypair identity = Keypair.generate();
            TowerReading reading = Tower.read(TowerWriter.encode(identity, state.votes(), state.root(), 1), identity.pubkey());
            assertTrue(reading.valid(), () -> which + ": " + reading.reason());
            assertEquals(state, VoteState.of(reading.tower().orElseThrow()), which);
            ChainView view = new ChainView(slot, identity.pubkey(), identity.pubkey(), state, 7);
            assertEquals(view, ChainView.of(new JsonObject(view.toJson().encode())), which);
        }
    }
}
