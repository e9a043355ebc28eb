package failover.manager.decision;

import static failover.manager.decision.PhaseSituations.BACK;
import static failover.manager.decision.PhaseSituations.SITUATIONS;
import static failover.manager.decision.PhaseSituations.at;
import static failover.manager.decision.PhaseSituations.where;
import static failover.manager.decision.PhaseTable.EVENTS;
import static failover.manager.decision.PhaseTable.NOTHING;
import static failover.manager.decision.PhaseTable.ROWS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every phase of an operation with every event that can meet it, there and on the way back: the phase it is in afterwards, or that the
 * event changes nothing and why. After each the pair comes to one holder, and nothing is broken on the way ({@link OperationWatch}).
 */
class PhaseTableTest {
    private static List<String> pairs() {
        List<String> pairs = new ArrayList<>();
        EVENTS.keySet().forEach(event -> SITUATIONS.keySet().forEach(situation -> pairs.add(situation + " | " + event)));
        return pairs;
    }

    /** All of an operation that another event than its own must not change. */
    private static String unchanged(ManagerAtWork manager) {
        Operation move = manager.state.move;
        return move == null ? "over" : where(manager) + " " + move.awaited + " " + move.deadline + " " + move.epoch + " " + move.from + " "
                + move.to + " " + move.intent() + " " + manager.state.memory.intent() + " " + manager.commands;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pairs")
    void aPhaseDoesWithAnEventWhatTheTableSays(String pair) {
        String situation = pair.substring(0, pair.indexOf(" | "));
        String event = pair.substring(pair.indexOf(" | ") + 3);
        String expected = ROWS.get(event).get(situation);
        assertNotNull(expected, "no row");
        ManagerAtWork manager = at(situation);
        OperationWatch watch = (OperationWatch) manager.watch;
        manager.holdPolls = true;
        manager.sources = List.of();
        String before = unchanged(manager);
        EVENTS.get(event).accept(manager);
        if (expected.equals(NOTHING)) {
            assertEquals(before, unchanged(manager), () -> String.join("\n", manager.lines));
        } else {
            assertEquals(expected, where(manager), () -> String.join("\n", manager.lines));
        }
        watch.check();
        manager.diskHangs = false;
        manager.holdPolls = false;
        manager.sources = List.of("one", "two");
        watch.settle(300);
    }

    /** A phase or an event that is new has no row, and fails here. */
    @Test
    void thereIsARowForEachPhaseAndEachEvent() {
        Set<String> phases = new TreeSet<>();
        SITUATIONS.keySet().forEach(each -> phases.add(each.replace(BACK, "")));
        Set<String> types = new TreeSet<>();
        EVENTS.keySet().forEach(each -> types.add(each.replaceAll(",.*", "")));
        Set<String> permitted = new TreeSet<>();
        for (Class<?> type : ManagerEvent.class.getPermittedSubclasses()) {
            permitted.add(type.getSimpleName());
        }
        assertEquals(permitted, types);
        for (Phase phase : Phase.values()) {
            assertTrue(phases.remove(phase.name()), phase.name());
            // Before there is a promotion there is no way back.
            assertEquals(phase.promotionBegun(), SITUATIONS.containsKey(BACK + phase), phase.name());
        }
        assertEquals(Set.of(), phases);
        ROWS.forEach((event, row) -> assertEquals(SITUATIONS.keySet(), row.keySet(), event));
    }
}
