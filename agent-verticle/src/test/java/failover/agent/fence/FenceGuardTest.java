package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import failover.agent.Eventually;
import failover.agent.process.ProcStat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The guard behind the agent: a process that kills when the time it was told has come, and whom nobody then has to tell anything. */
@Timeout(60)
class FenceGuardTest {
    private static final long MS = 1_000_000L;
    private static final Duration SOON = Duration.ofSeconds(20);
    private final String name = "simv" + ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000);
    private final List<Process> processes = new ArrayList<>();
    private final List<FenceGuard> guards = new ArrayList<>();
    @TempDir
    Path directory;
    private Path program;

    @BeforeEach
    void copy() throws Exception {
        program = Files.copy(Path.of("/bin/sleep"), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
    }

    @AfterEach
    void end() {
        guards.forEach(guard -> {
            guard.disarm();
            guard.close(SOON);
        });
        processes.forEach(Process::destroyForcibly);
    }

    private Process validator() throws Exception {
        Process started = new ProcessBuilder(program.toString(), "1000").start();
        processes.add(started);
        return started;
    }

    private FenceGuard guard() {
        FenceGuard guard = new FenceGuard(directory, name);
        guards.add(guard);
        guard.start();
        return guard;
    }

    private static long in(long millis) throws Exception {
        return (BootClock.system().millis() + millis) * MS;
    }

    @Test
    void itKillsWhenTheTimeHasComeAndNotBefore() throws Exception {
        Process validator = validator();
        Process other = validator();
        FenceGuard guard = guard();
        guard.validator(validator.pid());
        for (int i = 0; i < 15; i++) {
            guard.arm(in(3_000));
            assertFalse(validator.waitFor(200, TimeUnit.MILLISECONDS), "its time was moved on again and again");
        }
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS));
        assertTrue(other.isAlive(), "it knew which one it was");
    }

    @Test
    void whoeverBearsTheNameIsMeantWhereTheProcessIsNotKnown() throws Exception {
        Process one = validator();
        Process two = validator();
        FenceGuard guard = guard();
        guard.validator(0);
        guard.arm(in(300));
        assertTrue(one.waitFor(20, TimeUnit.SECONDS) && two.waitFor(20, TimeUnit.SECONDS));
    }

    /** Stopped by a signal, or for want of a disk that its pages are on, while the agent goes on and its lease is renewed. */
    @Test
    void whatWasToldWhileItStoodStillIsHeardBeforeItActs() throws Exception {
        hearsBeforeItActs(script());
    }

    /** On a busy host the time for a line may be over before the shell has read what is there. */
    @Test
    void aLineThatWasNotReadInItsTimeIsHeardAllTheSame() throws Exception {
        hearsBeforeItActs(script(text -> {
            assertEquals(2, text.split("hear 0\\.01", -1).length);
            return text.replace("hear 0.01", "{ late=$((${late:-0} + 1)); [ $((late % 3)) = 0 ] && hear 0.01; }");
        }));
    }

    private void hearsBeforeItActs(Process guard) throws Exception {
        Process validator = validator();
        String who = " " + validator.pid() + " " + startOf(validator) + " 0 0 " + name;
        // Stopped first: of what it is told from here on, all but the last is over when it runs again, however slow this machine is.
        signal("STOP", guard);
        for (int i = 1; i < 50; i++) {
            tell(guard, "guard " + in(10 * i) / MS + who);
        }
        tell(guard, "guard " + in(600_000) / MS + who);
        assertFalse(validator.waitFor(800, TimeUnit.MILLISECONDS));
        signal("CONT", guard);
        assertFalse(validator.waitFor(2, TimeUnit.SECONDS), "its lease was renewed");
        tell(guard, "guard " + in(100) / MS + who);
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS));
    }

    private static void signal(String signal, Process to) throws Exception {
        assertEquals(0, new ProcessBuilder("bash", "-c", "kill -s " + signal + " " + to.pid()).start().waitFor());
    }

    @Test
    void theCommandThatRunsGoesWithTheValidator() throws Exception {
        Process validator = validator();
        Process command = new ProcessBuilder("setsid", "bash", "-c", "trap '' TERM; sleep 1000; :").start();
        processes.add(command);
        FenceGuard guard = guard();
        guard.validator(validator.pid());
        guard.command(command.pid());
        guard.arm(in(300));
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS) && command.waitFor(20, TimeUnit.SECONDS));
    }

    private Process script() throws Exception {
        return script(text -> text);
    }

    private Process script(UnaryOperator<String> changed) throws Exception {
        String script = changed.apply(new String(FenceGuard.class.getResourceAsStream("guard.bash").readAllBytes(),
            StandardCharsets.UTF_8));
        Process alone = new ProcessBuilder("bash", "-c", script, "failover-guard", directory.toString()).start();
        processes.add(alone);
        return alone;
    }

    private static void tell(Process guard, String line) throws Exception {
        guard.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        guard.getOutputStream().flush();
    }

    /** The script has come so far; before, a shell dies of what it does not ignore yet, and is started anew. */
    private static boolean ignoresHangup(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream().filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).trim(), 16) & 1) != 0);
    }

    private static long startOf(Process process) {
        return ProcStat.read(Path.of("/proc"), process.pid()).orElseThrow().startTicks();
    }

    @Test
    void aCommandWhoseShellHasEndedGoesToo() throws Exception {
        Process validator = validator();
        Process command = new ProcessBuilder("setsid", "bash", "-c", "'" + program + "' 1000 > /dev/null & read line").start();
        processes.add(command);
        Eventually.holds(() -> ProcStat.pids(Path.of("/proc")).stream().map(pid -> ProcStat.read(Path.of("/proc"), pid))
            .anyMatch(stat -> stat.filter(each -> each.comm().equals(name) && each.group() == command.pid()).isPresent()));
        long left = ProcStat.pids(Path.of("/proc")).stream().map(pid -> ProcStat.read(Path.of("/proc"), pid)).flatMap(Optional::stream)
            .filter(each -> each.comm().equals(name) && each.group() == command.pid()).findFirst().orElseThrow().pid();
        FenceGuard guard = guard();
        guard.validator(validator.pid());
        guard.command(command.pid());
        guard.arm(in(60_000));
        assertTrue(guard.awaitChild(SOON) > 0);
        command.getOutputStream().close();
        assertTrue(command.waitFor(20, TimeUnit.SECONDS));
        guard.arm(in(300));
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS));
        Eventually.holds(() -> ProcStat.read(Path.of("/proc"), left).filter(ProcStat::alive).isEmpty());
    }

    @Test
    void whatOtherProgramsTakeForReloadOrAStopOfTheTerminalEndsItNot() throws Exception {
        Process validator = validator();
        FenceGuard guard = guard();
        guard.validator(validator.pid());
        guard.arm(in(60_000));
        long child = guard.awaitChild(SOON);
        Eventually.holds(() -> ignoresHangup(child));
        for (String signal : List.of("HUP", "USR1", "USR2", "ALRM", "QUIT", "INT", "TSTP", "TTIN", "TTOU")) {
            assertEquals(0, new ProcessBuilder("bash", "-c", "kill -s " + signal + " " + child).start().waitFor());
        }
        guard.arm(in(300));
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS));
        assertEquals(child, guard.awaitChild(SOON), "the same one");
    }

    @Test
    void nothingOfTheAgentsEnvironmentReachesIt() throws Exception {
        FenceGuard guard = guard();
        guard.arm(in(60_000));
        assertEquals("", Files.readString(Path.of("/proc", Long.toString(guard.awaitChild(SOON)), "environ")));
    }

    @Test
    void itsWordsGoToTheAgentWhoNeedNotReadThem() throws Exception {
        Process validator = validator();
        Process guard = script();
        tell(guard, "guard " + in(100) / MS + " " + validator.pid() + " " + startOf(validator) + " 0 0 " + name);
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS));
        // Of a guard that says nothing here a line would be waited for without an end.
        Eventually.holds(() -> guard.getInputStream().available() > 0);
        String words = guard.inputReader().readLine();
        assertTrue(words.contains("is dead"), words);
        assertEquals(0, guard.getErrorStream().available(), "whoever reads the standard error may have stopped reading");
        assertTrue(guard.isAlive(), "its agent may come to hold a lease again");
    }

    @Test
    void theAgentSaysWhatItsGuardHasDone() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(FenceGuard.class);
        lines.start();
        log.addAppender(lines);
        try {
            Process validator = validator();
            FenceGuard guard = guard();
            guard.validator(validator.pid());
            guard.arm(in(100));
            assertTrue(validator.waitFor(20, TimeUnit.SECONDS));
            Eventually.holds(() -> {
                // Each new word to the guard is an occasion to hear it; else that is every few seconds.
                guard.arm(in(60_000));
                return List.copyOf(lines.list).stream().anyMatch(line -> line.getFormattedMessage().contains("is dead"));
            });
        } finally {
            log.detachAppender(lines);
        }
    }

    @Test
    void aNameMayHoldBlanksAndBeCutInTheMiddleOfALetter() throws Exception {
        for (String odd : List.of(" a  b " + name.substring(4), "valid\u00e4t\u00f6r-\u00fc\u00e4\u00f6\u00df")) {
            Process validator = new ProcessBuilder(Files.copy(program, directory.resolve(odd), StandardCopyOption.COPY_ATTRIBUTES)
                .toString(), "1000").start();
            processes.add(validator);
            FenceGuard guard = new FenceGuard(directory, odd);
            guards.add(guard);
            guard.start();
            guard.validator(0);
            guard.arm(in(300));
            assertTrue(validator.waitFor(20, TimeUnit.SECONDS), odd);
        }
    }

    @Test
    void itStaysWhenItsAgentIsGoneAndEndsWithItsWork() throws Exception {
        Process validator = validator();
        Process alone = script();
        tell(alone, "guard " + in(1_500) / MS + " " + validator.pid() + " " + startOf(validator) + " 0 0 " + name);
        alone.getOutputStream().close();
        alone.getInputStream().close();
        assertFalse(validator.waitFor(500, TimeUnit.MILLISECONDS));
        assertTrue(alone.isAlive(), "its agent is gone, its lease is not");
        assertTrue(validator.waitFor(20, TimeUnit.SECONDS));
        assertTrue(alone.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, alone.exitValue());
        String words = alone.errorReader().readLine();
        assertTrue(words.contains("is dead"), words);
    }

    @Test
    void whoIsToldThatNothingIsHeldEndsWithItsAgent() throws Exception {
        Process validator = validator();
        FenceGuard guard = guard();
        guard.validator(validator.pid());
        guard.arm(in(60_000));
        long child = guard.awaitChild(SOON);
        assertTrue(child > 0);
        guard.disarm();
        guard.close(SOON);
        Eventually.holds(() -> ProcStat.read(Path.of("/proc"), child).filter(ProcStat::alive).isEmpty());
        assertTrue(validator.isAlive());
    }

    @Test
    void theNextStartEndsTheGuardOfTheOneBefore() throws Exception {
        Process validator = validator();
        FenceGuard first = guard();
        first.validator(validator.pid());
        first.arm(in(60_000));
        long child = first.awaitChild(SOON);
        FenceGuard second = new FenceGuard(directory, name);
        guards.add(second);
        second.start();
        second.validator(validator.pid());
        assertTrue(second.awaitChild(SOON) > 0);
        assertTrue(ProcStat.read(Path.of("/proc"), child).filter(ProcStat::alive).isPresent(), "until it has taken the lease over");
        second.arm(in(60_000));
        Eventually.holds(() -> ProcStat.read(Path.of("/proc"), child).filter(ProcStat::alive).isEmpty());
    }

    @Test
    void aLineIsObeyedWholeOrNotAtAllHoweverItComes() throws Exception {
        Process validator = validator();
        long start = startOf(validator);
        Process alone = script();
        for (int i = 0; i < 60; i++) {
            byte[] line = ("guard " + in(900) / MS + " " + validator.pid() + " " + start + " 0 0 " + name + "\n")
                .getBytes(StandardCharsets.UTF_8);
            int cut = 7 + i % 9;
            alone.getOutputStream().write(line, 0, cut);
            alone.getOutputStream().flush();
            // Within the last second it reads for 20 ms at a time: here the time is over in the middle of the line.
            assertFalse(validator.waitFor(25, TimeUnit.MILLISECONDS), "the half of a line was taken for a whole one");
            alone.getOutputStream().write(line, cut, line.length - cut);
            alone.getOutputStream().flush();
        }
        alone.getOutputStream().write("nonsense 1 2 3 4 5 6\nguard x y z 0 0 a\nguard 1\n\nguard 0 0 0 0 0 x\n"
            .getBytes(StandardCharsets.UTF_8));
        alone.getOutputStream().close();
        assertTrue(alone.waitFor(20, TimeUnit.SECONDS));
        assertTrue(validator.isAlive());
    }
}
