package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.CommandResult.How;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemotionTest {
    private final AgentAtWork agent = new AgentAtWork();
    private long epoch = 4;

    private FailoverResponse demote(boolean planned) {
        return agent.change(Action.BECOME_PASSIVE, ++epoch, planned);
    }

    /**
     * What each way of ending of set-identity(unstaked) leads to. {@code moves}: whether it takes effect all the same; the answer; killed.
     */
    @ParameterizedTest
    @CsvSource({
        // how         exit  moves  planned restart | outcome verified killed
        "EXITED,       0,    true,  false, false,     done,    true,  false",
        "EXITED,       0,    true,  true,  false,     done,    true,  false",
        "EXITED,       0,    false, false, false,     done,    true,  true",
        "EXITED,       0,    false, true,  false,     unknown, false, false",
        "EXITED,       1,    false, false, false,     done,    true,  true",
        "EXITED,       1,    false, true,  false,     unknown, false, false",
        "EXITED,       1,    false, false, true,      done,    true,  false",
        "TIMED_OUT,   -1,    false, false, false,     done,    true,  true",
        "TIMED_OUT,   -1,    false, true,  false,     unknown, false, false",
        "CANCELLED,   -1,    false, false, false,     done,    true,  true",
        "NOT_STARTED, -1,    false, true,  false,     failed,  false, false",
        "NOT_STARTED, -1,    false, false, true,      done,    true,  false",
    })
    void everyEndOfTheRemovalLeadsToOneAnswer(How how, int exit, boolean moves, boolean planned, boolean restart, String outcome,
            boolean verified, boolean killed) {
        if (restart) {
            agent.configured.add(CommandKind.VALIDATOR_RESTART);
        }
        agent.active();
        agent.results.put(CommandKind.IDENTITY_REMOVE, how == How.EXITED ? AgentAtWork.exit(exit) : AgentAtWork.ended(how));
        if (!moves) {
            agent.idle.add(CommandKind.IDENTITY_REMOVE);
        }
        FailoverResponse answer = demote(planned);
        assertEquals(outcome, answer.outcome());
        assertEquals("done".equals(outcome), answer.success());
        assertEquals(verified, answer.verified());
        assertEquals(killed, agent.killed());
        assertEquals("done".equals(outcome) ? Role.PASSIVE : Role.ACTIVE, agent.memory().role());
        assertNull(agent.memory().intent());
        assertEquals(5, agent.memory().epoch());
    }

    @Test
    void om04AlreadyPassiveIsWhatTheValidatorSaysNotWhatIsRemembered() {
        agent.passive();
        agent.identity = AgentAtWork.STAKED;
        assertTrue(demote(false).success());
        assertEquals(List.of(CommandKind.IDENTITY_REMOVE), agent.ran());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    @Test
    void aPassiveHostAnswersAtOnceAndRunsNothing() {
        FailoverResponse answer = agent.passive().change(Action.BECOME_PASSIVE, 5, false);
        assertTrue(answer.success() && answer.verified());
        assertEquals(List.of(), agent.ran());
    }

    @Test
    void om09TheFinalTowerIsCopiedAfterTheIdentityIsOff() {
        agent.active();
        demote(true);
        assertEquals(List.of(CommandKind.IDENTITY_REMOVE, CommandKind.TOWER_BACKUP), agent.ran());
        assertTrue(agent.tasks.stream().anyMatch(Task.SetTowerAside.class::isInstance));
    }

    @Test
    void om2ATowerWhoseBackupFailedIsNotSetAsideAndTheAnswerSaysSo() {
        agent.active();
        agent.results.put(CommandKind.TOWER_BACKUP, AgentAtWork.exit(1));
        FailoverResponse answer = demote(true);
        assertTrue(answer.success() && answer.message().contains("final tower backup failed"), answer.message());
        assertFalse(agent.tasks.stream().anyMatch(Task.SetTowerAside.class::isInstance));
    }

    @Test
    void om2AHostThatCouldNotBeDemotedStaysActive() {
        agent.active();
        agent.results.put(CommandKind.IDENTITY_REMOVE, AgentAtWork.exit(1));
        agent.killable = false;
        FailoverResponse answer = demote(false);
        assertEquals("failed", answer.outcome());
        assertEquals(Role.ACTIVE, agent.memory().role());
        assertEquals("failed", demote(false).outcome(), "the next one does not believe it either");
    }

    @Test
    void whichProcessIsTheValidatorMustBeCertainBeforeOneIsKilled() {
        agent.active();
        agent.certain = false;
        agent.results.put(CommandKind.IDENTITY_REMOVE, AgentAtWork.exit(1));
        assertEquals("failed", demote(false).outcome());
        assertFalse(agent.killed());
    }

    @Test
    void e15AProcessWithAnOpenSetIdentityIsKilledWhateverItSays() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withInDoubt(agent.here()), false).observed();
        FailoverResponse answer = demote(false);
        assertTrue(answer.success() && answer.processDead());
        assertNull(agent.memory().inDoubt());
    }

    @Test
    void e15AnotherLifeOfTheProcessIsSettled() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withInDoubt(agent.here()), false).observed();
        agent.pid = 101;
        assertTrue(demote(false).success());
        assertFalse(agent.killed());
    }

    @Test
    void e15APlannedDemotionSparesAProcessThatVotesAndNotOneThatDoesNot() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withInDoubt(agent.here()), false).observed();
        agent.idle.add(CommandKind.IDENTITY_REMOVE);
        agent.identity = AgentAtWork.STAKED;
        assertEquals("unknown", demote(true).outcome());
        assertFalse(agent.killed());
        agent.identity = AgentAtWork.OTHER;
        assertTrue(demote(true).success());
        assertTrue(agent.killed());
    }

    @Test
    void aFullDiskDoesNotKeepTheIdentityOn() {
        agent.active();
        agent.saveError = "state.json: No space left on device";
        assertTrue(demote(false).success());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    @ParameterizedTest
    @CsvSource({"true, refused, false", "false, failed, true"})
    void scenario48ABootIdentityThatCannotBeSwitchedIsAFailedDemotion(boolean planned, String outcome, boolean off) {
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.active();
        agent.results.put(CommandKind.PASSIVE_SYMLINK, AgentAtWork.exit(1));
        assertEquals(outcome, demote(planned).outcome());
        assertEquals(off, AgentAtWork.OTHER.equals(agent.identity));
        if (off) {
            assertNotNull(agent.memory().intent(), "the next become_passive must not take the short way");
            agent.results.clear();
            assertTrue(demote(false).success());
            assertEquals(2, agent.ran().stream().filter(CommandKind.PASSIVE_SYMLINK::equals).count());
        }
    }

    @Test
    void e14AValidatorStartedBeforeTheBootIdentityWasSwitchedIsNotCalledDead() {
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.active();
        agent.running = false;
        long ticket = agent.ask(Action.BECOME_PASSIVE, 5, false);
        while (!(agent.out instanceof Task.Run)) {
            agent.done();
        }
        agent.running = true;
        agent.pid = 200;
        agent.work();
        assertTrue(agent.replies.get(ticket).success());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    @Test
    void aMuteValidatorThatHasSpokenBeforeIsNotBelievedToBePassive() {
        agent.active();
        agent.identity = null;
        agent.idle.add(CommandKind.IDENTITY_REMOVE);
        FailoverResponse answer = demote(false);
        assertTrue(answer.processDead());
    }

    /** Its state is lost, so that nobody knows that it ever told its identity; but it has told it to this very demotion. */
    @Test
    void aMuteValidatorThatHasSpokenInThisDemotionIsNotBelievedToBePassive() {
        agent.identity = AgentAtWork.STAKED;
        agent.start(AgentAtWork.memory(Role.ACTIVE), false);
        agent.idle.add(CommandKind.IDENTITY_REMOVE);
        long ticket = agent.ask(Action.BECOME_PASSIVE, 5, false);
        for (int steps = 0; steps < 10 && !(agent.out instanceof Task.Run); steps++) {
            agent.done();
        }
        agent.identity = null;
        agent.work();
        assertTrue(agent.replies.get(ticket).processDead());
    }

    @Test
    void aValidatorThatCouldNeverBeAskedIsPassiveByTheCommandsWordAndTheAnswerSaysSo() {
        agent.configuredIdentity = null;
        agent.identity = null;
        agent.start(new DurableAgentState("me", Role.ACTIVE, 4, null, 0, null, null, null), false).observed();
        FailoverResponse answer = demote(true);
        assertTrue(answer.success());
        assertFalse(answer.verified());
    }

    @Test
    void aRefusedRemovalIsKnownToHaveFailed() {
        agent.active();
        agent.results.put(CommandKind.IDENTITY_REMOVE, AgentAtWork.saidNo());
        agent.idle.add(CommandKind.IDENTITY_REMOVE);
        assertEquals("failed", demote(true).outcome());
    }

    @Test
    void e14WhenAHostWasDemotedIsKept() {
        agent.active();
        demote(false);
        assertEquals(agent.now().wallMillis(), agent.memory().demotedAtMillis(), 5_000);
    }

    /** With which key a dead one is started again, only the command that sets it can say. */
    @Test
    void e14ADeadProcessIsNotEnoughWhereTheBootIdentityMayBeStaked() {
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.passive();
        agent.running = false;
        assertEquals("done", demote(false).outcome());
        assertTrue(agent.ran().contains(CommandKind.PASSIVE_SYMLINK));
        AgentAtWork plain = new AgentAtWork().passive();
        plain.running = false;
        assertEquals("done", plain.change(Action.BECOME_PASSIVE, 5, false).outcome());
        assertEquals(0, plain.ran().size());
    }

    /** Its supervisor may have started it between the look and the mending of its boot identity, with the staked one. */
    @Test
    void e14AProcessThatWasDeadIsLookedAtAgainOnceItsBootIdentityIsMended() {
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.passive();
        agent.running = false;
        long ticket = agent.ask(Action.BECOME_PASSIVE, ++epoch, false);
        while (!(agent.out instanceof Task.Run run) || run.kind() != CommandKind.PASSIVE_SYMLINK) {
            agent.done();
        }
        agent.running = true;
        agent.identity = AgentAtWork.STAKED;
        agent.work();
        assertEquals("done", agent.replies.get(ticket).outcome());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    /** It answers at once: a command to a validator that is not there only runs into its limit, while nobody votes. */
    @Test
    void e14AProcessThatStaysDeadWhileItsBootIdentityIsMendedGetsNoCommandMore() {
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.passive();
        agent.running = false;
        assertEquals("done", agent.change(Action.BECOME_PASSIVE, ++epoch, false).outcome());
        assertTrue(agent.ran().contains(CommandKind.PASSIVE_SYMLINK));
        assertFalse(agent.ran().contains(CommandKind.IDENTITY_REMOVE));
    }
}
