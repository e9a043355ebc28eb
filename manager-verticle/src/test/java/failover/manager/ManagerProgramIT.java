package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: exit codes, streams, files. */
class ManagerProgramIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    private record Result(int code, String out, String err) {
    }

    @Test
    void generateConfigWritesTheOriginalsBytesAndNeverOverwrites() throws Exception {
        assertEquals(0, run("--generate-config").code());
        byte[] golden = Files.readAllBytes(Path.of("src/test/resources/golden/manager-config.json"));
        assertEquals(new String(golden, StandardCharsets.UTF_8), Files.readString(dir.resolve("manager-config.json")));
        Result again = run("--generate-config");
        assertEquals(1, again.code());
        assertTrue(again.err().contains("exists already"), again.err());
        assertEquals(0, run("--config", "manager-config.json", "--check-config").code());
    }

    @Test
    void badUsageExitsWithTwoAndShowsTheUsageOnStandardError() throws Exception {
        Result spaced = run("--dry-run", "false");
        assertEquals(2, spaced.code());
        assertTrue(spaced.err().contains("write --dry-run=false") && spaced.err().contains("Usage: failover-manager"), spaced.err());
        assertEquals("", spaced.out());
        assertEquals(2, run("--nonsense").code());
        assertEquals(2, run("start").code());
    }

    @Test
    void helpAndVersionExitWithZero() throws Exception {
        Result help = run("-h");
        assertEquals(0, help.code());
        assertTrue(help.out().contains("--log-file"), help.out());
        assertEquals("", help.err());
        assertTrue(run("--version").out().startsWith("failover-manager "));
    }

    @Test
    void whatCannotRunSaysWhyInOneLineAndExitsWithOne() throws Exception {
        assertEquals("nowhere.json: does not exist; check --config, or write an example with --generate-config",
                first(run("--config", "nowhere.json")));
        Files.writeString(dir.resolve("broken.json"), "{\n  \"dry_run\": tru\n}");
        assertTrue(first(run("--config", "broken.json", "--check-config")).startsWith("broken.json: line 2, column "));
        assertTrue(first(
                run("--active=http://127.0.0.1:1", "--passive=http://127.0.0.1:2", "--log-file=none/x.log"))
                .startsWith("log_file none/x.log cannot be written: "));
    }

    @Test
    void checkConfigShowsEveryProblemAndNoSecret() throws Exception {
        Files.writeString(dir.resolve("bad.json"),
                "{\"active_validator\": \"http://a:1\", \"passive_validator\": \"http://b:1\", "
                + "\"telegram_bot_token\": \"sesame\", \"dry_run\": 1,"
                + " \"telegram_bot_tokn\": \"sesame\"}");
        Result result = run("--config", "bad.json", "--check-config");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("2 problems in the settings"), result.err());
        assertFalse((result.out() + result.err()).contains("sesame"), result.out() + result.err());
    }

    @Test
    void aPortInUseIsOneLineAndExitCodeOne() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String api = "127.0.0.1:" + taken.getLocalPort();
            Files.writeString(dir.resolve("m.json"), "{\"api_listen\": \"" + api + "\", \"active_validator\": \"http://127.0.0.1:1\","
                    + " \"passive_validator\": \"http://127.0.0.1:2\", \"cluster_rpc\": \"http://127.0.0.1:3\"}");
            Result result = run("--config", "m.json");
            assertEquals(1, result.code());
            String last = result.out().lines().reduce((first, second) -> second).orElse("");
            assertTrue(last.contains("ERROR: Failed to start manager") && last.contains(api) && last.contains("already in use"),
                    result.out());
        }
    }

    @Test
    void aSignalStopsItCleanlyWithinFiveSeconds() throws Exception {
        Path log = dir.resolve("x.log");
        Process process = start("--config", apiOff(), "--log-file", log.toString());
        try {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!Files.exists(log) || Files.size(log) == 0) {
                assertTrue(System.nanoTime() < deadline && process.isAlive(), () -> "it never logged: " + read("err") + read("out"));
                Thread.onSpinWait();
            }
            process.destroy();
            assertTrue(process.waitFor(5, TimeUnit.SECONDS), "it did not stop");
            assertEquals(0, process.exitValue(), () -> read("err") + read("out"));
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    /** The operators' port may be in use on the machine that runs the tests. */
    private String apiOff() throws IOException {
        return Files.writeString(dir.resolve("m.json"), "{\"api_listen\": \"off\", \"active_validator\": \"http://127.0.0.1:1\","
                + " \"passive_validator\": \"http://127.0.0.1:2\", \"cluster_rpc\": \"http://127.0.0.1:3\"}").toString();
    }

    private static String first(Result result) {
        assertEquals(1, result.code(), result.toString());
        return result.err().lines().findFirst().orElse("");
    }

    private Result run(String... args) throws Exception {
        Process process = start(args);
        try {
            assertTrue(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS), "it hangs");
            return new Result(process.exitValue(), read("out"), read("err"));
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "failover.manager.ManagerMain"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile())
                .redirectOutput(dir.resolve("out").toFile()).redirectError(dir.resolve("err").toFile());
        builder.environment().keySet().removeIf(
                name -> name.endsWith("DRY_RUN") || name.startsWith("VALIDATOR_") || name.endsWith("_VALIDATOR"));
        builder.environment().put("STATE_DIRECTORY", dir.resolve("state").toString());
        return builder.start();
    }

    private String read(String name) {
        try {
            return Files.readString(dir.resolve(name));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
