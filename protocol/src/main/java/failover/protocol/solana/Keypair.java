package failover.protocol.solana;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/**
 * An Ed25519 key pair as Solana's tools keep it: a JSON array of 64 numbers, 32 of the seed and 32 of the public key.
 * The seed is never printed, neither by {@link #toString} nor in an error.
 */
public final class Keypair {
    /** Bytes of the file's array: seed and public key. */
    public static final int SIZE = 2 * Ed25519.KEY_SIZE;
    /** 64 numbers of three digits with generous white space; whatever is larger is some other file. */
    private static final int LARGEST_FILE = 4096;
    private final byte[] seed;
    private final Pubkey pubkey;

    private Keypair(byte[] seed, Pubkey pubkey) {
        this.seed = seed;
        this.pubkey = pubkey;
    }

    /** A new random pair. */
    public static Keypair generate() {
        byte[] seed = Ed25519.newSeed();
        return new Keypair(seed, Pubkey.of(Ed25519.publicKey(seed)));
    }

    /**
     * From the 64 bytes of a keypair file (the argument of Agave's setIdentityFromBytes).
     *
     * @throws IllegalArgumentException if the length is wrong or the public half does not belong to the seed
     */
    public static Keypair of(byte[] bytes) {
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("a keypair has " + SIZE + " bytes, not " + bytes.length);
        }
        byte[] seed = Arrays.copyOf(bytes, Ed25519.KEY_SIZE);
        byte[] derived = Ed25519.publicKey(seed);
        if (!Arrays.equals(derived, 0, Ed25519.KEY_SIZE, bytes, Ed25519.KEY_SIZE, SIZE)) {
            throw new IllegalArgumentException("its public half does not belong to its secret half");
        }
        return new Keypair(seed, Pubkey.of(derived));
    }

    /**
     * Reads a keypair file; a symbolic link is followed. Blocks.
     *
     * @throws IOException naming the file and what is wrong, and never a byte of its content
     */
    public static Keypair read(Path file) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(LARGEST_FILE + 1);
        } catch (NoSuchFileException e) {
            throw new IOException("keypair file " + file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException("keypair file " + file + " cannot be read: " + e, e);
        }
        try {
            return of(numbers(content));
        } catch (IllegalArgumentException e) {
            // The cause is left out on purpose: a number parser's message would quote the secret.
            throw new IOException("keypair file " + file + " is not a Solana keypair: " + e.getMessage());
        }
    }

    private static byte[] numbers(byte[] content) {
        if (content.length > LARGEST_FILE) {
            throw new IllegalArgumentException("it is larger than " + LARGEST_FILE + " bytes");
        }
        String text = new String(content, StandardCharsets.ISO_8859_1).strip();
        if (!text.startsWith("[") || !text.endsWith("]") || text.length() < 2) {
            throw new IllegalArgumentException("it is not a JSON array");
        }
        String[] items = text.substring(1, text.length() - 1).split(",", -1);
        if (items.length != SIZE) {
            throw new IllegalArgumentException("it needs " + SIZE + " numbers and has " + items.length);
        }
        byte[] bytes = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            String item = items[i].strip();
            if (!item.matches("[0-9]{1,3}") || Integer.parseInt(item) > 255) {
                throw new IllegalArgumentException("item " + (i + 1) + " is not a number from 0 to 255");
            }
            bytes[i] = (byte) Integer.parseInt(item);
        }
        return bytes;
    }

    /**
     * Writes a new keypair file with mode 0600; it never exists with another mode. Blocks.
     *
     * @throws IOException naming the file, also when it exists already: a keypair is not overwritten
     */
    public void write(Path file) throws IOException {
        StringBuilder json = new StringBuilder(SIZE * 4);
        byte[] bytes = bytes();
        for (int i = 0; i < SIZE; i++) {
            json.append(i == 0 ? '[' : ',').append(bytes[i] & 0xff);
        }
        json.append(']');
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (SeekableByteChannel out = Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            ByteBuffer buffer = ByteBuffer.wrap(json.toString().getBytes(StandardCharsets.US_ASCII));
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        } catch (IOException e) {
            throw new IOException("keypair file " + file + " cannot be written: " + e, e);
        }
    }

    /** The public half. */
    public Pubkey pubkey() {
        return pubkey;
    }

    /** The 64 secret bytes, a fresh copy: for Agave's setIdentityFromBytes only. */
    public byte[] bytes() {
        byte[] bytes = Arrays.copyOf(seed, SIZE);
        System.arraycopy(pubkey.bytes(), 0, bytes, Ed25519.KEY_SIZE, Ed25519.KEY_SIZE);
        return bytes;
    }

    /** The 64 bytes of an Ed25519 signature over {@code message}. */
    public byte[] sign(byte[] message) {
        return Ed25519.sign(seed, message);
    }

    /** Names the public key only. */
    @Override
    public String toString() {
        return "Keypair[" + pubkey + "]";
    }
}
