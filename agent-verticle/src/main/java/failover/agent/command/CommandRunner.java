package failover.agent.command;

import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.process.ProcessTree;
import failover.protocol.Bounds;
import failover.protocol.config.Redact;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Runs a shell command as {@code setsid bash -o pipefail -c COMMAND}: a failing stage of a pipe is a failure (OM0-10); at its time limit,
 * or when it is cut short, its whole process tree is killed and seen dead (HA-8, OM-13). Blocks the calling worker thread; any thread.
 */
public final class CommandRunner {
    private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);
    private static final String MARKER = "FAILOVER_COMMAND";
    /** How long output may still trickle in after the shell has ended. */
    private static final Duration DRAIN = Duration.ofMillis(250);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private final String searchPath;
    private final LongConsumer started;

    public CommandRunner() {
        this(pid -> { });
    }

    /** A runner that reports the leader of each command's session, and 0 when the command has ended. */
    public CommandRunner(LongConsumer started) {
        this(System.getenv().getOrDefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), started);
    }

    /** A runner that finds {@code setsid} and {@code bash} on that path. */
    public CommandRunner(String searchPath) {
        this(searchPath, pid -> { });
    }

    private CommandRunner(String searchPath, LongConsumer started) {
        this.searchPath = searchPath;
        this.started = started;
    }

    /**
     * A command to run.
     *
     * @param name of its configuration key, for the log
     * @param line the shell command, placeholders already filled in
     * @param environment added to the agent's own
     * @param limit after which its tree is killed
     * @param mayLeaveProcesses it may start a daemon that stays behind; else what it leaves behind belongs to it, and is awaited
     * @param quiet a success is not worth a line at level info
     * @param cut cuts it short
     */
    public record Order(String name, String line, Map<String, String> environment, Duration limit, boolean mayLeaveProcesses, boolean quiet,
            CancellationToken cut) {
    }

    /** Runs it to its end. Never throws. */
    public CommandResult run(Order order) {
        if (order.line().isBlank()) {
            return notStarted("command is empty");
        }
        if (order.cut().isCut()) {
            return notStarted("cut short before it began");
        }
        Optional<Path> setsid = find("setsid");
        Optional<Path> bash = find("bash");
        if (setsid.isEmpty() || bash.isEmpty()) {
            return notStarted((bash.isEmpty() ? "bash" : "setsid") + " is not on the PATH (" + searchPath + "); install it");
        }
        LOG.atLevel(order.quiet() ? Level.DEBUG : Level.INFO).log("Executing: {}", Redact.command(order.line()));
        CommandResult result = start(order, setsid.get(), bash.get());
        log(order, result);
        return result;
    }

    private CommandResult start(Order order, Path setsid, Path bash) {
        long begun = System.nanoTime();
        String mark = UUID.randomUUID().toString();
        ProcessBuilder builder = new ProcessBuilder(setsid.toString(), bash.toString(), "-o", "pipefail", "-c", order.line())
            .redirectErrorStream(true).redirectInput(Redirect.from(new File("/dev/null")));
        builder.environment().putAll(order.environment());
        builder.environment().put(MARKER, mark);
        Process process = null;
        ProcessTree tree = null;
        try {
            process = builder.start();
            tree = new ProcessTree(process.pid(), MARKER + "=" + mark);
            BoundedOutput output = new BoundedOutput(process.getInputStream());
            started.accept(process.pid());
            return watch(order, process, tree, output, begun);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tree.kill();
            return new CommandResult(How.CANCELLED, -1, "interrupted", since(begun));
        } catch (IOException | RuntimeException | Error e) {
            // No thread can be made, no file opened, no memory had: the command that cannot be watched over must not go on.
            return process == null && e instanceof IOException ? notStarted("cannot be started: " + e.getMessage())
                : abandoned(process, tree == null ? ProcessTree.marked(MARKER + "=" + mark) : tree, e, begun);
        } finally {
            if (process != null) {
                started.accept(0);
            }
        }
    }

    private static CommandResult abandoned(Process process, ProcessTree tree, Throwable why, long begun) {
        if (process != null) {
            process.destroyForcibly();
        }
        tree.kill();
        return new CommandResult(How.CANCELLED, -1, "cannot be watched over: " + why, since(begun));
    }

    private static CommandResult watch(Order order, Process process, ProcessTree tree, BoundedOutput output, long begun)
            throws InterruptedException {
        Semaphore woken = new Semaphore(0);
        order.cut().onCut(woken::release);
        process.onExit().thenRun(woken::release);
        long deadline = begun + order.limit().toNanos();
        boolean inTime = woken.tryAcquire(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        while (inTime && !process.isAlive() && !order.cut().isCut()) {
            if (order.mayLeaveProcesses() || !tree.sessionLives()) {
                output.awaitEnd(DRAIN.toNanos());
                return new CommandResult(How.EXITED, process.exitValue(), output.text(), since(begun));
            }
            inTime = woken.tryAcquire(LOOK_AGAIN.toNanos(), TimeUnit.NANOSECONDS) || System.nanoTime() < deadline;
        }
        return killed(order.cut().isCut() ? How.CANCELLED : How.TIMED_OUT, tree, output, begun);
    }

    private static CommandResult killed(How how, ProcessTree tree, BoundedOutput output, long begun) {
        List<Long> survivors = tree.kill();
        try {
            output.awaitEnd(DRAIN.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String text = survivors.isEmpty() ? output.text() : output.text() + "\n(processes " + survivors + " survive SIGKILL)";
        return new CommandResult(how, -1, text, since(begun));
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static CommandResult notStarted(String why) {
        return new CommandResult(How.NOT_STARTED, -1, why, Duration.ZERO);
    }

    private static void log(Order order, CommandResult result) {
        String printed = Redact.command(Bounds.brief(result.output()));
        if (result.ok()) {
            LOG.atLevel(order.quiet() ? Level.DEBUG : Level.INFO)
                .log("{} done: took_ms={} output={}", order.name(), result.took().toMillis(), printed);
        } else {
            LOG.warn("{} failed: how={} exit={} took_ms={} output={}", order.name(), result.how(), result.exit(), result.took().toMillis(),
                printed);
        }
    }

    private Optional<Path> find(String program) {
        for (String directory : searchPath.split(":")) {
            Path file = Path.of(directory.isEmpty() ? "." : directory, program);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
