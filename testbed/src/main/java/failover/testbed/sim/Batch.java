package failover.testbed.sim;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.LongStream;

/** Many runs. Not thread-safe itself. */
public final class Batch {
    private final RunClass runClass;
    private final List<RunResult> failures = new ArrayList<>();
    private final Totals totals = new Totals();
    private long runs;
    private long hash;
    private long silent;
    private Duration simulated = Duration.ZERO;
    private Duration both = Duration.ZERO;
    private Duration worked = Duration.ZERO;

    /** An empty batch of runs of that class. */
    public Batch(RunClass runClass) {
        this.runClass = runClass;
    }

    /** One more run. */
    public RunResult run(long seed) {
        return count(timed(seed));
    }

    /** So many runs, from that seed on, on so many threads; they are counted in the order of their seeds. */
    public void run(long from, long seeds, int threads) {
        ForkJoinPool pool = new ForkJoinPool(threads);
        try {
            pool.submit(() -> LongStream.range(from, from + seeds).parallel().mapToObj(this::timed).toList()).join().forEach(this::count);
        } finally {
            pool.shutdown();
        }
    }

    private record Timed(RunResult result, long nanos) {
    }

    private Timed timed(long seed) {
        long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        RunResult result = Simulation.run(seed, runClass, Mutant.NONE, null);
        return new Timed(result, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun);
    }

    private RunResult count(Timed timed) {
        RunResult result = timed.result;
        worked = worked.plusNanos(timed.nanos);
        hash = hash * 31 + result.hash();
        runs++;
        simulated = simulated.plus(result.simulated());
        both = both.plus(result.bothAble());
        silent += result.bothAble().isZero() ? 0 : 1;
        totals.add(result.totals());
        if (!result.ok()) {
            failures.add(result);
        }
        return result;
    }

    /** Runs in which something happened that must not. */
    public List<RunResult> failures() {
        return List.copyOf(failures);
    }

    /** Of all traces so far, in the order of the runs. */
    public long hash() {
        return hash;
    }

    /** Virtual hours per minute of one core. */
    public double rate() {
        return worked.isZero() ? 0 : (double) simulated.toNanos() / worked.toNanos() / 60;
    }

    /** Hours, rate and what happened, in two lines. */
    public String summary() {
        String first = String.format(Locale.ROOT, "%s: %d runs, %.1f simulated hours, %.0f of them per minute of one core, "
                + "%d failed", runClass, runs, simulated.toMillis() / 3_600_000.0, rate(), failures.size());
        String second = String.format(Locale.ROOT,
                "  %d faults, %d moves begun, %d completed, %d failed, %d on silence, %d ended in need of an operator",
                totals.faults, totals.moves, totals.completed, totals.failed, totals.onSilence, totals.needOperator);
        String third = String.format(Locale.ROOT, "  two validators able to sign in %d of %d runs, %.0f s in all",
                silent, runs, both.toMillis() / 1000.0);
        return String.join(System.lineSeparator(), !runClass.demanding() || runClass == RunClass.SUSPENDS ? List.of(first, second, third)
                : List.of(first, second));
    }

    /** The first run, from that seed on, in which the absence of a rule is noticed; {@code null} when it is not within the budget. */
    public static RunResult firstCaught(Mutant mutant, long from, long budget) {
        for (long seed = from; seed < from + budget; seed++) {
            RunResult result = Simulation.run(seed, mutant.runClass(), mutant, null);
            if (!result.ok()) {
                return result;
            }
        }
        return null;
    }
}
