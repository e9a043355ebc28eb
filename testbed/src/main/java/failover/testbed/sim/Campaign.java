package failover.testbed.sim;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The same seeds of several classes, one class after the other. Says where it is once a minute, a failing seed at once, and in the end what
 * each class came to, as rows of a table. Remembers nothing from one start to the next; who stops it half way is told what is done. Runs in
 * one thread; {@link #stopped} may be called by any.
 */
final class Campaign {
    /** Classes of which something is demanded. */
    static final List<RunClass> ASSERTED = List.of(RunClass.values()).stream().filter(RunClass::demanding).toList();

    /** Seeds between two looks at the clock. */
    static final int CHUNK = 500;
    private static final long SAYS_EVERY = Duration.ofMinutes(1).toNanos();

    private final long from;
    private final long seeds;
    private final List<RunClass> classes;
    private final int threads;
    private final int chunkSize;
    private final Function<RunClass, Batch> batches;
    private final LongSupplier clock;
    private final List<String> rows = new ArrayList<>();
    private volatile Position position;

    /** So many seeds of that class are done, and all of the classes before it. */
    private record Position(int place, long done) {
    }

    /** {@code chunk}: so many seeds between two looks at {@code clock}, in nanoseconds, for what is said once a minute. */
    Campaign(long from, long seeds, List<RunClass> classes, int threads, int chunk, Function<RunClass, Batch> batches, LongSupplier clock) {
        this.chunkSize = chunk;
        this.from = from;
        this.seeds = seeds;
        this.classes = List.copyOf(classes);
        this.threads = threads;
        this.batches = batches;
        this.clock = clock;
        this.position = new Position(0, 0);
    }

    /** Whether no run failed. */
    boolean run(PrintWriter out) {
        long failed = 0;
        for (int i = 0; i < classes.size(); i++) {
            Batch batch = batches.apply(classes.get(i));
            run(batch, i, out);
            failed += batch.failures().size();
            out.println(batch.summary());
            out.flush();
            rows.add(batch.row(from));
            position = new Position(i + 1, 0);
        }
        out.println();
        out.println(Batch.ROW_HEAD);
        rows.forEach(out::println);
        out.println();
        out.println(failed == 0 ? "no run failed" : failed + " runs failed");
        out.flush();
        return failed == 0;
    }

    private void run(Batch batch, int place, PrintWriter out) {
        long saidAt = clock.getAsLong();
        for (long done = 0; done < seeds;) {
            int before = batch.failures().size();
            long chunk = Math.min(chunkSize, seeds - done);
            batch.run(from + done, chunk, threads);
            batch.failures().stream().skip(before).forEach(result -> out.println(line(classes.get(place), result)));
            done += chunk;
            position = new Position(place, done);
            if (done < seeds && clock.getAsLong() - saidAt >= SAYS_EVERY) {
                saidAt = clock.getAsLong();
                out.println("class " + (place + 1) + " of " + classes.size() + ", seeds " + from + " to " + (from + done - 1) + " of "
                        + (from + seeds - 1) + " so far: " + batch.summary().lines().findFirst().orElseThrow());
            }
            out.flush();
        }
    }

    /** What one needs to play a run again. */
    static String line(RunClass runClass, RunResult result) {
        return "seed " + result.seed() + " (" + runClass + ") trace " + Long.toHexString(result.hash()) + ": "
                + (result.ok() ? "well" : result.violation() + "; see it with: simulate --class " + runClass + " --replay "
                + result.seed());
    }

    /** What is done by now of each class, and how to go on: for whoever stops it. */
    List<String> stopped() {
        Position at = position;
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            long done = i < at.place() ? seeds : i == at.place() ? at.done() : 0;
            lines.add("stopped: " + classes.get(i) + ": " + (done == 0 ? "no seed is done"
                    : "seeds " + from + " to " + (from + done - 1) + " are done") + (done == seeds ? ""
                    : "; go on with: campaign " + (from + done) + " " + (seeds - done) + " " + classes.get(i)));
        }
        return lines;
    }
}
