package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.Action;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where an operator's commands switch the key that a validator boots with, a host is verifiably passive only once the unstaked one is known
 * to stand there again (E14): its supervisor may start it in a moment, whether it is dead now or carries another identity.
 */
class BootIdentityTest {
    private final AgentAtWork agent = new AgentAtWork();

    @BeforeEach
    void withSymlinks() {
        agent.configured.add(CommandKind.ACTIVE_SYMLINK);
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereTheBootIdentityCouldNotBeSwitchedBackAHostIsNotVerifiablyPassiveDeadOrNot(boolean dead) {
        leftStaked();
        agent.running = !dead;
        agent.observed();
        notProven();
        agent.results.clear();
        agent.running = true;
        assertTrue(agent.change(Action.BECOME_PASSIVE, 6, false).success());
        agent.running = !dead;
        agent.observed();
        assertTrue(status().identityVerified());
        assertEquals(List.of(), status().unfit());
    }

    /** The state that knew is gone, or an older one was put back: what it says of the boot identity proves nothing. */
    @Test
    void aPassiveHostThatIsAskedToBePassiveSwitchesItsBootIdentityAndTakesNothingOff() {
        agent.passive();
        assertTrue(agent.change(Action.BECOME_PASSIVE, 6, false).success());
        assertEquals(List.of(CommandKind.PASSIVE_SYMLINK), agent.ran());
        agent.results.put(CommandKind.PASSIVE_SYMLINK, AgentAtWork.exit(1));
        assertEquals("failed", agent.change(Action.BECOME_PASSIVE, 7, false).outcome());
        assertFalse(agent.ran().contains(CommandKind.IDENTITY_REMOVE));
        notProven();
    }

    @Test
    void aPassiveHostThatBootedWithTheIdentityMeanwhileLosesIt() {
        agent.passive();
        long ticket = agent.ask(Action.BECOME_PASSIVE, 6, false);
        for (int steps = 0; steps < 10 && !(agent.out instanceof Task.Run); steps++) {
            agent.done();
        }
        agent.identity = AgentAtWork.STAKED;
        agent.work();
        assertTrue(agent.replies.get(ticket).success());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHostWithoutAStateFileIsNotVerifiablyPassiveBeforeItsBootIdentityWasSwitched(boolean dead) {
        agent.running = !dead;
        agent.configuredIdentity = AgentAtWork.STAKED;
        agent.start(AgentAtWork.memory(Role.PASSIVE), true);
        assertFalse(status().identityVerified());
        agent.observed();
        agent.work();
        assertEquals(List.of(CommandKind.PASSIVE_SYMLINK), agent.ran());
        agent.observed();
        assertTrue(status().identityVerified());
        agent.observed();
        assertEquals(1, agent.ran().size(), "once");
    }

    @Test
    void aHostWithoutAStateFileWhoseValidatorVotesStaysAsItIs() {
        agent.identity = AgentAtWork.STAKED;
        agent.configuredIdentity = AgentAtWork.STAKED;
        agent.start(AgentAtWork.memory(Role.PASSIVE), true).observed();
        assertEquals(List.of(), agent.ran());
        assertTrue(status().isActive() && status().identityVerified());
    }

    @Test
    void aPromotionThatDidNotHappenDoesNotMakeItForgotten() {
        leftStaked();
        agent.tower = new TowerCheck(TowerCheck.Verdict.BAD, "broken", 0);
        assertFalse(agent.change(Action.BECOME_ACTIVE, 6, false).success());
        notProven();
    }

    @Test
    void aPlannedDemotionThatIsCalledOffDoesNotMakeItForgotten() {
        leftStaked();
        assertEquals("refused", agent.change(Action.BECOME_PASSIVE, 6, true).outcome());
        notProven();
    }

    @Test
    void nothingIsKeptOpenOnAHostThatStaysActive() {
        agent.active();
        agent.results.put(CommandKind.PASSIVE_SYMLINK, AgentAtWork.exit(1));
        assertEquals("refused", agent.change(Action.BECOME_PASSIVE, 5, true).outcome());
        assertNull(agent.memory().intent());
        assertTrue(status().isActive() && status().identityVerified());
    }

    @Test
    void aDeadValidatorToWhichASetIdentityWasSentMayStartWithIt() {
        DurableAgentState sent = AgentAtWork.memory(Role.PASSIVE).withInDoubt(new DurableAgentState.InDoubt(77, 7));
        agent.running = false;
        agent.start(sent, false).observed();
        assertFalse(status().identityVerified());
    }

    /** Steps that hang are skipped, the symlink with them; a supervisor starts what was killed, with the key that stands there. */
    @Test
    void aFenceThatKilledWithoutSwitchingTheBootIdentityHasNotSucceeded() {
        agent.active();
        Fence fence = new Fence(agent.rules, Duration.ofSeconds(3), agent.memory(), "test", agent.now());
        List<AgentEffect> said = new ArrayList<>();
        fence.begin(said);
        fence.lastResort();
        Task task = fence.next(new TaskResult.Killed(true, null), agent.now(), said);
        while (task != null) {
            TaskResult done = task instanceof Task.Save ? new TaskResult.Saved(null)
                : task instanceof Task.TakeTower ? new TaskResult.TowerTaken(null)
                : task instanceof Task.Run run ? new TaskResult.Ran(run.kind(), AgentAtWork.exit(0)) : new TaskResult.Waited();
            task = fence.next(done, agent.now(), said);
        }
        assertTrue(fence.safe() && fence.response(agent.now()).processDead());
        assertEquals("failed", fence.response(agent.now()).outcome());
        assertFalse(fence.response(agent.now()).verified());
        assertNotNull(fence.memory().intent());
    }

    /** The identity was taken off; the key that the validator boots with could not be switched. */
    private void leftStaked() {
        agent.active();
        agent.results.put(CommandKind.PASSIVE_SYMLINK, AgentAtWork.exit(1));
        assertEquals("failed", agent.change(Action.BECOME_PASSIVE, 5, false).outcome());
        agent.observed();
        notProven();
    }

    private void notProven() {
        assertFalse(status().isActive());
        assertFalse(status().identityVerified());
        assertFalse(agent.core.peerStatus(agent.state, agent.look(), null, agent.now()).identityVerified());
        String why = status().unfit().toString();
        assertTrue(why.contains("passive_identity_symlink_command"), why);
    }

    private StatusResponse status() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now());
    }
}
