package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
class AgentProgramIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    private record Result(int code, String out, String err) {
    }

    @Test
    void generateConfigWritesTheOriginalsBytesAndNeverOverwrites() throws Exception {
        assertEquals(0, run("--generate-config").code());
        byte[] golden = Files.readAllBytes(Path.of("src/test/resources/golden/validator-config.json"));
        assertEquals(new String(golden, StandardCharsets.UTF_8), Files.readString(dir.resolve("validator-config.json")));
        Result again = run("--generate-config");
        assertEquals(1, again.code());
        assertTrue(again.err().contains("exists already"), again.err());
        assertEquals(0, run("--config", "validator-config.json", "--check-config").code());
    }

    @Test
    void badUsageExitsWithTwoAndShowsTheUsageOnStandardError() throws Exception {
        Result spaced = run("--dry-run", "false");
        assertEquals(2, spaced.code());
        assertTrue(spaced.err().contains("write --dry-run=false") && spaced.err().contains("Usage: failover-agent"), spaced.err());
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
        assertTrue(run("--version").out().startsWith("failover-agent "));
    }

    @Test
    void whatCannotRunSaysWhyInOneLineAndExitsWithOne() throws Exception {
        assertEquals("nowhere.json: does not exist; check --config, or write an example with --generate-config",
                first(run("--config", "nowhere.json")));
        Files.writeString(dir.resolve("broken.json"), "{\n  \"dry_run\": tru\n}");
        assertTrue(first(run("--config", "broken.json", "--check-config")).startsWith("broken.json: line 2, column "));
        assertTrue(first(run("--listen=127.0.0.1:0", "--log-file=none/x.log"))
                .startsWith("log_file none/x.log cannot be written: "));
    }

    @Test
    void checkConfigShowsEveryProblemAndNoSecret() throws Exception {
        Files.writeString(dir.resolve("bad.json"),
                "{\"tower_backup_command\": \"etcdctl --password sesame\", \"dry_run\": 1,"
                + " \"rpc_tmeout\": \"sesame\"}");
        Result result = run("--config", "bad.json", "--check-config");
        assertEquals(1, result.code());
        assertTrue(result.err().contains("2 problems in the settings"), result.err());
        assertFalse((result.out() + result.err()).contains("sesame"), result.out() + result.err());
    }

    /** systemd starts services without LANG; the launcher makes up for that, a bare java does not. */
    @Test
    void aCommandThatWouldNotArriveAsItIsWrittenIsFoundBeforeItIsNeeded() throws Exception {
        Files.writeString(dir.resolve("u.json"), "{\"identity_remove_command\": \"touch /mnt/Gr\u00fc\u00dfe\"}");
        Result bare = run("--config", "u.json", "--check-config");
        assertEquals(1, bare.code(), bare.toString());
        assertTrue(bare.err().contains("identity_remove_command") && bare.err().contains("start the program by its launcher in bin/"),
                bare.err());
    }

    @Test
    void signalsThatMeanReloadLeaveItRunningAndOneThatMeansStopStopsItCleanlyWithinFiveSeconds() throws Exception {
        Path log = dir.resolve("x.log");
        Process process = start("--listen=127.0.0.1:0", "--log-file", log.toString());
        try {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!Files.exists(log) || !Files.readString(log).contains("Agent listens")) {
                assertTrue(System.nanoTime() < deadline && process.isAlive(), () -> "it never logged: " + read("err") + read("out"));
                Thread.onSpinWait();
            }
            for (String signal : List.of("HUP", "USR1", "USR2")) {
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
                // Under nohup, say, the program never hears of it.
                boolean heard = !ignoredHere(signal.equals("HUP") ? 1 : signal.equals("USR1") ? 10 : 12);
                while (heard && !Files.readString(log).contains("SIG" + signal + " changes nothing here")) {
                    assertTrue(System.nanoTime() < deadline && process.isAlive(), () -> "SIG" + signal + ": " + read("err") + read("out"));
                    Thread.onSpinWait();
                }
            }
            process.destroy();
            assertTrue(process.waitFor(5, TimeUnit.SECONDS), "it did not stop");
            assertEquals(0, process.exitValue(), () -> read("err") + read("out"));
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    /** Whoever started this JVM has the signal ignored, and with it in all that it starts. */
    private static boolean ignoredHere(int signal) throws IOException {
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("SigIgn:")).findFirst()
                .orElseThrow().substring("SigIgn:".length()).strip();
        return (Long.parseUnsignedLong(mask, 16) >> (signal - 1) & 1) == 1;
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
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "failover.agent.AgentMain"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile())
                .redirectOutput(dir.resolve("out").toFile()).redirectError(dir.resolve("err").toFile());
        builder.environment().keySet().removeIf(
                name -> name.endsWith("DRY_RUN") || name.startsWith("VALIDATOR_") || name.endsWith("_VALIDATOR"));
        builder.environment().put("LC_ALL", "C");
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
