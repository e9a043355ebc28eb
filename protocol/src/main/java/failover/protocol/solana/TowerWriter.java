package failover.protocol.solana;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalLong;

/** Writes towers as Agave does: for the simulated validator and for tests. The product itself never writes one, it only carries them. */
public final class TowerWriter {
    private static final int THRESHOLD_DEPTH = 8;
    private static final double THRESHOLD_SIZE = 2.0 / 3.0;
    private static final int ROOM = 8 * 1024;

    private TowerWriter() {
    }

    /**
     * The bytes of a current tower file (version 1) whose last vote is a TowerSync, signed by the identity.
     *
     * @param votes oldest first
     * @param time  of the last vote, in seconds of the Unix epoch
     */
    public static byte[] encode(Keypair identity, List<Tower.Vote> votes, OptionalLong root, long time) {
        byte[] data = data(identity.pubkey(), votes, root, time);
        ByteBuffer file = buffer(4 + Ed25519.SIGNATURE_SIZE + 8 + data.length);
        file.putInt(1).put(identity.sign(data)).putLong(data.length).put(data);
        return file.array();
    }

    /**
     * Saves a tower in a directory as Agave does: to {@code NAME.bin.new}, then renamed, so that a reader never sees half of it. Blocks.
     *
     * @return the file
     */
    public static Path save(Path directory, Pubkey identity, byte[] content) throws IOException {
        Path file = directory.resolve(Tower.fileName(identity));
        Path fresh = directory.resolve(Tower.fileName(identity) + ".new");
        Files.write(fresh, content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return file;
    }

    private static byte[] data(Pubkey node, List<Tower.Vote> votes, OptionalLong root, long time) {
        long last = votes.isEmpty() ? 0 : votes.get(votes.size() - 1).slot();
        byte[] key = node.bytes();
        byte[] hash = new byte[32];
        ByteBuffer out = buffer(ROOM);
        out.put(key).putLong(THRESHOLD_DEPTH).putDouble(THRESHOLD_SIZE);
        out.put(key).put(key).put((byte) 0);
        out.putLong(votes.size());
        votes.forEach(vote -> out.putLong(vote.slot()).putInt(vote.confirmations()));
        out.put((byte) (root.isPresent() ? 1 : 0));
        root.ifPresent(out::putLong);
        out.putLong(1).putLong(0).put(key);
        out.put(new byte[Tower.PRIOR_VOTERS * (Pubkey.SIZE + 16)]).putLong(Tower.PRIOR_VOTERS - 1).put((byte) 1);
        out.putLong(1).putLong(0).putLong(votes.size()).putLong(0);
        out.putLong(last).putLong(time);
        // A TowerSync in its compact form: u64::MAX stands for "no root", and each vote is its distance from the one before.
        out.putInt(3).putLong(root.orElse(-1)).put((byte) votes.size());
        long before = root.orElse(0);
        for (Tower.Vote vote : votes) {
            varint(out, vote.slot() - before);
            out.put((byte) vote.confirmations());
            before = vote.slot();
        }
        out.put(hash).put((byte) 1).putLong(time).put(hash);
        out.putLong(last).putLong(time);
        byte[] data = new byte[out.position()];
        out.flip().get(data);
        return data;
    }

    private static void varint(ByteBuffer out, long value) {
        long rest = value;
        while (rest >= 0x80 || rest < 0) {
            out.put((byte) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
