package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
        BashRunner.Result mounted = BashRunner.run(List.of("mount", "-t", "tmpfs", "-o", "size=256k,mode=0755", "lab",
                directory.toString()));
        Needs.orSkip(mounted.exit() == 0 ? "" : "a file system cannot be mounted here: " + mounted.error().strip());
        return new FullDisk(directory);
    }

    /** From now on no file on it grows, and no new one has a byte. */
    public void fill() {
        DiskFiller.fill(directory);
    }

    /** There is room again. */
    public void free() {
        DiskFiller.free(directory);
    }

    @Override
    public void close() {
        // Lazily: a validator's socket may be open on it.
        BashRunner.run(List.of("umount", "-l", directory.toString())).ok();
    }
}
