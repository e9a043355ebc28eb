package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.Failure.Kind;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.LeaseStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A become_active that is out is watched in one way, whomever it went to; and what a host signed meanwhile is not forgotten. */
class WayBackTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    /** The identity is on its way back to A, which does not answer. */
    private void unanswered() {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.start();
        manager.ask();
        manager.reply("done");
        manager.reply("refused");
        assertEquals("primary become_active", manager.out());
        manager.noReply(Kind.NO_ANSWER);
    }

    /** An order without a grant is an original's: the agent takes an old tower for it, and a bound one refuses it. */
    @Test
    void whoHasAnsweredNothingSinceThisStartButTheLastCallIsNotGivenItBackWithoutAGrant() {
        manager.memory = manager.memory.withEpoch(3).withHolder(Host.PRIMARY)
                .with(Host.PRIMARY, new DurableManagerState.HostRecord("http://a", "id-primary", 3, 0))
                .with(Host.SECONDARY, new DurableManagerState.HostRecord("http://b", "id-secondary", 2, 2));
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.a().answers = false;
        manager.begin().beats(12);
        assertEquals("primary become_passive", manager.out(), () -> manager.lines.toString());
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        manager.reply("refused");
        assertEquals("", manager.out(), () -> manager.lines.toString());
        assertEquals(1, manager.said("nothing can be granted to it before"));
    }

    /** The manager's state is lost too: only the answer to that last call tells that it is an agent of ours. */
    @Test
    void whoHasTakenItselfForOursOnlyInTheLastCallIsNotGivenItBackWithoutAGrant() {
        manager.memory = manager.memory.withEpoch(3).withHolder(Host.PRIMARY);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.a().answers = false;
        manager.begin().beats(4);
        manager.ask();
        assertEquals("primary become_passive", manager.out(), () -> manager.lines.toString());
        manager.answersAs = "id-primary";
        manager.reply("done");
        manager.answersAs = null;
        assertEquals("secondary become_active", manager.out(), () -> manager.lines.toString());
        manager.reply("refused");
        assertEquals("", manager.out(), () -> manager.lines.toString());
        assertEquals(1, manager.said("nothing can be granted to it before"));
    }

    @Test
    void anOldHolderThatIsGivenItBackAndDiesInItIsNotTakenForDead() {
        unanswered();
        manager.a().answers = false;
        for (int i = 0; i < 60; i++) {
            manager.beats(1);
            assertTrue(manager.out().isEmpty() || "primary become_passive".equals(manager.out()), manager.out());
            if (!manager.commands.isEmpty()) {
                manager.noReply(Kind.NO_ANSWER);
            }
        }
        assertEquals(Verdict.MOVING, manager.verdict());
        assertTrue(manager.state.judgement.why().contains("[primary] may be active or not"), manager.state.judgement.why());
    }

    /** B has not answered become_active, and does not answer anything any more; two sources see that nobody votes. */
    private void silentInTheMiddle() {
        manager.sources = List.of("one", "two");
        manager.votes.put("one", 900L);
        manager.votes.put("two", 900L);
        manager.b().lease = new LeaseStatus("b-1", 0, true, null, false, 0);
        manager.start();
        manager.ask();
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        manager.b().answers = false;
        manager.noReply(Kind.NO_ANSWER);
        for (int i = 0; i < 40 && !manager.out().equals("secondary become_passive"); i++) {
            manager.clusterSlot += 5 * manager.heartbeat.toSeconds() / 2;
            manager.beats(1);
        }
        assertEquals("secondary become_passive", manager.out());
        manager.noReply(Kind.NOT_DELIVERED);
    }

    /** The timer that was asked for last goes off, that much early. */
    private void wake(long early) {
        Duration after = manager.wakes.get(manager.wakes.size() - 1).after();
        manager.wakes.clear();
        manager.nanos += after.toNanos() - early;
        manager.clusterSlot += after.toMillis() / 400;
        manager.post(new ManagerEvent.Tick());
    }

    @Test
    void whereHeartbeatsAreFarApartTheLookThatCountsIsAskedForAndNotWaitedForInVain() {
        manager.heartbeat = Duration.ofSeconds(5);
        silentInTheMiddle();
        int looks = manager.looks.size();
        wake(0);
        assertEquals(looks + 1, manager.looks.size(), "what was read before the last order proves nothing after it");
        wake(0);
        assertEquals(1, manager.said("[secondary] is silent, and a fencer stands behind it: it counts as gone"),
                String.join("\n", manager.lines));
    }

    @Test
    void aTimerThatComesAHairEarlyIsAskedForAgain() {
        silentInTheMiddle();
        wake(1);
        assertEquals(List.of(Duration.ofNanos(1_000_001)), manager.wakes.stream().map(ManagerEffect.Wake::after).toList());
        long asked = manager.looks.size();
        // As early again: it is past the instant that was asked for first, and not asked for a third time.
        wake(1);
        assertTrue(manager.wakes.stream().noneMatch(wake -> wake.after().toMillis() <= 1), manager.wakes.toString());
        assertTrue(manager.looks.size() > asked || manager.said("it counts as gone") == 1, String.join("\n", manager.lines));
    }

    @Test
    void whatBecameOfItIsReadFromTheOldHoldersStatus() {
        unanswered();
        manager.a().active = true;
        manager.beats(1);
        assertNull(manager.state.move);
        assertEquals(Host.PRIMARY, manager.state.holder);
        assertTrue(manager.answers.get(1L).error().contains("[primary] has the identity again"), manager.answers.get(1L).error());
        assertEquals(0, manager.saved.movedAtMillis(), "nothing was failed over");
    }

    @Test
    void oneThatIsNotKnownIsClearedBeforeTheOtherHostHasIt() {
        unanswered();
        manager.a().epoch = manager.state.memory.epoch();
        manager.beats(12);
        assertEquals("primary become_passive", manager.out());
        assertTrue(manager.commands.peek().request().epoch() > manager.a().epoch, "what is still on its way is refused then");
        manager.reply("done");
        assertNull(manager.state.move);
        assertEquals("", manager.out());
    }

    /** A status that was asked for before the command went out tells of the time before the demotion. */
    @Test
    void aStatusFromBeforeTheCommandSaysNothingOfIt() {
        manager.start();
        manager.ask();
        manager.holdPolls = true;
        manager.beats(1);
        ManagerEffect.Poll before = manager.polls.get(manager.polls.size() - 2);
        assertEquals(Host.PRIMARY, before.host());
        ManagerEvent late = manager.answer(before);
        manager.reply("done");
        manager.reply("refused");
        manager.noReply(Kind.NO_ANSWER);
        manager.post(late);
        assertNotNull(manager.state.move, "it says active, and was asked before anybody was made passive");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRestartInItGoesOnWatchingTheOldHolder(boolean written) {
        unanswered();
        manager.memory = manager.saved;
        if (!written) {
            // As an earlier version wrote it.
            manager.memory = manager.memory.withIntent(new DurableManagerState.Intent(manager.saved.intent().operationId(), Host.PRIMARY,
                    Host.SECONDARY, DurableManagerState.Phase.RESTORING, "test"));
        }
        manager.a().answers = false;
        manager.begin();
        for (int i = 0; i < 60; i++) {
            manager.beats(1);
            assertTrue(manager.out().isEmpty() || "primary become_passive".equals(manager.out()), manager.out());
            if (!manager.commands.isEmpty()) {
                manager.noReply(Kind.NO_ANSWER);
            }
        }
        assertEquals(Verdict.MOVING, manager.verdict());
    }

    /** With a fencer behind it, and evidence off, its silence ends the waiting, and the other host may have it. */
    @Test
    void aFencerBehindItEndsTheWaiting() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.a().lease = new LeaseStatus("a-1", 9000, true, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.start();
        manager.ask();
        manager.reply("done");
        manager.reply("refused");
        manager.noReply(Kind.NO_ANSWER);
        manager.a().answers = false;
        for (int i = 0; i < 40 && !"secondary become_active".equals(manager.out()); i++) {
            manager.beats(1);
            if ("primary become_passive".equals(manager.out())) {
                manager.noReply(Kind.NO_ANSWER);
            }
        }
        assertEquals("secondary become_active", manager.out());
    }

    /** Who waits for a host that will never answer needs a way out that does not end this program. */
    @Test
    void anOperatorMayStateThatTheHostInDoubtCannotSign() {
        unanswered();
        manager.a().answers = false;
        manager.beats(12);
        manager.noReply(Kind.NO_ANSWER);
        assertEquals(500, manager.answers.get(1L).status(), "whoever asked is told as far as it came");
        manager.ask();
        assertEquals(503, manager.answers.get(2L).status(), "an ordinary request changes nothing");
        manager.fenced = true;
        manager.ask();
        assertNull(manager.state.move);
        assertEquals(500, manager.answers.get(3L).status(), "the move it ends has failed");
        assertEquals(1, manager.said("the operator states that [primary] cannot sign"));
    }

    @Test
    void theWordOfAnOperatorOnTheOldHolderDoesNotStandForTheNewOne() {
        manager.evidence = Policy.VoteEvidence.OFF;
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.start();
        manager.fenced = true;
        manager.ask();
        manager.reply("done");
        manager.reply("unknown");
        manager.b().answers = false;
        int cleared = 0;
        for (int i = 0; i < 30; i++) {
            if (!manager.commands.isEmpty()) {
                assertEquals("secondary become_passive", manager.out(), "nobody else has it while that is not known");
                manager.noReply(Kind.NO_ANSWER);
                cleared++;
            }
            manager.beats(1);
        }
        assertTrue(cleared > 1, "it is asked for again and again, not " + cleared + " times");
    }

    /** It may have had the identity until it was taken off: its tower is newer than that of the old holder, which must know its votes. */
    @ParameterizedTest
    @CsvSource({"2000, true", "900, false"})
    void theTowerOfAClearedTargetGoesBackWhereItIsTheNewest(long slot, boolean handed) {
        manager.a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        manager.b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        manager.start();
        manager.ask();
        manager.reply("done", new FinalTower(1000, "QQ=="));
        assertEquals(1000, manager.commands.peek().request().tower().lastVotedSlot());
        manager.reply("unknown");
        assertEquals("secondary become_passive", manager.out());
        assertNull(manager.commands.peek().request().tower());
        manager.reply("done", new FinalTower(slot, "Qg=="));
        assertEquals("primary become_active", manager.out());
        FinalTower tower = manager.commands.peek().request().tower();
        if (handed) {
            assertEquals(slot, tower.lastVotedSlot());
        } else {
            assertNull(tower, "its own one is the newest, and it has it");
        }
    }

    /** It did obey, and lost the identity again at once: that is no success, and whether it is passive is asked, not guessed. */
    @ParameterizedTest
    @CsvSource({"false, true", "true, false", "false, false"})
    void aPromotionIsCompleteOnlyWhereTheSameStatusSaysThatItIsActive(boolean active, boolean verified) {
        manager.start();
        manager.ask();
        manager.reply("done");
        String operation = manager.commands.peek().request().operationId();
        manager.b().epoch = manager.commands.peek().request().epoch();
        manager.noReply(Kind.NO_ANSWER);
        manager.b().last = new LastOperation(operation, "become_active", "done", "ok", 0);
        manager.b().active = active;
        manager.b().verified = verified;
        manager.beats(1);
        assertEquals(0, manager.said("=== FAILOVER COMPLETE ==="));
        assertFalse(manager.answers.containsKey(1L));
        assertEquals("secondary become_passive", manager.out());
    }

    /** INV-8: it may have taken effect, whatever is known of it. */
    @Test
    void anAutomaticPromotionCountsForTheCooldownFromTheMomentItGoesOut() {
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        assertTrue(manager.saved.movedAtMillis() > 0, "durable before it goes out");
        manager.reply("unknown");
        manager.reply("done");
        manager.reply("done");
        assertEquals(Host.PRIMARY, manager.state.holder);
        manager.beats(15);
        assertTrue(manager.blockers().contains("cooldown"), manager.blockers());
        assertEquals("", manager.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused", "not delivered", "not durable"})
    void onlyOneThatNeverRanAnythingDoesNotCount(String end) {
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        manager.saveError = "not durable".equals(end) ? "disk full" : null;
        manager.reply("done");
        if ("refused".equals(end)) {
            manager.reply("refused");
        } else if ("not delivered".equals(end)) {
            manager.noReply(Kind.NOT_DELIVERED);
        }
        assertEquals(0, manager.state.memory.movedAtMillis());
        assertTrue(Cooldown.left(manager.state, manager.rules(), manager.now()).isZero());
    }

    /** Where nobody else is left it is tried again soon: nobody was failed over, and nobody votes while a cooldown is waited for. */
    @ParameterizedTest
    @CsvSource({"true, false, false", "false, false, true", "true, true, true"})
    void oneThatTheValidatorItselfRefusedDoesNotCountOnceItIsKnownToBePassive(boolean verified, boolean dead, boolean counts) {
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        manager.reply("done");
        ManagerEffect.Command command = manager.commands.remove();
        assertEquals("become_active", command.request().action());
        manager.post(new ManagerEvent.CommandReplied(command.command(), new FailoverResponse(false, "Unable to load tower file", false, 0,
                null, "failed", verified, null, dead, command.request().epoch(), 100)));
        assertTrue(manager.state.memory.movedAtMillis() > 0, "before it is known to be passive it may have it all the same");
        assertEquals("secondary become_passive", manager.out());
        manager.reply("done");
        assertEquals(counts, manager.state.memory.movedAtMillis() > 0);
        assertEquals(counts, !Cooldown.left(manager.state, manager.rules(), manager.now()).isZero());
    }
}
