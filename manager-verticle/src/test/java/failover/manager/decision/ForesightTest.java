package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.StateView;
import failover.protocol.wire.VoteReport;
import failover.protocol.wire.VoteStateReport;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is found out at a failover is found out too late: said before, and no move is begun that cannot help. */
class ForesightTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    /** Beats with two sources whose newest vote is this one; negative: it is always the newest slot. */
    private void beat(int count, long vote) {
        for (int i = 0; i < count; i++) {
            manager.clusterSlot += 5;
            long last = vote < 0 ? manager.clusterSlot - 1 : vote;
            manager.sources.forEach(source -> manager.votes.put(source, last));
            manager.b().votes = new VoteReport("V", last, manager.clusterSlot, 0, null);
            manager.a().votes = manager.b().votes;
            manager.beats(1);
        }
    }

    private void voting() {
        manager.sources = List.of("rpc0", "rpc1");
        manager.a().lease = new LeaseStatus("a-1", 9000, true, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        manager.start();
        beat(10, -1);
    }

    private String problemsOfTheActive() {
        StateView view = manager.core.view(manager.state, manager.now());
        return String.join("; "
                + "", view.hosts().stream().filter(line -> line.name().equals(view.active())).findFirst().orElseThrow().problems());
    }

    static Stream<Arguments> obstacles() {
        return Stream.of(
                row("[secondary] RPC unhealthy", m -> m.b().healthy = false),
                row("[secondary] unreachable", m -> m.b().answers = false),
                row("[secondary] process not running", m -> m.b().running = false),
                row("no tower", m -> m.b().unfit = List.of("no tower was ever restored")),
                row("attests neither fencer nor watchdog", m -> {
                    m.fencing = Policy.Fencing.REQUIRED;
                    m.begin();
                    m.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
                }),
                row("has host x for its peer", m -> m.a().peerId = "x"),
                row("refuses this manager", m -> m.a().lease = new LeaseStatus("a-1", 9000, true, "no", false, 0)),
                row("two processes of manager m", m -> m.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0, LeaseStatus.FENCER,
                        "two processes of manager m have polled this host")),
                row("is in dry-run", m -> m.a().dryRun = true));
    }

    private static Arguments row(String words, Consumer<ManagerAtWork> change) {
        return Arguments.of(words, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("obstacles")
    void whatWouldKeepASilentActiveFromBeingReplacedIsSaidBeforeItIsSilent(String words, Consumer<ManagerAtWork> change) {
        voting();
        assertEquals("", problemsOfTheActive());
        change.accept(manager);
        beat(20, -1);
        assertEquals("", manager.out());
        assertTrue(problemsOfTheActive().contains("if [primary] fell silent now it would NOT be replaced")
                && problemsOfTheActive().contains(words), problemsOfTheActive());
        long said = manager.lines.stream().filter(line -> line.contains("would NOT be replaced") && line.contains(words)).count();
        assertEquals(1, said, manager.lines::toString);
    }

    @Test
    void thatItIsMendedIsSaidToo() {
        voting();
        beat(20, -1);
        manager.b().healthy = false;
        beat(12, -1);
        manager.b().healthy = true;
        beat(12, -1);
        assertEquals(1, manager.said("[primary] would be replaced again if it fell silent"));
        assertEquals("", problemsOfTheActive());
    }

    @Test
    void whatPassesByItselfIsNoNews() {
        voting();
        beat(20, -1);
        for (int i = 0; i < 10; i++) {
            manager.b().healthy = i % 3 != 0;
            beat(1, -1);
        }
        assertEquals(0, manager.said("would NOT be replaced"));
    }

    /** It would be demoted, the other one refuse what it hands over, and it would be refused its own identity back by the same rule. */
    @ParameterizedTest
    @CsvSource(value = {"-30, null, false", "0, not signed by the identity, false", "-3, null, true", "10, null, "
            + "true"}, nullValues = "null")
    void aPlannedMoveIsBegunOnlyWhereTheHoldersOwnVoteStateIsOfUse(long ahead, String error, boolean begun) {
        voting();
        manager.a().voteState = new VoteStateReport(error == null ? manager.clusterSlot + 4 + ahead : 0, 12_000, error);
        beat(1, -1);
        manager.ask();
        if (begun) {
            assertEquals("primary become_passive", manager.out());
            return;
        }
        assertEquals("", manager.out(), "it goes on voting");
        assertEquals(503, manager.answers.get(1L).status());
        assertTrue(manager.answers.get(1L).error().contains("could not hand over"), manager.answers.get(1L).error());
        assertTrue(problemsOfTheActive().contains("it could not hand over"), problemsOfTheActive());
        manager.staleTower = true;
        manager.ask();
        assertEquals("primary become_passive", manager.out(), "an operator may accept that");
    }

    @Test
    void anAgentThatSaysNothingOfItsVoteStateIsMovedAsBefore() {
        voting();
        manager.ask();
        assertEquals("primary become_passive", manager.out());
    }

    private void stalledOnBoth() {
        voting();
        beat(20, -1);
        long last = manager.clusterSlot - 1;
        beat(9, last);
        assertEquals("primary become_passive", manager.out());
        manager.reply("done");
        manager.reply("done");
        assertEquals(Host.SECONDARY, manager.state.holder);
        manager.b().lease = new LeaseStatus("b-1", 9000, true, null, false, 0);
        manager.a().lease = new LeaseStatus("a-1", 0, true, null, false, 0);
        beat(200, last);
    }

    /** An empty fee balance, a key that is not the authorized voter, a cluster that does not finalize: no host is to blame. */
    @Test
    void votesThatLandNowhereMoveTheIdentityOnce() {
        stalledOnBoth();
        assertEquals("", manager.out(), "to and fro, one move per cooldown");
        assertEquals(Verdict.VOTES_LAND_NOWHERE, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("authorized voter"), manager.state.judgement.why());
        manager.memory = manager.saved;
        manager.begin();
        beat(40, manager.votes.get("rpc0"));
        assertEquals(Verdict.VOTES_LAND_NOWHERE, manager.verdict(), "a restart does not forget it");
        assertEquals("", manager.out());
    }

    @Test
    void onceVotesHaveLandedTheNextTroubleIsANewOne() {
        stalledOnBoth();
        beat(20, -1);
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
        assertEquals(0, manager.state.memory.stalledVote());
        long last = manager.clusterSlot - 1;
        beat(9, last);
        assertEquals("secondary become_passive", manager.out());
    }

    /** Nobody's votes count then, and another host's would no more. */
    @Test
    void votesThatStandStillWhileTheClusterFinalizesNothingMoveNothing() {
        voting();
        beat(20, -1);
        long last = manager.clusterSlot - 1;
        for (int i = 0; i < 60; i++) {
            manager.post(new ManagerEvent.NodeRead("rpc0", new NodeReport("node0", "genesis", 500), manager.nanos));
            manager.post(new ManagerEvent.NodeRead("rpc1", new NodeReport("node1", "genesis", 500), manager.nanos));
            // As long as it is not known whether it finalizes, the votes go on.
            beat(1, i < 30 ? -1 : last);
        }
        assertEquals("", manager.out());
        assertEquals(Verdict.CLUSTER_HALTED, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("finalizes nothing"), manager.state.judgement.why());
    }

    /** Its agent would refuse, and a refused move is not tried again at once; that nobody keeps the peer active an operator may know. */
    @Test
    void aHostThatTwoManagersPollIsMadeActiveOnlyByAnOperatorsWordThatTheOtherIsFenced() {
        manager.sources = List.of("rpc");
        manager.leased();
        String doubled = "two processes of manager m have polled this host";
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0, LeaseStatus.FENCER, doubled);
        beat(3, -1);
        long last = manager.clusterSlot - 1;
        manager.a().answers = false;
        beat(8, last);
        assertEquals(Verdict.ACTIVE_DEAD, manager.verdict());
        assertEquals("", manager.out());
        manager.ask();
        assertTrue(manager.answers.get(1L).toString().contains(doubled), () -> manager.answers.get(1L).toString());
        manager.fenced = true;
        manager.ask();
        manager.noReply(Failure.Kind.NO_ANSWER);
        assertEquals("secondary become_active", manager.out());
    }
}
