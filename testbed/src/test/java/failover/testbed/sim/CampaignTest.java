package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class CampaignTest {
    private static final Mutant BROKEN = Mutant.FAILED_DEMOTION_BELIEVED;

    private final StringWriter said = new StringWriter();
    private final PrintWriter out = new PrintWriter(said);

    private static Campaign of(long seeds, List<RunClass> classes, Mutant mutant, LongSupplier clock) {
        return new Campaign(1, seeds, classes, 2, 2, runClass -> new Batch(runClass, Set.of(), mutant), clock);
    }

    @Test
    void everyClassHasARowThatTellsWhichSeedsWereRun() {
        assertTrue(of(3, List.of(RunClass.OBSERVERS_FAIL, RunClass.FREEZES_REQUIRED), Mutant.NONE, () -> 0).run(out));
        List<String> rows = said.toString().lines().filter(line -> line.startsWith("| ") && !line.startsWith("| Class")).toList();
        assertEquals(2, rows.size(), said.toString());
        assertTrue(rows.get(0).startsWith("| OBSERVERS_FAIL | 1 to 3 | 3 | "), rows.get(0));
        assertTrue(rows.get(1).startsWith("| FREEZES_REQUIRED | 1 to 3 | 3 | "), rows.get(1));
        assertTrue(rows.stream().allMatch(row -> row.endsWith("| 0 |")), said.toString());
        assertTrue(said.toString().endsWith("no run failed" + System.lineSeparator()), said.toString());
    }

    @Test
    void aRunThatFailsIsNamedWithTheCommandThatPlaysItAgainAndTheWholeFails() {
        assertFalse(of(40, List.of(BROKEN.runClass()), BROKEN, () -> 0).run(out));
        assertTrue(said.toString().contains("see it with: simulate --class " + BROKEN.runClass() + " --replay "), said.toString());
        assertFalse(said.toString().contains("no run failed"), said.toString());
    }

    @Test
    void itSaysWhereItIsOnceAMinuteAndNotMoreOften() {
        // Each look at the clock is forty seconds after the one before: a chunk takes that long, or twice where the last was said of.
        AtomicLong looks = new AtomicLong();
        of(7, List.of(RunClass.OBSERVERS_FAIL), Mutant.NONE, () -> looks.getAndIncrement() * 40_000_000_000L).run(out);
        List<String> lines = said.toString().lines().filter(line -> line.contains("so far: ")).toList();
        assertEquals(1, lines.size(), said.toString());
        assertTrue(lines.get(0).startsWith("class 1 of 1, seeds 1 to 4 of 7 so far: OBSERVERS_FAIL: 4 runs"), lines.get(0));
    }

    @Test
    void whoStopsItIsToldWhatIsDoneAndHowToGoOn() {
        List<RunClass> classes = List.of(RunClass.OBSERVERS_FAIL, RunClass.PAUSES);
        Campaign[] itself = new Campaign[1];
        // Asked for in the middle of the second class, before anything of it was counted.
        itself[0] = new Campaign(1, 2, classes, 1, 500, runClass -> {
            if (runClass == RunClass.PAUSES) {
                itself[0].stopped().forEach(out::println);
            }
            return new Batch(runClass);
        }, () -> 0);
        itself[0].run(out);
        List<String> lines = said.toString().lines().filter(line -> line.startsWith("stopped: ")).toList();
        assertEquals(List.of("stopped: OBSERVERS_FAIL: seeds 1 to 2 are done",
                "stopped: PAUSES: no seed is done; go on with: campaign 1 2 PAUSES"), lines);
    }

    @Test
    void everyClassOfWhichSomethingIsDemandedIsAmongThem() {
        for (RunClass each : RunClass.values()) {
            assertEquals(each.demanding(), Campaign.ASSERTED.contains(each), each.name());
        }
        assertEquals(11, Campaign.ASSERTED.size());
    }
}
