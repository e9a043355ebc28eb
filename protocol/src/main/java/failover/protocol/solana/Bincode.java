package failover.protocol.solana;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/** A cursor over bincode's fixed little-endian encoding that checks before each read: whatever the bytes are, it ends in Malformed. */
final class Bincode {
    private final ByteBuffer in;

    Bincode(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    int remaining() {
        return in.remaining();
    }

    int u8(String what) throws Malformed {
        return need(1, what).get() & 0xff;
    }

    boolean bool(String what) throws Malformed {
        int value = u8(what);
        if (value > 1) {
            throw new Malformed(what + " is " + value + ", neither 0 nor 1, at byte " + (in.position() - 1));
        }
        return value == 1;
    }

    long u32(String what) throws Malformed {
        return need(4, what).getInt() & 0xffffffffL;
    }

    /** Unsigned: compare with {@link Long#compareUnsigned}. */
    long u64(String what) throws Malformed {
        return need(8, what).getLong();
    }

    /** A slot: no real one ever needs the sign bit, so a set one is damage. */
    long slot(String what) throws Malformed {
        long slot = u64(what);
        if (slot < 0) {
            throw new Malformed(what + " " + Long.toUnsignedString(slot) + " is no slot, at byte " + (in.position() - 8));
        }
        return slot;
    }

    OptionalLong optionalSlot(String what) throws Malformed {
        return bool(what) ? OptionalLong.of(slot(what)) : OptionalLong.empty();
    }

    byte[] bytes(int count, String what) throws Malformed {
        byte[] bytes = new byte[count];
        need(count, what).get(bytes);
        return bytes;
    }

    void skip(int count, String what) throws Malformed {
        need(count, what);
        in.position(in.position() + count);
    }

    /** The length in front of a sequence whose elements take {@code each} bytes: never more than is left, nor than {@code most}. */
    int length(int each, int most, String what) throws Malformed {
        long count = u64("the number of " + what);
        if (count < 0 || count > most) {
            throw new Malformed(Long.toUnsignedString(count) + " " + what + ", more than " + most);
        }
        if (count * each > in.remaining()) {
            throw new Malformed("the file ends within its " + what);
        }
        return (int) count;
    }

    /** LEB128, as solana's serde_varint writes it. */
    long varint(String what) throws Malformed {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int part = u8(what);
            value |= (long) (part & 0x7f) << shift;
            if (part < 0x80) {
                return value;
            }
        }
        throw new Malformed(what + " is a number of more than ten bytes");
    }

    private ByteBuffer need(int count, String what) throws Malformed {
        if (in.remaining() < count) {
            throw new Malformed("the file ends within " + what);
        }
        return in;
    }

    /** Invalid bytes; the message names the position. */
    static final class Malformed extends Exception {
        Malformed(String message) {
            super(message, null, false, false);
        }
    }
}
