package failover.protocol;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.slf4j.LoggerFactory;

/**
 * The log file: appended, rolled daily and at 50 MB, rolled files kept for 30 days and up to 1 GB. A file that was moved or removed
 * (logrotate) is reopened within about a second; one that was cut short goes on from there. What it creates, its owner and group may read
 * (0640, less what the umask takes). Every call is by the queue's thread, and may hang with the disk.
 */
final class LogFile implements AsyncLineWriter.Sink {
    private static final FileSize LARGEST_FILE = FileSize.valueOf("50MB");
    private static final FileSize LARGEST_TOTAL = FileSize.valueOf("1GB");
    private static final int DAYS_KEPT = 30;
    private static final int TRIES = 3;
    private static final Set<PosixFilePermission> OWNER_AND_GROUP = PosixFilePermissions.fromString("rw-r-----");

    private final Path named;
    private final Path file;
    private final LoggerContext context;
    private Rolling appender = new Rolling();
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private boolean followFailed;

    /**
     * A log file. Nothing is opened yet: that is the first thing the queue's thread does.
     *
     * @param named as the operator wrote it, for messages
     */
    LogFile(Path named, LoggerContext context) {
        this.named = named;
        this.file = named.toAbsolutePath();
        this.context = context;
    }

    /** Done when it is open, failed with an {@link IOException} for the operator when it cannot be. */
    Future<Void> opened() {
        return opened;
    }

    @Override
    public void open() {
        try {
            // For its message: the appender below keeps its own to itself.
            channel(file).close();
            start();
            opened.complete(null);
        } catch (IOException e) {
            opened.completeExceptionally(new IOException("log_file " + named + " cannot be written: " + explain(e), e));
        }
    }

    private void start() throws IOException {
        appender = new Rolling();
        Same encoder = new Same();
        encoder.setContext(context);
        encoder.start();
        appender.setName("file");
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setFile(file.toString());
        SizeAndTimeBasedRollingPolicy<byte[]> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(file + ".%d{yyyy-MM-dd}.%i");
        policy.setMaxFileSize(LARGEST_FILE);
        policy.setTotalSizeCap(LARGEST_TOTAL);
        policy.setMaxHistory(DAYS_KEPT);
        policy.start();
        appender.setRollingPolicy(policy);
        appender.start();
        if (!appender.isStarted()) {
            throw new IOException(String.valueOf(context.getStatusManager().getCopyOfStatusList()));
        }
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        appender.outcome = new IOException("log_file " + named + " is not open");
        appender.doAppend(bytes);
        if (appender.outcome != null) {
            throw new IOException("log_file " + named + " could not be written: " + explain(appender.outcome), appender.outcome);
        }
    }

    @Override
    public void tick() {
        if (!appender.isStarted()) {
            // The program did not wait for a disk that hung.
            open();
            return;
        }
        try {
            if (appender.outcome != null || !appender.key.equals(keyOf(file))) {
                appender.openFile(file.toString());
            }
            followFailed = false;
        } catch (IOException e) {
            if (!followFailed) {
                followFailed = true;
                LoggerFactory.getLogger(LogFile.class).warn("log_file {} was moved or removed and cannot be opened anew: {}", named,
                        explain(e));
            }
        }
    }

    @Override
    public void close() {
        appender.stop();
    }

    /** What time it is, for whether it is another day than that of the file; for tests. */
    void tell(Instant now) {
        ((SizeAndTimeBasedRollingPolicy<?>) appender.getRollingPolicy()).getTimeBasedFileNamingAndTriggeringPolicy()
                .setCurrentTime(now.toEpochMilli());
    }

    private String explain(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "its directory does not exist; create it: mkdir -p " + file.getParent();
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied; give its directory to the user who runs this program";
        }
        return failure instanceof FileSystemException named && named.getReason() != null ? named.getReason() : failure.getMessage();
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(OWNER_AND_GROUP));
    }

    /** Device and inode; an empty string when there is no such file. */
    private static Object keyOf(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Logback's appender with a stream that reports write failures and the identity of its file. */
    private static final class Rolling extends RollingFileAppender<byte[]> {
        /** What became of the last write; {@code null}: written. */
        private IOException outcome;
        private Object key = "";

        /** Only files are put aside under another name: where a log goes to a device (/dev/null, /dev/stderr), everybody needs that. */
        @Override
        public void rollover() {
            if (Files.isRegularFile(Path.of(getFile()))) {
                super.rollover();
            }
        }

        @Override
        public void openFile(String name) throws IOException {
            Path file = Path.of(name);
            streamWriteLock.lock();
            try {
                setOutputStream(new Told(opened(file)));
            } finally {
                streamWriteLock.unlock();
            }
        }

        /** Opened and identified by its inode: if it was moved in between, the open one is unknown, so it is retried. */
        private FileChannel opened(Path file) throws IOException {
            for (int tries = 1;; tries++) {
                key = keyOf(file);
                FileChannel channel = channel(file);
                if (key.equals(keyOf(file)) || tries == TRIES) {
                    return channel;
                }
                channel.close();
            }
        }

        private final class Told extends OutputStream {
            private final FileChannel channel;
            private boolean torn;

            Told(FileChannel channel) {
                this.channel = channel;
            }

            @Override
            public void write(int one) {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                ByteBuffer line = ByteBuffer.wrap(bytes, offset, length);
                try {
                    if (torn) {
                        all(ByteBuffer.wrap(new byte[] {'\n'}));
                    }
                    torn = false;
                    all(line);
                    outcome = null;
                } catch (IOException e) {
                    // On a disk that fills up, half a line may be there.
                    torn |= line.position() > offset;
                    outcome = e;
                }
            }

            private void all(ByteBuffer buffer) throws IOException {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        }
    }

    /** The lines come ready. */
    private static final class Same extends EncoderBase<byte[]> {
        private static final byte[] NONE = new byte[0];

        @Override
        public byte[] headerBytes() {
            return NONE;
        }

        @Override
        public byte[] footerBytes() {
            return NONE;
        }

        @Override
        public byte[] encode(byte[] line) {
            return line;
        }
    }
}
