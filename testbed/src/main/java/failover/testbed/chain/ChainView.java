package failover.testbed.chain;

import failover.protocol.solana.Pubkey;
import io.vertx.core.json.JsonObject;

/**
 * The chain as somebody saw it after one slot: that slot and the one vote account. A cluster sends one per slot to each validator.
 *
 * @param slot        the tip
 * @param voteAccount its address
 * @param node        the identity it belongs to, which is also its authorized voter: the staked identity
 * @param state       the votes that have landed
 * @param credits     votes that have landed, ever
 */
public record ChainView(long slot, Pubkey voteAccount, Pubkey node, VoteState state, long credits) {

    /** One slot later. */
    public ChainView atSlot(long newSlot) {
        return new ChainView(newSlot, voteAccount, node, state, credits);
    }

    /** With a vote landed. A vote for a slot that is not newer than the last one changes nothing, as on the real chain. */
    public ChainView landed(long voted) {
        return voted > state.last() && voted <= slot ? new ChainView(slot, voteAccount, node, state.vote(voted), credits + 1) : this;
    }

    /** One line of the slot stream. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("slot", slot).put("vote_account", voteAccount.toString()).put("node", node.toString())
            .put("votes", state.toJson()).put("credits", credits);
        state.root().ifPresent(root -> json.put("root", root));
        return json;
    }

    /** Reads a line of the slot stream. */
    public static ChainView of(JsonObject json) {
        return new ChainView(json.getLong("slot"), Pubkey.parse(json.getString("vote_account")), Pubkey.parse(json.getString("node")),
            VoteState.of(json.getJsonArray("votes"), json.getLong("root")), json.getLong("credits"));
    }
}
