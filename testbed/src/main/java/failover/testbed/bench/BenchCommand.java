package failover.testbed.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code failover-testbed bench}: the project's figures on this machine. Exit code 0 when all was measured, whatever came out. */
@Command(name = "bench", mixinStandardHelpOptions = true,
    description = "Measures the real programs and prints one table: how fast /status is answered, how long nobody votes in a failover.")
public final class BenchCommand implements Callable<Integer> {
    /** What can be left out. */
    enum Part {
        STATUS, GAP, GAP_SHORT
    }

    @Spec
    private CommandSpec spec;
    @Option(names = "--seconds", defaultValue = "10", description = "How long each load on /status is measured (${DEFAULT-VALUE}).")
    private double seconds;
    @Option(names = "--rounds", defaultValue = "10", description = "How many failovers of each kind (${DEFAULT-VALUE}).")
    private int rounds;
    @Option(names = "--only", split = ",", defaultValue = "STATUS,GAP,GAP_SHORT", description = "Not everything: ${COMPLETION-CANDIDATES}.")
    private Set<Part> only;

    @Override
    public Integer call() throws IOException {
        if (!(seconds >= 0.1 && seconds <= 3600) || rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--seconds must be from 0.1 to 3600, --rounds at least 1");
        }
        PrintWriter progress = spec.commandLine().getErr();
        String loadBefore = load();
        List<String> notes = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        if (only.contains(Part.STATUS)) {
            say(progress, "/status: 1 connection, then 16");
            rows.addAll(StatusBench.run(Duration.ofNanos((long) (seconds * 1e9)), notes));
        }
        if (only.contains(Part.GAP)) {
            say(progress, rounds + " failovers with a heartbeat of 2 s");
            rows.addAll(GapBench.asOperated(rounds));
        }
        if (only.contains(Part.GAP_SHORT)) {
            say(progress, rounds + " failovers with a heartbeat of 400 ms");
            rows.addAll(GapBench.quick(rounds));
        }
        print(rows, notes, loadBefore);
        return 0;
    }

    private void print(List<Row> rows, List<String> notes, String loadBefore) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println("| what | figure | to reach | reached |");
        out.println("|---|---|---|---|");
        rows.forEach(out::println);
        out.println();
        out.println("Java " + System.getProperty("java.version") + ", " + Runtime.getRuntime().availableProcessors() + " cores, load "
            + loadBefore + " before and " + load() + " after; " + seconds + " s for each load, " + rounds
            + " failovers of each kind (least / middle / greatest). Load, programs and validators share the cores.");
        notes.forEach(out::println);
        out.println("Start to listening and memory at rest: testbed/bench/startup.sh");
        out.flush();
    }

    private static void say(PrintWriter progress, String text) {
        progress.println(text);
        progress.flush();
    }

    /** Of the last minute: what else the machine was doing. */
    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }
}
