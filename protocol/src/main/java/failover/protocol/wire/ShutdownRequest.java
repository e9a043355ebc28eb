package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Stop the agent, leave its validator alone.
 *
 * @param reason for people
 * @param timestamp unix seconds
 */
public record ShutdownRequest(@JsonProperty("reason")
        @Within(Range.TEXT) String reason, @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp) {
}
