package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * An operator asks the manager for a failover.
 *
 * @param reason for people; empty means {@code manual failover triggered via API}
 */
public record ManualFailoverRequest(@JsonProperty("reason") String reason) {
}
