package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What became of {@code POST /pause} or {@code POST /resume}.
 *
 * @param success the request is durable: a restarted manager keeps to it
 * @param message one sentence for people
 * @param inForce nothing automatic can happen any more: the host that could be promoted has acknowledged the pause
 */
public record PauseResponse(
        @JsonProperty("success") boolean success,
        @JsonProperty("message") @Within(Range.TEXT) String message,
        @JsonProperty("in_force") boolean inForce) {
}
