package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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

    /** The checker is checked: each rule that is taken away is noticed within its budget of seeds, from the seed given. */
    @ParameterizedTest
    @CsvSource({
        "FAILED_DEMOTION_BELIEVED, 1, 100",
        "UNANSWERED_DEMOTION_BELIEVED, 1, 100",
        "LOST_PROMOTION_ROLLED_BACK, 1, 100",
        "UNKNOWN_PROMOTION_ROLLED_BACK, 1, 100",
        "PASSIVE_FROM_MEMORY, 1, 600",
        "EXIT_STATUS_BELIEVED, 1, 100",
        "LATE_EFFECTS_IGNORED, 1, 100",
        "EPOCHS_IGNORED, 1, 200",
        "NO_SIGKILL, 135, 20",
        "NO_PEER_REFUSAL, 45, 20",
        "EVIDENCE_IGNORED, 1, 60",
        "NO_E3_WAIT, 105, 30",
        "NO_HOLD_OFF, 160, 20",
        "ATTESTS_FALSELY, 1, 60",
        "PAUSE_NOT_ACKNOWLEDGED, 1, 60",
        "TOWER_COPIED_EARLY, 1, 60",
        "STALE_TOWER_ACCEPTED, 1, 200",
    })
    void aMissingRuleIsNoticed(Mutant mutant, long from, long budget) {
        RunResult caught = Batch.firstCaught(mutant, from, budget);
        assertNotNull(caught, mutant + " (" + mutant.words() + ") lives through " + budget + " seeds");
        System.out.println(mutant + ": noticed after " + (caught.seed() - from + 1) + " seeds: " + caught.violation());
    }

    /** Seeds that found something once. What they found is in the commit that mended it. */
    @ParameterizedTest
    @ValueSource(longs = {27, 42, 49, 55, 185, 7, 13, 1103, 1318, 20838, 823})
    void aSeedThatFoundAFaultOnceFindsItNoMore(long seed) {
        RunResult run = Simulation.run(seed, RunClass.HOSTS_ANSWER, Mutant.NONE, null);
        assertTrue(run.ok(), run.toString());
    }
}
