package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * An operator pauses or resumes automatic failovers.
 *
 * @param reason for people; empty means {@code asked via API}
 */
public record PauseRequest(@JsonProperty("reason") @Within(Range.TEXT) String reason) {
}
