package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The peer's answer to {@link PromiseRequest} (safety.md, E7), and what it knows of the manager (E12).
 *
 * @param granted "yes": the answerer refuses promotion for {@code Q(1+r)/(1−r) + J}; the asker may stay until it asked plus Q
 * @param reason why not; absent when granted
 * @param managerId the manager the answerer is bound to; absent when to none
 * @param managerHeardMs milliseconds since that manager's last poll here
 * @param managerStart which start of it the answerer obeys; 0 and left out when unknown
 * @param managerRun which process of it; absent when not known
 */
public record PromiseAnswer(
        @JsonProperty("granted") boolean granted,
        @JsonProperty("reason") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String reason,
        @JsonProperty("manager_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String managerId,
        @JsonProperty("manager_heard_ms") @Within(Range.AGO_MS) long managerHeardMs,
        @JsonProperty("manager_start") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long managerStart,
        @JsonProperty("manager_run") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String managerRun) {

    /** As sent by an agent that reports only the manager it is bound to. */
    public PromiseAnswer(boolean granted, String reason, String managerId, long managerHeardMs) {
        this(granted, reason, managerId, managerHeardMs, 0, null);
    }
}
