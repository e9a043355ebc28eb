package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.Action;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoleMonitorTest {
    private final AgentAtWork agent = new AgentAtWork();

    private void polled(long echo, String managerId) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(0, echo, managerId, 0)));
    }

    private void seconds(int seconds) {
        for (int i = 0; i < seconds * 4; i++) {
            agent.nanos += 250_000_000L;
            agent.post(new AgentEvent.Tick());
        }
    }

    private long asked() {
        return agent.effects.stream().filter(AgentEffect.AskPeer.class::isInstance).count();
    }

    @Test
    void om05NobodyIsAskedBeforeTheFirstContact() {
        agent.active();
        seconds(120);
        assertEquals(0, asked());
        assertEquals(Role.ACTIVE, agent.memory().role());
    }

    @ParameterizedTest
    @CsvSource({"false, ACTIVE", "true, PASSIVE"})
    void om9ASilentManagerAndThePeersWordDecideTheRole(boolean peerActive, Role role) {
        agent.active();
        polled(0, null);
        seconds(29);
        assertEquals(0, asked());
        seconds(3);
        assertEquals(1, asked());
        agent.post(new AgentEvent.PeerAnswered(AgentAtWork.peer(peerActive, null)));
        agent.work();
        assertEquals(role, agent.memory().role());
    }

    @ParameterizedTest
    @CsvSource({"false, false, PASSIVE", "true, false, PASSIVE", "true, true, ACTIVE"})
    void om10NeitherManagerNorPeerMeansPassiveUnlessTheInternetIsThere(boolean internet, boolean reachable, Role role) {
        agent.internet = internet;
        agent.active();
        polled(0, null);
        seconds(31);
        agent.post(new AgentEvent.PeerSilent("timeout"));
        if (internet) {
            agent.post(new AgentEvent.InternetChecked(reachable));
        }
        agent.work();
        assertEquals(role, agent.memory().role());
    }

    @Test
    void om9APollWhoseSenderDoesNotHearUsIsNoContact() {
        agent.active();
        polled(agent.now().wallSeconds(), "manager");
        long heard = agent.now().wallSeconds();
        for (int i = 0; i < 70; i++) {
            seconds(1);
            polled(heard, "manager");
        }
        assertTrue(asked() > 0);
    }

    @Test
    void aManagerThatNeverEchoesIsAnOriginalAndCounts() {
        agent.active();
        for (int i = 0; i < 60; i++) {
            polled(0, null);
            seconds(1);
        }
        assertEquals(0, asked());
    }

    @Test
    void om6OneLookThatContradictsTheRoleSwitchesNothing() {
        agent.active();
        agent.identity = AgentAtWork.OTHER;
        agent.observed();
        assertEquals(Role.ACTIVE, agent.memory().role());
        agent.identity = AgentAtWork.STAKED;
        agent.nanos += 300_000_000L;
        agent.observed();
        agent.identity = AgentAtWork.OTHER;
        agent.nanos += 300_000_000L;
        agent.observed();
        assertEquals(Role.ACTIVE, agent.memory().role());
        agent.nanos += 300_000_000L;
        agent.observed();
        assertEquals(Role.PASSIVE, agent.memory().role(), "two in a row do");
        assertEquals(0, agent.tasks.size());
    }

    @Test
    void e14AnActiveThatLostTheIdentityByAnotherHandMakesItsBootIdentityUnstaked() {
        agent.configured.add(CommandKind.PASSIVE_SYMLINK);
        agent.active();
        agent.identity = AgentAtWork.OTHER;
        agent.observed();
        agent.nanos += 300_000_000L;
        agent.observed();
        agent.work();
        assertEquals(Role.PASSIVE, agent.memory().role());
        assertTrue(agent.ran().contains(CommandKind.PASSIVE_SYMLINK) && !agent.killed());
    }

    @ParameterizedTest
    @CsvSource({"false, , ACTIVE", "true, , PASSIVE", "false, become_active, PASSIVE"})
    void anIdentityThatNobodyAskedForIsAdoptedOnlyBesideAPassivePeer(boolean active, String operation, Role role) {
        carriesUnasked();
        assertEquals(1, asked());
        agent.post(new AgentEvent.PeerAnswered(AgentAtWork.peer(active, operation)));
        agent.work();
        assertEquals(role, agent.memory().role());
        assertEquals(role == Role.ACTIVE ? AgentAtWork.STAKED : AgentAtWork.OTHER, agent.identity);
    }

    private void carriesUnasked() {
        agent.passive();
        agent.nanos += 6_000_000_000L;
        agent.identity = AgentAtWork.STAKED;
        agent.observed();
        agent.nanos += 300_000_000L;
        agent.observed();
    }

    @Test
    void om6NothingIsSwitchedByGuessWhenThePeerIsSilent() {
        carriesUnasked();
        agent.post(new AgentEvent.PeerSilent("timeout"));
        assertEquals(0, agent.tasks.size());
    }

    @Test
    void e14AValidatorBornWithTheIdentityAfterADemotionIsDemoted() {
        agent.identity = AgentAtWork.STAKED;
        long hours = agent.now().wallMillis() - 7_200_000L;
        agent.start(AgentAtWork.memory(Role.PASSIVE).withDemotedAt(hours), false).observed();
        agent.nanos += 300_000_000L;
        agent.observed();
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);
        assertEquals(0, asked());
    }

    @Test
    void e14UnderAManagerADeposedHostKeepsNoIdentityThatNobodyGranted() {
        DurableAgentState deposed = AgentAtWork.memory(Role.PASSIVE).withDemotedAt(agent.now().wallMillis())
                .withBindings(new DurableAgentState.Bindings("manager", 1, null));
        agent.start(deposed, false).observed();
        long looks = looks();
        for (int i = 0; i < 8; i++) {
            agent.nanos += 250_000_000L;
            agent.post(new AgentEvent.Tick());
            agent.observed();
        }
        assertEquals(8, looks() - looks, "it looks four times a second");
        long asked = asked();
        agent.identity = AgentAtWork.STAKED;
        agent.observed();
        agent.nanos += 300_000_000L;
        agent.observed();
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);
        assertEquals(asked, asked(), "nobody need be asked for that");
    }

    private long looks() {
        return agent.effects.stream().filter(AgentEffect.Observe.class::isInstance).count();
    }

    @Test
    void e15AnUnknownOutcomeThatNobodyResolvesIsResolvedHere() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withInDoubt(agent.here()), false).observed();
        seconds(19);
        assertFalse(agent.out != null);
        seconds(2);
        agent.work();
        assertNull(agent.memory().inDoubt());
        assertTrue(agent.killed());
    }

    @ParameterizedTest
    @CsvSource({"BECOME_ACTIVE", "BECOME_PASSIVE"})
    void scenario36ARestartedAgentUndoesWhatItStoppedInTheMiddleOf(Action action) {
        agent.identity = AgentAtWork.STAKED;
        DurableAgentState half = AgentAtWork.memory(Role.ACTIVE).withIntent(new DurableAgentState.Intent(action, "op", 4));
        agent.start(half, false).work();
        assertEquals(Role.PASSIVE, agent.memory().role());
        assertNull(agent.memory().intent());
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    @Test
    void om017ARestartedAgentIsWhatItWasAndNotWhatItsConfigurationSays() {
        assertEquals(Role.ACTIVE, agent.active().memory().role());
    }

    @Test
    void om021BackupsNeverOverlap() {
        agent.active();
        seconds(300);
        assertEquals(1, agent.effects.stream().filter(AgentEffect.Backup.class::isInstance).count());
        agent.post(new AgentEvent.BackedUp(AgentAtWork.exit(0)));
        seconds(1);
        assertEquals(2, agent.effects.stream().filter(AgentEffect.Backup.class::isInstance).count());
    }

    @Test
    void aChangeCancelsABackupFirst() {
        agent.active();
        agent.ask(Action.BECOME_PASSIVE, 5, false);
        int cancel = agent.effects.indexOf(new AgentEffect.CancelBackup());
        assertTrue(cancel >= 0 && agent.effects.indexOf(new AgentEffect.Do(agent.out)) > cancel);
    }

    @Test
    void om015DryRunChangesNothingAndClaimsNothing() {
        agent.dryRun = true;
        agent.active();
        polled(0, null);
        long ticket = agent.ask(Action.BECOME_PASSIVE, 5, false);
        seconds(120);
        assertTrue(agent.replies.get(ticket).dryRun());
        assertEquals("refused", agent.replies.get(ticket).outcome());
        assertEquals(0, agent.tasks.size() + asked());
        assertEquals(Role.ACTIVE, agent.memory().role());
    }
}
