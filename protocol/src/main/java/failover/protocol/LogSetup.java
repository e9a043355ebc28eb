package failover.protocol;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.LoggerFactory;

/**
 * Logging by code: Logback finds this class as its {@link Configurator} and then reads no XML, which saves a good part of the start-up time
 * and prints nothing of its own. Console always; a file when {@link #toFile} is called. One line format: {@link LogLine}. A
 * {@code -Dlogback.configurationFile=…} given by an operator wins.
 *
 * <p>Logging never blocks: each destination has an {@link AsyncLineWriter}. In the programs that is true of all that is printed, to
 * {@code System.out} and {@code System.err} too. What is left at the end is written by {@link #flush}, within a limit.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String CONSOLE = "console";
    private static final String FILE = "file";
    /** A disk that hangs must not keep a program from starting. */
    private static final Duration OPENING = Duration.ofSeconds(3);
    private static final Duration AT_EXIT = Duration.ofSeconds(1);
    /** All destinations there are; changed under the class's lock. */
    private static final List<AsyncLineWriter> QUEUES = new ArrayList<>();
    private static AsyncLineWriter standardOut;

    /**
     * For a program of ours, before the first Vert.x class is used: routes Vert.x to slf4j, whatever is printed through queues, and what
     * ends a thread into the log.
     */
    public static synchronized void install() {
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
        if (standardOut == null) {
            standardOut = queue("log-stdout", new Descriptor(new FileOutputStream(FileDescriptor.out)));
            System.setOut(new PrintStream(new Queued(standardOut), true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(new Queued(queue("log-stderr", new Descriptor(new FileOutputStream(FileDescriptor.err)))), true,
                    StandardCharsets.UTF_8));
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) ->
                    LoggerFactory.getLogger(LogSetup.class).error("Thread " + thread.getName() + " has ended", failure));
        }
    }

    private static synchronized AsyncLineWriter queue(String name, AsyncLineWriter.Sink sink) {
        AsyncLineWriter queue = new AsyncLineWriter(name, sink, AsyncLineWriter.CAPACITY_BYTES);
        QUEUES.add(queue);
        return queue;
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger("failover").setLevel(Level.INFO);
        root.addAppender(started(context, console(), CONSOLE, null));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static synchronized AsyncLineWriter console() {
        if (standardOut != null) {
            return standardOut;
        }
        // Another program (the Vert.x launcher, a test): its System.out and its exit are left alone.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> flush(AT_EXIT), "log-flush"));
        return queue("log-console", new SystemOut());
    }

    /**
     * Adds the log file: appended, rolled daily and at 50 MB, rolled files kept for 30 days and up to 1 GB, followed when it is moved. Does
     * nothing when this very file is written already. Where the disk hangs it comes back after three seconds, and what is logged waits for
     * the disk within the bounds of a queue.
     *
     * @throws IOException when it cannot be written, with a message for the operator
     */
    public static void toFile(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(FILE) instanceof Lines present && absolute.equals(present.file)) {
            return;
        }
        LogFile sink = new LogFile(file, context);
        AsyncLineWriter queue = queue("log-file", sink);
        try {
            sink.opened().get(OPENING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LoggerFactory.getLogger(LogSetup.class).error("log_file {} could not be opened within {} s: its disk hangs; going on without, "
                    + "lines are kept for it as far as there is room", file, OPENING.toSeconds());
        } catch (ExecutionException e) {
            drop(queue, Duration.ZERO);
            throw e.getCause() instanceof IOException reason ? new IOException(reason.getMessage(), reason) : new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            drop(queue, Duration.ZERO);
            throw new IOException("log_file " + file + ": interrupted while it was opened", e);
        }
        closeFile();
        root.addAppender(started(context, queue, FILE, absolute));
    }

    private static Lines started(LoggerContext context, AsyncLineWriter queue, String name, Path file) {
        LogLine line = new LogLine();
        line.setContext(context);
        line.start();
        Lines appender = new Lines(queue, line, file);
        appender.setName(name);
        appender.setContext(context);
        appender.start();
        return appender;
    }

    /**
     * Waits until everything logged so far, by any thread, is written; for the end of a program, and tests.
     *
     * @param limit for all destinations together
     * @return false when the limit came first: output is not read, or a disk hangs
     */
    public static boolean flush(Duration limit) {
        List<AsyncLineWriter> all;
        synchronized (LogSetup.class) {
            all = List.copyOf(QUEUES);
        }
        long end = System.nanoTime() + limit.toNanos();
        boolean whole = true;
        for (AsyncLineWriter queue : all) {
            whole &= queue.flush(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        return whole;
    }

    /** Closes the log file, after what is left has been written, or a second; for tests. */
    public static void closeFile() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(FILE) instanceof Lines present) {
            root.detachAppender(FILE);
            present.stop();
            drop(present.queue, AT_EXIT);
        }
    }

    private static void drop(AsyncLineWriter queue, Duration limit) {
        queue.close(limit);
        synchronized (LogSetup.class) {
            QUEUES.remove(queue);
        }
    }

    /** Makes a line of an event, on the thread that logs, and hands it on. */
    private static final class Lines extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final AsyncLineWriter queue;
        private final LogLine line;
        /** Of the log file; {@code null}: the console. */
        private final Path file;

        Lines(AsyncLineWriter queue, LogLine line, Path file) {
            this.file = file;
            this.queue = queue;
            this.line = line;
        }

        @Override
        protected void append(ILoggingEvent event) {
            queue.offer(line.encode(event), event.getLevel().isGreaterOrEqual(Level.WARN));
        }
    }

    /** {@code System.out} or {@code System.err} of a program of ours. */
    private static final class Queued extends OutputStream {
        private final AsyncLineWriter queue;

        Queued(AsyncLineWriter queue) {
            this.queue = queue;
        }

        @Override
        public void write(int one) {
            queue.offer(new byte[] {(byte) one}, true);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (length > 0) {
                queue.offer(Arrays.copyOfRange(bytes, offset, offset + length), true);
            }
        }
    }

    private static final class Descriptor implements AsyncLineWriter.Sink {
        private final FileOutputStream out;

        Descriptor(FileOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            out.write(bytes);
        }
    }

    private static final class SystemOut implements AsyncLineWriter.Sink {
        @Override
        public void write(byte[] bytes) {
            System.out.write(bytes, 0, bytes.length);
            System.out.flush();
        }
    }
}
