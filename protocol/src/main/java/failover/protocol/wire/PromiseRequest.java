package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * "May I stay?": the holder's question to its peer at each heartbeat (safety.md, E7).
 *
 * @param epoch the holder's epoch
 * @param leaseMs Q in milliseconds: a promise is worth that much
 * @param jitterMs J in milliseconds
 */
public record PromiseRequest(
        @JsonProperty("epoch") @Within(Range.COUNT) long epoch,
        @JsonProperty("lease_ms") @Within(Range.LEASE_MS) long leaseMs,
        @JsonProperty("jitter_ms") @Within(Range.LEASE_MS) long jitterMs) {
}
