package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One real process of a lab: started in a session of its own, its output appended to a file, and everything a test does to processes.
 * The environment carries the lab's mark, by which {@link Marked} finds children that have left the session.
 */
public class ManagedProcess {
    private static final Duration END = Duration.ofSeconds(10);
    private final String name;
    private List<String> command;
    private final Map<String, String> environment;
    private final Path directory;
    private final Path log;
    private Process process;

    /** Nothing is started yet. */
    ManagedProcess(String name, List<String> command, Map<String, String> environment, Path directory, Path log) {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = new LinkedHashMap<>(environment);
        this.directory = directory;
        this.log = log;
    }

    /** Starts it (again). Returns at once. */
    public synchronized void start() {
        if (alive()) {
            throw new IllegalStateException(name + " runs already, pid " + process.pid());
        }
        List<String> full = new ArrayList<>(List.of("setsid"));
        full.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(full).directory(directory.toFile()).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name + ": " + String.join(" ", command), e);
        }
    }

    /** What the next {@link #start} runs. */
    synchronized void command(List<String> next) {
        command = List.copyOf(next);
    }

    /** Its command with these arguments added, run beside it to its end: what an operator types on its host. */
    public BashRunner.Result runs(String... more) {
        List<String> whole = new ArrayList<>();
        synchronized (this) {
            whole.addAll(command);
        }
        whole.addAll(List.of(more));
        return BashRunner.run(whole, directory, "");
    }

    /** For messages and files. */
    public String name() {
        return name;
    }

    /** Of the running or last process. */
    public synchronized long pid() {
        return process.pid();
    }

    /** Whether it runs (a stopped one does). */
    public final synchronized boolean alive() {
        return process != null && process.isAlive();
    }

    /** The exit code of the ended process; of a signal, 128 and its number. */
    public synchronized int exitCode() {
        return process.exitValue();
    }

    /** SIGTERM, and waits for the end; SIGKILL after ten seconds, which is an error. */
    public void stop() {
        signal("TERM");
        if (!awaitEnd(END)) {
            kill();
            throw new AssertionError(name + " did not end within " + END.toSeconds() + " s of SIGTERM" + tail());
        }
    }

    /** SIGTERM, and does not wait. */
    public void terminate() {
        signal("TERM");
    }

    /** SIGKILL to this process alone, as {@code kill -9} does; its children live on. Waits for the end. */
    public void kill() {
        signal("KILL");
        awaitEnd(END);
    }

    /** SIGSTOP: the process neither runs nor ends. */
    public void suspend() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    /** SIGTERM and a new start. */
    public void restart() {
        stop();
        start();
    }

    /** Waits for its end; false if it still runs. */
    public boolean awaitEnd(Duration within) {
        Process watched;
        synchronized (this) {
            watched = process;
        }
        try {
            return watched == null || watched.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void signal(String signal) {
        if (alive()) {
            BashRunner.run(List.of("kill", "-" + signal, String.valueOf(pid())));
        }
    }

    /** Where its output goes. */
    public Path log() {
        return log;
    }

    /** All it has printed so far. */
    public String output() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("log of " + name, e);
        }
    }

    /** Waits until a line of the output contains a match; its first group, or the whole match. Lines of earlier runs count. */
    public String awaitLog(String regex, Duration within) {
        Pattern pattern = Pattern.compile(regex);
        String[] found = new String[1];
        Await.until("a line of " + name + " that matches " + regex, within, () -> {
            Matcher matcher = pattern.matcher(output());
            if (matcher.find()) {
                found[0] = matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
            }
            return found[0] != null;
        }, this::tail);
        return found[0];
    }

    /** The last lines of the output, for a failure's message. */
    public String tail() {
        List<String> lines = output().lines().toList();
        return "\n--- " + name + (alive() ? " (pid " + pid() + ")" : " (not running)") + " ---\n"
            + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())) + "\n";
    }
}
