package failover.protocol;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.LoggerFactory;

/**
 * Logging by code: Logback finds this class as its {@link Configurator} and then reads no XML, which saves a good part of the
 * start-up time and prints nothing of its own. Console always; a file when {@link #toFile} is called. One line format: {@link LogLine}.
 * A {@code -Dlogback.configurationFile=…} given by an operator wins.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String CONSOLE = "console";
    private static final String FILE = "file";
    private static final FileSize LARGEST_FILE = FileSize.valueOf("50MB");
    private static final FileSize LARGEST_TOTAL = FileSize.valueOf("1GB");
    private static final int DAYS_KEPT = 30;

    /** Routes Vert.x to slf4j; call it before the first Vert.x class is used. */
    public static void install() {
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger("failover").setLevel(Level.INFO);
        root.addAppender(started(context, new ConsoleAppender<>(), CONSOLE));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Adds the log file: appended, rolled daily and at 50 MB, rolled files kept for 30 days and up to 1 GB. Does nothing when this very
     * file is written already.
     *
     * @throws IOException when it cannot be written, with a message for the operator
     */
    public static void toFile(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(FILE) instanceof RollingFileAppender<?> present && absolute.toString().equals(present.getFile())) {
            return;
        }
        try (OutputStream probe = Files.newOutputStream(absolute, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            probe.flush();
        } catch (IOException e) {
            throw new IOException("log_file " + file + " cannot be written: " + explain(e, absolute), e);
        }
        root.detachAppender(FILE);
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setFile(absolute.toString());
        appender.setContext(context);
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(absolute + ".%d{yyyy-MM-dd}.%i");
        policy.setMaxFileSize(LARGEST_FILE);
        policy.setTotalSizeCap(LARGEST_TOTAL);
        policy.setMaxHistory(DAYS_KEPT);
        policy.start();
        appender.setRollingPolicy(policy);
        root.addAppender(started(context, appender, FILE));
        if (!appender.isStarted()) {
            throw new IOException("log_file " + file + " cannot be written: " + context.getStatusManager().getCopyOfStatusList());
        }
    }

    private static String explain(IOException failure, Path file) {
        if (failure instanceof NoSuchFileException) {
            return "its directory does not exist; create it: mkdir -p " + file.getParent();
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied; give its directory to the user who runs this program";
        }
        return failure instanceof java.nio.file.FileSystemException named && named.getReason() != null
                ? named.getReason() : failure.getMessage();
    }

    private static <A extends OutputStreamAppender<ILoggingEvent>> A started(LoggerContext context, A appender, String name) {
        LogLine line = new LogLine();
        line.setContext(context);
        line.start();
        appender.setName(name);
        appender.setContext(context);
        appender.setEncoder(line);
        appender.start();
        return appender;
    }

    /** Closes the log file; for the end of a program, and tests. */
    public static void closeFile() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(FILE) != null) {
            root.getAppender(FILE).stop();
            root.detachAppender(FILE);
        }
    }
}
