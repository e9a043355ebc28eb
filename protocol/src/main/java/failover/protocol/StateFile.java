package failover.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One small file that survives crashes, full disks and power cuts (E10): written aside, made durable, then renamed over the old one, which
 * stays as {@code .bak}; a lock keeps every other process out of the directory. Only its owner may read it (0600).
 * Every method blocks: call them on a worker thread. Safe for use by any thread.
 */
public final class StateFile implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    /** A state is a few hundred bytes: more is not ours. */
    public static final int LARGEST = 1 << 20;
    /** Locked by this process: a file lock is the process's, and closing any second channel to the file would lose it. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path home;
    private final Path file;
    private final Path spare;
    private final Path aside;
    private final Path lockFile;
    private final FileChannel lockChannel;
    private final Disk disk;
    private boolean newestIsGood;

    private StateFile(Path home, String name, Path lockFile, FileChannel lockChannel, Disk disk) {
        this.disk = disk;
        this.home = home;
        this.file = home.resolve(name + ".json");
        this.spare = home.resolve(name + ".json.bak");
        this.aside = home.resolve(name + ".json.new");
        this.lockFile = lockFile;
        this.lockChannel = lockChannel;
    }

    /** Turns the bytes into the state. */
    public interface Reader<T> {
        /**
         * Reads.
         *
         * @throws IOException when the bytes are no such state, with the reason
         */
        T read(byte[] bytes) throws IOException;
    }

    /**
     * What was found.
     *
     * @param value the state; empty when there has never been one
     * @param warning for the log, when the newest state was damaged and the one before it is given; else {@code null}
     */
    public record Found<T>(Optional<T> value, String warning) {
    }

    /**
     * Makes the directory (0700) if there is none, and locks it.
     *
     * @param dir {@code state_dir}
     * @param name of the program's file, without ending
     * @throws IOException with directory, reason and remedy
     */
    public static StateFile open(Path dir, String name) throws IOException {
        return open(dir, name, Disk.REAL);
    }

    static StateFile open(Path dir, String name, Disk disk) throws IOException {
        Path home;
        try {
            if (!Files.isDirectory(dir)) {
                Files.createDirectories(dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            home = dir.toRealPath();
        } catch (IOException e) {
            throw new IOException("state_dir " + dir + " cannot be made: " + reason(e) + "; make it, or name another with state_dir", e);
        }
        String objection = PrivateDirectory.objection(home);
        if (objection != null) {
            throw new IOException("state_dir " + dir + " is not used: " + objection + ", or name another with state_dir");
        }
        Path lock = home.resolve(name + ".lock");
        if (!HELD.add(lock)) {
            throw new IOException(taken(dir, "this very process"));
        }
        FileChannel channel = null;
        boolean done = false;
        try {
            channel = FileChannel.open(lock, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(OWNER));
            FileLock held = channel.tryLock();
            if (held == null) {
                throw new IOException(taken(dir, "process " + pidIn(channel)));
            }
            if (!Files.isWritable(home)) {
                throw new AccessDeniedException(home.toString());
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            done = true;
            return new StateFile(home, name, lock, channel, disk);
        } catch (FileSystemException e) {
            throw new IOException("state_dir " + dir + " cannot be written: " + reason(e)
                    + "; give it to the user this program runs as, or name another with state_dir", e);
        } finally {
            if (!done) {
                if (channel != null) {
                    channel.close();
                }
                HELD.remove(lock);
            }
        }
    }

    /**
     * The newest state that can be read.
     *
     * @throws IOException when there is one and neither it nor the one before can be read; with files, reasons and remedy
     */
    public synchronized <T> Found<T> read(Reader<T> reader) throws IOException {
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS) && Files.notExists(spare, LinkOption.NOFOLLOW_LINKS)) {
            return new Found<>(Optional.empty(), null);
        }
        String why;
        try {
            T value = taken(reader, file);
            newestIsGood = true;
            return new Found<>(Optional.of(value), null);
        } catch (IOException e) {
            why = reason(e);
        }
        try {
            T value = taken(reader, spare);
            return new Found<>(Optional.of(value), "state file " + file + " cannot be used (" + why + "): going on with " + spare
                    + ", the one before it");
        } catch (IOException e) {
            throw new IOException("state file " + file + " cannot be used (" + why + "), nor can " + spare + " (" + reason(e)
                    + "); mend what is wrong, or move both away to start without memory", e);
        }
    }

    /**
     * Replaces the state; durable when this returns. When it throws, the state on disk is the old one. What was written is read back by
     * its own reader first: a state that the next start would refuse never replaces one that it takes.
     *
     * @param reader the one that {@link #read} is called with
     * @throws IOException with file and reason
     */
    public synchronized void write(byte[] bytes, Reader<?> reader) throws IOException {
        try {
            disk.delete(aside);
            try (Disk.Fresh fresh = disk.create(aside)) {
                fresh.write(bytes);
                fresh.sync();
            }
            try {
                taken(reader, aside);
            } catch (IOException e) {
                disk.delete(aside);
                throw new IOException("it would not be read again: " + reason(e), e);
            }
            if (newestIsGood) {
                keepSpare();
            }
            disk.rename(aside, file);
            newestIsGood = true;
            disk.syncNames(home);
        } catch (IOException e) {
            throw new IOException("state file " + file + " cannot be written: " + reason(e), e);
        }
    }

    /** Whatever a reader stumbles over, the file is none that it can use. */
    private <T> T taken(Reader<T> reader, Path from) throws IOException {
        byte[] bytes = disk.read(from, LARGEST);
        try {
            return reader.read(bytes);
        } catch (RuntimeException e) {
            throw new IOException("its reader failed: " + e, e);
        }
    }

    /** Lets other processes in. */
    @Override
    public synchronized void close() throws IOException {
        if (lockChannel.isOpen()) {
            try {
                lockChannel.close();
            } finally {
                HELD.remove(lockFile);
            }
        }
    }

    /**
     * A second name for the newest state, so that the rename leaves it behind; there is no instant without a whole file. Where the file
     * system has no second names (FAT, some network and FUSE ones), a copy.
     */
    private void keepSpare() throws IOException {
        Path second = spare.resolveSibling(spare.getFileName() + ".new");
        disk.delete(second);
        try {
            disk.link(second, file);
        } catch (IOException noLinks) {
            disk.delete(second);
            byte[] newest = disk.read(file, LARGEST);
            try (Disk.Fresh fresh = disk.create(second)) {
                fresh.write(newest);
                fresh.sync();
            }
        }
        disk.rename(second, spare);
    }

    private static String taken(Path dir, String by) {
        return "state_dir " + dir + " is in use by " + by + "; stop that one first, or give this one a state_dir of its own";
    }

    private static String pidIn(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(20);
        channel.read(buffer, 0);
        String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).trim();
        return pid.isEmpty() ? "unknown" : pid;
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
