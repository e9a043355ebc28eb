package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {

    /** The promise of safety.md, in every class of runs in which its assumptions hold. */
    @ParameterizedTest
    @CsvSource({"HOSTS_ANSWER, 400", "NEVER_FREEZE, 150", "FREEZES_WITH_FENCER, 150", "FREEZES_REQUIRED, 150", "PAUSES, 100",
        "OBSERVERS_FAIL, 80"})
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
        assertTrue(batch.summary().contains("able to sign in"));
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
    @ValueSource(longs = {27, 42, 49, 55, 185, 7, 13, 1103, 1318, 20838, 823})
    void aSeedThatFoundAFaultOnceFindsItNoMore(long seed) {
        RunResult run = Simulation.run(seed, RunClass.HOSTS_ANSWER, Mutant.NONE, null);
        assertTrue(run.ok(), run.toString());
    }
}
