package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How a change of role ended. Always HTTP 200, also when it failed, as the original answers.
 *
 * @param success the role is what was asked for
 * @param message in the original's wording where it has one
 * @param dryRun the agent executes nothing: {@code success} then claims nothing
 * @param timestamp unix seconds before the work began
 * @param operationId of the request (ours)
 * @param outcome a value of {@link Outcome} (ours)
 * @param verified the validator itself confirmed it, or its process is verified dead (ours)
 * @param identity the last identity the validator reported; absent when none (ours)
 * @param processDead the validator's process is verified dead (ours)
 * @param epoch the agent's highest epoch after this request (ours)
 * @param tookMs milliseconds the work took (ours)
 * @param tower the tower taken after the identity was off (ours; from {@code become_passive} only)
 * @param hostId of the host that answers (ours): a reply never counts for another host (E17)
 */
public record FailoverResponse(
        @JsonProperty("success") boolean success,
        @JsonProperty("message") @Within(Range.TEXT) String message,
        @JsonProperty("dry_run") boolean dryRun,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp,
        @JsonProperty("operation_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String operationId,
        @JsonProperty("outcome") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String outcome,
        @JsonProperty("verified") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean verified,
        @JsonProperty("identity") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String identity,
        @JsonProperty("process_dead") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean processDead,
        @JsonProperty("epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long epoch,
        @JsonProperty("took_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.AGO_MS) long tookMs,
        @JsonProperty("tower") @JsonInclude(JsonInclude.Include.NON_NULL) FinalTower tower,
        @JsonProperty("host_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String hostId) {

    /** A response without host id yet. */
    public FailoverResponse(boolean success, String message, boolean dryRun, long timestamp, String operationId, String outcome,
            boolean verified, String identity, boolean processDead, long epoch, long tookMs, FinalTower tower) {
        this(success, message, dryRun, timestamp, operationId, outcome, verified, identity, processDead, epoch, tookMs, tower, null);
    }

    /** An answer without a tower. */
    public FailoverResponse(boolean success, String message, boolean dryRun, long timestamp, String operationId, String outcome,
            boolean verified, String identity, boolean processDead, long epoch, long tookMs) {
        this(success, message, dryRun, timestamp, operationId, outcome, verified, identity, processDead, epoch, tookMs, null);
    }

    /** The same answer, as that host gives it. */
    public FailoverResponse from(String host) {
        return new FailoverResponse(success, message, dryRun, timestamp, operationId, outcome, verified, identity, processDead, epoch,
                tookMs, tower, host);
    }

}
