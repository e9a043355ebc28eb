package failover.protocol.solana;

import failover.protocol.solana.Bincode.Malformed;
import failover.protocol.solana.TowerReading.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What an identity has voted and is locked out on, as Agave saves it at every vote in {@code tower-1_9-IDENTITY.bin}.
 * A value of this type has been verified: it was signed by its identity and parsed to the end.
 *
 * @param version  of the file: 0 (Agave 1.7.14) or 1 (current)
 * @param identity whose tower it is
 * @param votes    oldest first, slots strictly ascending, at most {@link #MOST_VOTES}
 * @param root     the newest slot that left the votes at the bottom
 */
public record Tower(int version, Pubkey identity, List<Vote> votes, OptionalLong root) {
    /** The depth of Tower BFT: the vote below the 31st is the root. */
    public static final int MOST_VOTES = 31;
    /** Real files have 1 to 4 KiB. */
    public static final int LARGEST_FILE = 64 * 1024;
    static final int PRIOR_VOTERS = 32;
    private static final int MOST_CREDITS = 64;
    private static final int MOST_VOTERS = 64;
    /** Kinds of the last vote transaction, in Agave's order; 2 is the compact form of 1. */
    private static final int VOTE = 0;
    private static final int VOTE_STATE_UPDATE = 1;
    private static final int TOWER_SYNC = 3;
    private static final int HASH = 32;

    /**
     * One vote in the tower.
     *
     * @param slot          voted for
     * @param confirmations votes on top of it and itself: it is locked out for {@code 2^confirmations} slots
     */
    public record Vote(long slot, int confirmations) {
        /** The last slot up to which a vote that does not descend from this one is forbidden. */
        public long lockedUntil() {
            return slot + (1L << Math.min(confirmations, MOST_VOTES));
        }
    }

    /** Copies the votes. */
    public Tower {
        votes = List.copyOf(votes);
    }

    /** The name Agave gives the file of an identity. */
    public static String fileName(Pubkey identity) {
        return "tower-1_9-" + identity + ".bin";
    }

    /** The slot of the newest vote; empty for a tower without votes. */
    public OptionalLong lastVotedSlot() {
        return votes.isEmpty() ? OptionalLong.empty() : OptionalLong.of(votes.get(votes.size() - 1).slot());
    }

    /** Reads the tower of an identity from a file. Blocks; reads at most {@link #LARGEST_FILE} bytes; never throws. */
    public static TowerReading read(Path file, Pubkey identity) {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(LARGEST_FILE + 1);
        } catch (NoSuchFileException e) {
            return TowerReading.fault(Fault.MISSING, "tower file " + file + " does not exist");
        } catch (IOException e) {
            return TowerReading.fault(Fault.UNREADABLE, "tower file " + file + " cannot be read: " + e);
        }
        TowerReading reading = read(content, identity);
        return reading.valid() ? reading : TowerReading.fault(reading.fault(), "tower file " + file + ": " + reading.reason());
    }

    /** Parses and verifies the bytes of a tower file against the identity it should belong to. Never throws. */
    public static TowerReading read(byte[] content, Pubkey identity) {
        if (content.length == 0) {
            return TowerReading.fault(Fault.EMPTY, "it is empty");
        }
        if (content.length > LARGEST_FILE) {
            return TowerReading.fault(Fault.TOO_LARGE, "it has more than " + LARGEST_FILE + " bytes, so it is no tower");
        }
        try {
            Bincode in = new Bincode(content);
            long version = in.u32("its version");
            if (version > 1) {
                return TowerReading.fault(Fault.UNKNOWN_VERSION, "its version is " + version + "; 0 and 1 are known");
            }
            byte[] signature = in.bytes(Ed25519.SIGNATURE_SIZE, "its signature");
            byte[] data = in.bytes(in.length(1, LARGEST_FILE, "signed bytes"), "its signed part");
            if (in.remaining() > 0) {
                throw new Malformed(in.remaining() + " bytes follow the signed part");
            }
            if (!identity.verifies(data, signature)) {
                return TowerReading.fault(Fault.BAD_SIGNATURE,
                    "its signature is not that of " + identity + ": it is damaged, or another identity's");
            }
            return parse((int) version, new Bincode(data), identity);
        } catch (Malformed e) {
            return TowerReading.fault(Fault.MALFORMED, e.getMessage());
        }
    }

    private static TowerReading parse(int version, Bincode in, Pubkey identity) throws Malformed {
        Pubkey node = Pubkey.of(in.bytes(Pubkey.SIZE, "its node"));
        if (!node.equals(identity)) {
            return TowerReading.fault(Fault.OTHER_NODE, "it names the node " + node + ", not " + identity);
        }
        in.skip(16, "its threshold");
        in.skip(2 * Pubkey.SIZE + 1, "its vote state");
        List<Vote> votes = votes(in);
        OptionalLong root = in.optionalSlot("its root");
        if (root.isPresent() && !votes.isEmpty() && root.getAsLong() >= votes.get(0).slot()) {
            throw new Malformed("its root " + root.getAsLong() + " is not below its first vote " + votes.get(0).slot());
        }
        in.skip(in.length(8 + Pubkey.SIZE, MOST_VOTERS, "authorized voters") * (8 + Pubkey.SIZE), "its authorized voters");
        in.skip(PRIOR_VOTERS * (Pubkey.SIZE + 16) + 8, "its prior voters");
        in.bool("the flag of its prior voters");
        in.skip(in.length(24, MOST_CREDITS, "epochs of credits") * 24, "its credits");
        in.skip(16, "its last timestamp");
        if (lastVote(version == 0 ? VOTE : in.u32("the kind of its last vote"), in)) {
            in.skip(16, "the timestamp at its end");
            if (in.remaining() > 0) {
                throw new Malformed(in.remaining() + " bytes follow the timestamp at its end");
            }
        }
        return TowerReading.of(new Tower(version, identity, votes, root));
    }

    private static List<Vote> votes(Bincode in) throws Malformed {
        int count = in.length(12, MOST_VOTES, "votes");
        List<Vote> votes = new ArrayList<>(count);
        long before = -1;
        for (int i = 0; i < count; i++) {
            long slot = in.slot("a vote");
            long confirmations = in.u32("a vote");
            if (slot <= before) {
                throw new Malformed("its votes do not ascend: " + slot + " after " + before);
            }
            if (confirmations < 1 || confirmations > MOST_VOTES) {
                throw new Malformed("its vote for slot " + slot + " has " + confirmations + " confirmations");
            }
            votes.add(new Vote(slot, (int) confirmations));
            before = slot;
        }
        return votes;
    }

    /** Walks over the last vote; false for a kind that came after this program, whose length is unknown: the signature vouches for it. */
    private static boolean lastVote(long kind, Bincode in) throws Malformed {
        if (kind > TOWER_SYNC) {
            return false;
        }
        if (kind == VOTE) {
            in.skip(in.length(8, MOST_VOTES, "slots of the last vote") * 8, "its last vote");
        } else if (kind == VOTE_STATE_UPDATE) {
            in.skip(in.length(12, MOST_VOTES, "votes of the last update") * 12, "its last vote");
            in.optionalSlot("the root of its last vote");
        } else {
            in.skip(8, "the root of its last vote");
            for (long left = in.varint("its last vote"); left > 0; left--) {
                in.varint("its last vote");
                in.u8("its last vote");
            }
        }
        in.skip(HASH, "the hash of its last vote");
        if (in.bool("the time of its last vote")) {
            in.skip(8, "the time of its last vote");
        }
        if (kind == TOWER_SYNC) {
            in.skip(HASH, "the block of its last vote");
        }
        return true;
    }
}
