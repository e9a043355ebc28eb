package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.Failure.Kind;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.VoteReport;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A sick active that answers polls, and that no order reaches, or that obeys none: it is let run out, and nobody rises before (E3). */
class SickActiveTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    private void sick(String how) {
        manager.leased();
        if ("dead process".equals(how)) {
            manager.a().running = false;
        } else {
            manager.a().healthy = false;
        }
        ordered("primary become_passive");
    }

    private void ordered(String command) {
        for (int i = 0; i < 20 && manager.out().isEmpty(); i++) {
            manager.beats(1);
        }
        assertEquals(command, manager.out(), manager.lines::toString);
    }

    private void notBegun(String how) {
        if ("refused".equals(how)) {
            manager.reply("refused");
        } else {
            manager.noReply(Kind.NOT_DELIVERED);
        }
    }

    private long granted(Host host) {
        manager.polls.clear();
        manager.beats(1);
        return manager.offered(host).grantEpoch();
    }

    /** Its command path is dead, its polls are answered: for ever, were it not given up. */
    @ParameterizedTest
    @CsvSource({"unhealthy, not delivered", "dead process, not delivered", "unhealthy, refused"})
    void whomNoOrderReachesIsLetRunOutAtTheSecondAndReplacedOnceItSaysThatItIsPassive(String sickness, String how) {
        sick(sickness);
        notBegun(how);
        assertEquals(3, granted(Host.PRIMARY), "one order may be lost");
        ordered("primary become_passive");
        notBegun(how);
        assertEquals(0, granted(Host.PRIMARY));
        assertTrue(manager.offered(Host.PRIMARY).otherEpoch() > 3, "and it is told that the identity goes on");
        assertEquals(1, manager.said("[primary] is granted no lease any more, and fences itself"));
        // While it says that it is active nobody rises, however long that takes.
        for (int i = 0; i < 60; i++) {
            manager.beats(1);
            assertTrue(!manager.out().endsWith("become_active"), manager.out());
            if (!manager.out().isEmpty()) {
                notBegun(how);
            }
        }
        manager.a().active = false;
        manager.a().lease = new LeaseStatus("a-1", 0, false, null, false, 0);
        ordered("primary become_passive");
        manager.noReply(Kind.NOT_DELIVERED);
        assertEquals("secondary become_active", manager.out(), "its polls have said that it is passive: " + manager.lines);
        manager.reply("done");
        manager.beats(3);
        assertEquals(Host.SECONDARY, manager.saved.holder());
    }

    /** What it says by polls must be its validator's word, and it must obey this manager. */
    @ParameterizedTest
    @ValueSource(strings = {"not verified", "refuses"})
    void nobodyIsPromotedWhereThePassiveOnesWordIsNotEnough(String what) {
        sick("unhealthy");
        manager.noReply(Kind.NOT_DELIVERED);
        ordered("primary become_passive");
        manager.noReply(Kind.NOT_DELIVERED);
        manager.a().active = false;
        manager.a().lease = new LeaseStatus("a-1", 0, false, "refuses".equals(what) ? "obeys another manager" : null, false, 0);
        manager.a().verified = !"not verified".equals(what);
        for (int i = 0; i < 40; i++) {
            manager.beats(1);
            assertTrue(!manager.out().endsWith("become_active"), manager.out());
            if (!manager.out().isEmpty()) {
                manager.noReply(Kind.NOT_DELIVERED);
            }
        }
    }

    @Test
    void whoGotWellBetweenTwoOrdersIsNotGivenUpAtTheNext() {
        sick("unhealthy");
        manager.noReply(Kind.NOT_DELIVERED);
        manager.a().healthy = true;
        manager.beats(10);
        manager.a().healthy = false;
        ordered("primary become_passive");
        manager.noReply(Kind.NOT_DELIVERED);
        assertEquals(3, granted(Host.PRIMARY));
    }

    @Test
    void norIsWhoCouldNotBeReplacedAnyway() {
        sick("unhealthy");
        manager.noReply(Kind.NOT_DELIVERED);
        ordered("primary become_passive");
        manager.b().answers = false;
        manager.beats(2);
        manager.noReply(Kind.NOT_DELIVERED);
        assertEquals(3, granted(Host.PRIMARY));
    }

    /** One whose votes stand still looks well for half a minute after each order: that is no recovery. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoseVotesStandStillIsLetRunOutAtTheSecondOrderTooUnlessTheyHaveLandedMeanwhile(boolean landed) {
        manager.sources = List.of("rpc0", "rpc1");
        manager.leased();
        votes(30, true);
        votes(9, false);
        assertEquals("primary become_passive", manager.out());
        manager.noReply(Kind.NOT_DELIVERED);
        if (landed) {
            votes(10, true);
        }
        for (int i = 0; i < 60 && manager.out().isEmpty(); i++) {
            votes(1, false);
        }
        assertEquals("primary become_passive", manager.out());
        manager.noReply(Kind.NOT_DELIVERED);
        assertEquals(landed ? 3 : 0, granted(Host.PRIMARY));
    }

    private void votes(int beats, boolean land) {
        for (int i = 0; i < beats; i++) {
            manager.clusterSlot += 5;
            long last = land ? manager.clusterSlot - 1 : manager.votes.getOrDefault("rpc0", 1L);
            manager.sources.forEach(source -> manager.votes.put(source, last));
            manager.b().votes = new VoteReport("V", last, manager.clusterSlot, 0, null);
            manager.a().votes = manager.b().votes;
            manager.beats(1);
        }
    }

    /** Two voters: the loser of the two is granted nothing more as soon as its demotion fails, in whatever way. */
    @ParameterizedTest
    @ValueSource(strings = {"not delivered", "no answer", "refused"})
    void ofTwoActivesTheOneThatIsToLoseAndIsNotReachedIsLetRunOutAtOnce(String how) {
        manager.memory = DurableManagerState.fresh("m").withEpoch(5).withHolder(Host.PRIMARY)
                .with(Host.PRIMARY, new DurableManagerState.HostRecord("http://a", "id-primary", 3, 0))
                .with(Host.SECONDARY, new DurableManagerState.HostRecord("http://b", "id-secondary", 5, 0));
        manager.leased();
        assertEquals(3, granted(Host.PRIMARY));
        manager.b().active = true;
        manager.b().epoch = 5;
        ordered("primary become_passive");
        if ("no answer".equals(how)) {
            manager.noReply(Kind.NO_ANSWER);
        } else {
            notBegun(how);
        }
        assertEquals(0, granted(Host.PRIMARY));
        assertTrue(manager.offered(Host.PRIMARY).otherEpoch() > 5, "it hears that another one holds the identity");
    }
}
