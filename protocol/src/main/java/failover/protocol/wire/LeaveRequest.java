package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * "The manager has been silent here; I take nothing from it any more. Come with me to this one?" (safety.md, E12). Before it asks, the
 * asker has made durable that it does not obey the old manager until it is answered; before it agrees, the answerer is durably bound to the
 * new one. So one host is never renewed by one manager while the other is promoted by another.
 *
 * @param managerId the new manager
 * @param managerStart which start of it
 * @param managerRun which process of it; absent when unknown
 * @param number grows with each such question of this host, across its restarts: an answer that is given to a later one is not undone by an
 *     earlier one that was under way for long
 */
public record LeaveRequest(
        @JsonProperty("manager_id") @Within(Range.ID) String managerId,
        @JsonProperty("manager_start") @Within(Range.COUNT) long managerStart,
        @JsonProperty("manager_run") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String managerRun,
        @JsonProperty("number") @Within(Range.COUNT) long number) {
}
