package failover.protocol.solana;

import java.util.Optional;

/**
 * What reading a tower file gave: the tower, or the fault and a sentence for people. Never an exception, whatever the bytes are.
 *
 * @param tower  present exactly when {@code fault} is {@link Fault#NONE}
 * @param fault  what to decide on
 * @param reason one sentence that names the file or the identity; empty when there is no fault
 */
public record TowerReading(Optional<Tower> tower, Fault fault, String reason) {

    /** Why a tower cannot be used. */
    public enum Fault {
        /** It can be used. */
        NONE,
        /** There is no such file. */
        MISSING,
        /** The file is there but cannot be read. */
        UNREADABLE,
        /** The file has no bytes: what a failed restore through a pipe leaves behind (OM0-10). */
        EMPTY,
        /** Larger than any tower. */
        TOO_LARGE,
        /** It ends early, or its parts do not fit together. */
        MALFORMED,
        /** A version this program does not know. */
        UNKNOWN_VERSION,
        /** The signature does not verify against the identity: damaged, or another identity's tower. */
        BAD_SIGNATURE,
        /** Signed by the identity, but its content names another node. */
        OTHER_NODE
    }

    static TowerReading of(Tower tower) {
        return new TowerReading(Optional.of(tower), Fault.NONE, "");
    }

    static TowerReading fault(Fault fault, String reason) {
        return new TowerReading(Optional.empty(), fault, reason);
    }

    /** Whether there is a tower that verifies. */
    public boolean valid() {
        return fault == Fault.NONE;
    }
}
