package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.StateView;
import failover.protocol.wire.VoteReport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sources are worth, found out and said before it is needed; and that one of them alone cannot blind the manager. */
class SourceMonitorTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    private void cluster(String... sources) {
        manager.sources = List.of(sources);
        for (String source : sources) {
            manager.votes.put(source, 1000L);
        }
    }

    /** So many heartbeats in which the cluster moves; with {@code voting} the identity votes and every source that is asked sees it. */
    private void beats(int count, boolean voting) {
        for (int i = 0; i < count; i++) {
            manager.clusterSlot += 5;
            manager.networkSlot = manager.clusterSlot;
            manager.a().slot = manager.clusterSlot;
            manager.b().slot = manager.clusterSlot;
            if (voting) {
                manager.votes.replaceAll((source, vote) -> manager.clusterSlot - 1);
            }
            if (manager.b().votes != null && !manager.b().votes.failed()) {
                long vote = voting ? manager.clusterSlot - 1 : manager.b().votes.lastVote();
                manager.b().votes = new VoteReport("V", vote, manager.clusterSlot, 0, null);
            }
            manager.beats(1);
        }
    }

    private StateView.EvidenceView view() {
        return manager.core.view(manager.state, manager.now()).evidence();
    }

    /** Agave without --full-rpc-api beside B, under an agent of the version before this one; and the default of one cluster_rpc. */
    @Test
    void aSourceThatCanNeverSayIsNotCountedAsOneAndThatIsSaid() {
        cluster("rpc");
        manager.b().votes = new VoteReport("V", 0, 0, 0, "RPC error -32601: Method not found");
        manager.start();
        beats(40, true);
        assertEquals(1, manager.said("source of votes [secondary] proves nothing: it has never told of the identity's votes"));
        assertTrue(view().replaceable(), view().why());
        manager.a().answers = false;
        beats(10, false);
        assertEquals("[primary] become_passive", manager.out().replace("primary", "[primary]"), manager.verdict() + " "
                + manager.state.judgement.why());
    }

    @Test
    void oneAbsurdSlotDoesNotBlindTheManagerForEver() {
        cluster("one", "two");
        manager.start();
        beats(10, true);
        manager.post(new ManagerEvent.VotesRead("one", new VoteReading("V", 1000, 900_000_000L, manager.nanos)));
        manager.post(new ManagerEvent.VotesUnknown("one", "the fault is over", manager.nanos + 1));
        manager.post(new ManagerEvent.NetworkSlotRead(List.of(900_000_000L, manager.clusterSlot)));
        beats(30, true);
        assertEquals(manager.clusterSlot, manager.state.network.slot());
        assertTrue(manager.saved.tip().slot() < 10_000, manager.saved.tip().toString());
        manager.a().answers = false;
        beats(10, false);
        assertEquals("primary become_passive", manager.out(), manager.verdict() + " " + manager.state.judgement.why());
    }

    @Test
    void theNetworksSlotIsTheHighestThatTheNetworkCanHaveComeTo() {
        NetworkSlot slot = NetworkSlot.UNKNOWN.read(List.of(1_000L), List.of(), 1);
        assertEquals(1_000, slot.slot());
        long second = 1_000_000_000L;
        assertEquals(1_000, slot.read(List.of(900_000_000L), List.of(), second).slot());
        assertTrue(slot.read(List.of(900_000_000L), List.of(), second).trouble().contains("further ahead"));
        assertEquals(1_025, slot.read(List.of(900_000_000L, 1_025L), List.of(), 10 * second).slot());
        assertEquals(9_000, slot.read(List.of(9_000L, 9_001L - 1), List.of(), 10 * second).slot(), "two at one place");
        assertEquals(9_000, slot.read(List.of(9_000L), List.of(9_010L), 10 * second).slot(), "a validator of the pair is there");
        assertEquals(1_000, slot.read(List.of(600L), List.of(), 10 * second).slot(), "a source that lags");
        assertEquals(600, slot.read(List.of(600L), List.of(), 70 * second).slot(), "nobody has been there for a minute");
        assertEquals(900_000_000L, slot.read(List.of(900_000_000L), List.of(), 70 * second).slot());
        assertEquals(1_000, NetworkSlot.UNKNOWN.read(List.of(900_000_000L, 1_000L), List.of(), 1).slot());
        assertEquals("x", slot.failed("x").trouble());
        assertEquals(0, NetworkSlot.UNKNOWN.read(List.of(Long.MAX_VALUE), List.of(), 1).slot());
        assertEquals(1_000, slot.read(List.of(Long.MAX_VALUE), List.of(Long.MIN_VALUE), second).slot());
    }

    @Test
    void aSourceThatRefusesTheMethodsOfVotesIsNamedAtOnce() {
        cluster("rpc");
        manager.start();
        beats(2, true);
        manager.votes.remove("rpc");
        manager.post(new ManagerEvent.VotesUnknown("rpc", "error -32601 Method not found", manager.nanos + 1, true));
        manager.post(new ManagerEvent.Tick());
        assertEquals(1, manager.said("source of votes rpc proves nothing: it serves neither getAccountInfo nor getVoteAccounts with "));
        StateView.SourceLine line = view().sources().get(0);
        assertFalse(line.proves());
        assertTrue(line.says().contains("serves neither"), line.says());
    }

    @Test
    void whetherASilentHostCouldBeReplacedNowIsSaidBeforeItIsNeeded() {
        cluster("one", "two");
        manager.start();
        beats(30, true);
        assertTrue(view().replaceable());
        assertEquals(0, manager.said("could NOT be replaced"));
        manager.votes.remove("two");
        beats(20, true);
        assertEquals(1, manager.said("if [primary] fell silent now it could NOT be replaced: 1 of 2 sources that are needed can say"));
        assertFalse(view().replaceable());
        assertTrue(view().why().contains("two could not say: 429"), view().why());
        manager.votes.put("two", 1L);
        beats(30, true);
        assertEquals(1, manager.said("if [primary] fell silent it could be replaced again"));
    }

    @Test
    void aSourceOnTheSuspectsHostIsNotAskedAndOneOnTheOtherHostProvesNothingMore() {
        cluster("rpc");
        manager.a().identity = "IDENTITY-A";
        manager.b().identity = "IDENTITY-B";
        manager.b().votes = new VoteReport("V", 999, 1000, 0, null);
        manager.nodes.put("rpc", new NodeReport("IDENTITY-A", "genesis", 900));
        manager.start();
        beats(20, true);
        assertEquals(1, manager.said("source of votes rpc is the RPC of [primary] itself"));
        manager.a().answers = false;
        manager.votes.remove("rpc");
        manager.nodes.clear();
        beats(10, false);
        assertEquals("primary become_passive", manager.out(), manager.verdict() + " " + manager.state.judgement.why());
    }

    @Test
    void oneNodeUnderTwoNamesIsOneWitness() {
        cluster("rpc");
        manager.b().identity = "IDENTITY-B";
        manager.b().votes = new VoteReport("V", 999, 1000, 0, null);
        manager.nodes.put("rpc", new NodeReport("IDENTITY-B", "genesis", 900));
        manager.start();
        beats(20, true);
        assertEquals(1, manager.said("source of votes rpc is the RPC of [secondary] itself"));
        assertFalse(view().replaceable(), view().why());
        manager.a().answers = false;
        beats(20, false);
        assertEquals("", manager.out());
        assertEquals(Verdict.OBSERVER_BLIND, manager.verdict(), manager.state.judgement.why());
        assertTrue(manager.state.judgement.why().contains("1 of 2"), manager.state.judgement.why());
    }

    @Test
    void oneSourceAloneAgainstTheOthersIsAVetoAndAnAlarmWhenItLasts() {
        cluster("one", "two", "liar");
        manager.start();
        beats(20, true);
        manager.a().answers = false;
        for (int i = 0; i < 40; i++) {
            beats(1, false);
            manager.votes.put("liar", manager.clusterSlot);
        }
        assertNotEquals(Verdict.ACTIVE_DEAD, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("1 of 3 sources contradicts the others, which see no votes: liar"),
                manager.state.judgement.why());
        assertEquals(1, manager.said("ALARM: one source alone has contradicted the others"));
        assertEquals(1, manager.said("if it lies, restart the manager with --without-source "));
    }

    @Test
    void howLongASlotTakesIsMeasuredAndToldToTheAgents() {
        cluster("one", "two");
        manager.start();
        assertEquals(0, manager.polls.get(manager.polls.size() - 1).request().slotMs());
        for (int i = 0; i < 100; i++) {
            manager.clusterSlot += 5;
            beats(1, true);
        }
        assertEquals(200, manager.polls.get(manager.polls.size() - 1).request().slotMs(), 5);
        assertEquals(200, view().slotMs(), 5);
        manager.b().lease = new LeaseStatus("token", 0, true, null, false, 0);
        beats(1, true);
        manager.ask();
        manager.reply("done");
        assertEquals(200, manager.commands.peek().request().grant().slotMs(), 5, "a tower's age is reckoned by it");
    }

    @Test
    void whereNobodyLooksAtVotesNothingIsSaidOfSources() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.start();
        assertNull(view());
    }
}
