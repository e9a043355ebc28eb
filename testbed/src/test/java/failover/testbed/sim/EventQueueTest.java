package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private record Due(long at, int number) {
    }

    @Test
    void whatIsDueRunsInTheOrderOfItsInstantsAndThenOfItsPosting() {
        EventQueue agenda = new EventQueue(number -> { });
        Random random = new Random(3);
        List<Due> posted = new ArrayList<>();
        List<Due> run = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Due due = new Due(random.nextInt(200), i);
            posted.add(due);
            agenda.after(due.at, () -> run.add(due));
            if (i % 3 == 0) {
                // In between some are run, so that the heap grows and shrinks; what is posted later is due later.
                agenda.after(0, () -> { });
                assertTrue(agenda.runNext(0));
            }
        }
        while (agenda.runNext(1_000)) {
            assertEquals(run.get(run.size() - 1).at, agenda.now());
        }
        posted.sort((one, other) -> one.at != other.at ? Long.compare(one.at, other.at) : one.number - other.number);
        assertEquals(posted.size(), run.size());
        assertEquals(posted.stream().filter(due -> due.at > 0).toList(), run.stream().filter(due -> due.at > 0).toList());
        assertEquals(1_000, agenda.now());
    }

    @Test
    void whatLiesBehindTheEndIsLeft() {
        EventQueue agenda = new EventQueue(number -> { });
        List<String> run = new ArrayList<>();
        agenda.after(10, () -> run.add("ten"));
        assertFalse(agenda.runNext(9));
        assertEquals(9, agenda.now());
        assertTrue(agenda.runNext(10));
        assertEquals(List.of("ten"), run);
        assertFalse(agenda.runNext(20));
    }
}
