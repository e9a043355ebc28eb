package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.Grant;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.VoteReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How old a tower may be against the chain (scenarios 43 to 45). The rules here allow 33 slots from a store. */
class TowerAgeTest {
    private final AgentAtWork agent = new AgentAtWork();

    private Grant grant(long lastVote, boolean staleTower) {
        String token = agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
        return new Grant(token, "manager", 1, 9405, 2000, 500, true, false, true, lastVote, staleTower);
    }

    private FailoverResponse promote(long towerSlot, Grant grant, FinalTower handed) {
        agent.tower = new TowerCheck(TowerCheck.Verdict.VALID, "/ledger/tower-1_9-S.bin is valid", towerSlot);
        agent.installed = agent.tower;
        agent.post(new AgentEvent.ChangeAsked(7, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op", 9, 0, false,
                grant, handed)));
        agent.work();
        return agent.replies.get(7L);
    }

    @ParameterizedTest
    @CsvSource({"1000, 1000, DONE", "1001, 1000, DONE", "967, 1000, DONE", "966, 1000, REFUSED", "1, 1000, REFUSED", "1, 0, DONE"})
    void scenario45ATowerFromAStoreMayLackAFewSlotsAndNoMore(long tower, long chain, Outcome outcome) {
        agent.passive();
        FailoverResponse response = promote(tower, grant(chain, false), null);
        assertEquals(outcome.wire(), response.outcome(), response.message());
        assertEquals(outcome == Outcome.DONE, agent.ran().contains(CommandKind.IDENTITY_CHANGE));
    }

    /** An agent that is killed backs nothing up any more, while its validator votes until its lease has ended. */
    @ParameterizedTest
    @CsvSource({"818, DONE", "817, REFUSED"})
    void byDefaultATowerMayLackABackupIntervalAndALease(long tower, Outcome outcome) {
        agent.maxTowerLag = 0;
        agent.passive();
        // 60 s and 9.405 s are 174 slots, and 8.
        assertEquals(outcome.wire(), promote(tower, grant(1000, false), null).outcome());
    }

    @Test
    void scenario45TheRefusalSaysWhichTowerHowOldAndWhatToDo() {
        agent.passive();
        String why = promote(900, grant(1000, false), null).message();
        for (String part : new String[] {"/ledger/tower-1_9-S.bin", "slot 900", "100 slots before", "1000", "limit 33",
            "max_tower_lag_slots", "--accept-stale-tower"}) {
            assertTrue(why.contains(part), part + " is missing in: " + why);
        }
    }

    @ParameterizedTest
    @CsvSource({"1000, DONE", "992, DONE", "991, REFUSED"})
    void aFinalTowerLacksNothing(long tower, Outcome outcome) {
        agent.passive();
        assertEquals(outcome.wire(), promote(tower, grant(1000, false), new FinalTower(tower, "AAAA")).outcome());
    }

    @Test
    void anOperatorMayAcceptAnOldTowerAndThatIsLogged() {
        agent.passive();
        assertEquals(Outcome.DONE.wire(), promote(1, grant(1000, true), null).outcome());
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("TOO OLD and used all the same, as an operator accepts it")));
    }

    @Test
    void scenario43And44NoTowerIsRefusedUnlessAnOperatorGoesOnWithout() {
        agent.passive();
        agent.tower = new TowerCheck(TowerCheck.Verdict.BAD, "tower file x does not exist", 0);
        agent.post(new AgentEvent.ChangeAsked(1, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op", 9, 0, false,
                grant(1000, false), null)));
        agent.work();
        assertEquals(Outcome.REFUSED.wire(), agent.replies.get(1L).outcome());
        agent.post(new AgentEvent.ChangeAsked(2, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op2", 10, 0, false,
                grant(1000, true), null)));
        agent.work();
        assertEquals(Outcome.DONE.wire(), agent.replies.get(2L).outcome(), agent.replies.get(2L).message());
    }

    @Test
    void whatTheRpcBesideThisHostShowsCountsLikeWhatTheManagerKnows() {
        agent.passive();
        TowerCheck tower = new TowerCheck(TowerCheck.Verdict.VALID, "t", 900);
        VoteReport here = new VoteReport("V", 1000, 1001, 0, null);
        assertNotNull(TowerAge.of(tower, grant(0, false), here, true, agent.rules).refusal());
        assertNull(TowerAge.of(tower, null, here, true, agent.rules).refusal(), "a bare become_active could not say that it accepts it");
        VoteReport failed = new VoteReport(null, 0, 0, 0, "timeout");
        assertTrue(TowerAge.of(tower, null, failed, true, agent.rules).words().contains("cannot be said"));
    }

    /** What may be lacking is a time: on a cluster of 200 ms slots that is twice as many. */
    @ParameterizedTest
    @CsvSource({"200, 636, DONE", "200, 635, REFUSED", "400, 818, DONE", "400, 817, REFUSED", "0, 817, REFUSED", "1, 817, DONE",
        "100000, 817, REFUSED"})
    void aStoresLagIsReckonedInTheSlotsOfThisCluster(long slotMs, long tower, Outcome outcome) {
        agent.maxTowerLag = 0;
        agent.passive();
        assertEquals(outcome.wire(), promote(tower, grant(1000, null, false, slotMs), null).outcome());
    }

    @ParameterizedTest
    @CsvSource({"200, 984, DONE", "200, 983, REFUSED", "400, 992, DONE", "400, 991, REFUSED"})
    void soIsWhatAFinalTowerMayLack(long slotMs, long tower, Outcome outcome) {
        agent.passive();
        assertEquals(outcome.wire(), promote(tower, grant(1000, null, false, slotMs), new FinalTower(tower, "AAAA")).outcome());
    }

    private Grant grant(long lastVote, String run, boolean otherTried, long slotMs) {
        String token = agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
        return new Grant(token, "manager", 1, 9405, 2000, 500, true, false, false, lastVote, false, "peer", run, otherTried, slotMs);
    }

    private FailoverResponse back(Grant grant, FinalTower handed) {
        agent.post(new AgentEvent.ChangeAsked(8, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "back", false, 0, "op", 10, 0, false,
                grant, handed)));
        agent.work();
        return agent.replies.get(8L);
    }

    private void gaveItUp() {
        agent.active();
        agent.post(new AgentEvent.ChangeAsked(6, new FailoverRequest(Action.BECOME_PASSIVE.wire(), "move", false, 0, "op", 9, 0, true)));
        agent.work();
        agent.tower = new TowerCheck(TowerCheck.Verdict.VALID, "t", 900);
        agent.tasks.clear();
    }

    /** Its vote state was not being written, and the other host refused: nobody has a newer one, and somebody has to vote. */
    @Test
    void whoVerifiablyLostItsLeaseToNobodyTakesItBackWithWhatItHas() {
        gaveItUp();
        assertEquals(Outcome.DONE.wire(), back(grant(1000, "run", false, 0), null).outcome(), agent.replies.get(8L).message());
        assertFalse(agent.ran().contains(CommandKind.TOWER_RESTORE));
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("nobody has voted since")), agent.lines::toString);
    }

    /** It was passive already when this operation asked it: somebody else has voted since it did. */
    @Test
    void whoGaveNothingUpInThisOperationHasNotTheNewestTower() {
        agent.passive();
        agent.post(new AgentEvent.ChangeAsked(6, new FailoverRequest(Action.BECOME_PASSIVE.wire(), "move", false, 0, "op", 9, 0, true)));
        agent.work();
        assertEquals(Outcome.DONE.wire(), agent.replies.get(6L).outcome());
        agent.tower = new TowerCheck(TowerCheck.Verdict.VALID, "t", 900);
        assertEquals(Outcome.REFUSED.wire(), back(grant(1000, "run", false, 0), null).outcome());
        assertTrue(agent.ran().contains(CommandKind.TOWER_RESTORE));
    }

    @Test
    void byTheWordOfAManagerThatDoesNotSaySoTheAgeCounts() {
        gaveItUp();
        assertEquals(Outcome.REFUSED.wire(), back(grant(1000, null, false, 0), null).outcome());
    }

    /** INV-2: the other host may have voted while it was being cleared. */
    @Test
    void whereAnotherMayHaveVotedItsTowerIsUsedAndThisHostsIsNotTakenForTheNewest() {
        gaveItUp();
        agent.installed = new TowerCheck(TowerCheck.Verdict.VALID, "t", 998);
        assertEquals(Outcome.DONE.wire(), back(grant(1000, "run", true, 0), new FinalTower(998, "AAAA")).outcome());
        assertTrue(agent.tasks.stream().anyMatch(Task.InstallTower.class::isInstance));
    }

    /** A store's usual lag is too much: what it lacks is not what this host has voted. */
    @ParameterizedTest
    @CsvSource({"900, REFUSED", "980, REFUSED", "993, DONE"})
    void whereAnotherMayHaveVotedAndNoTowerOfItsCameTheStoreIsAskedAndMustBeNew(long tower, Outcome outcome) {
        gaveItUp();
        agent.tower = new TowerCheck(TowerCheck.Verdict.VALID, "t", tower);
        assertEquals(outcome.wire(), back(grant(1000, "run", true, 0), null).outcome());
        assertTrue(agent.ran().contains(CommandKind.TOWER_RESTORE), "its demotion left its last backup there");
    }

    @Test
    void aSlotIsMeasuredAndAValidatorThatCatchesUpMakesItNoShorterThanAnyIs() {
        SlotDuration pace = SlotDuration.UNKNOWN.seen(look(1000, 0));
        assertEquals(400, pace.slotMs());
        assertEquals(400, pace.seen(look(1030, 6)).slotMs(), "not long enough");
        assertEquals(200, pace.seen(look(1050, 10)).slotMs());
        assertEquals(100, pace.seen(look(9000, 10)).slotMs());
        assertEquals(400, pace.seen(look(1001, 60)).slotMs());
        assertEquals(400, pace.seen(look(900, 10)).slotMs(), "another process begins anew");
        assertEquals(400, pace.seen(look(0, 10)).seen(look(1000, 10)).slotMs());
        assertNotNull(PeerSilence.of(new VoteReport("V", 1000, 1031, 0, null), 200).refusal(), "6.4 s are 32 slots here");
        assertNull(PeerSilence.of(new VoteReport("V", 1000, 1032, 0, null), 200).refusal());
        assertNull(PeerSilence.of(new VoteReport("V", 1000, 1016, 0, null), 400).refusal());
    }

    private static Observation look(long slot, long seconds) {
        return new Observation(seconds * 1_000_000_000L, new ProcessView(true, 7, 7, Duration.ofHours(1), true), slot, true, null,
                "I", null);
    }

    /** What the manager has of an operation before is put in place, and the store is asked all the same: somebody may have voted since. */
    @ParameterizedTest
    @CsvSource({"VALID, 990", "BAD, 0", "NOT_KNOWN, 0"})
    void theTowerOfAnOperationBeforeIsPutInPlaceAndTheStoreIsAskedAllTheSame(TowerCheck.Verdict verdict, long slot) {
        agent.passive();
        agent.installed = new TowerCheck(verdict, "t", slot);
        agent.tower = new TowerCheck(TowerCheck.Verdict.VALID, "t", 990);
        agent.post(new AgentEvent.ChangeAsked(8, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "move", false, 0, "op", 10, 0, false,
                grant(1000, "run", false, 0), null, new FinalTower(990, "AAAA"))));
        agent.work();
        assertEquals(Outcome.DONE.wire(), agent.replies.get(8L).outcome(), agent.replies.get(8L).message());
        int put = agent.tasks.indexOf(new Task.InstallTower(new FinalTower(990, "AAAA"), false));
        assertTrue(put >= 0, agent.tasks::toString);
        assertTrue(agent.ran().contains(CommandKind.TOWER_RESTORE));
        assertTrue(agent.tasks.subList(put, agent.tasks.size()).stream().anyMatch(task -> task instanceof Task.Run run
                && run.kind() == CommandKind.TOWER_RESTORE), "before the store");
    }
}
