package failover.agent;

import failover.agent.decision.AgentMemory;
import failover.protocol.wire.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's memory on disk (E10, E17): one file with a checksum in {@code state_dir}, replaced by rename after fsync, the generation
 * before kept beside it, the directory locked against a second agent. Blocks; one thread at a time.
 */
final class MemoryFile implements AutoCloseable {
    static final String NAME = "agent-memory.json";
    private static final Logger LOG = LoggerFactory.getLogger(MemoryFile.class);
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions.asFileAttribute(OWNER);
    private static final FileAttribute<?> OWNER_ONLY_DIRECTORY =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private final Path directory;
    private final Path file;
    private final Path before;
    private final FileChannel lockChannel;
    private final Opened opened;
    /** What lies under the file's name can be read: only then may it become the generation before. */
    private boolean sound;

    /**
     * What was found.
     *
     * @param memory the memory
     * @param isNew there was none: it holds only a new host id
     */
    record Opened(AgentMemory memory, boolean isNew) {
    }

    /**
     * Locks the directory, which is made if need be, and reads what is remembered; a first memory is written at once.
     *
     * @throws IOException that names the directory or file, what is wrong and what to do
     */
    MemoryFile(Path directory) throws IOException {
        this.directory = directory;
        this.file = directory.resolve(NAME);
        this.before = directory.resolve(NAME + ".bak");
        try {
            Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
            this.lockChannel = FileChannel.open(directory.resolve("agent.lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
        } catch (IOException e) {
            throw new IOException("state_dir " + directory + " cannot be used: " + e + "; make it writable, or set another", e);
        }
        try {
            lock();
            this.opened = open();
        } catch (IOException e) {
            lockChannel.close();
            throw e;
        }
    }

    /** What was found when the directory was opened. */
    Opened opened() {
        return opened;
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = lockChannel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException("state_dir " + directory + " is in use by another agent; stop that one, or set another state_dir");
        }
    }

    private Opened open() throws IOException {
        if (Files.exists(file)) {
            try {
                Opened found = new Opened(MemoryText.read(Files.readAllBytes(file)), false);
                sound = true;
                return found;
            } catch (MemoryText.Unreadable | IOException e) {
                return new Opened(generationBefore(e), false);
            }
        }
        if (Files.exists(before)) {
            return new Opened(generationBefore(new NoSuchFileException(file.toString())), false);
        }
        AgentMemory fresh = new AgentMemory(UUID.randomUUID().toString(), Role.PASSIVE, 0, null, 0, null, null, null);
        String error = write(fresh);
        if (error != null) {
            throw new IOException(error + "; make state_dir writable for this user, or set another");
        }
        return new Opened(fresh, true);
    }

    private AgentMemory generationBefore(Exception why) throws IOException {
        AgentMemory memory;
        try {
            memory = MemoryText.read(Files.readAllBytes(before));
        } catch (MemoryText.Unreadable | IOException e) {
            throw new IOException("state file " + file + " cannot be read (" + reason(why) + "), nor its predecessor " + before + " ("
                + reason(e) + "); restore one of them, or move both away: the agent then begins anew with its configured role",
                e);
        }
        LOG.error("State file {} cannot be read ({}): going on with the generation before it, {}, which may lack the last change",
            file, reason(why), before);
        return memory;
    }

    private static String reason(Exception e) {
        return e instanceof NoSuchFileException ? "it does not exist" : e.getMessage();
    }

    /** Makes it durable: when this returns {@code null} it survives a power cut; else the error, and the file is what it was before. */
    String write(AgentMemory memory) {
        Path fresh = directory.resolve(NAME + ".new");
        try {
            writeDurably(fresh, MemoryText.write(memory).getBytes(StandardCharsets.UTF_8));
            if (sound) {
                keepGeneration();
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
                entry.force(true);
            }
            sound = true;
            return null;
        } catch (IOException e) {
            return "state file " + file + " cannot be written: " + e;
        }
    }

    /** The file as it is becomes the generation before, without a moment in which there is none under its own name. */
    private void keepGeneration() throws IOException {
        Path link = directory.resolve(NAME + ".bak.new");
        Files.deleteIfExists(link);
        try {
            Files.createLink(link, file);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, link, StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.move(link, before, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void writeDurably(Path target, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(target,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE), OWNER_ONLY)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Gives the directory free. */
    @Override
    public void close() {
        try {
            lockChannel.close();
        } catch (IOException e) {
            LOG.warn("The lock of {} cannot be closed: {}", directory, e.toString());
        }
    }
}
