package failover.testbed.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The programs as other commits have them, built once and kept: testbed/bench/built.sh. */
public final class Builds {
    /** The first version, which pairs out there run. */
    public static final String FIRST = "24564cc";

    private Builds() {
    }

    /** The dist/ of that commit. May take a minute the first time; fails with a sentence where the clone has no history. */
    public static Path of(String commit) {
        List<String> command = List.of(LabHome.root().resolve("testbed/bench/built.sh").toString(), commit);
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String dist = out.readLine();
                if (process.waitFor() != 0 || dist == null) {
                    throw new AssertionError("the programs of the commit " + commit + " cannot be had: see what " + command.get(0)
                        + " says");
                }
                return Path.of(dist);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the commit " + commit + " is built", e);
        }
    }
}
