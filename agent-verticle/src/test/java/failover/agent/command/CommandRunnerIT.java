package failover.agent.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.Eventually;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.process.ProcStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real shells, real process trees. */
@Timeout(30)
class CommandRunnerIT {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final CommandRunner runner = new CommandRunner();
    @TempDir
    Path directory;

    @Test
    void bothStreamsAndTheStatusComeBack() {
        CommandResult result = run("echo out; echo err >&2; exit 3", LONG);
        assertEquals(How.EXITED, result.how());
        assertEquals(3, result.exit());
        assertEquals("out\nerr\n", result.output());
        assertEquals("command failed: exit status 3, output: out\nerr\n", result.failure());
    }

    @Test
    void om0x10AFailingStageOfAPipeIsAFailure() {
        CommandResult result = run("sh -c 'exit 1' | base64 -d > " + directory.resolve("tower"), LONG);
        assertEquals(1, result.exit());
    }

    @Test
    void theEnvironmentIsTheAgentsWithOurValuesAdded() {
        CommandResult result = runner.run(new CommandRunner.Order("x", "echo \"$FAILOVER_LEDGER\"; test -n \"$PATH\"",
            Map.of("FAILOVER_LEDGER", "a b;c"), LONG, false, false, new CancellationToken()));
        assertTrue(result.ok());
        assertEquals("a b;c\n", result.output());
    }

    @Test
    void nothingWaitsForInput() {
        assertEquals("", run("cat", LONG).output());
    }

    @Test
    void ha8AtTheLimitTheWholeTreeIsKilledAlsoWhatIgnoresSigterm() throws Exception {
        Path pids = directory.resolve("pids");
        CommandResult result = run("trap '' TERM HUP INT; (trap '' TERM HUP; echo $BASHPID >> " + pids + "; sleep 1000) & "
            + "bash -c 'trap \"\" TERM; echo $$ >> " + pids + "; sleep 1000; :' & "
            + "echo $$ >> " + pids + "; sleep 1000", Duration.ofMillis(600));
        assertEquals(How.TIMED_OUT, result.how());
        assertEquals(3, assertAllDead(pids));
        assertTrue(result.took().toMillis() < 5_000, result.took().toString());
    }

    @Test
    void aChildThatMadeASessionOfItsOwnIsKilledToo() throws Exception {
        Path pids = directory.resolve("pids");
        CommandResult result = run("setsid bash -c 'echo $$ >> " + pids + "; sleep 1000; :' & set -m; (echo $BASHPID >> " + pids
            + "; sleep 1000) & sleep 1000", Duration.ofMillis(600));
        assertEquals(How.TIMED_OUT, result.how());
        assertEquals(2, assertAllDead(pids));
    }

    @Test
    void om13ACommandThatHangsIsCutShortFromAnotherThread() throws Exception {
        Path started = directory.resolve("started");
        CancellationToken cut = new CancellationToken();
        CompletableFuture<CommandResult> running = CompletableFuture.supplyAsync(() -> runner.run(
            new CommandRunner.Order("x", "touch " + started + "; sleep 1000", Map.of(), LONG, false, false, cut)));
        Eventually.holds(() -> Files.exists(started));
        long begun = System.nanoTime();
        cut.cut();
        CommandResult result = running.get(5, TimeUnit.SECONDS);
        assertEquals(How.CANCELLED, result.how());
        assertTrue(System.nanoTime() - begun < Duration.ofSeconds(2).toNanos());
    }

    @Test
    void aCommandCutBeforeItBeganNeverRuns() {
        CancellationToken cut = new CancellationToken();
        cut.cut();
        Path started = directory.resolve("started");
        CommandResult result = runner.run(new CommandRunner.Order("x", "touch " + started, Map.of(), LONG, false, false, cut));
        assertEquals(How.NOT_STARTED, result.how());
        assertFalse(Files.exists(started));
    }

    @Test
    void whatItLeavesBehindBelongsToItAndIsAwaited() {
        Path late = directory.resolve("late");
        CommandResult result = run("(sleep 0.5; touch " + late + ") & exit 0", LONG);
        assertTrue(result.ok());
        assertTrue(Files.exists(late));
    }

    @Test
    void aRestartMayLeaveItsDaemonRunning() throws Exception {
        Path pids = directory.resolve("pids");
        CommandResult result = runner.run(new CommandRunner.Order("validator_restart_command", "sleep 1000 & echo $! > " + pids, Map.of(),
            LONG, true, false, new CancellationToken()));
        assertTrue(result.ok());
        assertTrue(result.took().toMillis() < 2_000, result.took().toString());
        ProcessHandle daemon = ProcessHandle.of(Long.parseLong(Files.readString(pids).trim())).orElseThrow();
        assertTrue(daemon.isAlive());
        daemon.destroyForcibly();
    }

    @Test
    void outputIsBoundedAndTheRestCounted() {
        CommandResult result = run("head -c 1000000 /dev/zero | tr '\\0' x", LONG);
        assertTrue(result.ok());
        assertTrue(result.output().endsWith("… " + (1_000_000 - BoundedOutput.KEPT) + " bytes more"),
            result.output().substring(BoundedOutput.KEPT - 10));
    }

    @Test
    void endlessOutputEndsAtTheLimitInLittleMemory() {
        CommandResult result = run("yes", Duration.ofMillis(300));
        assertEquals(How.TIMED_OUT, result.how());
        assertTrue(result.output().length() < BoundedOutput.KEPT + 200);
    }

    @Test
    void withoutBashItSaysSoAndNothingRan() throws IOException {
        CommandResult result = new CommandRunner(directory.toString()).run(
            new CommandRunner.Order("x", "echo", Map.of(), LONG, false, false, new CancellationToken()));
        assertEquals(How.NOT_STARTED, result.how());
        assertTrue(result.output().contains("bash is not on the PATH"), result.output());
    }

    @Test
    void anEmptyCommandIsTheOriginalsError() {
        assertEquals("command failed: command is empty", run(" ", LONG).failure());
    }

    private CommandResult run(String line, Duration limit) {
        return runner.run(new CommandRunner.Order("test_command", line, Map.of(), limit, false, false, new CancellationToken()));
    }

    private static int assertAllDead(Path pids) throws IOException {
        List<String> lines = Files.readAllLines(pids);
        for (String line : lines) {
            boolean lives = ProcStat.read(Path.of("/proc"), Long.parseLong(line)).filter(ProcStat::alive).isPresent();
            assertFalse(lives, "process " + line + " lives");
        }
        return lines.size();
    }
}
