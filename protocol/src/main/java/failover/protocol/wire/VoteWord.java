package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What one RPC node says of the identity's votes: the vote and its witness come from one answer of {@code getAccountInfo} (safety.md, E6).
 *
 * @param account the vote account, base58
 * @param lastVote the newest slot the account has voted for on the chain that the node knows; 0 when it never voted
 * @param slot the node's own slot in the same answer ({@code context.slot})
 * @param ageMs milliseconds since the node was asked
 * @param error why the node could not say; absent when it could
 */
public record VoteWord(
        @JsonProperty("account") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String account,
        @JsonProperty("last_vote") @Within(Range.SLOT) long lastVote,
        @JsonProperty("slot") @Within(Range.SLOT) long slot,
        @JsonProperty("age_ms") @Within(Range.AGO_MS) long ageMs,
        @JsonProperty("error") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String error) {

    /** The node could not say. */
    public boolean failed() {
        return error != null && !error.isEmpty();
    }
}
