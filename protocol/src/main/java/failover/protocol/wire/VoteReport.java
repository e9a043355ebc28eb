package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What one RPC node says of the identity's votes (safety.md, E6): vote and witness from one answer of {@code getAccountInfo}, or, where a
 * node serves the minimal API only, from {@code getSlot} before {@code getVoteAccounts} and again after it.
 *
 * @param account the vote account, base58; where the identity has several, the first and their number
 * @param lastVote the newest slot the account has voted for on the chain that the node knows; 0 when it never voted
 * @param slot the node's own slot, not newer than the vote: {@code context.slot}, or what {@code getSlot} said before the vote was read
 * @param ageMs milliseconds since the node was asked
 * @param error why the node could not say; absent when it could
 * @param slotAfter the node's own slot after the vote was read; absent when it is {@code slot}, as where both come from one answer
 */
public record VoteReport(
        @JsonProperty("account") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.ID) String account,
        @JsonProperty("last_vote") @Within(Range.SLOT) long lastVote,
        @JsonProperty("slot") @Within(Range.SLOT) long slot,
        @JsonProperty("age_ms") @Within(Range.AGO_MS) long ageMs,
        @JsonProperty("error") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Within(Range.TEXT) String error,
        @JsonProperty("slot_after") @JsonInclude(JsonInclude.Include.NON_DEFAULT) @Within(Range.SLOT) long slotAfter) {

    /** Vote and slot are from one answer, or there is none. */
    public VoteReport(String account, long lastVote, long slot, long ageMs, String error) {
        this(account, lastVote, slot, ageMs, error, 0);
    }

    /** The same, so many milliseconds old. */
    public VoteReport aged(long newAgeMs) {
        return new VoteReport(account, lastVote, slot, newAgeMs, error, slotAfter);
    }

    /** The node could not say. */
    public boolean failed() {
        return error != null && !error.isEmpty();
    }
}
