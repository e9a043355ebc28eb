package failover.protocol.solana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.Draw;
import failover.protocol.solana.TowerReading.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TowerTest {
    private static final Keypair IDENTITY = Keypair.generate();
    private static final int HEADER = 4 + 64 + 8;
    /** Where the first vote's slot lies within the signed data: node, threshold, two keys, commission, count. */
    private static final int COUNT = 32 + 16 + 64 + 1;
    /** The last vote, a TowerSync of 31 votes, and the timestamp at the end. */
    private static final int TAIL = 4 + 8 + 1 + 31 * 2 + 32 + 9 + 32 + 16;

    @TempDir
    Path directory;

    private static List<Tower.Vote> votes(int count, long first) {
        List<Tower.Vote> votes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            votes.add(new Tower.Vote(first + i, count - i));
        }
        return votes;
    }

    private static byte[] file() {
        return TowerWriter.encode(IDENTITY, votes(31, 380_000_000L), OptionalLong.of(379_999_999L), 1_736_000_000L);
    }

    /** Changes the signed part and signs it anew: what only a broken writer with the key could produce. */
    private static byte[] resigned(byte[] file, java.util.function.Consumer<ByteBuffer> change) {
        byte[] data = Arrays.copyOfRange(file, HEADER, file.length);
        change.accept(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN));
        return signed(1, data);
    }

    private static byte[] signed(int version, byte[] data) {
        return ByteBuffer.allocate(HEADER + data.length).order(ByteOrder.LITTLE_ENDIAN)
            .putInt(version).put(IDENTITY.sign(data)).putLong(data.length).put(data).array();
    }

    private static Fault fault(byte[] bytes) {
        TowerReading reading = Tower.read(bytes, IDENTITY.pubkey());
        assertEquals(reading.fault() == Fault.NONE, reading.tower().isPresent());
        assertEquals(reading.fault() == Fault.NONE, reading.reason().isEmpty());
        return reading.fault();
    }

    @Test
    void aFullTowerIsReadBack() {
        TowerReading reading = Tower.read(file(), IDENTITY.pubkey());
        assertTrue(reading.valid(), reading.reason());
        Tower tower = reading.tower().orElseThrow();
        assertEquals(OptionalLong.of(380_000_030L), tower.lastVotedSlot());
        assertEquals(OptionalLong.of(379_999_999L), tower.root());
        assertEquals(votes(31, 380_000_000L), tower.votes());
        assertTrue(file().length > 1024 && file().length < 4096, "Agave's files have 1 to 4 KiB, this " + file().length);
    }

    @Test
    void aTowerWithoutVotesHasNoLastSlot() {
        Tower tower = Tower.read(TowerWriter.encode(IDENTITY, List.of(), OptionalLong.empty(), 0), IDENTITY.pubkey()).tower().orElseThrow();
        assertEquals(OptionalLong.empty(), tower.lastVotedSlot());
    }

    @Test
    void theOldVersionIsRead() {
        // Version 0 has no kind before its last vote, and a plain Vote there: count, slots, hash, time.
        byte[] current = file();
        ByteBuffer data = ByteBuffer.allocate(5000).order(ByteOrder.LITTLE_ENDIAN);
        data.put(Arrays.copyOfRange(current, HEADER, current.length - TAIL));
        data.putLong(2).putLong(1).putLong(2).put(new byte[32]).put((byte) 0).putLong(2).putLong(99);
        TowerReading reading = Tower.read(signed(0, Arrays.copyOf(data.array(), data.position())), IDENTITY.pubkey());
        assertTrue(reading.valid(), reading.reason());
        assertEquals(0, reading.tower().orElseThrow().version());
    }

    @Test
    void aLastVoteOfALaterKindIsTakenOnItsSignature() {
        byte[] current = file();
        int kind = current.length - HEADER - TAIL;
        assertEquals(Fault.NONE, fault(resigned(current, data -> data.putInt(kind, 9))));
    }

    @Test
    void aBitFlipInAnyByteIsFound() {
        byte[] good = file();
        // Each bit of the unsigned header, and of the signed rest one bit of each byte: a verification takes a millisecond.
        for (int bit = 0; bit < good.length * 8; bit += bit < HEADER * 8 ? 1 : 9) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertFalse(Tower.read(bad, IDENTITY.pubkey()).valid(), "bit " + bit);
        }
    }

    @Test
    void everyTruncationIsFound() {
        byte[] good = file();
        for (int length = 0; length < good.length; length++) {
            Fault fault = fault(Arrays.copyOf(good, length));
            assertEquals(length == 0 ? Fault.EMPTY : Fault.MALFORMED, fault, "length " + length);
        }
    }

    @Test
    void anotherIdentitysTowerIsRefused() {
        TowerReading reading = Tower.read(file(), Keypair.generate().pubkey());
        assertEquals(Fault.BAD_SIGNATURE, reading.fault());
    }

    @Test
    void aTowerSignedByTheIdentityForAnotherNodeIsRefused() {
        assertEquals(Fault.OTHER_NODE, fault(resigned(file(), data -> data.put(3, (byte) ~data.get(3)))));
    }

    @Test
    void signedNonsenseIsRefusedToo() {
        assertEquals(Fault.MALFORMED, fault(resigned(file(), data -> data.putLong(COUNT, 32))));
        assertEquals(Fault.MALFORMED, fault(resigned(file(), data -> data.putLong(COUNT, -1))));
        assertEquals(Fault.MALFORMED, fault(resigned(file(), data -> data.putLong(COUNT, Long.MAX_VALUE / 12))));
        assertEquals(Fault.MALFORMED, fault(resigned(file(), data -> data.putLong(COUNT + 8, 380_000_001L))), "slots do not ascend");
        assertEquals(Fault.MALFORMED, fault(resigned(file(), data -> data.putLong(COUNT + 8, -5))), "a negative slot");
        assertEquals(Fault.MALFORMED, fault(resigned(file(), data -> data.putInt(COUNT + 16, 0))), "no confirmation");
        assertEquals(Fault.MALFORMED, fault(resigned(file(), data -> data.putLong(COUNT + 8 + 31 * 12 + 1, 380_000_000L))), "a high root");
        assertEquals(Fault.MALFORMED, fault(signed(1, new byte[0])));
    }

    @Test
    void bytesAfterTheEndAreRefused() {
        byte[] good = file();
        assertEquals(Fault.MALFORMED, fault(Arrays.copyOf(good, good.length + 1)));
        byte[] data = Arrays.copyOfRange(good, HEADER, good.length + 1);
        assertEquals(Fault.MALFORMED, fault(signed(1, data)));
    }

    @Test
    void aVersionFromTheFutureIsNamed() {
        byte[] bad = file();
        bad[0] = 2;
        assertEquals(Fault.UNKNOWN_VERSION, fault(bad));
    }

    @Test
    void filesAreReadWithTheirNameInEachReason() throws IOException {
        Path file = TowerWriter.save(directory, IDENTITY.pubkey(), file());
        assertEquals("tower-1_9-" + IDENTITY.pubkey() + ".bin", String.valueOf(file.getFileName()));
        assertTrue(Tower.read(file, IDENTITY.pubkey()).valid());
        assertFalse(Files.exists(directory.resolve(file.getFileName() + ".new")));
        assertEquals(Fault.MISSING, Tower.read(directory.resolve("none"), IDENTITY.pubkey()).fault());
        assertEquals(Fault.UNREADABLE, Tower.read(directory, IDENTITY.pubkey()).fault());
        Files.write(file, new byte[0]);
        TowerReading empty = Tower.read(file, IDENTITY.pubkey());
        assertEquals(Fault.EMPTY, empty.fault());
        assertTrue(empty.reason().contains(file.toString()), empty.reason());
        Files.write(file, new byte[Tower.LARGEST_FILE + 10]);
        assertEquals(Fault.TOO_LARGE, Tower.read(file, IDENTITY.pubkey()).fault());
    }

    @Test
    void aVoteLocksOutTwiceAsLongWithEachConfirmation() {
        assertEquals(102, new Tower.Vote(100, 1).lockedUntil());
        assertEquals(108, new Tower.Vote(100, 3).lockedUntil());
    }

    @Test
    void anyBytesAreAnsweredWithoutAnException() {
        Draw.cases(2_000, draw -> assertFalse(Tower.read(draw.bytes(0, 3_000), IDENTITY.pubkey()).valid()));
    }

    @Test
    void anySignedBytesAreAnsweredWithoutAnException() {
        Draw.cases(300, draw -> anySignedBytesAreAnswered(draw.bytes(0, 300), draw.number(0, 1_500)));
    }

    private static void anySignedBytesAreAnswered(byte[] tail, int keep) {
        byte[] good = Arrays.copyOfRange(file(), HEADER, HEADER + keep);
        byte[] data = Arrays.copyOf(good, keep + tail.length);
        System.arraycopy(tail, 0, data, keep, tail.length);
        for (int version = 0; version < 2; version++) {
            Tower.read(signed(version, data), IDENTITY.pubkey());
        }
    }
}
