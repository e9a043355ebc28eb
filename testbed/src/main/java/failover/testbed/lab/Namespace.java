package failover.testbed.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace by its name, under which {@code ip netns} lists it.
 *
 * @param name unique on the machine
 */
record Namespace(String name) {
    private static final Path NAMES = Path.of("/run/netns");

    static Namespace add(String name) {
        run(List.of("ip", "netns", "add", name), "");
        return new Namespace(name);
    }

    static List<String> list() {
        // A line is the name, and in some versions " (id: 3)".
        return run(List.of("ip", "netns", "list"), "").lines().map(line -> line.split(" ", 2)[0]).toList();
    }

    /** Takes the name away; the namespace itself ends with the last process in it. */
    static void delete(String name) {
        BashRunner.run(List.of("ip", "netns", "delete", name));
    }

    /** The command, as it runs in this namespace: under the same pid, with the same files and environment. */
    List<String> inside(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("nsenter", "--net=" + NAMES.resolve(name)));
        whole.addAll(command);
        return whole;
    }

    /** Commands of {@code ip}, a line each. */
    void ip(String lines) {
        run(List.of("ip", "-n", name, "-batch", "-"), lines);
    }

    /** Replaces the rules that the text names. */
    void nft(String text) {
        run(inside(List.of("nft", "-f", "-")), text);
    }

    /** What {@code nft} says to these words. */
    String nft(List<String> words) {
        List<String> command = new ArrayList<>(List.of("nft"));
        command.addAll(words);
        return run(inside(command), "");
    }

    static String run(List<String> command, String input) {
        BashRunner.Result result = BashRunner.run(command, null, input);
        if (result.exit() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + (result.error() + result.output()).strip());
        }
        return result.output();
    }
}
