package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A small file system of its own on a directory, which can be filled to its last byte: what is written then meets a real ENOSPC. */
public final class FullDisk implements AutoCloseable {
    private final Path directory;

    private FullDisk(Path directory) {
        this.directory = directory;
    }

    /** Mounts it; without the right to do so the test is skipped. What the directory held is hidden until it is closed. */
    public static FullDisk on(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Shell.Result mounted = Shell.run(List.of("mount", "-t", "tmpfs", "-o", "size=256k,mode=0755", "lab", directory.toString()));
        Needs.orSkip(mounted.exit() == 0 ? "" : "a file system cannot be mounted here: " + mounted.error().strip());
        return new FullDisk(directory);
    }

    /**
     * From now on no file on it grows, and no new one has a byte. Whoever was replacing a file gives a block back a moment later: it is
     * topped up until that is over.
     */
    public void fill() {
        AtomicInteger full = new AtomicInteger();
        Await.until(directory + " stays full", Duration.ofSeconds(30), () -> {
            if (more() > 0) {
                full.set(0);
            }
            return full.incrementAndGet() > 25;
        });
    }

    private int more() {
        int written = 0;
        try (var out = Files.newOutputStream(directory.resolve("rest"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            byte[] block = new byte[4096];
            for (; written < 1024; written++) {
                out.write(block);
            }
        } catch (IOException expected) {
            // That was the last one.
            return written;
        }
        throw new AssertionError(directory + " takes more than it should");
    }

    /** There is room again. */
    public void free() throws IOException {
        Files.delete(directory.resolve("rest"));
    }

    @Override
    public void close() {
        // Lazily: a validator's socket may be open on it.
        Shell.run(List.of("umount", "-l", directory.toString())).ok();
    }
}
