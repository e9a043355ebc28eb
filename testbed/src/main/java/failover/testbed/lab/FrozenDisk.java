package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk of its own, in a file, on a directory: it can be filled, and it can be frozen; then what writes to it does not return, and cannot
 * be killed. One thread uses it.
 */
public final class FrozenDisk implements AutoCloseable {
    private final Path image;
    private final Path directory;
    private boolean frozen;

    private FrozenDisk(Path image, Path directory) {
        this.image = image;
        this.directory = directory;
    }

    /** Makes and mounts it. @throws NotHere without the right to do so, or without the programs */
    public static FrozenDisk on(Path directory) {
        try {
            Files.createDirectories(directory);
            Path image = Files.createTempFile("disk", ".img");
            FrozenDisk disk = new FrozenDisk(image, directory);
            BashRunner.Result made = BashRunner.run(List.of("sh", "-c",
                    "command -v fsfreeze mkfs.ext4 > /dev/null || { echo fsfreeze or mkfs.ext4 is"
                + " missing >&2; exit 1; }; truncate -s 16M " + image + " && mkfs.ext4 -q -F " + image + " && mount -o loop " + image + " "
                + directory));
            if (made.exit() != 0) {
                Files.delete(image);
                throw new NotHere("a disk that can be frozen cannot be made here: " + made.error().strip());
            }
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** From now on no write to it returns. */
    public void freeze() {
        BashRunner.run(List.of("fsfreeze", "-f", directory.toString())).ok();
        frozen = true;
    }

    /** What waited goes on. */
    public void thaw() {
        if (frozen) {
            BashRunner.run(List.of("fsfreeze", "-u", directory.toString())).ok();
            frozen = false;
        }
    }

    /**
     * From now on no file on it grows, and no new one has a byte.
     *
     * @throws IllegalStateException while it is frozen: the write that fills it would not return
     */
    public void fill() {
        if (frozen) {
            throw new IllegalStateException(directory + " is frozen and cannot be filled");
        }
        DiskFiller.fill(directory);
    }

    /** There is room again. */
    public void free() {
        DiskFiller.free(directory);
    }

    @Override
    public void close() {
        thaw();
        // Lazily: whoever waited may still have a file open.
        BashRunner.run(List.of("umount", "-l", directory.toString())).ok();
        try {
            Files.deleteIfExists(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
