package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Stands between a program's output and its log: a pipe, and a reader that may stop reading, as a stuck journald or a terminal does. */
public final class UnreadPipe implements AutoCloseable {
    private final Path pipe;
    private final Process reader;

    private UnreadPipe(Path pipe, Process reader) {
        this.pipe = pipe;
        this.reader = reader;
    }

    /** A pipe in that directory, whose reader appends what comes to that file. */
    public static UnreadPipe in(Path directory, Path log) {
        Path pipe = directory.resolve("pipe-" + System.nanoTime());
        BashRunner.run(List.of("mkfifo", pipe.toString())).ok();
        try {
            // Opened for both, so that the reader sees no end while nobody writes.
            return new UnreadPipe(pipe, new ProcessBuilder("sh", "-c", "exec cat 0<>'" + pipe + "' >> '" + log + "'").start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program is started by, so that it writes there; it replaces this shell, so the process is the program's. */
    public List<String> prefix() {
        return List.of("sh", "-c", "exec \"$@\" 1<>'" + pipe + "' 2>&1", "sh");
    }

    /** The reader stands still, and the pipe is full: the next write of even one byte does not return. */
    public void stopReading() {
        BashRunner.run(List.of("kill", "-STOP", String.valueOf(reader.pid()))).ok();
        for (int size : new int[] {4096, 1}) {
            // Fails when there is no room any more.
            BashRunner.run(List.of("sh", "-c", "yes '' | dd iflag=fullblock oflag=nonblock bs=" + size + " 1<>'" + pipe + "'"));
        }
    }

    /** The reader goes on. */
    public void read() {
        BashRunner.run(List.of("kill", "-CONT", String.valueOf(reader.pid()))).ok();
    }

    @Override
    public void close() {
        reader.destroyForcibly();
    }
}
