package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * An agent's answer to a poll: the original's twelve fields in the original's order, then ours, all optional.
 *
 * @param processRunning the validator's process lives
 * @param processUptime seconds since it started, 0 when unknown
 * @param processHealthy running and up for at least {@code min_process_uptime}
 * @param validatorSlot the validator's own slot (processed); 0 when not running or not answering
 * @param networkSlot always 0 from an agent (the manager compares)
 * @param slotDiff always 0 from an agent
 * @param isHealthy the validator's {@code getHealth} is ok
 * @param isActive the validator carries the staked identity; where that cannot be asked, the agent's remembered role
 * @param lastTowerBackup unix seconds, {@link #NO_BACKUP} when there was none
 * @param error why the slot could not be read; absent when it could
 * @param timestamp unix seconds when the answer was begun
 * @param hostId random id of the agent's state directory (ours)
 * @param version the agent's version (ours)
 * @param role {@code active} or {@code passive}: what the agent means its host to be (ours)
 * @param identity what the validator says it is, base58; absent when it did not say (ours)
 * @param stakedIdentity which identity this agent moves, base58; absent when not known (ours)
 * @param identityVerified {@code isActive} is the validator's word, not a memory (ours)
 * @param epoch highest epoch this agent has obeyed (ours)
 * @param dryRun this agent executes nothing (ours)
 * @param operation the change of role under way; absent when none (ours)
 * @param lastOperation the newest finished change of role, for a caller whose answer got lost (ours)
 * @param unfit why this host cannot be promoted, as far as its agent knows; empty or absent when it can (ours)
 * @param lease what the agent says of its lease (ours; absent in dry-run)
 * @param votes what this host's own RPC node says of the identity's votes (ours; absent when it was not asked)
 * @param peerId host id of the agent whose promises keep this host active, and to which this host gives its own (ours; absent before it has
 *     met one)
 * @param operationMs for how long {@code operation} has been under way, milliseconds (ours; 0 and left out when none is)
 * @param voteState this host's own vote state, as an active one last looked at it (ours; absent when it is not active, or when where it
 *     lies, or whose it must be, is not known)
 */
public record StatusResponse(
        @JsonProperty("process_running") boolean processRunning,
        @JsonProperty("process_uptime") @Within(Range.SECONDS) long processUptime,
        @JsonProperty("process_healthy") boolean processHealthy,
        @JsonProperty("validator_slot") @Within(Range.SLOT) long validatorSlot,
        @JsonProperty("network_slot") @Within(Range.SLOT) long networkSlot,
        @JsonProperty("slot_diff") @Within(Range.SLOTS) long slotDiff,
        @JsonProperty("is_healthy") boolean isHealthy,
        @JsonProperty("is_active") boolean isActive,
        @JsonProperty("last_tower_backup") @Within(Range.WHEN) long lastTowerBackup,
        @JsonProperty("error") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String error,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp,
        @JsonProperty("host_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String hostId,
        @JsonProperty("version") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String version,
        @JsonProperty("role") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String role,
        @JsonProperty("identity") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String identity,
        @JsonProperty("staked_identity") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String stakedIdentity,
        @JsonProperty("identity_verified") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean identityVerified,
        @JsonProperty("epoch") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.COUNT) long epoch,
        @JsonProperty("dry_run") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean dryRun,
        @JsonProperty("operation") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String operation,
        @JsonProperty("last_operation") @JsonInclude(JsonInclude.Include.NON_NULL) LastOperation lastOperation,
        @JsonProperty("unfit") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) List<String> unfit,
        @JsonProperty("lease") @JsonInclude(JsonInclude.Include.NON_NULL) LeaseStatus lease,
        @JsonProperty("votes") @JsonInclude(JsonInclude.Include.NON_NULL) VoteReport votes,
        @JsonProperty("peer_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String peerId,
        @JsonProperty("operation_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.AGO_MS) long operationMs,
        @JsonProperty("vote_state") @JsonInclude(JsonInclude.Include.NON_NULL) VoteStateReport voteState) {

    /** As an agent says it that names no peer and no vote state. */
    public StatusResponse(boolean processRunning, long processUptime, boolean processHealthy, long validatorSlot, long networkSlot,
            long slotDiff, boolean isHealthy, boolean isActive, long lastTowerBackup, String error, long timestamp, String hostId,
            String version, String role, String identity, String stakedIdentity, boolean identityVerified, long epoch, boolean dryRun,
            String operation, LastOperation lastOperation, List<String> unfit, LeaseStatus lease, VoteReport votes) {
        this(processRunning, processUptime, processHealthy, validatorSlot, networkSlot, slotDiff, isHealthy, isActive, lastTowerBackup,
                error, timestamp, hostId, version, role, identity, stakedIdentity, identityVerified, epoch, dryRun, operation,
                lastOperation, unfit, lease, votes, null, 0, null);
    }

    /** Go's zero time in unix seconds: what the original sends when no backup was ever made. */
    public static final long NO_BACKUP = -62135596800L;

    /** True when the agent is ours: an original has no host id. */
    public boolean fromOurs() {
        return hostId != null && !hostId.isEmpty();
    }
}
