package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.DurableManagerState.HostRecord;
import failover.manager.decision.DurableManagerState.Phase;
import failover.manager.decision.Failure.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OperationTest {
    private final ManagerAtWork manager = new ManagerAtWork();

    private void promoting() {
        manager.start();
        manager.ask();
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
    }

    @Test
    void aMoveDemotesThenPromotesAndAnswersItsOperator() {
        promoting();
        long epoch = manager.commands.peek().request().epoch();
        manager.reply("done");
        assertEquals(200, manager.answers.get(1L).status());
        assertEquals(Host.SECONDARY, manager.state.holder);
        assertEquals(epoch, manager.saved.epoch());
        assertNull(manager.saved.intent());
    }

    @ParameterizedTest
    @CsvSource({"failed", "refused", "unknown"})
    void om03AFailedDemotionIsNeverFollowedByAPromotion(String outcome) {
        manager.start();
        manager.ask();
        manager.reply(outcome);
        assertEquals("", manager.beats(20).out());
        assertEquals(500, manager.answers.get(1L).status());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void om1AnUnansweredDemotionIsNeverFollowedByAPromotion(Kind kind) {
        manager.start();
        manager.ask();
        manager.noReply(kind);
        assertEquals("", manager.beats(20).out());
    }

    @Test
    void aHostSilentForSIsAskedOnceMoreAndThenReplaced() {
        manager.start();
        manager.a().answers = false;
        manager.beats(5);
        assertEquals("primary become_passive", manager.out());
        manager.noReply(Kind.NO_ANSWER);
        assertEquals("secondary become_active", manager.out());
    }

    /** Scenario 62: an original that says nothing is asked nothing, and whoever reads the log or the state knows what is not certain. */
    @Test
    void scenario62ASilentOriginalIsReplacedWithAWarningThatNamesWhatIsNotGuaranteed() {
        manager.a().hostId = null;
        manager.start();
        manager.a().answers = false;
        manager.beats(5);
        assertEquals("secondary become_active", manager.out());
        String warning = "[primary] runs an agent of the original: it holds no lease and has no fencer";
        assertEquals(1, manager.lines.stream().filter(line -> line.startsWith(warning)).count(), "the verdict and the reason say it, too");
        assertTrue(manager.saved.intent().reason().contains("nothing guarantees that its validator cannot sign"));
    }

    /** The same word of one of ours would be a lie, also where this start of the manager has not met it yet. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void scenario62OneOfOursIsNotTakenForAnOriginal(boolean met) {
        manager.memory = DurableManagerState.fresh("manager-id").withHolder(Host.PRIMARY)
                .with(Host.PRIMARY, HostRecord.at("http://a").withId("id-primary")).with(Host.SECONDARY, HostRecord.at("http://b"));
        manager.a().answers = met;
        manager.start();
        manager.a().answers = false;
        manager.beats(5);
        if (!manager.commands.isEmpty() && "primary become_passive".equals(manager.out())) {
            manager.noReply(Kind.NO_ANSWER);
        }
        assertEquals("secondary become_active", manager.out());
        assertEquals(0, manager.said("runs an agent of the original"));
    }

    /** Mixed pairs: its word is what there is, and without it nobody is promoted. */
    @ParameterizedTest
    @CsvSource({"done, secondary become_active", "failed, ''"})
    void scenario62AnOriginalThatAnswersIsReplacedOnlyOnAnAcknowledgedDemotion(String outcome, String then) {
        manager.a().hostId = null;
        manager.a().verified = false;
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        assertEquals("primary become_passive", manager.out());
        manager.reply(outcome);
        assertEquals(then, manager.out());
    }

    @Test
    void aHostThatComesBackWhileItsLastCallIsOutIsNotReplaced() {
        manager.start();
        manager.a().answers = false;
        manager.beats(5);
        manager.a().answers = true;
        manager.beats(1);
        manager.noReply(Kind.NO_ANSWER);
        assertEquals("", manager.beats(9).out());
        assertEquals(Host.PRIMARY, manager.state.holder);
    }

    @Test
    void pf3ARefusedPromotionIsGivenBackUnderAHigherEpoch() {
        promoting();
        long epoch = manager.commands.peek().request().epoch();
        manager.reply("refused");
        assertEquals("primary become_active", manager.out());
        assertTrue(manager.commands.peek().request().epoch() > epoch);
        manager.reply("done");
        assertEquals(Host.PRIMARY, manager.state.holder);
        assertEquals(500, manager.answers.get(1L).status());
    }

    @ParameterizedTest
    @CsvSource({"unknown", "failed"})
    void svs3AnUnknownPromotionIsClearedBeforeTheOldOneHasItBack(String outcome) {
        promoting();
        manager.reply(outcome);
        assertEquals("secondary become_passive", manager.out());
        assertTrue(!manager.commands.peek().request().planned(), "and may be killed for it");
        manager.reply("unknown");
        manager.beats(3);
        assertEquals("secondary become_passive", manager.out(), "again and again, and nothing else");
        assertTrue(manager.state.judgement.why().contains("[secondary] may be active or not, and nobody else is promoted"),
                manager.state.judgement.why());
        manager.reply("done");
        assertEquals("primary become_active", manager.out());
    }

    @Test
    void svs3ALostPromotionIsReadFromTheStatusAndNeverRepeated() {
        promoting();
        manager.noReply(Kind.NO_ANSWER);
        manager.b().active = true;
        assertEquals("", manager.beats(1).out());
        assertEquals(Host.SECONDARY, manager.state.holder);
        assertEquals(200, manager.answers.get(1L).status());
    }

    @Test
    void scenario7ALostPromotionThatNothingTellsOfIsCleared() {
        promoting();
        manager.noReply(Kind.NO_ANSWER);
        manager.b().operation = "become_active";
        assertEquals("", manager.beats(9).out());
        assertTrue(manager.state.judgement.why().contains("may be active or not"), manager.state.judgement.why());
        assertEquals("secondary become_passive", manager.beats(2).out());
    }

    @Test
    void aFencedTargetThatIsSilentForSWhileItIsClearedCountsAsGone() {
        manager.b().lease = new failover.protocol.wire.LeaseStatus("b-1", 0, true, null, false, 0);
        promoting();
        manager.reply("unknown");
        manager.b().answers = false;
        for (int i = 0; i < 6 && !"primary become_active".equals(manager.out()); i++) {
            if (!manager.commands.isEmpty()) {
                manager.noReply(Kind.NO_ANSWER);
            }
            manager.beats(1);
        }
        assertEquals("primary become_active", manager.out());
    }

    @Test
    void aDeadHostIsNotGivenTheIdentityBack() {
        manager.start();
        manager.ask();
        manager.reply("done", true);
        manager.reply("refused");
        assertEquals("", manager.out());
        assertEquals(500, manager.answers.get(1L).status());
    }

    @Test
    void om11AnOperatorsRequestWhileBusyIsRefusedByName() {
        promoting();
        long second = manager.ask();
        assertEquals(503, manager.answers.get(second).status());
        assertTrue(manager.answers.get(second).error().contains("is under way"));
        manager.reply("done");
        assertEquals(2, manager.answers.size());
    }

    @Test
    void aMoveThatCannotBeMadeDurableIsNotBegun() {
        manager.start();
        manager.saveError = "state.json: No space left on device";
        long ticket = manager.ask();
        assertEquals("", manager.out());
        assertEquals(500, manager.answers.get(ticket).status());
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void scenario36ARestartedManagerReadsRealityAtEveryStep(Phase step) {
        manager.memory = DurableManagerState.fresh("manager-id").withEpoch(7).withHolder(Host.PRIMARY)
                .with(Host.PRIMARY, HostRecord.at("http://a")).with(Host.SECONDARY, HostRecord.at("http://b"))
                .withIntent(new DurableManagerState.Intent("op", Host.PRIMARY, Host.SECONDARY, step, "test"));
        manager.a().active = false;
        manager.a().epoch = 7;
        // The first answers tell who asks, and with the next look the move goes on.
        manager.begin().beats(2);
        boolean open = step != Phase.DEMOTING;
        // On the way back it is the old holder that may be about to take the identity.
        String asked = step == Phase.RESTORING ? "primary" : "secondary";
        if (step == Phase.RESTORING) {
            assertEquals("", manager.out());
            manager.beats(10);
        }
        assertEquals(open ? asked + " become_passive" : "", manager.out());
        if (open) {
            assertTrue(manager.commands.peek().request().epoch() > 7, "a command still on its way is refused under a higher epoch");
            manager.reply("done");
        }
        assertEquals("secondary become_passive", manager.beats(9).out(), "nobody is active: the last holder again, the other one first");
        manager.reply("done");
        assertEquals("primary become_active", manager.out());
    }

    @Test
    void scenario51TheCooldownSurvivesARestart() {
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        manager.reply("done");
        manager.reply("done");
        assertTrue(manager.saved.movedAtMillis() > 0);
        manager.memory = manager.saved;
        manager.a().healthy = true;
        manager.b().healthy = false;
        manager.begin().beats(9);
        assertTrue(manager.blockers().contains("cooldown"), manager.blockers());
        assertEquals("", manager.out());
        assertEquals("secondary become_passive", manager.beats(150).out());
    }

    /** Whoever gets back what it had has not been failed over. */
    @Test
    void anEmptyPairThatIsFilledStartsTheCooldownOnlyIfTheOtherHostGetsTheIdentity() {
        manager.start();
        manager.a().active = false;
        assertEquals("secondary become_passive", manager.beats(9).out());
        manager.reply("done");
        manager.reply("done");
        assertEquals(0, manager.saved.movedAtMillis());
        manager.a().active = false;
        manager.a().healthy = false;
        assertEquals("primary become_passive", manager.beats(9).out());
        manager.reply("done");
        manager.reply("done");
        assertTrue(manager.saved.movedAtMillis() > 0);
    }

    /** The dead host is taken to be active again once its successor is not; it had the identity before, and nobody has it now. */
    @Test
    void theCooldownDoesNotKeepTheSuccessorOfADeadHostFromGettingTheIdentityBack() {
        manager.start();
        manager.a().answers = false;
        manager.beats(5);
        manager.noReply(Kind.NO_ANSWER);
        manager.reply("done");
        long movedAt = manager.saved.movedAtMillis();
        assertTrue(movedAt > 0);
        manager.b().active = false;
        assertEquals("primary become_passive", manager.beats(9).out(), "without waiting for the cooldown");
        assertEquals(Host.SECONDARY, manager.saved.holder(), "who had it last is not who is taken to be active");
        manager.noReply(Kind.NO_ANSWER);
        assertEquals("secondary become_active", manager.out());
        manager.reply("done");
        assertEquals(movedAt, manager.saved.movedAtMillis(), "it is no second failover");
    }

    @Test
    void theCooldownKeepsADeadSuccessorFromBeingReplaced() {
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        manager.reply("done");
        manager.reply("done");
        manager.a().healthy = true;
        manager.b().answers = false;
        assertEquals("", manager.beats(20).out());
        assertTrue(manager.blockers().contains("cooldown"), manager.blockers());
    }

    /** An agent that lost its memory says what its configuration says: that is nobody's last holder. */
    @Test
    void anUnverifiedWordIsNotRememberedAsWhoHadTheIdentityLast() {
        manager.start();
        manager.a().active = false;
        manager.b().active = true;
        manager.b().verified = false;
        manager.beats(1);
        assertEquals(Host.PRIMARY, manager.saved.holder());
        manager.b().verified = true;
        manager.beats(1);
        assertEquals(Host.SECONDARY, manager.saved.holder());
    }

    /** It had been lost before the move: to give it "back" to who was only taken to be active would be another failover. */
    @Test
    void onlyTheLastHolderIsGivenTheIdentityBack() {
        manager.start();
        manager.a().answers = false;
        manager.beats(5);
        manager.noReply(Kind.NO_ANSWER);
        manager.reply("done");
        manager.b().active = false;
        assertEquals("primary become_passive", manager.beats(9).out());
        manager.a().answers = true;
        manager.a().active = false;
        manager.reply("done");
        assertEquals("secondary become_active", manager.out());
        manager.reply("refused");
        assertEquals("", manager.out(), "the primary had lost it long before");
    }
}
