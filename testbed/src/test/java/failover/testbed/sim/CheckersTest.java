package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.sim.Fault.Kind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checkers demand what was promised: no less, and no more. */
class CheckersTest {
    private static Fault fault(int id, double at, Kind kind, double seconds, int number) {
        return new Fault(id, Stage.nanos(at), kind, 0, Stage.nanos(seconds), number);
    }

    private static String story(RunClass runClass, Fault... plan) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        RunResult run = Simulation.run(5, runClass, Mutant.NONE, List.of(plan), new PrintStream(lines, true, StandardCharsets.UTF_8));
        assertTrue(run.ok(), run.toString());
        return lines.toString(StandardCharsets.UTF_8);
    }

    /** In the peace nothing goes wrong any more, whatever was armed before and never met a move. */
    @Test
    void whatIsArmedInTheTroublesDoesNotGoOffInThePeace() {
        assertTrue(story(RunClass.NEVER_FREEZE, fault(0, 338, Kind.MANAGER_CRASH_IN_MOVE, 5, 3), fault(1, 339, Kind.OPERATOR, 1, 1))
                .contains("manager dies"));
        assertFalse(story(RunClass.NEVER_FREEZE, fault(0, 339.5, Kind.MANAGER_CRASH_IN_MOVE, 5, 3), fault(1, 341, Kind.OPERATOR, 1, 1))
                .contains("manager dies"));
    }

    @Test
    void aFullDiskOfTheManagerIsTheManagers() {
        String story = story(RunClass.HOSTS_ANSWER, fault(0, 60, Kind.MANAGER_DISK_FULL, 20, 1), fault(1, 65, Kind.OPERATOR, 1, 1));
        assertTrue(story.contains("No space left on device"), "no move can be made durable");
    }

    /** E8: a manager with shorter leases waits for the longer ones of its start before, and so does whoever judges it. */
    @Test
    void aManagerThatStartsWithShorterLeasesIsGivenTheTimeOfTheLongerOnes() {
        List<Duration> silences = new ArrayList<>();
        Scenario scenario = Scenario.of("shorter leases").heartbeat(5, 5).at(40, s -> silences.add(s.silence()))
                .at(41, s -> s.restartManager(0, 0.5, 8)).at(42, s -> silences.add(s.silence())).at(80, s -> silences.add(s.silence()))
                .until(81);
        assertEquals(null, scenario.trouble(Mutant.NONE, 1));
        assertEquals(Duration.ofSeconds(25), silences.get(0));
        assertEquals(24, silences.get(1).toMillis() / 1000.0, 0.5);
        assertEquals(4, silences.get(2).toMillis() / 1000.0, 0.1);
    }

    /**
     * Seeds for which a checker demanded more than was promised: votes that land late, the longer leases of the start before, a fork that
     * vanished, and a crash that was armed in the troubles and went off in the peace.
     */
    @ParameterizedTest
    @CsvSource({"NEVER_FREEZE, 1001287", "FREEZES_WITH_FENCER, 1003964", "PAUSES, 1003964", "PAUSES, 1004123", "OTHER_NUMBERS, 1007242",
        "OTHER_NUMBERS, 1008578", "OTHER_NUMBERS, 1007507", "OTHER_NUMBERS, 1008808", "OTHER_NUMBERS, 1002533", "OTHER_NUMBERS, 1006488",
        "FREEZES_WITH_WATCHDOG, 1003025", "NEVER_FREEZE, 1006263"})
    void aSeedThatFoundAFaultOfACheckerFindsItNoMore(RunClass runClass, long seed) {
        RunResult run = Simulation.run(seed, runClass, Mutant.NONE, Simulation.planBefore(seed, runClass), null);
        assertTrue(run.ok(), run.toString());
    }
}
