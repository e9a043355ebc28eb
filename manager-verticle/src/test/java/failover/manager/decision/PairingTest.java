package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.DurableManagerState.HostRecord;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is who (E12, E17): ids, not addresses, in every exchange on which a promotion rests. */
class PairingTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    private void leased() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
    }

    private void another() {
        manager.a().hostId = "another-machine";
        manager.a().active = false;
        manager.a().epoch = 0;
        manager.a().lease = new LeaseStatus("x-1", 0, false, null, false, 0);
    }

    /** Whoever answers where the holder did, it is not the holder: that one may vote where nobody hears it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherMachineAtTheHoldersAddressDoesNotSpeakForTheHolder(boolean restarted) {
        leased();
        another();
        if (restarted) {
            manager.memory = manager.saved;
            manager.begin();
        }
        manager.beats(20);
        assertEquals("", manager.out(), () -> "on the word of a machine that never held the identity: " + manager.lines);
        assertEquals(Verdict.IDENTITY_UNKNOWN, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("id another-machine, it was id-primary"), manager.state.judgement.why());
        assertEquals(0, manager.offered(Host.PRIMARY).grantEpoch(), "nor is it granted what the holder was");
        manager.ask();
        assertEquals(503, manager.answers.get(1L).status());
    }

    @Test
    void itsOperatorMaySayThatTheHolderCannotSign() {
        leased();
        another();
        manager.beats(3);
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        assertTrue(manager.commands.peek().request().grant().fenced());
        manager.reply("done");
        manager.beats(3);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals("another-machine", manager.saved.primary().id());
    }

    /** No dead end: with the other host gone, the statement makes the new machine the one that is filled. */
    @Test
    void andWhereTheOtherHostIsOfNoUseTheNewMachineGetsTheIdentity() {
        leased();
        another();
        manager.b().healthy = false;
        manager.fenced = true;
        manager.beats(3);
        manager.ask();
        assertEquals(503, manager.answers.get(1L).status());
        assertEquals("secondary become_passive", manager.beats(8).out());
        manager.reply("done");
        assertEquals("primary become_active", manager.out());
    }

    /** A reinstalled agent beside the validator that votes: the validator's own word says where the identity is. */
    @Test
    void anAgentWithANewStateBesideTheVoterIsTakenByItsValidatorsWord() {
        leased();
        manager.a().hostId = "reinstalled";
        manager.beats(2);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals("reinstalled", manager.saved.primary().id());
        manager.a().hostId = "again";
        manager.a().verified = false;
        manager.beats(2);
        assertEquals(Verdict.IDENTITY_UNKNOWN, manager.verdict(), "a memory is not its word");
    }

    @Test
    void theHolderThatComesBackToItsAddressIsTheHolder() {
        leased();
        another();
        manager.beats(3);
        manager.a().hostId = "id-primary";
        manager.a().active = true;
        manager.a().epoch = 3;
        manager.beats(2);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals("", manager.out());
    }

    @Test
    void aNewMachineAtThePassivesAddressIsTaken() {
        leased();
        manager.b().hostId = "new-b";
        manager.beats(2);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals("new-b", manager.saved.secondary().id());
    }

    /** A is kept in office by a third host: that one's word is not the word of whom this manager would promote. */
    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false"})
    void whoHasAnotherPeerIsNotReplacedOnSilence(boolean active, boolean restarted) {
        leased();
        if (active) {
            manager.a().peerId = "old-b";
            manager.b().peerId = "id-primary";
        } else {
            manager.a().peerId = "id-secondary";
            manager.b().peerId = "old-a";
        }
        manager.beats(2);
        assertEquals(Verdict.PEER_MISMATCH, manager.verdict(), "said before it is needed");
        if (restarted) {
            manager.memory = manager.saved;
            manager.begin();
        }
        manager.a().answers = false;
        manager.beats(30);
        assertEquals(Verdict.PEER_MISMATCH, manager.verdict());
        assertEquals("", manager.out());
        assertTrue(manager.state.judgement.why().contains("peer_endpoint"), manager.state.judgement.why());
        manager.ask();
        assertEquals(503, manager.answers.get(1L).status());
        assertTrue(manager.answers.get(1L).error().contains("peer_mismatch"), manager.answers.get(1L).error());
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out(), "a person may say that it cannot sign");
    }

    @Test
    void anEmptyPairIsNotFilledWhileAThirdHostIsAPeer() {
        leased();
        manager.b().peerId = "old-a";
        manager.a().active = false;
        manager.beats(10);
        assertEquals(Verdict.NO_ACTIVE, manager.verdict());
        assertEquals("", manager.out());
        manager.b().peerId = "id-primary";
        assertEquals("secondary become_passive", manager.beats(2).out());
    }

    @ParameterizedTest
    @CsvSource(value = {"id-secondary, id-primary", "null, null", "id-secondary, null"}, nullValues = "null")
    void whoHasTheRightPeerOrNamesNoneIsReplacedAsEver(String a, String b) {
        leased();
        manager.a().peerId = a;
        manager.b().peerId = b;
        manager.beats(2);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        manager.a().answers = false;
        assertEquals("primary become_passive", manager.beats(5).out());
    }

    /** One that is ordered to become passive says so itself: that rests on nobody's silence. */
    @Test
    void aSickActiveIsReplacedWhoeverItsPeerIs() {
        leased();
        manager.a().peerId = "old-b";
        manager.a().healthy = false;
        assertEquals("primary become_passive", manager.beats(3).out());
    }

    @Test
    void pollsAndGrantsNameTheProcessAndTheOtherHost() {
        leased();
        assertEquals("run-1", manager.offered(Host.PRIMARY).managerRun());
        assertEquals(0, manager.offered(Host.PRIMARY).otherEpoch());
        assertEquals(3, manager.offered(Host.SECONDARY).otherEpoch(), "who is passive may know who holds the identity");
        manager.ask();
        manager.reply("done");
        Grant grant = manager.commands.peek().request().grant();
        assertEquals("run-1", grant.managerRun());
        assertEquals("id-primary", grant.otherId());
        assertEquals(false, grant.otherTried());
        manager.beats(1);
        assertEquals(manager.commands.peek().request().epoch(), manager.offered(Host.PRIMARY).otherEpoch());
        manager.reply("unknown");
        manager.reply("done");
        assertEquals("primary become_active", manager.out());
        assertEquals("id-secondary", manager.commands.peek().request().grant().otherId());
        assertEquals(true, manager.commands.peek().request().grant().otherTried(), "the other one may have voted");
    }

    @Test
    void aRefusalBeforeAnythingRanLeavesTheOldHoldersTowerTheNewest() {
        leased();
        manager.ask();
        manager.reply("done");
        manager.reply("refused");
        assertEquals("primary become_active", manager.out());
        assertEquals(false, manager.commands.peek().request().grant().otherTried());
        assertTrue(manager.commands.peek().request().grant().otherPassive());
    }

    /** It must not live on by its peer's promise: it is told that the identity goes on. */
    @Test
    void aSickActiveThatDidNotObeyIsToldThatTheIdentityIsTaken() {
        leased();
        manager.a().healthy = false;
        manager.beats(3);
        manager.noReply(Failure.Kind.NO_ANSWER);
        manager.polls.clear();
        manager.beats(1);
        assertTrue(manager.offered(Host.PRIMARY).otherEpoch() > 3);
    }

    @Test
    void aHolderThatObeysAnotherManagerIsSaidWithHowThatEnds() {
        leased();
        manager.a().lease = new LeaseStatus("a-1", 9000, false, "an older start (1) of manager m whose start 3 is obeyed here", false, 0);
        manager.beats(2);
        assertEquals(Verdict.MANAGER_REFUSED, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("an older start (1)")
                && manager.state.judgement.why().contains("stop one of the two"), manager.state.judgement.why());
        assertEquals("", manager.out());
    }

    @Test
    void aHostThatIsBusyForLongerThanItMayBeIsNotLeftAlone() {
        leased();
        manager.a().operation = "become_passive";
        manager.beats(3);
        assertEquals(Verdict.SUSPECT, manager.verdict());
        manager.a().healthy = false;
        manager.beats(1);
        assertEquals("", manager.out(), "busy as yet");
        manager.beats(6);
        assertEquals("primary become_passive", manager.out());
    }

    @Test
    void anAgentSaysItselfForHowLongItHasBeenBusy() {
        leased();
        manager.a().operation = "become_passive";
        manager.a().operationMs = 60_000;
        manager.a().healthy = false;
        assertEquals("primary become_passive", manager.beats(3).out());
    }

    @Test
    void aPassiveThatHangsInAChangeIsNotPromotedAndThatIsSaid() {
        leased();
        manager.b().operation = "become_active";
        manager.b().operationMs = 60_000;
        manager.a().running = false;
        manager.beats(4);
        assertEquals("", manager.out());
        assertTrue(manager.blockers().contains("longer than that may take"), manager.blockers());
    }

    /** "The lower epoch loses" must not believe an epoch that nobody issued. */
    @ParameterizedTest
    @CsvSource({"99, secondary", "900000, secondary", "9007199254740992, secondary", "3, secondary"})
    void anEpochThatWasNeverIssuedToThatHostLoses(long claimed, String loser) {
        manager.memory = DurableManagerState.fresh("m").withEpoch(3).withHolder(Host.PRIMARY)
                .with(Host.PRIMARY, new HostRecord("http://a", "id-primary", 3, 0))
                .with(Host.SECONDARY, new HostRecord("http://b", "id-secondary", 2, 2));
        leased();
        manager.b().active = true;
        manager.b().epoch = claimed;
        manager.beats(2);
        assertEquals(loser + " become_passive", manager.out());
    }

    @ParameterizedTest
    @ValueSource(longs = {9007199254740992L, 1_000_004, Long.MAX_VALUE, -5})
    void anEpochBeyondReachIsNotLearnt(long claimed) {
        leased();
        manager.b().epoch = claimed;
        manager.beats(2);
        assertEquals(3, manager.state.highestEpoch());
        manager.a().running = false;
        manager.beats(3);
        assertEquals("", manager.out());
        assertTrue(manager.blockers().contains("which nobody can have given it"), manager.blockers());
        assertTrue(manager.saved.secondary().passive() <= 3, "nor does it count as an answer to all that is issued later");
    }

    @Test
    void anEpochOfAStartThatThisOneKnowsNothingOfIsLearnt() {
        leased();
        manager.b().epoch = 70;
        manager.beats(2);
        manager.ask();
        assertEquals(71, manager.commands.peek().request().epoch());
        assertNotEquals(0, manager.saved.epoch());
    }

    /** Another host, or one with the state of the other, answers: what the one that was meant does is not known. */
    @ParameterizedTest
    @ValueSource(strings = {"id-primary", "another-machine"})
    void nobodysAnswerToACommandIsTheWordOfAnotherHost(String who) {
        leased();
        manager.ask();
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        manager.noReply(Failure.Kind.NO_ANSWER);
        manager.beats(3);
        assertEquals("secondary become_passive", manager.out(), "what became of it is not known");
        manager.answersAs = who;
        manager.reply("done");
        assertEquals("", manager.out(), "nobody else is promoted on that word");
        assertTrue(manager.lines.stream().anyMatch(line -> line.contains("host " + who + " answered at the endpoint of [secondary], which "
                + "is host id-secondary")), manager.lines::toString);
        manager.beats(3);
        assertEquals("secondary become_passive", manager.out(), "and it is asked again");
        manager.answersAs = "id-secondary";
        manager.reply("done");
        assertEquals("primary become_active", manager.out());
    }

    @Test
    void aHostThatIsDemotedByAnothersWordIsNotDemoted() {
        leased();
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.answersAs = "another-machine";
        manager.reply("done");
        assertEquals("", manager.out(), "the other one is not promoted");
        assertEquals(0, manager.saved.primary().passive());
        assertTrue(manager.answers.get(1L).error().contains("another-machine"), manager.answers.get(1L).toString());
    }

    /** Nor does the status of another host tell what became of a promotion. */
    @ParameterizedTest
    @ValueSource(strings = {"id-primary", "another-machine"})
    void aStatusOfAnotherHostDoesNotEndTheDoubtOfAPromotion(String who) {
        leased();
        manager.ask();
        manager.reply("done");
        manager.b().hostId = who;
        manager.noReply(Failure.Kind.NO_ANSWER);
        manager.beats(2);
        assertEquals("", manager.out(), "it says that it is passive, and means itself");
        manager.b().active = true;
        manager.beats(2);
        assertTrue(manager.state.move != null, "that it is active neither");
        assertEquals("id-secondary", manager.state.memory.secondary().id(), "nor does it take that one's place meanwhile");
    }
}
