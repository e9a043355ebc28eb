package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * An operator asks the manager for a failover.
 *
 * @param reason for people; empty means {@code manual failover triggered via API}
 * @param fenced the operator states that the present active cannot sign: it is replaced without waiting for proof (ours)
 * @param staleTower the operator accepts a tower that is older than the chain, or none (ours)
 */
public record ManualFailoverRequest(
        @JsonProperty("reason") @Within(Range.TEXT) String reason,
        @JsonProperty("fenced") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean fenced,
        @JsonProperty("stale_tower") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean staleTower) {
}
