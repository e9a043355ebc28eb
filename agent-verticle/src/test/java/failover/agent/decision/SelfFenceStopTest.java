package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dead-man's machine when its agent is to go, and under whatever may come. */
class SelfFenceStopTest extends FenceAtWork {
    @Test
    void anUnguardedActiveThatStopsIsFencedFirst() {
        publish(hold(5), 0);
        assertTrue(none(step(new FenceEvent.Stop()), FenceEffect.CloseGate.class), "first it asks whether somebody guards it");
        assertTrue(none(after(Duration.ofMillis(900)), FenceEffect.Ended.class));
        List<FenceEffect> begun = after(Duration.ofMillis(101));
        assertInstanceOf(FenceEffect.CloseGate.class, begun.get(0));
        assertTrue(none(begun, FenceEffect.Ended.class));
        work(begun, look(true, AgentAtWork.OTHER, true));
        assertTrue(one(effects, FenceEffect.Ended.class).free());
    }

    @Test
    void anAgentThatStopsAsksTheFencerBeforeItTakesNobodyForAnAnswer() {
        publish(hold(5), 0);
        step(new FenceEvent.Stop());
        one(after(Duration.ofMillis(20)), FenceEffect.AskFencer.class);
        one(after(Duration.ofMillis(20)), FenceEffect.AskFencer.class);
        step(new FenceEvent.FencerSaid(true, null));
        assertFalse(one(after(Duration.ofMillis(20)), FenceEffect.Ended.class).free(), "the lease goes on under the fencer");
        assertTrue(none(effects, FenceEffect.CloseGate.class) && none(effects, FenceEffect.Disarm.class));
    }

    @Test
    void aFencerThatSaysItCannotIsNoGuardOfAnAgentThatStops() {
        publish(hold(5), 0);
        step(new FenceEvent.FencerSaid(true, null));
        step(new FenceEvent.FencerSaid(false, "it may not kill"));
        step(new FenceEvent.Stop());
        one(after(Duration.ofMillis(1001)), FenceEffect.CloseGate.class);
    }

    @Test
    void whoHoldsNothingOrIsToBeLeftAloneEndsAtOnce() {
        publish(null, 0);
        assertTrue(one(step(new FenceEvent.Stop()), FenceEffect.Ended.class).free());
        machine = null;
        fencing = AgentOptions.Fencing.OFF;
        publish(hold(5), 0);
        assertFalse(one(step(new FenceEvent.Stop()), FenceEffect.Ended.class).free());
        assertEquals(List.of(), step(new FenceEvent.Look()), "it is over");
    }

    @Test
    void aStopInTheMiddleOfAFenceWaitsForIt() {
        publish(hold(5), 0);
        List<FenceEffect> begun = due();
        assertTrue(none(step(new FenceEvent.Stop()), FenceEffect.Ended.class));
        work(begun, look(true, AgentAtWork.OTHER, true));
        assertTrue(one(effects, FenceEffect.Ended.class).free());
        assertEquals(1, effects.stream().filter(FenceEffect.CloseGate.class::isInstance).count());
    }

    @ParameterizedTest
    @ValueSource(longs = {400, 1000, 2000, 5000, 30_000})
    void aStopIsOverInTheTimeThatAStopHasWhateverTheLease(long fenceMs) {
        Duration d = Duration.ofMillis(fenceMs);
        HeldLease hold = new HeldLease(5, now(), Duration.ofMillis(fenceMs * 6), d, J);
        publish(hold, 0);
        long begun = millis;
        List<FenceEffect> now = step(new FenceEvent.Stop());
        for (int i = 0; i < 10_000 && none(now, FenceEffect.Ended.class); i++) {
            FenceEffect.Do todo = (FenceEffect.Do) now.stream().filter(FenceEffect.Do.class::isInstance).findFirst().orElse(null);
            boolean kills = todo != null && (todo.task() instanceof Task.Kill || todo.task() instanceof Task.KillAll);
            now = kills ? step(new FenceEvent.Done(todo.number(), new TaskResult.Killed(true, null)))
                    : after(machine().wait(now()).plusMillis(1));
        }
        one(now, FenceEffect.Ended.class);
        assertTrue(millis - begun <= 7000, "it took " + (millis - begun) + " ms");
    }

    @Test
    void aWallClockThatWasSetTakesTheTrustAndForASecondNotTheIdentity() {
        publish(hold(5), 0);
        wallAhead = 3_605_000;
        List<FenceEffect> doubted = after(Duration.ofMillis(20));
        assertTrue(none(doubted, FenceEffect.CloseGate.class));
        assertEquals(new AgentEvent.LeaseDoubted(), one(doubted, FenceEffect.Post.class).event());
        assertTrue(none(after(Duration.ofMillis(900)), FenceEffect.CloseGate.class));
        one(publish(hold(5), 0), FenceEffect.Arm.class);
        assertTrue(none(after(Duration.ofMillis(500)), FenceEffect.CloseGate.class), "a word that was asked for after the jump");
        wallAhead += 20_000;
        after(Duration.ofMillis(20));
        assertTrue(none(publish(new HeldLease(5, before(20_000), Q, D, J), 0), FenceEffect.Arm.class));
        one(after(Duration.ofMillis(1000)), FenceEffect.CloseGate.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20, 99})
    void ofAWallClockThatIsSteeredALittleAheadNobodySaysThatItHasMoved(long ahead) {
        publish(hold(5), 0);
        wallAhead = ahead;
        one(after(Q.minus(D).minus(J).minusMillis(ahead)), FenceEffect.CloseGate.class);
        assertTrue(effects.stream().noneMatch(effect -> effect instanceof FenceEffect.Say said && said.line().contains("wall clock")));
    }

    /** An instant of this host's clocks as they were before its wall clock was moved by so much. */
    private failover.protocol.ClockReading before(long moved) {
        return new failover.protocol.ClockReading(now().nanos(), now().wallMillis() - moved, now().bootNanos());
    }

    @Test
    void oneSecondIsOneSecondHoweverOftenTheClockMoves() {
        publish(hold(5), 0);
        for (int i = 0; i < 9; i++) {
            wallAhead += 60_000;
            assertTrue(none(after(Duration.ofMillis(110)), FenceEffect.CloseGate.class));
        }
        wallAhead += 60_000;
        one(after(Duration.ofMillis(120)), FenceEffect.CloseGate.class);
    }

    @Test
    void aSuspendIsNoMatterOfTheWallClockAlone() {
        publish(hold(5), 0);
        wallAhead = 60_000;
        bootAhead = 60_000;
        one(after(Duration.ofMillis(20)), FenceEffect.CloseGate.class);
        machine = null;
        wallAhead = 0;
        bootAhead = 0;
        publish(hold(5), 0);
        wallAhead = 60_000;
        after(Duration.ofMillis(20));
        bootAhead = 60_000;
        one(after(Duration.ofMillis(20)), FenceEffect.CloseGate.class);
    }

    @ParameterizedTest
    @EnumSource(AgentOptions.Fencing.class)
    void whateverComesInWhateverOrderItNeverThrowsAndNeverForgetsALease(AgentOptions.Fencing any) {
        fencing = any;
        for (long seed = 1; seed <= 300; seed++) {
            machine = new SelfFence(rules());
            SplittableRandom dice = new SplittableRandom(seed);
            long numbers = 0;
            long fences = 0;
            boolean closed = false;
            for (int i = 0; i < 400; i++) {
                millis += dice.nextInt(100) < 5 ? dice.nextInt(10_000) : dice.nextInt(200);
                FenceEvent event = event(dice, numbers, fences);
                for (FenceEffect effect : machine.step(event, now())) {
                    numbers = effect instanceof FenceEffect.Do todo ? todo.number() : numbers;
                    fences += effect instanceof FenceEffect.Post post && post.event() instanceof AgentEvent.Fenced ? 1 : 0;
                    closed = effect instanceof FenceEffect.CloseGate || closed && !(effect instanceof FenceEffect.OpenGate);
                }
                AgentEffect.Publish current = machine.current();
                boolean due = current != null && current.hold() != null && current.hold().due(now());
                assertTrue(!due || closed || over(machine), "seed " + seed + ", step " + i + ": due, and the gate is open after " + event);
                assertFalse(machine.wait(now()).isNegative());
            }
        }
    }

    private boolean over(SelfFence which) {
        return which.step(new FenceEvent.Look(), now()).isEmpty();
    }

    private FenceEvent event(SplittableRandom dice, long numbers, long fences) {
        switch (dice.nextInt(9)) {
            case 0:
                return new FenceEvent.Published(new AgentEffect.Publish(dice.nextInt(4) == 0 ? null : hold(dice.nextInt(3)), active()),
                        dice.nextLong(fences + 1));
            case 1:
                return new FenceEvent.FencerSaid(dice.nextBoolean(), dice.nextBoolean() ? null : "x");
            case 2:
                return dice.nextInt(60) == 0 ? new FenceEvent.Stop() : new FenceEvent.Look();
            case 3:
            case 4:
            case 5:
                TaskResult[] any = {new TaskResult.Looked(look(dice.nextBoolean(), dice.nextBoolean() ? AgentAtWork.OTHER : null,
                        dice.nextBoolean())), new TaskResult.Saved(null), new TaskResult.Waited(), new TaskResult.Killed(
                        dice.nextBoolean(), "x"), new TaskResult.TowerTaken(null), new TaskResult.Ran(CommandKind.IDENTITY_REMOVE,
                        new CommandResult(CommandResult.How.EXITED, dice.nextInt(2), "", Duration.ZERO))};
                return new FenceEvent.Done(dice.nextInt(10) == 0 ? numbers - 1 : numbers, any[dice.nextInt(any.length)]);
            default:
                return new FenceEvent.Look();
        }
    }
}
