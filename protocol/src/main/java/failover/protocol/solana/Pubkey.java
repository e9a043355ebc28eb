package failover.protocol.solana;

import java.util.Arrays;
import java.util.Objects;

/** The 32 bytes of an Ed25519 public key: an identity, a voter or a vote account. Immutable; printed in base58. */
public final class Pubkey {
    /** Bytes of a key. */
    public static final int SIZE = Ed25519.KEY_SIZE;
    /** No 32 bytes need more base58 digits than this. */
    private static final int LONGEST_TEXT = 44;
    private final byte[] bytes;
    private final String text;

    private Pubkey(byte[] bytes) {
        this.bytes = bytes;
        this.text = Base58.encode(bytes);
    }

    /** @throws IllegalArgumentException unless there are exactly 32 bytes */
    public static Pubkey of(byte[] bytes) {
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("a public key has " + SIZE + " bytes, not " + bytes.length);
        }
        return new Pubkey(bytes.clone());
    }

    /** @throws IllegalArgumentException with the fault of the text, which it quotes (a public key is no secret) */
    public static Pubkey parse(String base58) {
        Objects.requireNonNull(base58, "base58");
        if (base58.isEmpty() || base58.length() > LONGEST_TEXT) {
            String shown = base58.length() > LONGEST_TEXT ? base58.substring(0, LONGEST_TEXT) + "…" : base58;
            throw new IllegalArgumentException("\"" + shown + "\" is not a public key: 32 to 44 base58 characters are needed, these are "
                + base58.length());
        }
        try {
            return new Pubkey(Base58.decode(base58, SIZE));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + base58 + "\" is not a public key: " + e.getMessage(), e);
        }
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Whether {@code signature} over {@code message} was made by the owner of this key; false for any malformed signature. */
    public boolean verifies(byte[] message, byte[] signature) {
        return signature.length == Ed25519.SIGNATURE_SIZE && Ed25519.verify(bytes, message, signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pubkey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Base58. */
    @Override
    public String toString() {
        return text;
    }
}
