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
 * @param lastVote slot of the identity's newest vote known to the manager from any source; 0 when none: no tower is to be older
 * @param staleTower an operator accepts a tower that is older than that allows, or none
 * @param otherId host id of the host that {@code otherPassive} and {@code fenced} speak of: a promise made to another one binds all the
 *     same (E7, E17); absent from a manager that does not name it
 * @param managerRun random, of this process of the manager alone (E12); absent from a manager that knows no such thing
 * @param otherTried a become_active of this operation went out to another host, and it is not known that nothing of it took effect: that
 *     host may have voted, so that the tower of the host it is given back to need not be the newest
 * @param slotMs what a slot lasts on this cluster now, in milliseconds; 0 and left out when the manager has not measured it
 */
public record Grant(
        @JsonProperty("token") @Within(Range.TOKEN) String token,
        @JsonProperty("manager_id") @Within(Range.ID) String managerId,
        @JsonProperty("manager_start") @Within(Range.COUNT) long managerStart,
        @JsonProperty("lease_ms") @Within(Range.LEASE_MS) long leaseMs,
        @JsonProperty("fence_ms") @Within(Range.LEASE_MS) long fenceMs,
        @JsonProperty("jitter_ms") @Within(Range.LEASE_MS) long jitterMs,
        @JsonProperty("other_passive") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean otherPassive,
        @JsonProperty("fenced") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean fenced,
        @JsonProperty("automatic") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean automatic,
        @JsonProperty("last_vote") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.SLOT) long lastVote,
        @JsonProperty("stale_tower") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean staleTower,
        @JsonProperty("other_id") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String otherId,
        @JsonProperty("manager_run") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String managerRun,
        @JsonProperty("other_tried") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean otherTried,
        @JsonProperty("slot_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.TIME_MS) long slotMs) {

    /** A grant as a manager gives it that names neither the other host nor its own run. */
    public Grant(String token, String managerId, long managerStart, long leaseMs, long fenceMs, long jitterMs, boolean otherPassive,
            boolean fenced, boolean automatic, long lastVote, boolean staleTower) {
        this(token, managerId, managerStart, leaseMs, fenceMs, jitterMs, otherPassive, fenced, automatic, lastVote, staleTower, null, null,
                false, 0);
    }

    /** A grant without tower fields. */
    public Grant(String token, String managerId, long managerStart, long leaseMs, long fenceMs, long jitterMs, boolean otherPassive,
            boolean fenced, boolean automatic) {
        this(token, managerId, managerStart, leaseMs, fenceMs, jitterMs, otherPassive, fenced, automatic, 0, false);
    }
}
