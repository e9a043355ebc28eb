package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.DurableManagerState.HostRecord;
import failover.manager.decision.Failure.Kind;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.VoteReport;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules that could be taken out of the code without a test or a run of the simulator seeing it. */
class UnseenRulesTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    /** E3: the token was issued somewhere between question and answer, and its lease runs from then. */
    @Test
    void silenceCountsFromTheAnswerNotFromTheQuestion() {
        manager.leased();
        manager.holdPolls = true;
        manager.beats(1);
        ManagerEffect.Poll asked = manager.polls.get(manager.polls.size() - 2);
        assertEquals(Host.PRIMARY, asked.host());
        manager.nanos += 1_900_000_000L;
        manager.post(manager.answer(asked));
        long answered = manager.nanos;
        manager.holdPolls = false;
        manager.a().answers = false;
        while (manager.nanos - answered < 9_900_000_000L) {
            manager.nanos += 100_000_000L;
            manager.post(new ManagerEvent.Tick());
            assertEquals("", manager.out(), (manager.nanos - answered) / 1_000_000 + " ms after the answer");
        }
        manager.beats(1);
        assertEquals("primary become_passive", manager.out());
    }

    /** What another host once said at that address excludes nobody. */
    @Test
    void whatAHostSaidOfEpochsGoesWithIt() {
        manager.memory = DurableManagerState.fresh("m").withEpoch(9).withHolder(Host.PRIMARY)
                .with(Host.PRIMARY, new HostRecord("http://a", "id-primary", 8, 0))
                .with(Host.SECONDARY, new HostRecord("http://b", "before", 9, 9));
        manager.b().verified = false;
        manager.leased();
        assertEquals("id-secondary", manager.saved.secondary().id());
        assertFalse(manager.saved.secondary().excluded());
        assertEquals(0, manager.saved.secondary().issued());
    }

    /** It has begun: it obeyed the epoch. Whether it takes the identity yet is waited for. */
    @Test
    void aTargetThatHasBegunIsNotClearedAtOnce() {
        manager.leased();
        manager.ask();
        manager.reply("done");
        manager.b().epoch = manager.commands.peek().request().epoch();
        manager.noReply(Kind.NO_ANSWER);
        manager.beats(3);
        assertEquals("", manager.out());
    }

    /** And what it says meanwhile is no word for all it was ever granted. */
    @Test
    void aStatusInTheMiddleOfAMoveExcludesNobody() {
        manager.leased();
        manager.ask();
        manager.reply("done");
        manager.b().epoch = manager.commands.peek().request().epoch();
        manager.noReply(Kind.NO_ANSWER);
        manager.beats(3);
        assertFalse(manager.state.memory.secondary().excluded());
    }

    @Test
    void aSilentHostIsGrantedNothingWhileItIsReplaced() {
        manager.leased();
        manager.a().answers = false;
        manager.beats(5);
        assertEquals("primary become_passive", manager.out());
        manager.polls.clear();
        manager.beats(1);
        assertEquals(0, manager.polls.get(0).request().lease().grantEpoch());
    }

    /** E7 binds the old holder's promise as well: the other one is only silent, and did not say that it is passive. */
    @Test
    void whoGetsTheIdentityBackOnTheOthersSilenceIsNotToldThatThatOneIsPassive() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.leased();
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        manager.beats(1);
        manager.ask();
        manager.reply("done");
        manager.reply("unknown");
        manager.b().answers = false;
        for (int i = 0; i < 20 && !"primary become_active".equals(manager.out()); i++) {
            if (!manager.commands.isEmpty()) {
                manager.noReply(Kind.NO_ANSWER);
            }
            manager.beats(1);
        }
        assertEquals("primary become_active", manager.out());
        assertFalse(manager.commands.peek().request().grant().otherPassive());
    }

    @Test
    void anEmptyPairIsNotFilledWhileSomebodyVotes() {
        manager.sources = List.of("rpc");
        manager.leased();
        manager.a().active = false;
        for (int i = 0; i < 20; i++) {
            manager.clusterSlot += 5;
            manager.votes.put("rpc", manager.clusterSlot - 1);
            manager.b().votes = new VoteReport("V", manager.clusterSlot - 1, manager.clusterSlot, 0, null);
            manager.beats(1);
        }
        assertEquals("", manager.out());
        assertEquals(Verdict.NO_ACTIVE, manager.verdict());
        assertTrue(manager.blockers().contains("somebody votes"), manager.blockers());
    }

    /** It answered a command, though no poll: it is not silent. */
    @Test
    void anAnswerToACommandIsASignOfLife() {
        manager.leased();
        manager.a().answers = false;
        manager.beats(5);
        assertEquals("primary become_passive", manager.out());
        manager.reply("refused");
        manager.beats(1);
        assertEquals(Verdict.ACTIVE_UNREACHABLE_SUSPECT, manager.verdict());
    }

    /** E12: it holds by another manager's leases, and its word to this one ends none of them. */
    @Test
    void theHolderOfAnotherManagerIsNotReplaced() {
        manager.leased();
        manager.a().lease = new LeaseStatus("a-1", 9000, false, "manager x is bound", false, 0);
        manager.a().running = false;
        manager.beats(5);
        assertEquals("", manager.out());
        assertTrue(manager.blockers().contains("the active's agent refuses this manager"), manager.blockers());
    }

    /** It lives: whoever said that it cannot sign, an operator even, was wrong, or speaks of another machine. */
    /** E3: whoever pulled the plug need not wait for S; the passive is told, and what it promised does not bind it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void anOperatorsWordThatItCannotSignIsNotWaitedForSWith(int failed) {
        manager.sources = List.of("rpc");
        manager.evidence = Policy.VoteEvidence.REQUIRED;
        manager.leased();
        manager.a().answers = false;
        manager.beats(failed);
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.beats(failed == 0 ? 1 : 0);
        manager.noReply(Failure.Kind.NO_ANSWER);
        assertEquals("secondary become_active", manager.out(), manager.lines::toString);
        assertTrue(manager.commands.peek().request().grant().fenced());
        manager.reply("done");
        assertEquals(200, manager.answers.get(1L).status());
    }

    /** But one that answers polls is not off, whatever becomes of the order to it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoAnswersPollsIsNotReplacedBecauseAnOperatorSaysThatItIsOff(boolean silentBefore) {
        manager.leased();
        manager.a().answers = !silentBefore;
        manager.beats(1);
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.a().answers = true;
        manager.beats(1);
        manager.noReply(Failure.Kind.NOT_DELIVERED);
        assertEquals("", manager.out());
        assertEquals(500, manager.answers.get(1L).status());
    }

    @Test
    void aHostThatComesBackWhileItsLastCallIsOutIsNotReplacedWhateverAnOperatorSaid() {
        manager.sources = List.of("rpc");
        manager.leased();
        vote(3, -1);
        manager.votes.clear();
        manager.b().votes = null;
        manager.a().answers = false;
        manager.beats(6);
        assertEquals(Verdict.OBSERVER_BLIND, manager.verdict());
        manager.fenced = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out());
        manager.a().answers = true;
        manager.beats(1);
        manager.noReply(Kind.NO_ANSWER);
        assertEquals("", manager.out());
        assertEquals(1, manager.said("Failover failed: [primary] answers again"), manager.lines.toString());
    }

    /** Of a host that was issued more than it has answered for, only the answer of this moment counts. */
    @Test
    void aHostThatAnswersNoMoreIsNotSaidToBePassiveByWhatItLastSaid() {
        manager.leased();
        manager.ask();
        manager.reply("done");
        manager.reply("refused");
        manager.reply("refused");
        manager.a().epoch = 3;
        manager.a().unfit = List.of("not ready");
        manager.b().unfit = List.of("not ready");
        manager.beats(4);
        assertEquals(Verdict.NO_ACTIVE, manager.verdict());
        manager.b().operation = "become_passive";
        manager.beats(1);
        manager.a().answers = false;
        manager.beats(1);
        assertEquals(Verdict.IDENTITY_UNKNOWN, manager.verdict(), manager.state.judgement.toString());
        assertTrue(manager.state.judgement.why().contains("[primary] does not answer"), manager.state.judgement.why());
    }

    /** It lives, whatever its votes do: the look at them was only to tell whether it does. */
    @Test
    void aHostThatComesBackWhileItsVotesAreLookedAtIsNotReplaced() {
        manager.sources = List.of("rpc");
        manager.leased();
        vote(3, -1);
        long last = manager.clusterSlot - 1;
        manager.a().answers = false;
        vote(5, last);
        assertEquals("primary become_passive", manager.out());
        manager.noReply(Kind.NO_ANSWER);
        assertEquals("", manager.out(), "a look is awaited");
        manager.a().answers = true;
        vote(1, last);
        assertEquals("", manager.out());
        assertEquals(1, manager.said("Failover failed: [primary] answers again"));
    }

    private void vote(int beats, long newest) {
        for (int i = 0; i < beats; i++) {
            manager.clusterSlot += 5;
            long vote = newest < 0 ? manager.clusterSlot - 1 : newest;
            manager.votes.put("rpc", vote);
            manager.b().votes = new VoteReport("V", vote, manager.clusterSlot, 0, null);
            manager.beats(1);
        }
    }
}
