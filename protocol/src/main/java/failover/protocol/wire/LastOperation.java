package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The newest finished change of role of an agent.
 *
 * @param operationId as the manager named it; absent for a bare command
 * @param action {@code become_active} or {@code become_passive}
 * @param outcome a value of {@link Outcome}
 * @param message for people
 * @param timestamp unix seconds when it ended
 */
public record LastOperation(
        @JsonProperty("operation_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String operationId,
        @JsonProperty("action") @Within(Range.TEXT) String action,
        @JsonProperty("outcome") @Within(Range.TEXT) String outcome,
        @JsonProperty("message") @Within(Range.TEXT) String message,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp) {
}
