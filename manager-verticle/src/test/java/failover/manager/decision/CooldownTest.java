package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cooldown is a length of time, whatever a wall clock shows meanwhile. */
class CooldownTest {
    private static final long DAY = 86_400_000L;

    private final ManagerAtWork manager = new ManagerAtWork();

    private void failedOver() {
        manager.start();
        manager.a().healthy = false;
        manager.beats(3);
        manager.reply("done");
        manager.reply("done");
        manager.a().healthy = true;
    }

    private boolean over() {
        return Cooldown.left(manager.state, manager.rules(), manager.now()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {-DAY, DAY, -3600_000, 3600_000})
    void aWallClockThatIsSetDoesNotChangeIt(long step) {
        failedOver();
        manager.wallAhead += step;
        manager.beats(140);
        assertFalse(over(), "280 of 300 s");
        manager.beats(15);
        assertTrue(over());
    }

    @Test
    void anInstantThatLiesAheadAtTheStartCountsAsNowOnce() {
        manager.memory = DurableManagerState.fresh("manager-id").withMovedAt(manager.now().wallMillis() + DAY);
        manager.start();
        assertFalse(over());
        assertTrue(manager.saved.movedAtMillis() <= manager.now().wallMillis(), "and is written down so");
        manager.beats(155);
        assertTrue(over());
        manager.memory = manager.saved;
        manager.begin();
        assertTrue(over(), "a second start does not begin it anew");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1, Long.MIN_VALUE / 2, 400 * DAY})
    void anOldOrSenselessInstantKeepsNobodyFromStarting(long movedAt) {
        manager.memory = DurableManagerState.fresh("manager-id").withMovedAt(movedAt);
        manager.start();
        assertTrue(over());
        assertEquals(Verdict.NO_PROBLEM, manager.verdict());
    }

    @Test
    void aRestartGoesOnWithWhatIsLeft() {
        failedOver();
        manager.beats(100);
        manager.memory = manager.saved;
        manager.begin();
        assertFalse(over());
        manager.beats(51);
        assertTrue(over());
    }
}
