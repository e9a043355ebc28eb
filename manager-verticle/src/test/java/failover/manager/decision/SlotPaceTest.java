package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a slot takes: measured, and not by a machine that stood still meanwhile. */
class SlotPaceTest {
    private static SlotPace after(SlotPace pace, long slot, long seconds) {
        return pace.seen(slot, Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void oneWindowAloneIsNoMeasure() {
        SlotPace pace = after(after(SlotPace.UNKNOWN, 0, 0), 150, 30);
        assertFalse(pace.measured());
        assertEquals(0, pace.millis());
        assertEquals(200, after(pace, 300, 60).millis());
    }

    @Test
    void ofTwoTheLongerOneCountsAndOfMoreTheMiddleOne() {
        // A paused machine: its clock stood still for 30 s of 60, and nothing told it.
        SlotPace pace = after(after(after(SlotPace.UNKNOWN, 0, 0), 150, 30), 225, 60);
        assertEquals(400, pace.millis());
        assertEquals(400, after(pace, 300, 90).millis());
    }

    @Test
    void aWindowInWhichTheMachineSleptIsNone() {
        SlotPace pace = after(after(SlotPace.UNKNOWN, 0, 0), 75, 30).slept();
        pace = after(after(pace, 500, 40), 575, 70);
        assertEquals(400, pace.millis());
    }

    @Test
    void aManagerWhoseHostSleepsAgainAndAgainAllowsNoTowerToLackMoreVotes() {
        ManagerAtWork manager = new ManagerAtWork();
        manager.sources = List.of("one", "two");
        manager.votes.put("one", manager.clusterSlot);
        manager.votes.put("two", manager.clusterSlot);
        manager.start();
        for (int i = 0; i < 120; i++) {
            if (i % 15 == 7) {
                manager.asleep += Duration.ofSeconds(30).toNanos();
                manager.clusterSlot += 75;
            }
            manager.clusterSlot += 5;
            manager.votes.replaceAll((source, vote) -> manager.clusterSlot - 1);
            manager.networkSlot = manager.clusterSlot;
            manager.beats(1);
        }
        long said = manager.polls.get(manager.polls.size() - 1).request().slotMs();
        assertEquals(0, said == 0 ? 0 : said - 400, 20, "said " + said);
    }
}
