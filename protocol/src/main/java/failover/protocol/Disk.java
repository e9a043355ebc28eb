package failover.protocol;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The few steps on a file system by which a file is replaced so that it survives a power cut (E10). A port, so that a test sees their
 * order, or fails one of them. No step follows a symbolic link put in the place of one of our files. Blocks.
 */
interface Disk {

    /** A file being written. */
    interface Fresh extends Closeable {
        /** All of it. */
        void write(byte[] bytes) throws IOException;

        /** Durable, as far as its bytes go; its name is the directory's. */
        void sync() throws IOException;
    }

    /** A new file for its owner only; fails where there is one, or a link. */
    Fresh create(Path file) throws IOException;

    /** The bytes of a file, at most so many; fails for a link. */
    byte[] read(Path file, long largest) throws IOException;

    /** A second name for a file; fails where the file system has none. */
    void link(Path name, Path file) throws IOException;

    /** In one step, over whatever had the name. */
    void rename(Path from, Path to) throws IOException;

    /** Gone, if it was there; a link goes, not what it leads to. */
    void delete(Path file) throws IOException;

    /** The names in it are durable. */
    void syncNames(Path directory) throws IOException;

    /** The real one. */
    Disk REAL = new Disk() {
        private final Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");

        @Override
        public Fresh create(Path file) throws IOException {
            FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS), PosixFilePermissions.asFileAttribute(owner));
            return new Fresh() {
                @Override
                public void write(byte[] bytes) throws IOException {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                }

                @Override
                public void sync() throws IOException {
                    channel.force(true);
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }

        @Override
        public byte[] read(Path file, long largest) throws IOException {
            if (Files.isSymbolicLink(file)) {
                throw new IOException("is a link to another file");
            }
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                // Of a pipe the mere opening would never end.
                throw new IOException("is no file");
            }
            try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                if (channel.size() > largest) {
                    throw new IOException("larger than " + largest + " bytes");
                }
                ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
                while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                    continue;
                }
                return java.util.Arrays.copyOf(bytes.array(), bytes.position());
            }
        }

        @Override
        public void link(Path name, Path file) throws IOException {
            try {
                Files.createLink(name, file);
            } catch (UnsupportedOperationException e) {
                throw new IOException("this file system has no hard links", e);
            }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void delete(Path file) throws IOException {
            Files.deleteIfExists(file);
        }

        @Override
        public void syncNames(Path directory) throws IOException {
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    };
}
