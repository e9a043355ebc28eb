package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes all the room of a small file system that is mounted on a directory, and gives it back. */
final class DiskFiller {
    private static final String REST = "rest";
    private static final int BLOCK = 4096;
    /** 64 MiB: a directory that takes more is not the small one that is meant. */
    private static final int MOST = 16_384;
    /** So often in a row there must be no room any more. */
    private static final int CALM = 25;

    private DiskFiller() {
    }

    /**
     * From now on no file on it grows, and no new one has a byte. Whoever was replacing a file gives a block back a moment later: it is
     * topped up until that is over.
     */
    static void fill(Path directory) {
        AtomicInteger full = new AtomicInteger();
        Await.until(directory + " stays full", Duration.ofSeconds(30), () -> {
            if (more(directory) > 0) {
                full.set(0);
            }
            return full.incrementAndGet() > CALM;
        });
    }

    private static int more(Path directory) {
        int written = 0;
        try (var out = Files.newOutputStream(directory.resolve(REST), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            byte[] block = new byte[BLOCK];
            for (; written < MOST; written++) {
                out.write(block);
            }
        } catch (IOException expected) {
            // That was the last one.
            return written;
        }
        throw new AssertionError(directory + " takes more than it should");
    }

    /** There is room again. */
    static void free(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve(REST));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
