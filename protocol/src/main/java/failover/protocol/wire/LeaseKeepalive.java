package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The lease part of a poll by a manager of ours (safety.md, E0, E1, E12). Absent from an original's poll, and from one in dry-run.
 *
 * @param token the newest token the manager has received from this agent (E0); absent before the first
 * @param grantEpoch the epoch this host may hold the identity at; 0 and left out: the poll grants nothing
 * @param managerStart grows with each start of this manager and identifies it (E12)
 * @param heartbeatMs P in milliseconds
 * @param leaseMs Q in milliseconds
 * @param fenceMs D in milliseconds
 * @param jitterMs J in milliseconds
 * @param paused nothing automatic is done; the agent repeats it in its answer
 * @param managerRun random, of this process of the manager alone: two that share id and start are a copied state, not one manager (E12);
 *     absent from a manager that knows no such thing
 * @param otherEpoch the epoch at which the other host holds the identity or is being given it; a holder of a lower one has been replaced
 *     and fences itself; 0 and left out when there is none
 */
public record LeaseKeepalive(
        @JsonProperty("token") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TOKEN) String token,
        @JsonProperty("grant_epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long grantEpoch,
        @JsonProperty("manager_start") @Within(Range.COUNT) long managerStart,
        @JsonProperty("heartbeat_ms") @Within(Range.TIME_MS) long heartbeatMs,
        @JsonProperty("lease_ms") @Within(Range.LEASE_MS) long leaseMs,
        @JsonProperty("fence_ms") @Within(Range.LEASE_MS) long fenceMs,
        @JsonProperty("jitter_ms") @Within(Range.LEASE_MS) long jitterMs,
        @JsonProperty("paused") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean paused,
        @JsonProperty("manager_run") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String managerRun,
        @JsonProperty("other_epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long otherEpoch) {

    /** As sent by a manager without a run. */
    public LeaseKeepalive(String token, long grantEpoch, long managerStart, long heartbeatMs, long leaseMs, long fenceMs, long jitterMs,
            boolean paused) {
        this(token, grantEpoch, managerStart, heartbeatMs, leaseMs, fenceMs, jitterMs, paused, null, 0);
    }
}
