package failover.testbed.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.LabLogs;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import picocli.CommandLine;

/** That the benchmarks still measure; what comes out is not judged here. */
@ExtendWith(LabLogs.class)
class BenchIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int bench(String... arguments) {
        return new CommandLine(new BenchCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
            .execute(arguments);
    }

    @Test
    void everyFigureIsInTheTable() {
        assertEquals(0, bench("--seconds", "0.3", "--rounds", "1", "--only", "STATUS,GAP_SHORT"), err::toString);
        String table = out.toString();
        for (String row : new String[] {"1 connection: p50 \\| [0-9.]+ ms \\| ≤ 1.00 ms", "1 connection: p99", "1 connection: answers/s",
            "16 connections: answers/s \\| [1-9][0-9]* \\| ≥ 5000", "16 connections: p50", "16 connections: p99",
            "resident after the load \\| [1-9][0-9]* MB", "400 ms: death to detection", "400 ms: voting gap \\| [1-9]",
            "400 ms: gap − detection", "400 ms: detection to first vote"}) {
            assertTrue(table.matches("(?s).*" + row + ".*"), row + " is missing in\n" + table);
        }
    }

    @Test
    void numbersThatMeasureNothingAreRefused() {
        assertEquals(2, bench("--rounds", "0"));
        assertEquals(2, bench("--seconds", "NaN"));
        assertEquals(2, bench("--only", "MEMORY"));
    }
}
