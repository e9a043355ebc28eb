package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Short commands, run to their end. */
public final class BashRunner {
    private static final long LIMIT_SECONDS = 30;

    /**
     * What a command did.
     *
     * @param exit   its exit code
     * @param output what it wrote to stdout
     * @param error  what it wrote to stderr
     */
    public record Result(int exit, String output, String error) {
        /** @throws AssertionError with everything it said, unless it succeeded */
        public Result ok() {
            if (exit != 0) {
                throw new AssertionError("exit code " + exit + "\n" + output + error);
            }
            return this;
        }
    }

    private BashRunner() {
    }

    /** Runs a command with nothing on its standard input; killed after thirty seconds, which is an error. */
    public static Result run(List<String> command) {
        return run(command, null, "");
    }

    /** The same in a directory and with an input. */
    public static Result run(List<String> command, Path directory, String input) {
        try {
            Process process = new ProcessBuilder(command).directory(directory == null ? null : directory.toFile()).start();
            CompletableFuture<String> error = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException ignored) {
                // It ended without reading its input.
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("did not end within " + LIMIT_SECONDS + " s: " + String.join(" ", command));
            }
            return new Result(process.exitValue(), output.join(), error.join());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + String.join(" ", command), e);
        }
    }

    private static String read(java.io.InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(output lost: " + e + ")";
        }
    }
}
