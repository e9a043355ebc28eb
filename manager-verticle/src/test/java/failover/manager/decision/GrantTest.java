package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.DurableManagerState.HostRecord;
import failover.manager.decision.DurableManagerState.Pause;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.VoteReport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases granted (E0, E3), and silent hosts judged by their votes (E6). */
class GrantTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    /** Beats with sources that say these last votes, the cluster moving five slots a beat. */
    private void beat(int count, long... votes) {
        for (int i = 0; i < count; i++) {
            manager.clusterSlot += 5;
            for (int source = 0; source < votes.length; source++) {
                manager.votes.put(manager.sources.get(source), votes[source] < 0 ? manager.clusterSlot - 1 : votes[source]);
            }
            manager.b().votes = new VoteReport("V", votes[0] < 0 ? manager.clusterSlot - 1 : votes[0], manager.clusterSlot, 0, null);
            manager.beats(1);
        }
    }

    @Test
    void theHolderIsGrantedItsEpochByTheTokenItGaveAndTheOtherNothing() {
        manager.leased();
        assertEquals("a-1", manager.offered(Host.PRIMARY).token());
        assertEquals(3, manager.offered(Host.PRIMARY).grantEpoch());
        assertEquals(0, manager.offered(Host.SECONDARY).grantEpoch());
        assertEquals(1, manager.offered(Host.PRIMARY).managerStart());
        assertEquals(manager.state.memory.start(), manager.offered(Host.PRIMARY).managerStart());
    }

    @Test
    void aHolderWithoutALeaseGetsANewEpochThatIsDurable() {
        manager.leased();
        manager.a().lease = new LeaseStatus("a-2", 0, false, null, false, 0);
        manager.beats(2);
        assertEquals(4, manager.offered(Host.PRIMARY).grantEpoch());
        assertEquals(4, manager.saved.epoch());
    }

    /** E8, scenario 58: the start before this one may have granted leases that outlast this one's silence. */
    @Test
    void aLongerLeaseOfTheStartBeforeIsWaitedForAndThenForgotten() {
        manager.memory = manager.memory.withTerms(new DurableManagerState.Terms(60_000, 500));
        long started = manager.nanos;
        manager.leased();
        manager.a().answers = false;
        manager.beats(1);
        while (manager.verdict() == Verdict.ACTIVE_UNREACHABLE_SUSPECT) {
            manager.beats(1);
        }
        long waited = (manager.nanos - started) / 1_000_000;
        assertTrue(waited > 65_000 && waited < 68_000,
                waited + " ms after the start: 60 s at clocks that differ by 1 %, and J, from when it was seen to have the new length");
        assertEquals("primary become_passive", manager.out());
        assertEquals(DurableManagerState.Terms.of(ManagerAtWork.NUMBERS), manager.saved.terms());
    }

    /** And where it granted shorter ones, a further start would know of no longer ones before they are on the disk. */
    @Test
    void aLongerLeaseThanTheStartBeforeGrantedIsGrantedOnceThatIsDurable() {
        manager.memory = manager.memory.withTerms(new DurableManagerState.Terms(3762, 200));
        manager.saveError = "disk full";
        manager.leased();
        manager.beats(2);
        assertEquals(3762, manager.offered(Host.PRIMARY).leaseMs());
        manager.saveError = null;
        manager.beats(2);
        assertEquals(ManagerAtWork.NUMBERS.lease().toMillis(), manager.offered(Host.PRIMARY).leaseMs());
        assertEquals(DurableManagerState.Terms.of(ManagerAtWork.NUMBERS), manager.saved.terms());
    }

    @Test
    void inDryRunNothingIsOffered() {
        manager.dryRun = true;
        manager.leased();
        assertNull(manager.offered(Host.PRIMARY));
    }

    @Test
    void aPromotionCarriesTheTargetsTokenAndWhetherTheOtherIsPassive() {
        manager.leased();
        manager.ask();
        manager.reply("done");
        Grant grant = manager.commands.peek().request().grant();
        assertEquals("b-1", grant.token());
        assertTrue(grant.otherPassive());
        assertFalse(grant.fenced());
        manager.beats(1);
        assertEquals(0, manager.offered(Host.PRIMARY).grantEpoch(), "who was demoted is granted nothing");
        assertEquals(manager.commands.peek().request().epoch(), manager.offered(Host.SECONDARY).grantEpoch());
    }

    @Test
    void aSilentHostWhoseVotesLandIsNeverReplaced() {
        manager.sources = List.of("rpc");
        manager.leased();
        beat(3, -1);
        manager.a().answers = false;
        beat(20, -1);
        assertEquals(Verdict.MANAGER_PATH_LOST, manager.verdict());
        assertEquals("", manager.out());
    }

    @Test
    void aSilentHostWhoseVotesStandStillIsReplacedOnALookAfterItsLastCall() {
        manager.sources = List.of("rpc");
        manager.leased();
        beat(3, -1);
        long last = manager.clusterSlot - 1;
        manager.a().answers = false;
        beat(5, last);
        assertEquals("primary become_passive", manager.out());
        manager.noReply(Failure.Kind.NO_ANSWER);
        assertEquals("", manager.out(), "the look before the last call does not count");
        beat(1, last);
        assertEquals("secondary become_active", manager.out());
        assertFalse(manager.commands.peek().request().grant().otherPassive());
        assertEquals(last, manager.commands.peek().request().grant().lastVote(), "no tower is to be older");
        assertTrue(manager.saved.intent().reason().contains("does not vote"), manager.saved.intent().reason());
    }

    /** LIVE-2: the sixteen slots are counted from a reading right after the last vote, and are over before S is. */
    @Test
    void theSourcesAreAskedWithEachHeartbeatAlsoWhileAllIsWell() {
        manager.sources = List.of("rpc");
        manager.leased();
        manager.looks.clear();
        beat(10, -1);
        assertEquals(10, manager.looks.size());
    }

    @Test
    void votesThatLandAgainAfterTheLastCallStopTheMove() {
        manager.sources = List.of("rpc");
        manager.leased();
        beat(3, -1);
        long last = manager.clusterSlot - 1;
        manager.a().answers = false;
        beat(5, last);
        manager.noReply(Failure.Kind.NO_ANSWER);
        beat(1, -1);
        assertEquals("", manager.out());
        assertNull(manager.state.move);
    }

    @Test
    void whenTheSourcesAreBlindNobodyIsPromoted() {
        manager.sources = List.of("rpc");
        manager.leased();
        beat(3, -1);
        manager.a().answers = false;
        manager.votes.clear();
        manager.b().votes = null;
        manager.beats(20);
        assertEquals(Verdict.OBSERVER_BLIND, manager.verdict());
        assertEquals("", manager.out());
    }

    @Test
    void aHostThatNeverAttestedAFencerIsNotReplacedWhereOneIsRequiredButByAnOperatorsWord() {
        manager.sources = List.of("rpc");
        manager.fencing = Policy.Fencing.REQUIRED;
        manager.leased();
        beat(3, -1);
        long last = manager.clusterSlot - 1;
        manager.a().answers = false;
        beat(8, last);
        assertEquals(Verdict.ACTIVE_DEAD_UNFENCED, manager.verdict());
        assertEquals("", manager.out());
        manager.ask();
        assertEquals(503, manager.answers.get(1L).status());
        manager.fenced = true;
        manager.ask();
        manager.noReply(Failure.Kind.NO_ANSWER);
        assertEquals("secondary become_active", manager.out());
        assertTrue(manager.commands.peek().request().grant().fenced());
    }

    @Test
    void whatAnOperatorAcceptsTravelsWithThatOneMoveAndIsInTheLog() {
        manager.leased();
        manager.staleTower = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        assertTrue(manager.commands.peek().request().grant().staleTower());
        assertTrue(manager.lines.stream().anyMatch(line -> line.contains("--accept-stale-tower")), manager.lines::toString);
    }

    @Test
    void scenario45ATowerRefusedAsTooOldGivesTheIdentityBackAndAcceptsNothing() {
        manager.leased();
        manager.ask();
        manager.reply("done");
        long refused = manager.commands.peek().request().epoch();
        assertFalse(manager.commands.peek().request().grant().staleTower());
        manager.reply("refused");
        assertEquals("primary become_active", manager.out());
        assertTrue(manager.commands.peek().request().epoch() > refused);
        assertFalse(manager.commands.peek().request().grant().staleTower());
    }

    @Test
    void anAnsweringActiveWhoseVotesStandStillIsReplacedAfterItsGrace() {
        manager.sources = List.of("rpc");
        manager.leased();
        beat(20, -1);
        long last = manager.clusterSlot - 1;
        beat(5, last);
        assertEquals("", manager.out());
        beat(3, last);
        assertEquals("primary become_passive", manager.out());
    }

    @Test
    void aHostThatRefusesThisManagerIsNotPromotedNorIsItsPeerReplaced() {
        manager.leased();
        manager.b().lease = new LeaseStatus("b-1", 0, false, "manager x is bound", false, 0);
        manager.a().running = false;
        manager.beats(3);
        assertEquals("", manager.out());
        assertTrue(manager.blockers().contains("refuses this manager"), manager.blockers());
    }

    /** Half of all silent hosts asked their peer after they last answered the manager: then it is not free yet when S is over. */
    @Test
    void aSilentHostIsReplacedAsSoonAsItsPeerIsFreeAndNobodyIsAskedInVain() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.start();
        manager.a().answers = false;
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 2500);
        assertEquals("", manager.beats(6).out());
        assertTrue(manager.blockers().contains("has promised [primary] to leave it active, or may have: 2500 ms to go (E7)"),
                manager.blockers());
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        assertEquals("primary become_passive", manager.beats(1).out());
    }

    /** A tick that asks for a tick must not begin a second chain of them: each polls both hosts. */
    @Test
    void ticksDoNotMultiplyWhileASilentHostsVotesAreLookedAt() {
        manager.evidence = Policy.VoteEvidence.REQUIRED;
        manager.start();
        manager.a().answers = false;
        manager.post(new ManagerEvent.FailoverAsked(77, "test", false, false));
        manager.noReply(Failure.Kind.NO_ANSWER);
        int wakes = 0;
        for (int i = 0; i < 20; i++) {
            manager.nanos += 10_000_000L;
            Step step = manager.core.step(manager.state, new ManagerEvent.Tick(), manager.now());
            manager.state = step.state();
            wakes += (int) step.effects().stream().filter(effect -> effect instanceof ManagerEffect.Wake).count();
        }
        assertTrue(wakes <= 2, wakes + " ticks are asked for within 0.2 s, where each comes after 0.25 s");
    }

    @Test
    void swappedEndpointsAreRefused() {
        manager.leased();
        manager.a().hostId = "id-secondary";
        manager.b().hostId = "id-primary";
        manager.a().running = false;
        manager.beats(4);
        assertEquals(Verdict.SWAPPED_HOSTS, manager.verdict());
        assertEquals("", manager.out());
    }

    @Test
    void aPairThatTheFileNamesTheOtherWayRoundIsTheSamePair() {
        HostRecord a = new HostRecord("http://a", "id-a", 7, 5);
        HostRecord b = new HostRecord("http://b", "id-b", 6, 7);
        Pause pause = new Pause("rack", 1);
        DurableManagerState memory = new DurableManagerState("m", 3, 7, Host.SECONDARY, b, a, 5, new DurableManagerState.Intent("op",
                Host.PRIMARY, Host.SECONDARY, DurableManagerState.Phase.PROMOTING, "r"), pause, new ChainTip(9, 1),
                new DurableManagerState.Terms(9406, 500));
        DurableManagerState begun = memory.begun("http://a", "http://b");
        assertEquals(new DurableManagerState("m", 4, 7, Host.PRIMARY, a, b, 5, new DurableManagerState.Intent("op",
                Host.SECONDARY, Host.PRIMARY, DurableManagerState.Phase.PROMOTING, "r"), pause, new ChainTip(9, 1),
                new DurableManagerState.Terms(9406, 500)), begun);
    }

    @Test
    void theTipAndTheStartsSurviveARestart() {
        manager.sources = List.of("rpc");
        manager.leased();
        beat(2, -1);
        assertNotNull(manager.saved.tip());
        manager.memory = manager.saved;
        manager.begin();
        assertEquals(2, manager.state.memory.start());
        assertTrue(manager.state.evidence.everWorked(), "required from the first moment");
    }

    @Test
    void whatStandsBehindASilentHostIsSaid() {
        manager.sources = List.of("rpc");
        manager.leased();
        manager.a().lease = new LeaseStatus("a-1", 9000, true, null, false, 0, LeaseStatus.WATCHDOG);
        beat(3, -1);
        long last = manager.clusterSlot - 1;
        manager.a().answers = false;
        beat(5, last);
        assertEquals("primary become_passive", manager.out());
        assertTrue(manager.lines.toString().contains("by its agent's last answer a watchdog stands behind it"), manager.lines::toString);
    }

    /** E6 holds for it as for any silent host: the old one gets the identity back on its silence. */
    @Test
    void aFencedTargetThatIsSilentIsNotTakenForGoneWhileItsVotesLand() {
        manager.sources = List.of("rpc0", "rpc1");
        manager.leased();
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        beat(8, -1, -1);
        manager.ask();
        manager.reply("done");
        manager.reply("unknown");
        manager.b().answers = false;
        for (int i = 0; i < 12; i++) {
            assertEquals("secondary become_passive", manager.out().isEmpty() ? "secondary become_passive" : manager.out());
            if (!manager.commands.isEmpty()) {
                manager.noReply(Failure.Kind.NO_ANSWER);
            }
            beat(1, -1, -1);
        }
        long last = manager.clusterSlot;
        for (int i = 0; i < 16 && !"primary become_active".equals(manager.out()); i++) {
            if (!manager.commands.isEmpty()) {
                manager.noReply(Failure.Kind.NO_ANSWER);
            }
            beat(1, last, last);
        }
        assertEquals("primary become_active", manager.out());
        assertTrue(manager.saved.intent().reason().contains("does not vote"), manager.saved.intent().reason());
    }

    /**
     * INV-4, of a manager whose memory is older than what it did, or gone: what a host was given that has been silent since this start is
     * not known, so that the first epoch lies above all of that; then they grow by one again, as they do where both hosts have told theirs.
     */
    @Test
    void whereAHostHasNotAnsweredThisStartAnEpochLiesAboveAllThatMayHaveBeenForgotten() {
        manager.memory = DurableManagerState.fresh("manager-id").withEpoch(5)
                .with(Host.PRIMARY, HostRecord.at("http://a").withId("id-primary")).with(Host.SECONDARY, HostRecord.at("http://b"));
        manager.a().answers = false;
        manager.b().epoch = 6;
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        manager.begin().beats(20);
        assertEquals("primary become_passive", manager.out());
        assertEquals(Epochs.above(6, manager.run), manager.commands.peek().request().epoch());
        manager.noReply(Failure.Kind.NO_ANSWER);
        manager.beats(1);
        assertEquals(Epochs.above(6, manager.run), manager.saved.epoch(), "it is durable");
        assertEquals(Epochs.above(6, manager.run) + 1, manager.state.nextEpoch());

        ManagerAtWork both = new ManagerAtWork();
        both.memory = manager.memory;
        both.b().epoch = 6;
        both.start();
        both.ask();
        assertEquals(7, both.commands.peek().request().epoch());
    }
}
