package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.Grant;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.VoteWord;
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
        VoteWord here = new VoteWord("V", 1000, 1001, 0, null);
        assertNotNull(TowerAge.of(tower, grant(0, false), here, true, agent.rules).refusal());
        assertNull(TowerAge.of(tower, null, here, true, agent.rules).refusal(), "a bare become_active could not say that it accepts it");
        VoteWord failed = new VoteWord(null, 0, 0, 0, "timeout");
        assertTrue(TowerAge.of(tower, null, failed, true, agent.rules).words().contains("cannot be said"));
    }
}
