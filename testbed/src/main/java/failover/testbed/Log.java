package failover.testbed;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/** One line per event on standard output: the simulators start in half a second because they load no logging library. */
public final class Log {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Log() {
    }

    /** Prints the time of day and the text. */
    public static void say(String text) {
        OUT.println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + text);
    }

    /** Prints the text alone, for people and scripts that read the output. */
    public static void print(String text) {
        OUT.println(text);
    }
}
