package failover.agent.fence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directory in memory through which agent and fencer communicate (E4). Blocking, microseconds on tmpfs; not for two writers at a time
 * ({@link FencerChannel} sees to that).
 *
 * @param directory the fencer's {@code --dir}, /run/failover unless told otherwise
 */
public record LeaseFile(Path directory) {
    /** Lease and answer are some hundred bytes, the record of fences a line each. */
    private static final int LARGEST = 64 * 1024;

    /**
     * Replaces the lease in one step, readable by its owner only. Not synced: the file is to survive the agent, not the machine. Where
     * there is no room for another file it is written over in its place: a reader may then see it torn, detects that by its last line, and
     * reads again; a voter whose lease can no longer be renewed because others have filled the directory would be killed for that.
     *
     * @throws IOException when the directory is missing or not ours: the lease that was there stands, and the fencer acts on it
     */
    public void write(FencerLease lease) throws IOException {
        byte[] text = lease.format().getBytes(StandardCharsets.ISO_8859_1);
        try {
            replace(text);
        } catch (IOException e) {
            try {
                overwrite(text);
            } catch (IOException neither) {
                throw new IOException("cannot write the fencer's lease in " + directory + " (is failover-fencer.service running, is this"
                        + " the user it was set up for, is there room?): " + e, e);
            }
        }
    }

    private void replace(byte[] text) throws IOException {
        Path fresh = directory.resolve("lease.new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            all(channel, text);
        }
        Files.move(fresh, directory.resolve("lease"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes no room that is not the file's already. */
    private void overwrite(byte[] text) throws IOException {
        Path lease = directory.resolve("lease");
        if (!Files.isRegularFile(lease, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(lease + " is no file");
        }
        try (FileChannel channel = FileChannel.open(lease, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            all(channel, text);
            channel.truncate(text.length);
        }
    }

    private static void all(FileChannel channel, byte[] text) throws IOException {
        for (ByteBuffer bytes = ByteBuffer.wrap(text); bytes.hasRemaining();) {
            channel.write(bytes);
        }
    }

    /** The lease as it stands, of whatever boot; empty when there is none or it is damaged. */
    public Optional<FencerLease> read() throws IOException {
        return text("lease").flatMap(FencerLease::parse);
    }

    /** The fencer's last answer; empty when there is none or it is damaged. Its age is the reader's to judge. */
    public Optional<FencerReply> answer() throws IOException {
        return text("answer").flatMap(FencerReply::parse);
    }

    /** What the fencer did, oldest first, one line each, of whatever boot: {@code event=fired | unverified | fenced}, then key=value. */
    public List<String> fenced() throws IOException {
        return text("fenced").map(text -> text.lines().toList()).orElse(List.of());
    }

    private Optional<String> text(String name) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            // Of a record that has grown, the newest lines.
            channel.position(Math.max(0, channel.size() - LARGEST));
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(LARGEST, channel.size()));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                continue;
            }
            return Optional.of(new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }
}
