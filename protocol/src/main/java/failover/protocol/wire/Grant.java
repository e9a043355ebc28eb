package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The first grant of an epoch, carried by {@code become_active} (safety.md, E0, E5, E7, E11, E12).
 *
 * @param token a token this agent issued lately; the lease runs until its issue plus Q
 * @param managerId who grants
 * @param managerStart which start of it
 * @param leaseMs Q in milliseconds
 * @param fenceMs D in milliseconds
 * @param jitterMs J in milliseconds
 * @param otherPassive the other host answered verified passive for the highest epoch ever issued to it: a promise made to it binds no more
 * @param fenced an operator states that the other host cannot sign
 * @param automatic the manager's own decision: refused while paused
 */
public record Grant(
        @JsonProperty("token") String token,
        @JsonProperty("manager_id") String managerId,
        @JsonProperty("manager_start") long managerStart,
        @JsonProperty("lease_ms") long leaseMs,
        @JsonProperty("fence_ms") long fenceMs,
        @JsonProperty("jitter_ms") long jitterMs,
        @JsonProperty("other_passive") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean otherPassive,
        @JsonProperty("fenced") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean fenced,
        @JsonProperty("automatic") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean automatic) {
}
