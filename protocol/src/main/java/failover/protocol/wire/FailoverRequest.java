package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A change of role asked of an agent.
 *
 * @param action {@code become_active} or {@code become_passive}
 * @param reason for people, kept in both logs
 * @param skipIdentity the identity itself is set by somebody else (newer original's secure mode); left out when false
 * @param timestamp unix seconds
 * @param operationId names one failover in the logs of all three hosts; a repeated id is the same request, not a second one (ours)
 * @param epoch of this change of holder; the agent refuses one lower than it has obeyed (ours; 0 and left out: a bare command)
 * @param deadlineMs milliseconds the caller waits: the agent ends before (ours; 0 and left out: the agent's own limit)
 * @param planned the active is well: give up rather than kill its validator (ours)
 */
public record FailoverRequest(
        @JsonProperty("action") String action,
        @JsonProperty("reason") String reason,
        @JsonProperty("skip_identity") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean skipIdentity,
        @JsonProperty("timestamp") long timestamp,
        @JsonProperty("operation_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) String operationId,
        @JsonProperty("epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) long epoch,
        @JsonProperty("deadline_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) long deadlineMs,
        @JsonProperty("planned") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean planned) {
}
