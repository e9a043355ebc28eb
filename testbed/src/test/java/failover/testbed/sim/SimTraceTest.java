package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs can be repeated, in any Java machine, and reduced. */
class SimTraceTest {
    private static final int SEEDS = 15;

    /** The other machine's part. */
    public static void main(String[] args) {
        hashes().forEach(System.out::println);
    }

    private static List<String> hashes() {
        List<String> hashes = new ArrayList<>();
        for (RunClass runClass : RunClass.values()) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                hashes.add(runClass + " " + seed + " " + Long.toHexString(Simulation.run(seed, runClass, Mutant.NONE, null).hash()));
            }
        }
        return hashes;
    }

    @Test
    void anotherJavaMachineTracesTheSameRuns() throws Exception {
        Process other = new ProcessBuilder(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), SimTraceTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> here = hashes();
        String there = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, other.waitFor());
        assertEquals(here, there.lines().toList());
        assertEquals(here.size(), here.stream().map(line -> line.substring(line.lastIndexOf(' '))).distinct().count());
    }

    @Test
    void aBatchOnTwoCoresIsTheBatchOnOne() {
        Batch one = new Batch(RunClass.HOSTS_ANSWER);
        Batch two = new Batch(RunClass.HOSTS_ANSWER);
        for (long seed = 1; seed <= 20; seed++) {
            one.run(seed);
        }
        two.run(1, 20, 2);
        assertEquals(one.hash(), two.hash());
    }

    @Test
    void aFailingPlanIsReducedToWhatMakesItFail() {
        Mutant mutant = Mutant.FAILED_DEMOTION_BELIEVED;
        RunResult whole = Batch.firstCaught(mutant, 1, 100);
        List<Fault> plan = Simulation.plan(whole.seed(), RunClass.HOSTS_ANSWER);
        Shrinker shrinker = new Shrinker(fewer -> whole.sameViolation(
                Simulation.run(whole.seed(), RunClass.HOSTS_ANSWER, mutant, fewer, null)));
        List<Fault> left = shrinker.shrink(plan);
        System.out.println(mutant + ", seed " + whole.seed() + ": " + plan.size() + " faults reduced to " + left.size() + " in "
                + shrinker.runs() + " runs");
        left.forEach(fault -> System.out.println("  " + fault.words()));
        assertTrue(left.size() <= 6, left.toString());
        assertFalse(Simulation.run(whole.seed(), RunClass.HOSTS_ANSWER, mutant, left, null).ok());
        for (int i = 0; i < left.size(); i++) {
            List<Fault> fewer = new ArrayList<>(left);
            fewer.remove(i);
            assertFalse(whole.sameViolation(Simulation.run(whole.seed(), RunClass.HOSTS_ANSWER, mutant, fewer, null)),
                    "not needed: " + left.get(i));
        }
    }

    @Test
    void aFaultLessChangesNoOtherFaultsThrows() {
        SimContext one = new SimContext(5, null);
        SimContext two = new SimContext(5, null);
        two.dice(Fault.Kind.SET_HUNG, 0).millis(0, 1_000);
        two.dice(RandomStream.Concern.DISK, 0).chance(0.5);
        assertEquals(one.dice(RandomStream.Concern.NETWORK, 0).millis(0, 1_000), two.dice(RandomStream.Concern.NETWORK, 0).millis(0,
                1_000));
        assertEquals(one.dice(Fault.Kind.SET_LATE, 0).millis(0, 1_000), two.dice(Fault.Kind.SET_LATE, 0).millis(0, 1_000));
        assertEquals(one.dice(RandomStream.Concern.DISK, 1).millis(0, 1_000), two.dice(RandomStream.Concern.DISK, 1).millis(0, 1_000));
        assertEquals(one.fixed(100, 3), two.fixed(100, 3));
    }
}
