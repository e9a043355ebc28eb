package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The identity the validator reports.
 *
 * @param identityPubkey base58, always present, empty on error
 * @param error why it could not be asked; absent when it could
 * @param timestamp unix seconds
 */
public record IdentityResponse(
        @JsonProperty("identity_pubkey") @Within(Range.TEXT) String identityPubkey,
        @JsonProperty("error") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String error,
        @JsonProperty("timestamp") @Within(Range.WHEN) long timestamp) {
}
