package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How an operator's failover ended.
 *
 * @param success the other host is active now
 * @param message in the original's wording where it has one
 * @param oldActive endpoint; absent on failure
 * @param newActive endpoint; absent on failure
 * @param dryRun the manager only reported what it would do (ours; the original claimed success, OM-12)
 */
public record ManualFailoverResponse(
        @JsonProperty("success") boolean success,
        @JsonProperty("message") @Within(Range.TEXT) String message,
        @JsonProperty("old_active") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String oldActive,
        @JsonProperty("new_active") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String newActive,
        @JsonProperty("dry_run") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean dryRun) {
}
