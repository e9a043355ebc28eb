package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What an active host says of its own vote state, the file that its validator would go on from ("The tower" of safety.md): a planned move
 * away from it needs one that is sound and is being written.
 *
 * @param towerSlot slot of the newest vote in it; 0 and left out when it could not be read
 * @param towerAgeMs milliseconds since the file was written last; 0 when it could not be read
 * @param towerError why it is of no use: missing, torn, not signed by the identity, or not to be read in time; absent when it is sound
 */
public record VoteStateReport(
        @JsonProperty("tower_slot") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.SLOT) long towerSlot,
        @JsonProperty("tower_age_ms") @Within(Range.AGO_MS) long towerAgeMs,
        @JsonProperty("tower_error") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String towerError) {
}
