package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * The answer to {@code GET /state}: the manager's view of the pair, now.
 *
 * @param verdict a value listed in docs/protocol.md
 * @param why one sentence with its numbers
 * @param active which host is taken for the active one, {@code primary} or {@code secondary}; absent when unknown
 * @param epoch the highest epoch issued
 * @param dryRun the manager commands nothing
 * @param operation the move under way; absent when none
 * @param cooldownSeconds until the next automatic failover is allowed
 * @param networkSlot newest reading; 0 when none
 * @param hosts both hosts
 * @param paused the operator's pause; absent when not paused
 * @param evidence what could be proved of the active's votes if it fell silent now; absent when votes are not read
 */
public record StateView(
        @JsonProperty("verdict") @Within(Range.TEXT) String verdict,
        @JsonProperty("why") @Within(Range.TEXT) String why,
        @JsonProperty("active") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String active,
        @JsonProperty("epoch") @Within(Range.COUNT) long epoch,
        @JsonProperty("dry_run") boolean dryRun,
        @JsonProperty("operation") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String operation,
        @JsonProperty("cooldown_seconds") @Within(Range.SECONDS) long cooldownSeconds,
        @JsonProperty("network_slot") @Within(Range.SLOT) long networkSlot,
        @JsonProperty("hosts") List<HostLine> hosts,
        @JsonProperty("paused") @JsonInclude(JsonInclude.Include.NON_NULL) Pause paused,
        @JsonProperty("evidence") @JsonInclude(JsonInclude.Include.NON_NULL) EvidenceView evidence) {

    /** A view without evidence. */
    public StateView(String verdict, String why, String active, long epoch, boolean dryRun, String operation, long cooldownSeconds,
            long networkSlot, List<HostLine> hosts, Pause paused) {
        this(verdict, why, active, epoch, dryRun, operation, cooldownSeconds, networkSlot, hosts, paused, null);
    }

    /**
     * What is known of the sources of votes (safety.md, E6).
     *
     * @param replaceable if the active fell silent now, it could be proved that its votes stand still
     * @param why one sentence: why not, or what the proof would rest on
     * @param slotMs milliseconds that a slot takes, as measured; 0 while it is not
     * @param finalizing whether the cluster finalizes: {@code yes}, {@code no}, {@code unknown}
     * @param sources each source
     */
    public record EvidenceView(
            @JsonProperty("replaceable") boolean replaceable,
            @JsonProperty("why") @Within(Range.TEXT) String why,
            @JsonProperty("slot_ms") @Within(Range.TIME_MS) long slotMs,
            @JsonProperty("finalizing") @Within(Range.TEXT) String finalizing,
            @JsonProperty("sources") List<SourceLine> sources) {
    }

    /**
     * One source of votes.
     *
     * @param name a {@code cluster_rpc}, or the RPC beside a host: {@code [primary]}, {@code [secondary]}
     * @param proves it has shown what the identity votes, and still can
     * @param says its newest reading, for people
     * @param node the node's identity, base58; absent when unknown
     */
    public record SourceLine(
            @JsonProperty("name") @Within(Range.TEXT) String name,
            @JsonProperty("proves") boolean proves,
            @JsonProperty("says") @Within(Range.TEXT) String says,
            @JsonProperty("node") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String node) {
    }

    /**
     * A pause.
     *
     * @param reason the operator's text
     * @param since unix seconds
     * @param inForce nothing automatic can happen any more
     * @param missing what it lacks while it is not in force
     */
    public record Pause(
            @JsonProperty("reason") @Within(Range.TEXT) String reason,
            @JsonProperty("since") @Within(Range.WHEN) long since,
            @JsonProperty("in_force") boolean inForce,
            @JsonProperty("missing") @Within(Range.TEXT) List<String> missing) {
    }

    /**
     * One host.
     *
     * @param name {@code primary} or {@code secondary}
     * @param endpoint its base URL
     * @param answering its last poll was answered
     * @param silentMs since its last good answer
     * @param isActive as it reported
     * @param identityVerified the report is the validator's own
     * @param slot its validator's slot
     * @param problems of its own: why it would be replaced, or could not be promoted
     */
    public record HostLine(
            @JsonProperty("name") @Within(Range.TEXT) String name,
            @JsonProperty("endpoint") @Within(Range.TEXT) String endpoint,
            @JsonProperty("answering") boolean answering,
            @JsonProperty("silent_ms") @Within(Range.AGO_MS) long silentMs,
            @JsonProperty("is_active") boolean isActive,
            @JsonProperty("identity_verified") boolean identityVerified,
            @JsonProperty("slot") @Within(Range.SLOT) long slot,
            @JsonProperty("problems") @Within(Range.TEXT) List<String> problems) {
    }
}
