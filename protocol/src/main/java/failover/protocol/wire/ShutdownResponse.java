package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The agent stops after this answer.
 *
 * @param success the stop has been begun
 * @param message in the original's wording
 * @param timestamp unix seconds
 */
public record ShutdownResponse(
        @JsonProperty("success") boolean success,
        @JsonProperty("message") @Within(Range.TEXT) String message,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp) {
}
