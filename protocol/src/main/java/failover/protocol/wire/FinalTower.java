package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The tower of a host after its identity was taken off: the newest there will ever be under that epoch (safety.md, "The tower").
 *
 * @param lastVotedSlot the slot of its newest vote
 * @param bytes the file, base64; at most 64 KiB before encoding
 */
public record FinalTower(
        @JsonProperty("last_voted_slot") @Within(Range.SLOT) long lastVotedSlot,
        @JsonProperty("bytes") @Within(Range.TOWER) String bytes) {

    /** Not the bytes: a log line is no place for them. */
    @Override
    public String toString() {
        return "FinalTower[lastVotedSlot=" + lastVotedSlot + "]";
    }
}
