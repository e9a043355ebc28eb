package failover.agent.fence;

import failover.protocol.PrivateDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * This agent's hold of the directory where it meets its fencer (E4): one agent to a directory, or the second takes the first one's lease
 * away. The lock is the kernel's, so that a kill -9 leaves none behind. Blocking; for a worker thread.
 */
public final class LeaseDir implements AutoCloseable {
    /** Locked by this process: a file lock is the process's, and closing any second channel to the file would lose it. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path lock;
    private final FileChannel channel;

    private LeaseDir(Path lock, FileChannel channel) {
        this.lock = lock;
        this.channel = channel;
    }

    /**
     * Locks the directory, created (0700) if it does not exist. One that this user cannot write, or that others may write, is not locked:
     * there is no fencer then, which is reported where a lease would be written.
     *
     * @throws IOException when another agent has it; with the remedy
     */
    public static LeaseDir claim(Path directory) throws IOException {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            return new LeaseDir(null, null);
        }
        if (!Files.isWritable(directory) || PrivateDirectory.objection(directory) != null) {
            return new LeaseDir(null, null);
        }
        Path lock = directory.toRealPath().resolve("lease.lock");
        if (!HELD.add(lock)) {
            throw new IOException(taken(directory, "this very process"));
        }
        FileChannel channel = null;
        boolean done = false;
        try {
            channel = FileChannel.open(lock, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (channel.tryLock() == null) {
                throw new IOException(taken(directory, "process " + pidIn(channel)));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            done = true;
            return new LeaseDir(lock, channel);
        } catch (FileSystemException e) {
            throw new IOException("lease_dir " + directory + " cannot be locked: " + lock + ": " + (e instanceof AccessDeniedException
                    ? "permission denied" : String.valueOf(e.getReason())) + "; remove that file (is it of a start as another user?),"
                    + " or give this agent a lease_dir of its own and a fencer that watches it", e);
        } finally {
            if (!done) {
                if (channel != null) {
                    channel.close();
                }
                HELD.remove(lock);
            }
        }
    }

    private static String taken(Path directory, String by) {
        return "lease_dir " + directory + " is in use by " + by + ": a second agent would take the first one's lease away; stop that one,"
                + " or give this one a lease_dir of its own and a fencer that watches it (failover-fencer --dir)";
    }

    private static String pidIn(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(20);
        channel.read(buffer, 0);
        String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).trim();
        return pid.isEmpty() ? "unknown" : pid;
    }

    /** Lets another agent in. */
    @Override
    public void close() throws IOException {
        if (channel != null && channel.isOpen()) {
            try {
                channel.close();
            } finally {
                HELD.remove(lock);
            }
        }
    }
}
