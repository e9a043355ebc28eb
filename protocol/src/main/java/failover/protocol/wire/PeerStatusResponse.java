package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What the other agent answers.
 *
 * @param isAlive always true: it answered
 * @param isActive as in {@link StatusResponse#isActive()}
 * @param processRunning its validator's process lives
 * @param timestamp unix seconds
 * @param hostId the answerer's host id (ours)
 * @param epoch the answerer's highest epoch (ours)
 * @param identityVerified {@code isActive} is the validator's own report (ours)
 * @param operation a change of role under way there; absent when none (ours)
 * @param stay the answer to {@link PeerStatusRequest#stay()}, and what is known of the manager (ours; absent from an original)
 */
public record PeerStatusResponse(
        @JsonProperty("is_alive") boolean isAlive,
        @JsonProperty("is_active") boolean isActive,
        @JsonProperty("process_running") boolean processRunning,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp,
        @JsonProperty("host_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String hostId,
        @JsonProperty("epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long epoch,
        @JsonProperty("identity_verified") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean identityVerified,
        @JsonProperty("operation") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String operation,
        @JsonProperty("stay") @JsonInclude(JsonInclude.Include.NON_NULL) PromiseAnswer stay) {

    /** The answer to a mere status request. */
    public PeerStatusResponse(boolean isAlive, boolean isActive, boolean processRunning, long timestamp, String hostId, long epoch,
            boolean identityVerified, String operation) {
        this(isAlive, isActive, processRunning, timestamp, hostId, epoch, identityVerified, operation, null);
    }

}
