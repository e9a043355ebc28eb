package failover.testbed.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code traces}: a hash of all that happens in the same seeds of every class, by which a change that is to change nothing is shown to
 * change nothing. Exit code 0, or 1 when {@code --against} names a file whose hashes are others.
 */
@Command(name = "traces", mixinStandardHelpOptions = true,
        description = "Print a hash of all that happens in the runs of each class, a line for each hundred seeds: equal before and after "
                + "a change that is to change nothing.")
public final class TracesCommand implements Callable<Integer> {
    /** Seeds of one line. */
    private static final int BLOCK = 100;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seeds", defaultValue = "2000", description = "How many of each class, from 1 on (${DEFAULT-VALUE}).")
    private long seeds;

    @Option(names = "--against", paramLabel = "FILE",
            description = "Print only what is not as in this file, which an earlier build printed.")
    private Path against;

    @Option(names = "--threads", description = "On how many cores (all there are).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        if (seeds < BLOCK || seeds % BLOCK != 0 || threads < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds must be a multiple of " + BLOCK + ", --threads 1 at least");
        }
        List<String> before = against == null ? null : Files.readAllLines(against);
        PrintWriter out = spec.commandLine().getOut();
        List<String> other = new ArrayList<>();
        for (RunClass each : RunClass.values()) {
            for (long from = 1; from <= seeds; from += BLOCK) {
                Batch batch = new Batch(each);
                batch.run(from, BLOCK, threads);
                String line = each + " " + from + "-" + (from + BLOCK - 1) + " " + Long.toHexString(batch.hash());
                if (before == null) {
                    out.println(line);
                } else if (!before.contains(line)) {
                    other.add(line);
                    out.println("not as before: " + line);
                }
                out.flush();
            }
        }
        if (before != null) {
            out.println(other.isEmpty() ? "every trace is as before" : other.size() + " of " + RunClass.values().length * seeds / BLOCK
                    + " hashes are not as before");
            out.flush();
        }
        return other.isEmpty() ? 0 : 1;
    }
}
