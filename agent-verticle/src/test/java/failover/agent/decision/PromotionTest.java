package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.CommandResult.How;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Role;
import failover.protocol.wire.VoteReport;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromotionTest {
    private final AgentAtWork agent = new AgentAtWork();

    private FailoverResponse promote(long epoch) {
        return agent.change(Action.BECOME_ACTIVE, epoch, false);
    }

    @ParameterizedTest
    @CsvSource({
        // how        exit takes effect | outcome  unsettled
        "EXITED,      0,   true,          done,    false",
        "EXITED,      0,   false,         unknown, true",
        "EXITED,      1,   false,         unknown, true",
        "EXITED,    124,   false,         unknown, true",
        "EXITED,      1,   true,          done,    false",
        "TIMED_OUT,  -1,   false,         unknown, true",
        "TIMED_OUT,  -1,   true,          done,    false",
        "CANCELLED,  -1,   false,         unknown, true",
        "NOT_STARTED,-1,   false,         refused, false",
    })
    void everyEndOfSetIdentityLeadsToOneAnswer(How how, int exit, boolean effect, String outcome, boolean inDoubt) {
        agent.passive();
        agent.results.put(CommandKind.IDENTITY_CHANGE, how == How.EXITED ? AgentAtWork.exit(exit) : AgentAtWork.ended(how));
        agent.idle.add(CommandKind.IDENTITY_CHANGE);
        long ticket = agent.ask(Action.BECOME_ACTIVE, 5, false);
        while (!(agent.out instanceof Task.Run run) || run.kind() != CommandKind.IDENTITY_CHANGE) {
            agent.done();
        }
        assertNotNull(agent.memory().inDoubt(), "E15: durable before the command");
        assertNotNull(agent.memory().intent(), "E10: durable before the command");
        agent.identity = effect ? AgentAtWork.STAKED : AgentAtWork.OTHER;
        agent.work();
        assertEquals(outcome, agent.replies.get(ticket).outcome());
        assertEquals("done".equals(outcome) ? Role.ACTIVE : Role.PASSIVE, agent.memory().role());
        assertEquals(inDoubt, agent.memory().inDoubt() != null);
        assertNull(agent.memory().intent());
        assertEquals(outcome, agent.memory().lastOperation().outcome());
    }

    /** What the validator itself has refused is known, and whoever ordered it may go on at once. */
    @Test
    void aRefusalInTheValidatorsOwnWordsIsKnown() {
        agent.passive();
        agent.results.put(CommandKind.IDENTITY_CHANGE, AgentAtWork.saidNo());
        FailoverResponse answer = promote(5);
        assertEquals("failed", answer.outcome());
        assertTrue(answer.verified());
        assertNull(agent.memory().inDoubt());
    }

    @Test
    void om010AnEmptyTowerIsARefusalAndNothingHasChanged() {
        agent.passive();
        agent.tower = new TowerCheck(TowerCheck.Verdict.BAD, "tower: 0 bytes", 0);
        assertEquals("refused", promote(5).outcome());
        assertEquals(List.of(CommandKind.TOWER_RESTORE), agent.ran());
    }

    @ParameterizedTest
    @CsvSource({"1", "-1"})
    void om3AFailedRestoreIsARefusalAndNothingHasChanged(int exit) {
        agent.passive();
        agent.results.put(CommandKind.TOWER_RESTORE, exit < 0 ? AgentAtWork.ended(How.TIMED_OUT) : AgentAtWork.exit(exit));
        assertEquals("refused", promote(5).outcome());
        assertEquals(List.of(CommandKind.TOWER_RESTORE), agent.ran());
    }

    @Test
    void scenario47AnIntentThatCannotBeMadeDurableIsARefusal() {
        agent.passive();
        agent.saveError = "state.json: No space left on device";
        assertEquals("refused", promote(5).outcome());
        assertEquals(List.of(CommandKind.TOWER_RESTORE), agent.ran());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    @Test
    void aStoppedValidatorIsARefusal() {
        agent.passive();
        agent.running = false;
        assertEquals("refused", promote(5).outcome());
        assertEquals(List.of(), agent.ran());
    }

    @Test
    void aValidatorThatDiesWhileItTakesTheIdentityIsAKnownFailure() {
        agent.passive();
        agent.idle.add(CommandKind.IDENTITY_CHANGE);
        long ticket = agent.ask(Action.BECOME_ACTIVE, 5, false);
        while (!(agent.out instanceof Task.Run run) || run.kind() != CommandKind.IDENTITY_CHANGE) {
            agent.done();
        }
        agent.running = false;
        agent.work();
        assertEquals("failed", agent.replies.get(ticket).outcome());
        assertTrue(agent.replies.get(ticket).processDead());
        assertNull(agent.memory().inDoubt());
    }

    @ParameterizedTest
    @CsvSource(value = {"OTHER", "NULL"}, nullValues = "NULL")
    void e15AHostWithAnOpenSetIdentityCountsAsActiveWhateverItsValidatorSays(String says) {
        agent.identity = says;
        agent.start(AgentAtWork.memory(Role.PASSIVE).withInDoubt(agent.here()), false).observed();
        assertTrue(agent.core.peerStatus(agent.state, agent.look(), null, agent.now()).isActive());
        assertTrue(agent.core.status(agent.state, agent.look(), 0, agent.now()).isActive());
        agent.pid++;
        assertTrue(!agent.core.status(agent.state, agent.look(), 0, agent.now()).isActive(), "another life of the process");
    }

    @Test
    void e15ASecondOneIsRefusedWhileTheFirstMayStillTakeEffect() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withInDoubt(agent.here()), false).observed();
        assertEquals("refused", promote(5).outcome());
        assertEquals(List.of(), agent.ran());
        assertEquals(agent.here(), agent.memory().inDoubt(), "and the first one is still open");
    }

    @ParameterizedTest
    @CsvSource({"true, , refused", "false, become_active, refused", "false, become_passive, done", "false, , done"})
    void e13ABareCommandAsksThePeerFirst(boolean active, String operation, String outcome) {
        agent.passive();
        agent.peerSays = AgentAtWork.peer(active, operation);
        assertEquals(outcome, promote(0).outcome());
        assertEquals("done".equals(outcome), agent.ran().contains(CommandKind.IDENTITY_CHANGE));
    }

    @ParameterizedTest
    @CsvSource({"4, refused", "0, done"})
    void e13ASilentPeerIsPassiveOnlyToAHostThatNeverObeyedAManagerOfOurs(long epoch, String outcome) {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withEpoch(epoch), false).observed();
        agent.peerSays = null;
        assertEquals(outcome, promote(0).outcome());
    }

    /** Scenario 62, under a manager of the original: silence is a yes only while nothing is known against it, and says what it is not. */
    @ParameterizedTest
    @CsvSource({"985, '', refused", "984, '', done", "0, '', done", "999, timeout, done"})
    void scenario62ASilentPeerWhoseIdentityIsSeenToVoteIsNotTakenForPassive(long lastVote, String error, String outcome) {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withEpoch(0), false).observed();
        agent.peerSays = null;
        agent.votes = new VoteReport("V", lastVote, 1000, 0, error);
        agent.tower = new TowerCheck(TowerCheck.Verdict.VALID, "", 1000);
        FailoverResponse said = promote(0);
        assertEquals(outcome, said.outcome());
        assertEquals("done".equals(outcome), agent.lines.stream()
                .anyMatch(line -> line.contains("nothing guarantees that its validator cannot sign")));
        assertEquals("refused".equals(outcome), said.message().contains("its newest vote is 15 slots old"));
    }

    @Test
    void anActiveHostAnswersAtOnceAndRunsNothing() {
        assertTrue(agent.active().change(Action.BECOME_ACTIVE, 5, false).success());
        assertEquals(List.of(), agent.ran());
    }

    @Test
    void e14ABootIdentityMadeStakedForNothingIsMadeUnstakedAgain() {
        agent.configured.add(CommandKind.ACTIVE_SYMLINK);
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.passive();
        agent.results.put(CommandKind.IDENTITY_CHANGE, AgentAtWork.saidNo());
        assertEquals("failed", promote(5).outcome());
        assertEquals(CommandKind.PASSIVE_SYMLINK, agent.ran().get(agent.ran().size() - 1));
    }

    @Test
    void e14AnAgentThatStopsBesideAStakedBootIdentityKnowsItWhenItIsBack() {
        agent.configured.add(CommandKind.ACTIVE_SYMLINK);
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.passive();
        agent.ask(Action.BECOME_ACTIVE, 5, false);
        while (!(agent.out instanceof Task.Run run) || run.kind() != CommandKind.ACTIVE_SYMLINK) {
            agent.done();
        }
        AgentAtWork back = new AgentAtWork();
        back.configured = agent.configured;
        back.start(agent.memory(), false).work();
        assertTrue(back.ran().contains(CommandKind.PASSIVE_SYMLINK));
    }
}
