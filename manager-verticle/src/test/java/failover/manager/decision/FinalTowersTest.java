package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import failover.manager.decision.Failure.Kind;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.LeaseStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** INV-2: the newest final tower that the manager was ever handed goes with whoever is promoted next, whatever became of the operation. */
class FinalTowersTest {
    private static final FinalTower NEWEST = new FinalTower(995, "BBBB");

    private final ManagerAtWork manager = new ManagerAtWork();

    FinalTowersTest() {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.start();
    }

    /** The demotion of the active ends with that outcome, and its tower comes with the answer; then nobody is active. */
    private void demoted(String outcome) {
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.reply(outcome, NEWEST);
        manager.a().active = false;
    }

    /** The next promotion of that host. */
    private FailoverRequest next(Host host) {
        for (int i = 0; i < 40 && !manager.out().equals(host + " become_active"); i++) {
            if (!manager.commands.isEmpty()) {
                manager.reply(manager.out().endsWith("passive") ? "done" : "refused");
            }
            manager.beats(1);
        }
        assertEquals(host + " become_active", manager.out());
        return manager.commands.peek().request();
    }

    @ParameterizedTest
    @ValueSource(strings = {"failed", "unknown", "refused"})
    void theTowerOfADemotionThatFailedGoesWithTheNextPromotion(String outcome) {
        demoted(outcome);
        FailoverRequest request = next(Host.SECONDARY);
        assertNull(request.tower(), "somebody may have voted since: the store is asked as well");
        assertEquals(NEWEST, request.knownTower());
    }

    @Test
    void anAnswerThatNobodyWaitsForAnyMoreHasATowerAllTheSame() {
        manager.ask();
        long command = manager.commands.peek().command();
        manager.noReply(Kind.NO_ANSWER);
        manager.beats(1);
        manager.post(new ManagerEvent.CommandReplied(command, new FailoverResponse(true, "", false, 0, null, "done", true, null, false, 1,
                100, NEWEST)));
        assertEquals(NEWEST, manager.saved.lastTower().tower(), "it is on the disk");
        manager.a().active = false;
        assertEquals(NEWEST, next(Host.SECONDARY).knownTower());
    }

    @Test
    void itOutlivesTheManager() {
        demoted("failed");
        assertEquals(NEWEST, manager.saved.lastTower().tower());
        manager.memory = manager.saved;
        manager.begin();
        assertEquals(NEWEST, next(Host.SECONDARY).knownTower());
    }

    @Test
    void anOlderOneDoesNotTakeItsPlaceAndANewerOneDoes() {
        demoted("failed");
        manager.a().active = true;
        manager.beats(10);
        manager.ask();
        manager.reply("done", new FinalTower(900, "AAAA"));
        assertEquals("secondary become_active", manager.out());
        assertEquals(NEWEST, manager.commands.peek().request().tower(), "it is newer than what this operation brought");
        assertNull(manager.commands.peek().request().knownTower());
        manager.reply("done");
        manager.beats(10);
        manager.ask();
        manager.reply("done", new FinalTower(1200, "CCCC"));
        assertEquals(1200, manager.commands.peek().request().tower().lastVotedSlot());
        assertEquals(1200, manager.saved.lastTower().tower().lastVotedSlot());
    }

    @Test
    void whoIsGivenItBackHasItsOwnAndIsHandedNone() {
        demoted("done");
        assertEquals(NEWEST, manager.commands.peek().request().tower());
        manager.reply("refused");
        assertEquals("primary become_active", manager.out());
        assertNull(manager.commands.peek().request().tower());
        assertNull(manager.commands.peek().request().knownTower());
    }

    @Test
    void thatOfAnotherIdentityIsOfNoUse() {
        demoted("failed");
        manager.a().staked = "OTHER";
        manager.b().staked = "OTHER";
        assertNull(next(Host.SECONDARY).knownTower());
    }
}
