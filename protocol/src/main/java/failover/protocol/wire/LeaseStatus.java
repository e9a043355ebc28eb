package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The lease part of an agent's reply to a poll (safety.md, E0, E4). Absent in dry-run.
 *
 * @param token fresh in each reply; an echo extends the lease to {@code issue + Q} on this agent's own clock
 * @param leftMs milliseconds until the lease held ends; 0 and left out when none is held
 * @param fenceCapable a fencer confirmed lately that it would fence this host when its agent cannot, or a watchdog accepts keepalives
 * @param refused why this poll was refused (another manager, or a newer start of this one, is bound); absent when it was not
 * @param paused the manager's pause is known here
 * @param boundMs for so long this host refuses to be promoted on its peer's silence, because it promised, or may have promised, to leave
 *     that one active (E7); 0 and left out when it does not
 * @param fencedBy who that is: {@link #FENCER} or {@link #WATCHDOG}; left out when there is none
 * @param doubled why no manager may make this host active, unless an operator declares its peer fenced: there are two of them (E12); absent
 *     when there is one
 */
public record LeaseStatus(
        @JsonProperty("token") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TOKEN) String token,
        @JsonProperty("left_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.LEASE_MS) long leftMs,
        @JsonProperty("fence_capable") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean fenceCapable,
        @JsonProperty("refused") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String refused,
        @JsonProperty("paused") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean paused,
        @JsonProperty("bound_ms") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.WAIT_MS) long boundMs,
        @JsonProperty("fenced_by") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String fencedBy,
        @JsonProperty("doubled") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String doubled) {

    /** {@link #fencedBy}: the program failover-fencer. */
    public static final String FENCER = "fencer";
    /** {@link #fencedBy}: a systemd or hardware watchdog that the agent feeds. */
    public static final String WATCHDOG = "watchdog";

    /** As sent by an agent that knows one manager. */
    public LeaseStatus(String token, long leftMs, boolean fenceCapable, String refused, boolean paused, long boundMs, String fencedBy) {
        this(token, leftMs, fenceCapable, refused, paused, boundMs, fencedBy, null);
    }

    /** As sent by an agent without {@code fenced_by}. */
    public LeaseStatus(String token, long leftMs, boolean fenceCapable, String refused, boolean paused, long boundMs) {
        this(token, leftMs, fenceCapable, refused, paused, boundMs, null);
    }
}
