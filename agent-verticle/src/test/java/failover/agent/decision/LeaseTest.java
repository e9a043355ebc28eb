package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.ClockReading;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** E0, E2, E5, E7, E9, E11, E12, E13, E16, with the numbers of 2 s × 5. */
class LeaseTest {
    private static final long Q = 9405;
    private static final long D = 2000;
    private static final long J = 500;

    private final AgentAtWork agent = new AgentAtWork();

    private String token() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().token();
    }

    private void poll(String token, long epoch) {
        poll("manager", 1, token, epoch);
    }

    private void poll(String manager, long start, String token, long epoch) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, manager, epoch,
                new LeaseKeepalive(token, epoch, start, 2000, Q, D, J, false))));
    }

    private HeldLease hold() {
        return agent.state.lease.hold;
    }

    private void pass(long millis) {
        agent.nanos += millis * 1_000_000;
    }

    private AgentAtWork leased() {
        agent.active();
        poll(token(), 5);
        assertNotNull(hold());
        return agent;
    }

    private FailoverResponse promote(Grant grant) {
        long before = agent.replies.size();
        agent.post(new AgentEvent.ChangeAsked(900 + before, new FailoverRequest(Action.BECOME_ACTIVE.wire(), "test", false, 0, "op",
                9, 0, false, grant, null)));
        agent.work();
        return agent.replies.get(900 + before);
    }

    private Grant grant(String token, boolean otherPassive) {
        return new Grant(token, "manager", 1, Q, D, J, otherPassive, false, true);
    }

    @Test
    void aLeaseCountsFromTheIssueOfTheTokenThatIsEchoedNotFromItsReceipt() {
        agent.active();
        String token = token();
        pass(4000);
        poll(token, 5);
        assertEquals(Q - 4000, hold().left(agent.now()).toMillis());
        assertEquals(5, agent.state.memory.epoch());
        assertEquals(new DurableAgentState.Terms(Q, D, J), agent.saved.get(agent.saved.size() - 1).terms());
    }

    @Test
    void anOldTokenExtendsNothingAndANewOneDoes() {
        leased();
        String old = token();
        pass(2000);
        String fresh = token();
        pass(1000);
        poll(fresh, 5);
        assertEquals(Q - 1000, hold().left(agent.now()).toMillis());
        poll(old, 5);
        assertEquals(Q - 1000, hold().left(agent.now()).toMillis());
        poll("other" + fresh, 5);
        assertEquals(Q - 1000, hold().left(agent.now()).toMillis());
    }

    @Test
    void aLeaseThatHasRunOutIsNeverRevivedAtItsEpoch() {
        leased();
        pass(9000);
        String token = token();
        pass(1000);
        poll(token, 5);
        assertTrue(hold().ended(agent.now()));
    }

    @Test
    void theFenceBeginsDAndJBeforeTheEndOnWhicheverClockIsFirst() {
        HeldLease hold = new HeldLease(5, new ClockReading(0, 0, 0), Duration.ofMillis(Q), Duration.ofMillis(D), Duration.ofMillis(J));
        long lead = (Q - D - J) * 1_000_000;
        assertFalse(hold.due(new ClockReading(lead - 1, lead / 1_000_000 - 1, lead - 1)));
        assertTrue(hold.due(new ClockReading(lead, 0, 0)));
        assertTrue(hold.due(new ClockReading(0, lead / 1_000_000, 0)), "a suspend shows on the wall clock (E9)");
        assertTrue(hold.due(new ClockReading(0, 0, lead)), "a suspend shows on the boot clock (E9)");
        assertTrue(hold.ended(new ClockReading(Q * 1_000_000, 0, 0)));
    }

    @Test
    void theDeadManIsToldOfEachChange() {
        leased();
        List<AgentEffect.Publish> published = published();
        assertEquals(hold(), published.get(published.size() - 1).hold());
        agent.change(Action.BECOME_PASSIVE, 6, true);
        published = published();
        assertNull(published.get(published.size() - 1).hold());
    }

    private List<AgentEffect.Publish> published() {
        List<AgentEffect.Publish> all = new ArrayList<>();
        for (AgentEffect effect : agent.effects) {
            if (effect instanceof AgentEffect.Publish publish) {
                all.add(publish);
            }
        }
        return all;
    }

    @Test
    void aPromotionIsTheFirstGrantOfItsEpochAndRunsUnderItsLease() {
        agent.passive();
        FailoverResponse response = promote(grant(token(), true));
        assertEquals(Outcome.DONE.wire(), response.outcome(), response.message());
        assertEquals(9, hold().epoch());
        assertTrue(agent.tasks.stream().anyMatch(task -> task instanceof Task.Arm), "armed before the identity is set (E4)");
    }

    @Test
    void theTowerThatIsHandedOverIsUsedAndTheStoreIsAskedOnlyIfItCannotBe() {
        agent.passive();
        FailoverRequest request = new FailoverRequest("become_active", "test", false, 0, "op", 9, 0, false, grant(token(), true),
                new FinalTower(41, "AAAA"));
        agent.post(new AgentEvent.ChangeAsked(1, request));
        agent.work();
        assertEquals(Outcome.DONE.wire(), agent.replies.get(1L).outcome());
        assertFalse(agent.ran().contains(CommandKind.TOWER_RESTORE));

        AgentAtWork other = new AgentAtWork();
        other.installed = new TowerCheck(TowerCheck.Verdict.BAD, "torn", 0);
        other.passive();
        String token = other.core.status(other.state, other.look(), 0, other.now()).lease().token();
        other.post(new AgentEvent.ChangeAsked(1, new FailoverRequest("become_active", "test", false, 0, "op", 9, 0, false,
                grant(token, true), new FinalTower(41, "AAAA"))));
        other.work();
        assertTrue(other.ran().contains(CommandKind.TOWER_RESTORE));
    }

    @Test
    void aDemotionHandsTheFinalTowerOnAfterTheIdentityIsOff() {
        leased();
        assertEquals(41, agent.change(Action.BECOME_PASSIVE, 6, true).tower().lastVotedSlot());
        int removed = agent.tasks.indexOf(agent.tasks.stream().filter(task -> task instanceof Task.Run run
                && run.kind() == CommandKind.IDENTITY_REMOVE).findFirst().orElseThrow());
        int taken = agent.tasks.indexOf(new Task.TakeTower());
        assertTrue(removed >= 0 && taken > removed);
    }

    @Test
    void aTokenTooOldForWhatAPromotionNeedsIsRefused() {
        agent.passive();
        String token = token();
        pass(Q - D - J);
        FailoverResponse refused = promote(grant(token, true));
        assertEquals(Outcome.REFUSED.wire(), refused.outcome());
        assertTrue(refused.message().contains("too old for a lease of 9405 ms (E11)"), refused.message());
        assertEquals(Outcome.REFUSED.wire(), promote(grant("0." + token, true)).outcome());
        assertEquals(List.of(), agent.tasks, "refused at the door: nothing was begun of it");
        assertNull(hold());
    }

    @Test
    void whilePausedNothingAutomaticIsObeyedNotEvenWhatWasSentBefore() {
        agent.passive();
        String before = token();
        pass(100);
        paused(true);
        assertTrue(promote(grant(before, true)).message().contains("paused"));
        assertTrue(promote(grant(token(), true)).message().contains("paused"));
        paused(false);
        assertTrue(promote(grant(before, true)).message().contains("paused"), "it was sent before the pause");
        pass(100);
        Grant byHand = new Grant(before, "manager", 1, Q, D, J, true, false, false);
        assertEquals(Outcome.DONE.wire(), promote(byHand).outcome(), "an operator may");
    }

    private void paused(boolean paused) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", 0,
                new LeaseKeepalive(token(), 0, 1, 2000, Q, D, J, paused))));
    }

    @Test
    void setIdentityNeverOutlivesWhatTheLeaseHasLeft() {
        agent.passive();
        String token = token();
        pass(4000);
        promote(grant(token, true));
        Task.Run change = (Task.Run) agent.tasks.stream().filter(task -> task instanceof Task.Run run
                && run.kind() == CommandKind.IDENTITY_CHANGE).findFirst().orElseThrow();
        assertTrue(change.limit().toMillis() <= Q - 4000 - D - J, "limit " + change.limit());
    }

    @Test
    void withoutAFencerARequiredOneRefusesAndAWishedOneWarns() {
        agent.unarmed = "no fencer";
        agent.passive();
        assertEquals(Outcome.DONE.wire(), promote(grant(token(), true)).outcome());
        AgentAtWork strict = new AgentAtWork();
        strict.unarmed = "no fencer";
        strict.fencing = AgentOptions.Fencing.REQUIRED;
        strict.passive();
        String token = strict.core.status(strict.state, strict.look(), 0, strict.now()).lease().token();
        strict.post(new AgentEvent.ChangeAsked(1, new FailoverRequest("become_active", "test", false, 0, "op", 9, 0, false,
                grant(token, true), null)));
        strict.work();
        assertEquals(Outcome.REFUSED.wire(), strict.replies.get(1L).outcome());
        assertEquals(AgentAtWork.OTHER, strict.identity);
    }

    @Test
    void aPromiseBindsUnlessTheOtherIsVerifiedPassive() {
        agent.passive();
        poll(token(), 0);
        pass(20_000);
        assertTrue(agent.stayAsked("peer", 5, Q, J).granted());
        pass(9_900);
        FailoverResponse refused = promote(grant(token(), false));
        assertEquals(Outcome.REFUSED.wire(), refused.outcome());
        assertTrue(refused.message().contains("promised"), refused.message());
        assertEquals(Outcome.DONE.wire(), promote(grant(token(), true)).outcome());
    }

    @Test
    void aPromiseIsOverAfterItsTime() {
        agent.passive();
        poll(token(), 0);
        pass(20_000);
        assertTrue(agent.stayAsked("peer", 5, Q, J).granted());
        pass(10_001);
        assertEquals(Outcome.DONE.wire(), promote(grant(token(), false)).outcome());
    }

    @Test
    void anAgentThatHasJustStartedMayHavePromisedAndRefuses() {
        agent.passive();
        pass(1000);
        FailoverResponse refused = promote(grant(token(), false));
        assertTrue(refused.message().contains("started"), refused.message());
    }

    @Test
    void whoeverIsActiveOrBecomesSoPromisesNothing() {
        leased();
        assertFalse(agent.stayAsked("peer", 9, Q, J).granted());
    }

    @Test
    void thePeersPromiseCountsFromTheQuestion() {
        leased();
        pass(2000);
        agent.post(new AgentEvent.Tick());
        AgentEffect.AskToStay ask = (AgentEffect.AskToStay) agent.effects.stream().filter(effect -> effect instanceof AgentEffect.AskToStay)
                .reduce((a, b) -> b).orElseThrow();
        pass(1500);
        agent.post(new AgentEvent.StayAnswered(ask.request(), ask.sentAt(), new PeerStatusResponse(true, false, true, 0, "peer", 5, true,
                null, new PromiseAnswer(true, null, "manager", 100))));
        assertEquals(Q - 1500, hold().left(agent.now()).toMillis());
        assertEquals("peer", agent.state.memory.bindings().peerId());
    }

    @Test
    void aSecondManagerIsRefusedAndAnOlderStartToo() {
        leased();
        String token = token();
        poll("stranger", 1, token, 7);
        assertEquals(5, hold().epoch());
        assertNotNull(agent.core.status(agent.state, agent.look(), 0, agent.now()).lease().refused());
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("ALARM")));
        poll("manager", 2, token, 5);
        assertNull(agent.state.lease.refused);
        poll("manager", 1, token, 5);
        assertNotNull(agent.state.lease.refused);
    }

    @Test
    void onceBoundABareBecomeActiveIsRefused() {
        agent.passive();
        poll(token(), 0);
        assertEquals(Outcome.REFUSED.wire(), agent.change(Action.BECOME_ACTIVE, 0, false).outcome());
        assertEquals(Outcome.REFUSED.wire(), agent.change(Action.BECOME_ACTIVE, 9, false).outcome());
        assertEquals(Outcome.DONE.wire(), agent.change(Action.BECOME_PASSIVE, 0, false).outcome());
    }

    @Test
    void aRestartedHolderGoesOnWithWhatIsLeftAndGrantsItselfNothing() {
        DurableAgentState memory = AgentAtWork.memory(Role.ACTIVE).withTerms(new DurableAgentState.Terms(Q, D, J));
        agent.identity = AgentAtWork.STAKED;
        agent.leaseLeft = Duration.ofMillis(6000);
        agent.start(memory, false);
        assertEquals(6000, hold().left(agent.now()).toMillis());
        assertNull(agent.out);

        AgentAtWork late = new AgentAtWork();
        late.identity = AgentAtWork.STAKED;
        late.start(memory, false);
        late.work();
        assertEquals(AgentAtWork.OTHER, late.identity, "without a lease it fences itself at once (E16)");
    }

    @Test
    void aChangeHalfDoneIsUndoneUnderTheLeaseThatItBeganWith() {
        DurableAgentState memory = AgentAtWork.memory(Role.ACTIVE).withTerms(new DurableAgentState.Terms(Q, D, J))
                .withIntent(new DurableAgentState.Intent(Action.BECOME_PASSIVE, "op", 5));
        agent.identity = AgentAtWork.STAKED;
        agent.leaseLeft = Duration.ofMillis(6000);
        agent.start(memory, false);
        assertEquals(6000, hold().left(agent.now()).toMillis(), "the fencer stays while the identity may be there");
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);
        assertNull(hold(), "it rests once the identity is off");
    }

    @Test
    void theDeadManTakesOverAChangeAndItsEndAnswersWhoeverAsked() {
        leased();
        long ticket = agent.ask(Action.BECOME_PASSIVE, 6, true);
        agent.post(new AgentEvent.FenceBegun());
        agent.out = null;
        assertTrue(agent.effects.stream().anyMatch(effect -> effect instanceof AgentEffect.Abandon));
        assertNull(agent.replies.get(ticket));
        assertEquals(Outcome.REFUSED.wire(), promote(grant(token(), true)).outcome());
        Fence fence = new Fence(new AgentOptions(false, false, AgentAtWork.STAKED, agent.configured, Duration.ofSeconds(30), true, false,
                Duration.ofSeconds(120), Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(20),
                Duration.ZERO, 33, AgentOptions.Fencing.BEST_EFFORT, "1"), hold().ownFence(), agent.state.memory, "the lease ends",
                agent.now());
        List<AgentEffect> said = new ArrayList<>();
        for (Task task = fence.begin(said); task != null;) {
            task = fence.next(agent.perform(task), agent.now(), said);
        }
        assertTrue(fence.safe());
        agent.post(new AgentEvent.Fenced(fence.memory(), fence.response(agent.now())));
        assertEquals(Outcome.DONE.wire(), agent.replies.get(ticket).outcome());
        assertEquals(Role.PASSIVE, agent.state.memory.role());
        assertNull(hold());
    }

    @Test
    void aFenceKillsAValidatorThatKeepsTheIdentityWithinItsTime() {
        leased();
        agent.results.put(CommandKind.IDENTITY_REMOVE, AgentAtWork.ended(CommandResult.How.TIMED_OUT));
        long begun = agent.nanos;
        Fence fence = new Fence(new AgentOptions(false, false, AgentAtWork.STAKED, agent.configured, Duration.ofSeconds(30), true, false,
                Duration.ofSeconds(120), Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(20),
                Duration.ZERO, 33, AgentOptions.Fencing.BEST_EFFORT, "1"), hold().ownFence(), agent.state.memory, "the lease ends",
                agent.now());
        for (Task task = fence.begin(new ArrayList<>()); task != null && agent.running;) {
            task = fence.next(agent.perform(task), agent.now(), new ArrayList<>());
        }
        assertFalse(agent.running);
        assertTrue(agent.nanos - begun <= Duration.ofMillis(D + J - 1005).toNanos(), "dead after " + (agent.nanos - begun) / 1_000_000);
    }

    @Test
    void activeIsSaidOnlyWithALeaseAndTheValidatorsWord() {
        agent.active();
        assertEquals("this host holds no lease", agent.core.notActive(agent.state, agent.look(), agent.now()));
        poll(token(), 5);
        assertNull(agent.core.notActive(agent.state, agent.look(), agent.now()));
        agent.identity = AgentAtWork.OTHER;
        assertNotNull(agent.core.notActive(agent.state, agent.look(), agent.now()));
    }
}
