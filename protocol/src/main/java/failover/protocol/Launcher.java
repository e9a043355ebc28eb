package failover.protocol;

import failover.protocol.config.ConfigException;
import failover.protocol.config.ConfigFiles;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.GoFlags;
import failover.protocol.config.GoFlags.Flag;
import failover.protocol.config.GoFlags.Kind;
import failover.protocol.config.GoFlags.Parsed;
import failover.protocol.config.LoadedConfig;
import failover.protocol.config.UsageException;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both programs do around their verticle: command line, settings, log, start, stop. Exit codes: 0 done, 1 could not run,
 * 2 bad usage. Runs on the main thread, which may block.
 *
 * @param <C> the record of settings
 */
public final class Launcher<C> {
    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);
    private static final long START_SECONDS = 60;
    /** An agent without a fencer fences its host before it exits, which may take so long. */
    private static final long STOP_MILLIS = 8_500;
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);
    /** The same for a program that was signalled to stop: with {@link #STOP_MILLIS} it stays below nine seconds. */
    private static final Duration LAST_LINES = Duration.ofMillis(300);
    private static final int RUNNING = -1;
    private static final int FAILED = 1;
    private static final int BAD_USAGE = 2;

    private final Spec<C> spec;
    private final PrintStream out;
    private final PrintStream err;
    private volatile int exitCode;
    /** A signal came; what fails from now on fails because of it. */
    private volatile boolean stopping;

    /** Reads the settings out of the layers; throws {@link ConfigException}. */
    @FunctionalInterface
    public interface Reader<C> {
        LoadedConfig<C> read(ConfigLayers layers, Map<String, String> environment, boolean flagsOnly);
    }

    /** Something done once instead of running; gives the exit code. The layers are read but not yet checked. */
    @FunctionalInterface
    public interface Action {
        Future<Integer> run(Vertx vertx, Parsed flags, ConfigLayers layers, PrintStream out);
    }

    /**
     * What differs between the programs.
     *
     * @param name {@code agent} or {@code manager}
     * @param summary one sentence for the usage
     * @param flags its own flags; those that both have are added
     * @param variables environment variable to key
     * @param exampleFile what {@code --generate-config} writes to
     * @param example what it writes
     * @param reader reads the settings
     * @param verticle the verticle to deploy
     * @param logFile the log file of the settings
     * @param listens where the program listens, as {@code key value}, for the message of a failed start
     * @param actions by flag name, tried in this order
     * @param advice what {@code --check-config} finds on this host beyond the settings; may block for some seconds
     */
    public record Spec<C>(String name, String summary, List<Flag> flags, Map<String, String> variables, String exampleFile,
            String example, Reader<C> reader, Function<C, Deployable> verticle, Function<C, Optional<Path>> logFile,
            Function<C, String> listens, Map<String, Action> actions, Function<C, List<String>> advice) {
    }

    public Launcher(Spec<C> spec, PrintStream out, PrintStream err) {
        this.spec = spec;
        this.out = out;
        this.err = err;
    }

    /** The body of a {@code main}: runs until a signal or a failure, and ends the process with the exit code. */
    public static <C> void main(Spec<C> spec, String[] args) {
        LogSetup.install();
        Launcher<C> program = new Launcher<>(spec, System.out, System.err);
        int code = program.run(args);
        if (code != RUNNING) {
            program.exitCode = code;
            // The output is flushed, unless it has not been read for this long.
            LogSetup.flush(LAST_WORDS);
            System.exit(code);
        }
    }

    /** Executes the command line; returns the exit code, or -1 when the verticle is running. */
    public int run(String... args) {
        GoFlags flags = flags(spec);
        Parsed parsed;
        try {
            parsed = flags.parse(args);
        } catch (UsageException e) {
            err.println(e.getMessage());
            err.print(flags.usage());
            return BAD_USAGE;
        }
        if (parsed.on("help")) {
            out.print(flags.usage());
            return 0;
        }
        if (parsed.on("version")) {
            out.println("failover-" + spec.name() + " " + version());
            return 0;
        }
        return parsed.on("generate-config") ? generate() : withVertx(parsed);
    }

    /** All flags of a program: its own and those that both have. */
    public static GoFlags flags(Spec<?> spec) {
        List<Flag> all = new ArrayList<>(spec.flags());
        all.add(new Flag("log-file", Kind.TEXT, "log_file", "", "Write the log to this file too."));
        all.add(new Flag("generate-config", Kind.SWITCH, "", "", "Write an example to " + spec.exampleFile() + " and exit."));
        all.add(new Flag("check-config", Kind.SWITCH, "", "",
                "Print every problem, every warning and the values in effect, and exit: 0 usable, 1 not."));
        all.add(new Flag("version", Kind.SWITCH, "", "", "Print the version and exit."));
        all.add(new Flag("help", Kind.SWITCH, "", "", "Print this and exit."));
        return new GoFlags("failover-" + spec.name(), spec.summary(), all);
    }

    private String version() {
        String version = Launcher.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
    }

    private int generate() {
        Path file = Path.of(spec.exampleFile());
        try {
            Files.write(file, spec.example().getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            err.println(file + " exists already and is not overwritten; move it away first");
            return FAILED;
        } catch (IOException e) {
            err.println(file.toAbsolutePath() + " cannot be written: " + e);
            return FAILED;
        }
        out.println("Generated " + file);
        return 0;
    }

    private int withVertx(Parsed flags) {
        Vertx vertx = ConnectionLimit.vertx(new VertxOptions().setPreferNativeTransport(true)
                .setAddressResolverOptions(HostResolver.options())
                .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false)));
        int code = FAILED;
        try {
            code = dispatch(vertx, flags);
        } catch (ConfigException e) {
            e.problems().forEach(err::println);
            if (flags.on("check-config")) {
                e.warnings().forEach(warning -> err.println("WARNING: " + warning));
            }
            err.println(e.problems().size() == 1 ? "1 problem in the settings" : e.problems().size() + " problems in the settings");
        } catch (IOException e) {
            err.println(e.getMessage());
        } catch (TimeoutException e) {
            err.println("Failed to start " + spec.name() + ": not ready within " + START_SECONDS + " s");
        } finally {
            if (code != RUNNING) {
                close(vertx);
            }
        }
        return code;
    }

    private int dispatch(Vertx vertx, Parsed flags) throws IOException, TimeoutException {
        ConfigLayers layers = ConfigFiles.read(vertx, flags.text("config"), spec.variables())
                .await(START_SECONDS, TimeUnit.SECONDS).withFlags(flags.settings());
        for (Map.Entry<String, Action> action : spec.actions().entrySet()) {
            if (flags.on(action.getKey())) {
                // The actions have deadlines of their own, which end them.
                return action.getValue().run(vertx, flags, layers, out).await();
            }
        }
        LoadedConfig<C> loaded = spec.reader().read(layers, System.getenv(), flags.text("config").isEmpty());
        if (flags.on("check-config")) {
            loaded.settings().forEach(out::println);
            loaded.warnings().forEach(warning -> out.println("WARNING: " + warning));
            ResolverAdvice.of(vertx, loaded.settings()).forEach(warning -> out.println("WARNING: " + warning));
            spec.advice().apply(loaded.config()).forEach(warning -> out.println("WARNING: " + warning));
            out.println("The settings can be used.");
            if (spec.actions().containsKey("check-sources")) {
                out.println("Nobody was asked: what the sources of votes and the agents can prove, --check-sources asks them.");
            }
            return 0;
        }
        Optional<Path> logFile = spec.logFile().apply(loaded.config());
        if (logFile.isPresent()) {
            LogSetup.toFile(logFile.get());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(vertx), "stop"));
        Signals.survive();
        loaded.warnings().forEach(LOG::warn);
        if (!ConnectionLimit.of(vertx).map(ConnectionLimit::isNative).orElse(vertx.isNativeTransportEnabled())) {
            LOG.info("Native transport is not available, using NIO: {}", String.valueOf(ConnectionLimit.nativeTrouble()));
        }
        return deploy(vertx, loaded.config());
    }

    private int deploy(Vertx vertx, C config) throws TimeoutException {
        Future<String> deployment = vertx.deployVerticle(spec.verticle().apply(config));
        try {
            deployment.await(START_SECONDS, TimeUnit.SECONDS);
            return RUNNING;
        } catch (TimeoutException e) {
            throw e;
        } catch (Throwable e) {
            // await throws whatever the verticle failed with, checked or not.
            if (stopping) {
                return RUNNING;
            }
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            String where = spec.listens().apply(config);
            LOG.error("Failed to start " + spec.name() + (reason.contains(where) ? "" : " (" + where + ")") + ": " + reason,
                    isOperators(e) ? null : e);
            return FAILED;
        }
    }

    /** Whether a failed start is for the operator to repair (one line will do), or a fault of ours (the stack trace is needed). */
    private static boolean isOperators(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException || cause instanceof VertxException || cause instanceof ConfigException) {
                return true;
            }
        }
        return false;
    }

    /** The shutdown hook: after a signal the exit code is 0, not the JVM's 143; whatever hangs is left behind. */
    private void stop(Vertx vertx) {
        stopping = true;
        if (!close(vertx)) {
            LOG.error("The {} did not stop within {} ms and is ended now", spec.name(), STOP_MILLIS);
        }
        LogSetup.flush(LAST_LINES);
        Runtime.getRuntime().halt(exitCode);
    }

    private static boolean close(Vertx vertx) {
        try {
            vertx.close().await(STOP_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (RuntimeException e) {
            LOG.error("Closing failed", e);
            return true;
        }
    }
}
