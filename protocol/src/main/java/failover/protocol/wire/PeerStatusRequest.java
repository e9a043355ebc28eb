package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One agent asks the other.
 *
 * @param fromValidator the asker's {@code listen_addr}, as the original sends it
 * @param timestamp unix seconds
 * @param hostId the asker's host id (ours)
 * @param epoch the asker's highest epoch (ours)
 * @param stay the holder asks whether it may stay (ours); absent in a mere status request
 * @param leave the asker wants to leave its manager for another, together with this host (ours); absent when it does not
 */
public record PeerStatusRequest(
        @JsonProperty("from_validator") @Within(Range.TEXT) String fromValidator,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp,
        @JsonProperty("host_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String hostId,
        @JsonProperty("epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long epoch,
        @JsonProperty("stay") @JsonInclude(JsonInclude.Include.NON_NULL) PromiseRequest stay,
        @JsonProperty("leave") @JsonInclude(JsonInclude.Include.NON_NULL) LeaveRequest leave) {

    /** A question about staying alone. */
    public PeerStatusRequest(String fromValidator, long timestamp, String hostId, long epoch, PromiseRequest stay) {
        this(fromValidator, timestamp, hostId, epoch, stay, null);
    }

    /** A mere status request. */
    public PeerStatusRequest(String fromValidator, long timestamp, String hostId, long epoch) {
        this(fromValidator, timestamp, hostId, epoch, null, null);
    }

}
