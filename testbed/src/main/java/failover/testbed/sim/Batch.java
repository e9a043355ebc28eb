package failover.testbed.sim;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.LongStream;

/** Many runs. Not thread-safe itself. */
public final class Batch {
    /** Above rows of {@link #row}. */
    static final String ROW_HEAD = "| Class | Seeds | Runs | Simulated hours | Events | Moves | Lost for good and replaced | Violations |"
            + System.lineSeparator() + "|---|---|---|---|---|---|---|---|";

    private final RunClass runClass;
    private final Set<Fault.Kind> with;
    private final Mutant mutant;
    private final List<RunResult> failures = new ArrayList<>();
    private final Totals totals = new Totals();
    private long runs;
    private long hash;
    private long silent;
    private Duration simulated = Duration.ZERO;
    private Duration both = Duration.ZERO;
    private Duration worked = Duration.ZERO;
    private Duration waited = Duration.ZERO;
    private int cores = 1;

    /** An empty batch of runs of that class. */
    public Batch(RunClass runClass) {
        this(runClass, Set.of());
    }

    /** The same with faults that the class does not have. */
    Batch(RunClass runClass, Set<Fault.Kind> with) {
        this(runClass, with, Mutant.NONE);
    }

    /** The same without that rule. */
    Batch(RunClass runClass, Set<Fault.Kind> with, Mutant mutant) {
        this.runClass = runClass;
        this.with = Set.copyOf(with);
        this.mutant = mutant;
    }

    /** One more run, in this thread. */
    public RunResult run(long seed) {
        long begun = System.nanoTime();
        RunResult result = count(timed(seed));
        waited = waited.plusNanos(System.nanoTime() - begun);
        return result;
    }

    /** So many runs, from that seed on, on so many threads; they are counted in the order of their seeds. */
    public void run(long from, long seeds, int threads) {
        long begun = System.nanoTime();
        onThreads(threads, () -> LongStream.range(from, from + seeds).parallel().mapToObj(this::timed).toList()).forEach(this::count);
        waited = waited.plusNanos(System.nanoTime() - begun);
        cores = Math.max(cores, threads);
    }

    /** The same on all cores there are: runs share nothing. */
    public void run(long from, long seeds) {
        run(from, seeds, Runtime.getRuntime().availableProcessors());
    }

    private static <T> T onThreads(int threads, Callable<T> work) {
        ForkJoinPool pool = new ForkJoinPool(threads);
        try {
            return pool.submit(work).join();
        } finally {
            pool.shutdown();
        }
    }

    private record Timed(RunResult result, long nanos) {
    }

    private Timed timed(long seed) {
        long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        RunResult result = Simulation.run(seed, runClass, mutant, Simulation.plan(seed, runClass, with), null);
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

    /** Virtual hours per minute of one core's work. */
    public double rate() {
        return rate(worked);
    }

    private double rate(Duration time) {
        return time.isZero() ? 0 : (double) simulated.toNanos() / time.toNanos() / 60;
    }

    /** Runs, hours, events, rate and what happened, in a few lines. */
    public String summary() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%s: %d runs, %.1f simulated hours, %d events, %d moves, %d violations; %.0f simulated hours "
                + "per minute on %d cores (%.0f per minute of one core's work)", runClass, runs, simulated.toMillis() / 3_600_000.0,
                totals.events, totals.moves, failures.size(), rate(waited), cores, rate()));
        lines.addAll(totals.lines());
        if (!runClass.demanding() || runClass == RunClass.SUSPENDS) {
            lines.add(String.format(Locale.ROOT, "  two validators able to sign in %d of %d runs, %.1f s in all", silent, runs,
                    both.toMillis() / 1000.0));
        }
        return String.join(System.lineSeparator(), lines);
    }

    /** All that in a row of a table, of runs whose seeds follow each other from that one on. */
    String row(long from) {
        return String.format(Locale.ROOT, "| %s | %d to %d | %d | %.0f | %d | %d | %d | %d |", runClass, from, from + runs - 1, runs,
                simulated.toMillis() / 3_600_000.0, totals.events, totals.moves, totals.validatorsReplaced + totals.hostsReplaced,
                failures.size());
    }

    /** The first run, from that seed on, in which the absence of a rule is noticed; {@code null} when it is not within the budget. */
    public static RunResult firstCaught(Mutant mutant, long from, long budget) {
        int threads = Runtime.getRuntime().availableProcessors();
        return onThreads(threads, () -> {
            // A few at a time: what is run beyond the first one is for nothing.
            for (long seed = from; seed < from + budget; seed += threads) {
                Optional<RunResult> caught = LongStream.range(seed, Math.min(seed + threads, from + budget)).parallel()
                        .mapToObj(each -> Simulation.run(each, mutant.runClass(), mutant, null)).filter(run -> !run.ok()).findFirst();
                if (caught.isPresent()) {
                    return caught.get();
                }
            }
            return null;
        });
    }
}
