package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulationTest {

    /** The promise of safety.md, in every class of runs in which its assumptions hold. */
    @ParameterizedTest
    @CsvSource({"HOSTS_ANSWER, 400", "NEVER_FREEZE, 150", "FREEZES_WITH_FENCER, 150", "FREEZES_WITH_WATCHDOG, 150",
        "FREEZES_REQUIRED, 150", "PAUSES, 100", "OTHER_NUMBERS, 150", "SUSPENDS, 100", "VM_PAUSES, 60",
        "EXTREME_NUMBERS, 60", "OBSERVERS_FAIL, 80"})
    void noTwoValidatorsEverHoldTheIdentityAndOneDoesInTheEnd(RunClass runClass, long seeds) {
        Batch batch = new Batch(runClass);
        batch.run(1, seeds);
        System.out.println(batch.summary());
        List<String> failed = new ArrayList<>();
        batch.failures().forEach(run -> failed.add("seed " + run.seed() + ": " + run.violation()));
        assertEquals(List.of(), failed, "play them again: simulate --class " + runClass + " --replay SEED");
    }

    /** Assumption (3) taken away: counted and printed, not demanded. */
    @Test
    void whereFencersFailTheDamageIsMeasured() {
        Batch batch = new Batch(RunClass.FENCER_FAILS);
        batch.run(1, 60);
        System.out.println(batch.summary());
        Matcher damage = Pattern.compile("two validators able to sign in (\\d+) of 60 runs, ([0-9.]+) s in all").matcher(batch.summary());
        assertTrue(damage.find(), batch.summary());
        assertEquals(Integer.parseInt(damage.group(1)) > 0, Double.parseDouble(damage.group(2)) > 0, batch.summary());
        // One run in two hundred is hurt, so that may be none of these; but in most of them a fencer has to die.
        long withoutFencer = LongStream.rangeClosed(1, 60).filter(seed -> Simulation.plan(seed, RunClass.FENCER_FAILS).stream()
                .anyMatch(fault -> fault.kind() == Fault.Kind.FENCER_DEAD)).count();
        assertTrue(withoutFencer > 20, withoutFencer + " of 60 plans end a fencer");
    }

    @Test
    void theSameSeedIsTheSameRunToTheBit() {
        for (long seed = 1; seed <= 10; seed++) {
            RunResult first = Simulation.run(seed, RunClass.HOSTS_ANSWER, Mutant.NONE, null);
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            RunResult again = Simulation.run(seed, RunClass.HOSTS_ANSWER, Mutant.NONE,
                    new PrintStream(lines, false, StandardCharsets.UTF_8));
            assertEquals(first.hash(), again.hash(), "seed " + seed + ": listening must change nothing");
            assertTrue(lines.size() > 0);
        }
        assertNotEquals(Simulation.run(1, RunClass.HOSTS_ANSWER, Mutant.NONE, null).hash(),
                Simulation.run(2, RunClass.HOSTS_ANSWER, Mutant.NONE, null).hash());
    }

    /** Seeds that found something once. What they found is in the commit that mended it. */
    @ParameterizedTest
    @CsvSource({"HOSTS_ANSWER, 27", "HOSTS_ANSWER, 42", "HOSTS_ANSWER, 49", "HOSTS_ANSWER, 55", "HOSTS_ANSWER, 185", "HOSTS_ANSWER, 7",
        "HOSTS_ANSWER, 13", "HOSTS_ANSWER, 1103", "HOSTS_ANSWER, 1318", "HOSTS_ANSWER, 20838", "HOSTS_ANSWER, 823", "HOSTS_ANSWER, 1980",
        "HOSTS_ANSWER, 3139", "HOSTS_ANSWER, 4694", "NEVER_FREEZE, 271", "NEVER_FREEZE, 1842", "FREEZES_WITH_FENCER, 794",
        "FREEZES_WITH_FENCER, 4606", "PAUSES, 727", "PAUSES, 5101", "SUSPENDS, 427", "SUSPENDS, 1700", "SUSPENDS, 1717", "SUSPENDS, 5356",
        "OBSERVERS_FAIL, 71", "FREEZES_WITH_FENCER, 21016", "FREEZES_WITH_FENCER, 21078", "OTHER_NUMBERS, 21486"})
    void aSeedThatFoundAFaultOnceFindsItNoMore(RunClass runClass, long seed) {
        RunResult run = Simulation.run(seed, runClass, Mutant.NONE, Simulation.planBefore(seed, runClass), null);
        assertTrue(run.ok(), run.toString());
    }

    /** The same of seeds whose plans have the newer faults: towers that were thrown away, a source that went back. */
    @ParameterizedTest
    @CsvSource({"HOSTS_ANSWER, 318", "NEVER_FREEZE, 259", "PAUSES, 198", "PAUSES, 261", "FREEZES_WITH_FENCER, 6101927",
        "NEVER_FREEZE, 11000144"})
    void aSeedWithNewerFaultsThatFoundAFaultOnceFindsItNoMore(RunClass runClass, long seed) {
        RunResult run = Simulation.run(seed, runClass, Mutant.NONE, Simulation.planWithoutNewest(seed, runClass), null);
        assertTrue(run.ok(), run.toString());
    }

    /** Found by campaigns: managers that lose their state, get an older one, are cloned or meet another. */
    @ParameterizedTest
    @CsvSource({"NEVER_FREEZE, 239", "EXTREME_NUMBERS, 50", "HOSTS_ANSWER, 41000954", "NEVER_FREEZE, 41000455", "HOSTS_ANSWER, 45023686",
        "NEVER_FREEZE, 45020944", "FREEZES_WITH_FENCER, 46003428", "HOSTS_ANSWER, 46004476", "HOSTS_ANSWER, 47001886",
        "EXTREME_NUMBERS, 47001875", "FREEZES_WITH_FENCER, 50022444", "FREEZES_WITH_WATCHDOG, 50008212",
        "FREEZES_WITH_WATCHDOG, 50020404", "FREEZES_WITH_WATCHDOG, 50020372",
        "FREEZES_WITH_WATCHDOG, 52001926"})
    void aSeedOfManagersThatForgetFindsItNoMore(RunClass runClass, long seed) {
        RunResult run = Simulation.run(seed, runClass, Mutant.NONE, null);
        assertTrue(run.ok(), run.toString());
    }
}
