package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a manager sends with its poll. Agents of the original's first version ignore it whole.
 *
 * @param timestamp unix seconds of the manager's clock
 * @param lastReceivedTimestamp {@code timestamp} of the newest answer the manager has from this agent; 0 (and then left out) when none
 * @param managerId random id of the manager's state directory (ours; absent from an original manager)
 * @param epoch the highest epoch the manager knows (ours; 0 and then left out when none)
 * @param lease the lease part (ours; absent from an original manager and in dry-run)
 * @param slotMs milliseconds that a slot takes by the manager's measurement (ours; 0 and then left out while it has not measured any)
 */
public record StatusRequest(
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp,
        @JsonProperty("last_received_timestamp") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                @Within(Range.WHEN) long lastReceivedTimestamp,
        @JsonProperty("manager_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String managerId,
        @JsonProperty("epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long epoch,
        @JsonProperty("lease") @JsonInclude(JsonInclude.Include.NON_NULL) LeaseKeepalive lease,
        @JsonProperty("slot_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.TIME_MS) long slotMs) {

    /** A poll without lease part. */
    public StatusRequest(long timestamp, long lastReceivedTimestamp, String managerId, long epoch) {
        this(timestamp, lastReceivedTimestamp, managerId, epoch, null, 0);
    }

    /** A poll of a manager that has not measured how long a slot takes. */
    public StatusRequest(long timestamp, long lastReceivedTimestamp, String managerId, long epoch, LeaseKeepalive lease) {
        this(timestamp, lastReceivedTimestamp, managerId, epoch, lease, 0);
    }

    /** What an empty or unreadable body means: nothing is known of who asks. */
    public static final StatusRequest EMPTY = new StatusRequest(0, 0, null, 0, null);
}
