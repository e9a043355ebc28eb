package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.ClockReading;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dead-man's machine, event by event. */
class SelfFenceTest extends FenceAtWork {
    @Test
    void theGateIsClosedFirstAndWordsComeLast() {
        publish(hold(5), 0);
        List<FenceEffect> begun = due();
        assertInstanceOf(FenceEffect.CloseGate.class, begun.get(0));
        assertInstanceOf(FenceEffect.Do.class, begun.get(1), "the first step waits for no word");
        int told = begun.indexOf(begun.stream().filter(FenceEffect.Post.class::isInstance).findFirst().orElseThrow());
        for (int i = 0; i < begun.size(); i++) {
            assertFalse(begun.get(i) instanceof FenceEffect.Say && i < told, begun.toString());
        }
        assertTrue(begun.stream().anyMatch(effect -> effect instanceof FenceEffect.Say say && say.line().contains("FENCING THIS HOST")));
    }

    @Test
    void whetherTheLeaseIsDueIsAskedBeforeAnythingIsWrittenOrAnswered() {
        publish(hold(5), 0);
        millis += Q.minus(D).minus(J).toMillis();
        HeldLease shorter = new HeldLease(5, new ClockReading((millis - 1) * MS, 0, (millis - 1) * MS), Duration.ofMillis(100), D, J);
        List<FenceEffect> begun = publish(shorter, 0);
        assertInstanceOf(FenceEffect.CloseGate.class, begun.get(0));
        assertTrue(none(begun, FenceEffect.Arm.class), "a lease that is due is not written down first: " + begun);
    }

    @Test
    void theFenceBeginsDAndJBeforeTheLeaseEndsAndNotSooner() {
        publish(hold(5), 0);
        assertTrue(none(after(Q.minus(D).minus(J).minusMillis(1)), FenceEffect.CloseGate.class));
        one(after(Duration.ofMillis(1)), FenceEffect.CloseGate.class);
    }

    @Test
    void aRenewalIsWrittenDownByOneReadingOfTheClocks() {
        HeldLease hold = hold(5);
        millis += 300;
        FenceEffect.Arm arm = one(publish(hold, 0), FenceEffect.Arm.class);
        assertEquals((1_000_000 + Q.toMillis()) * MS, arm.deadlineNanos(), "the lease's end, however late it is written");
        assertEquals((1_000_000 + Q.toMillis() - 750) * MS, arm.lastNanos());
        assertTrue(none(publish(hold, 0), FenceEffect.Arm.class), "the same lease is not written twice");
        millis += 1000;
        assertEquals((millis + Q.toMillis()) * MS, one(publish(hold(5), 0), FenceEffect.Arm.class).deadlineNanos());
    }

    @Test
    void ofAShortLeaseTheFencerIsToldALaterInstantAndTheGuardActsBeforeItsEnd() {
        HeldLease hold = new HeldLease(5, now(), Duration.ofMillis(1900), Duration.ofMillis(400), Duration.ofMillis(100));
        FenceEffect.Arm arm = one(publish(hold, 0), FenceEffect.Arm.class);
        assertEquals((millis + 1900 + 804) * MS, arm.deadlineNanos());
        assertEquals((millis + 1900 - 150) * MS, arm.lastNanos());
    }

    @Test
    void theFencerRestsOnlyOnceTheIdentityIsOff() {
        publish(hold(5), 0);
        List<FenceEffect> begun = due();
        assertTrue(none(begun, FenceEffect.Disarm.class));
        FenceEffect.Do look = one(begun, FenceEffect.Do.class);
        List<FenceEffect> next = step(new FenceEvent.Done(look.number(), new TaskResult.Looked(look(true, AgentAtWork.STAKED, true))));
        assertTrue(none(next, FenceEffect.Disarm.class));
        FenceEffect.Do save = one(next, FenceEffect.Do.class);
        next = step(new FenceEvent.Done(save.number(), new TaskResult.Saved(null)));
        assertTrue(none(next, FenceEffect.Disarm.class));
        FenceEffect.Do remove = one(next, FenceEffect.Do.class);
        next = step(new FenceEvent.Done(remove.number(), answer(remove.task(), null)));
        assertTrue(none(next, FenceEffect.Disarm.class), "a command's word is no proof");
        next = step(new FenceEvent.Done(one(next, FenceEffect.Do.class).number(), new TaskResult.Looked(look(true, AgentAtWork.OTHER,
                true))));
        one(next, FenceEffect.Disarm.class);
        work(next, look(true, AgentAtWork.OTHER, true));
        assertNull(machine().current().hold());
        assertEquals(Role.PASSIVE, machine().current().memory().role());
        one(effects, FenceEffect.OpenGate.class);
    }

    @Test
    void aFenceThatFailedIsTriedAgainBehindTheSameGateAndTheFencerStaysArmed() {
        publish(hold(5), 0);
        List<FenceEffect> begun = due();
        for (int i = 0; i < 100 && machine().current().memory().lastOperation() == null; i++) {
            FenceEffect.Do todo = (FenceEffect.Do) begun.stream().filter(FenceEffect.Do.class::isInstance).findFirst().orElse(null);
            begun = todo == null ? after(machine().wait(now()).plusMillis(1)) : step(new FenceEvent.Done(todo.number(),
                    todo.task() instanceof Task.Kill ? new TaskResult.Killed(false, "it is in state D")
                            : answer(todo.task(), look(true, AgentAtWork.STAKED, true))));
        }
        assertNotNull(machine().current().hold(), "the lease is still held, and still ends");
        assertTrue(none(effects, FenceEffect.Disarm.class));
        assertTrue(none(effects, FenceEffect.OpenGate.class));
        AgentEvent.Fenced told = (AgentEvent.Fenced) effects.stream().filter(FenceEffect.Post.class::isInstance)
                .map(effect -> ((FenceEffect.Post) effect).event()).filter(AgentEvent.Fenced.class::isInstance).findFirst().orElseThrow();
        assertFalse(told.response().success());
        effects.clear();
        assertTrue(none(after(Duration.ofMillis(900)), FenceEffect.Do.class));
        work(after(Duration.ofMillis(101)), look(false, null, true));
        assertNull(machine().current().hold());
        one(effects, FenceEffect.OpenGate.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void whateverHangsTheFenceGoesOnToSigkillWithinTheLease(int hangs) {
        publish(hold(5), 0);
        millis += Q.minus(D).minus(J).toMillis();
        long begun = millis;
        List<FenceEffect> now = step(new FenceEvent.Look());
        for (int i = 0; i < 10_000; i++) {
            FenceEffect.Do todo = (FenceEffect.Do) now.stream().filter(FenceEffect.Do.class::isInstance).findFirst().orElse(null);
            if (todo != null && (todo.task() instanceof Task.Kill || todo.task() instanceof Task.KillAll)) {
                assertTrue(millis - begun + 300 <= D.plus(J).toMillis(), "SIGKILL after " + (millis - begun) + " ms");
                return;
            }
            boolean hung = todo == null || (hangs & 1) != 0 && todo.task() instanceof Task.Look
                    || (hangs & 2) != 0 && todo.task() instanceof Task.Save || (hangs & 4) != 0 && todo.task() instanceof Task.Run;
            now = hung ? after(machine().wait(now()).plusMillis(1))
                    : step(new FenceEvent.Done(todo.number(), answer(todo.task(), look(true, AgentAtWork.STAKED, true))));
        }
        throw new AssertionError("no SIGKILL, ever");
    }

    @Test
    void anAnswerThatComesTooLateIsNoAnswerToTheNextStep() {
        publish(hold(5), 0);
        FenceEffect.Do look = one(due(), FenceEffect.Do.class);
        FenceEffect.Do save = one(after(Duration.ofMillis(351)), FenceEffect.Do.class);
        assertInstanceOf(Task.Save.class, save.task());
        assertTrue(none(step(new FenceEvent.Done(look.number(), new TaskResult.Looked(look(false, null, true)))), FenceEffect.Do.class));
        assertInstanceOf(Task.Run.class, one(step(new FenceEvent.Done(save.number(), new TaskResult.Saved(null))),
                FenceEffect.Do.class).task());
    }

    @Test
    void whoCannotTellWhichProcessIsTheValidatorKillsAllOfItsName() {
        publish(hold(5), 0);
        List<FenceEffect> now = due();
        for (int i = 0; i < 100; i++) {
            FenceEffect.Do todo = (FenceEffect.Do) now.stream().filter(FenceEffect.Do.class::isInstance).findFirst().orElse(null);
            if (todo != null && todo.task() instanceof Task.KillAll) {
                work(now, look(false, null, true));
                assertEquals(Role.PASSIVE, machine().current().memory().role());
                return;
            }
            now = todo == null ? after(machine().wait(now()).plusMillis(1))
                    : step(new FenceEvent.Done(todo.number(), answer(todo.task(), look(true, AgentAtWork.STAKED, false))));
        }
        throw new AssertionError("nobody was killed");
    }

    @Test
    void aFaultOfOursInAFenceKillsAllOfTheName() {
        publish(hold(5), 0);
        FenceEffect.Do look = one(due(), FenceEffect.Do.class);
        FenceEffect.Do next = one(step(new FenceEvent.Done(look.number(), new TaskResult.Saved(null))), FenceEffect.Do.class);
        assertInstanceOf(Task.KillAll.class, next.task());
        work(step(new FenceEvent.Done(next.number(), new TaskResult.Killed(true, null))), look(false, null, true));
        assertNull(machine().current().hold());
    }

    @Test
    void whatTheCoreKnewBeforeAFenceCountsNoMoreAfterIt() {
        publish(hold(5), 0);
        work(due(), look(false, null, true));
        assertNull(machine().current().hold());
        assertTrue(none(publish(hold(5), 0), FenceEffect.Arm.class), "said before it had heard of the fence");
        assertNull(machine().current().hold());
        one(publish(hold(6), 0), FenceEffect.Arm.class);
        machine = null;
        publish(hold(5), 0);
        work(due(), look(false, null, true));
        one(publish(hold(5), 1), FenceEffect.Arm.class);
    }

    @Test
    void theFencersWordGrowsOldAndItsTroubleIsSaidOnce() {
        publish(hold(5), 0);
        step(new FenceEvent.FencerSaid(true, null));
        assertTrue(machine().capable());
        effects.clear();
        for (int i = 0; i < 5; i++) {
            publish(hold(5), 0);
            after(Duration.ofSeconds(1));
        }
        assertFalse(machine().capable(), "nobody has answered for five seconds: the directory hangs");
        assertEquals(new AgentEvent.FencerSeen(false), one(effects, FenceEffect.Post.class).event());
        effects.clear();
        step(new FenceEvent.FencerSaid(false, "it may not kill"));
        step(new FenceEvent.FencerSaid(false, "it may not kill"));
        assertEquals("it may not kill", one(effects, FenceEffect.Say.class).line());
    }

    @Test
    void looksAreForgottenAfterAKillAndAfterTheFence() {
        publish(hold(5), 0);
        List<FenceEffect> begun = due();
        work(begun, look(true, AgentAtWork.STAKED, true));
        int kill = index(effect -> effect instanceof FenceEffect.Do todo && todo.task() instanceof Task.Kill);
        List<FenceEffect> rest = effects.subList(kill + 1, effects.size());
        assertTrue(rest.stream().filter(FenceEffect.ForgetLooks.class::isInstance).count() >= 2, rest.toString());
    }

    private int index(java.util.function.Predicate<FenceEffect> which) {
        for (int i = 0; i < effects.size(); i++) {
            if (which.test(effects.get(i))) {
                return i;
            }
        }
        throw new AssertionError("none in " + effects);
    }

    /** E16: an earlier start left a deadline; this one has fenced, or demoted, by another way than its own lease. */
    @Test
    void whatAnEarlierStartLeftIsTakenBackOnceThisHostCarriesNothing() {
        DurableAgentState doubted = active().withRole(Role.PASSIVE).withInDoubt(DurableAgentState.InDoubt.SOME);
        assertTrue(none(step(new FenceEvent.Published(new AgentEffect.Publish(null, active()), 0)), FenceEffect.Disarm.class));
        assertTrue(none(step(new FenceEvent.Published(new AgentEffect.Publish(null, doubted), 0)), FenceEffect.Disarm.class));
        DurableAgentState passive = active().withRole(Role.PASSIVE);
        one(step(new FenceEvent.Published(new AgentEffect.Publish(null, passive), 0)), FenceEffect.Disarm.class);
        assertTrue(none(step(new FenceEvent.Look()), FenceEffect.Disarm.class), "once");
    }
}
