package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A change of role asked of an agent.
 *
 * @param action {@code become_active} or {@code become_passive}
 * @param reason for people, kept in both logs
 * @param skipIdentity the identity itself is set by another program (newer original's secure mode); left out when false
 * @param timestamp unix seconds
 * @param operationId names one failover in the logs of all three hosts; a repeated id is the same request, not a second one (ours)
 * @param epoch of this change of holder; the agent refuses one lower than it has obeyed (ours; 0 and left out: a bare command)
 * @param deadlineMs milliseconds the caller waits: the agent ends before (ours; 0 and left out: the agent's own limit)
 * @param planned the active is well: give up rather than kill its validator (ours)
 * @param grant the first grant of the epoch (ours; with {@code become_active} only)
 * @param tower the final tower of the host that held the identity before (ours; with {@code become_active} only)
 * @param knownTower the newest final tower of an operation before that the manager has: put in place unless a newer one is here; it proves
 *     nothing more, as another host may have voted since (ours; with {@code become_active} only)
 */
public record FailoverRequest(
        @JsonProperty("action") @Within(Range.TEXT) String action,
        @JsonProperty("reason") @Within(Range.TEXT) String reason,
        @JsonProperty("skip_identity") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean skipIdentity,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp,
        @JsonProperty("operation_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String operationId,
        @JsonProperty("epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long epoch,
        @JsonProperty("deadline_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.TIME_MS) long deadlineMs,
        @JsonProperty("planned") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean planned,
        @JsonProperty("grant") @JsonInclude(JsonInclude.Include.NON_NULL) Grant grant,
        @JsonProperty("tower") @JsonInclude(JsonInclude.Include.NON_NULL) FinalTower tower,
        @JsonProperty("known_tower") @JsonInclude(JsonInclude.Include.NON_NULL) FinalTower knownTower) {

    /** A request that grants no lease. */
    public FailoverRequest(String action, String reason, boolean skipIdentity, long timestamp, String operationId, long epoch,
            long deadlineMs, boolean planned) {
        this(action, reason, skipIdentity, timestamp, operationId, epoch, deadlineMs, planned, null, null, null);
    }

    /** A request that knows nothing of operations before. */
    public FailoverRequest(String action, String reason, boolean skipIdentity, long timestamp, String operationId, long epoch,
            long deadlineMs, boolean planned, Grant grant, FinalTower tower) {
        this(action, reason, skipIdentity, timestamp, operationId, epoch, deadlineMs, planned, grant, tower, null);
    }

}
