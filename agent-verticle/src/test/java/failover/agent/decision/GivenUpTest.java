package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.DurableAgentState.InDoubt;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a host gives the identity up though its own clocks say that it may keep it: it was replaced, or nobody granted it (E14, E16). */
class GivenUpTest {
    private static final long Q = 9405;
    private static final long D = 2000;
    private static final long J = 500;

    private final AgentAtWork agent = new AgentAtWork();

    private void pass(long millis) {
        agent.nanos += millis * 1_000_000;
    }

    private StatusResponse status() {
        return agent.core.status(agent.state, agent.look(), 0, agent.now());
    }

    private void poll(long epoch, long otherEpoch) {
        poll(status().lease().token(), epoch, otherEpoch);
    }

    private void poll(String token, long epoch, long otherEpoch) {
        agent.post(new AgentEvent.ManagerPolled(new StatusRequest(1, 0, "manager", epoch,
                new LeaseKeepalive(token, epoch, 1, 2000, Q, D, J, false, "run", otherEpoch))));
    }

    private void leased() {
        agent.active();
        poll(5, 0);
        peerSays("peer", false, true, 4, true);
    }

    private void peerSays(String host, boolean active, boolean verified, long epoch, boolean granted) {
        agent.post(new AgentEvent.StayAnswered(new PromiseRequest(5, Q, J), agent.now(), new PeerStatusResponse(true, active, true, 0, host,
                epoch, verified, null, new PromiseAnswer(granted, granted ? null : "no", "manager", 0))));
    }

    private boolean fences() {
        HeldLease told = agent.state.lease.published.hold();
        return told != null && told.due(agent.now());
    }

    @Test
    void aHolderThatHearsFromItsPeerOfANewerHolderFencesItselfAtOnce() {
        leased();
        assertFalse(fences());
        pass(1000);
        peerSays("peer", true, true, 7, false);
        assertTrue(fences());
        assertEquals(D + J, agent.state.lease.hold.left(agent.now()).toMillis(), "the fence has its time, and so has the fencer behind it");
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("ALARM") && line.contains("epoch 7")), agent.lines::toString);
        peerSays("peer", false, true, 4, true);
        poll(5, 0);
        poll(7, 0);
        assertTrue(fences(), "nothing below the newer epoch renews it");
        pass(D + J + 1);
        assertNotNull(agent.core.notActive(agent.state, agent.look(), agent.now()));
    }

    @Test
    void aHolderThatHearsFromItsManagerOfANewerHolderFencesItselfAtOnce() {
        leased();
        pass(1000);
        poll(0, 7);
        assertTrue(fences());
    }

    /** Endpoints that were swapped lead the other host's polls here: "the other host" that they speak of is this one. */
    @Test
    void whatEchoesTheTokenOfAnotherHostIsMeantForAnotherHost() {
        leased();
        pass(1000);
        poll("0f0f." + status().lease().token().split("\\.", 2)[1], 0, 7);
        assertFalse(fences());
        poll(null, 0, 7);
        assertTrue(fences(), "a manager that was restarted has no token yet, and may know of a newer holder");
    }

    /** Also while it only looks for another reason. */
    @Test
    void anyAnswerOfThePeerWillDo() {
        leased();
        pass(1000);
        agent.post(new AgentEvent.PeerAnswered(new PeerStatusResponse(true, true, true, 0, "peer", 7, true, null)));
        assertTrue(fences());
    }

    @ParameterizedTest
    @CsvSource({
        "stranger, true,  true,  7",
        "peer,     false, true,  7",
        "peer,     true,  false, 7",
        "peer,     true,  true,  5",
        "peer,     true,  true,  4",
        "peer,     true,  true,  1000006"})
    void nothingLessMakesAHolderLetGo(String host, boolean active, boolean verified, long epoch) {
        leased();
        pass(1000);
        peerSays(host, active, verified, epoch, false);
        assertFalse(fences());
        assertNull(agent.out);
    }

    @Test
    void anActiveHostWithoutALeaseGivesItUpAsWell() {
        agent.start(AgentAtWork.memory(Role.ACTIVE).withBindings(new Bindings("manager", 1, "peer")), false);
        agent.identity = AgentAtWork.STAKED;
        agent.observed();
        agent.post(new AgentEvent.PeerAnswered(new PeerStatusResponse(true, true, true, 0, "peer", 7, true, null)));
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);
    }

    @Test
    void aHostThatWasReplacedIsGrantedTheIdentityAgainOnlyAboveTheEpochOfTheOther() {
        leased();
        poll(0, 7);
        poll(8, 0);
        assertFalse(fences(), "the manager gave it back at a newer epoch");
        assertEquals(8, agent.state.lease.hold.epoch());
    }

    /** The state_dir is lost, the lease file in memory is there. */
    @Test
    void e16AHostWithoutAStateFileThatWasLeasedGivesTheIdentityUp() {
        agent.leaseLeft = Duration.ofMillis(6000);
        agent.identity = AgentAtWork.STAKED;
        agent.start(new DurableAgentState("me", Role.PASSIVE, 0, null, 0, null, null, null), true);
        assertNotNull(agent.state.lease.hold, "the fencer stays while the identity may be there");
        assertTrue(agent.state.lease.hold.left(agent.now()).toMillis() <= 6000 - 1005, "whatever its D was");
        assertFalse(status().identityVerified());
        agent.work();
        assertEquals(AgentAtWork.OTHER, agent.identity);
        assertFalse(agent.killed(), "the identity was there: nothing is on its way any more");
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("ALARM")), agent.lines::toString);
    }

    /** What it had begun is forgotten: a set-identity may be on its way to a validator that says it is somebody else. */
    @ParameterizedTest
    @CsvSource({"6000", "1", "-4000"})
    void e16AndTakesNothingForSettled(long left) {
        agent.leaseLeft = Duration.ofMillis(left);
        agent.start(new DurableAgentState("me", Role.PASSIVE, 0, null, 0, null, null, null), true);
        assertTrue(status().isActive(), "it may carry the identity in a moment");
        assertEquals(InDoubt.SOME, agent.memory().inDoubt(), "and a restart knows it");
        agent.work();
        assertTrue(agent.killed());
        assertEquals(Role.PASSIVE, agent.memory().role());
        assertNull(agent.memory().inDoubt());
    }

    /** A copy from before the lease, or another host's, lies in the state file's place: what was begun is in the lease file only. */
    @ParameterizedTest
    @CsvSource({"passive,4,me,6000", "passive,4,me,-4000", "passive,5,me,6000", "active,4,me,6000", "passive,9,you,6000",
        "active,9,you,-1", "passive,4,me,1"})
    void e16AStateFileThatDoesNotKnowOfTheLeaseIsOneThatIsLost(String role, long epoch, String host, long left) {
        agent.leaseLeft = Duration.ofMillis(left);
        agent.leaseEpoch = 5;
        agent.leaseHost = "me";
        DurableAgentState file = new DurableAgentState(host, Role.of(role), epoch, AgentAtWork.STAKED, 0, null, null, null)
                .withTerms(new DurableAgentState.Terms(9405, 2000, 500));
        agent.start(file, false);
        assertTrue(status().isActive(), "it may carry the identity in a moment");
        assertFalse(status().identityVerified());
        assertEquals(InDoubt.SOME, agent.memory().inDoubt(), "and a restart knows it");
        assertTrue(agent.memory().epoch() >= 5, "nothing older than that lease is obeyed");
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("ALARM") && line.contains("epoch 5 as host me")),
                agent.lines::toString);
        poll(5, 0);
        assertTrue(agent.state.lease.hold == null || agent.state.lease.hold.left(agent.now()).toMillis() <= Math.max(0, left),
                "nobody renews it");
        agent.work();
        assertTrue(agent.killed());
        assertEquals(Role.PASSIVE, agent.memory().role());
        assertNull(agent.memory().inDoubt());
    }

    /** The deadline could not be taken back in time, or is the first version's. */
    @ParameterizedTest
    @CsvSource({"passive,6,5,me,-4000", "passive,6,5,me,6000", "passive,4,0,,-4000", "passive,4,0,,0"})
    void e16OneThatWasWrittenAfterTheLeaseIsBelieved(String role, long epoch, long leaseEpoch, String leaseHost, long left) {
        agent.leaseLeft = Duration.ofMillis(left);
        agent.leaseEpoch = leaseEpoch;
        agent.leaseHost = leaseHost;
        DurableAgentState file = new DurableAgentState("me", Role.of(role), epoch, AgentAtWork.STAKED, 0, null, null, null);
        agent.start(file, false).observed();
        assertEquals(0, agent.tasks.size());
        assertTrue(status().identityVerified());
    }

    @Test
    void aFirstStartWithoutALeaseFileIsJustThat() {
        agent.start(new DurableAgentState("me", Role.PASSIVE, 0, null, 0, null, null, null), true).observed();
        assertEquals(0, agent.tasks.size());
    }

    /** As every passive host of a fresh installation: no epoch, never demoted. */
    @Test
    void e14AHostThatAManagerKnowsToBePassiveCarriesNothingThatItWasNotGranted() {
        agent.start(new DurableAgentState("me", Role.PASSIVE, 0, AgentAtWork.STAKED, 0, null, null, null), false).observed();
        poll(0, 0);
        assertTrue(agent.memory().knownPassive());
        int writes = agent.saved.size();
        poll(0, 0);
        assertEquals(writes, agent.saved.size(), "once is enough");
        turnsUp();
        assertEquals(AgentAtWork.OTHER, agent.identity);
        assertEquals(0, asked());
    }

    @Test
    void e14SoDoesOneThatHasObeyedAnEpoch() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withBindings(new Bindings("manager", 1, "peer")), false).observed();
        turnsUp();
        assertEquals(AgentAtWork.OTHER, agent.identity);
        assertEquals(0, asked());
    }

    /** The original's world: there the peer is asked. */
    @Test
    void aHostThatNoManagerOfOursHasMetAsksItsPeer() {
        agent.start(AgentAtWork.memory(Role.PASSIVE), false).observed();
        turnsUp();
        assertEquals(1, asked());
        agent.post(new AgentEvent.PeerAnswered(new PeerStatusResponse(true, false, true, 0, "peer", 0, true, null)));
        assertEquals(Role.ACTIVE, agent.memory().role());
    }

    @Test
    void e17WhoAnswersInThePeersPlaceIsNotBelieved() {
        agent.start(AgentAtWork.memory(Role.PASSIVE).withBindings(new Bindings(null, 0, "peer")), false).observed();
        turnsUp();
        agent.post(new AgentEvent.PeerAnswered(new PeerStatusResponse(true, false, true, 0, "stranger", 0, true, null)));
        assertEquals(Role.PASSIVE, agent.memory().role());
        assertTrue(agent.lines.stream().anyMatch(line -> line.contains("stranger") && line.contains("--forget-peer")),
                agent.lines::toString);
    }

    private void turnsUp() {
        agent.identity = AgentAtWork.STAKED;
        pass(6_000);
        agent.observed();
        pass(300);
        agent.observed();
        agent.work();
    }

    private long asked() {
        return agent.effects.stream().filter(AgentEffect.AskPeer.class::isInstance).count();
    }
}
