package failover.protocol.solana;

import failover.protocol.Bounds;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * What the RPC's answers say of an identity's votes (safety.md, E6). The answers are a stranger's: whatever is not as it should be is an
 * {@link IllegalArgumentException} with a short reason. Pure.
 */
public final class VoteAccounts {
    /** All vote accounts of the main cluster are one to three MiB; a larger list is nobody's. */
    public static final int LARGEST_LIST = 16 * 1024 * 1024;

    private VoteAccounts() {
    }

    /**
     * An identity's last vote and its witness.
     *
     * @param lastVote the newest slot voted for; 0 when none
     * @param slot the slot at which the node saw the account
     */
    public record Votes(long lastVote, long slot) {
    }

    /** Parameters of {@code getVoteAccounts} for {@link #find}: also those that have no stake and do not vote. */
    public static JsonArray findParams() {
        return new JsonArray().add(new JsonObject().put("commitment", "processed").put("keepUnstakedDelinquents", true));
    }

    /** Parameters of {@code getAccountInfo} for {@link #votes}. */
    public static JsonArray votesParams(String account) {
        return new JsonArray().add(account).add(new JsonObject().put("encoding", "jsonParsed").put("commitment", "processed"));
    }

    /**
     * The vote account whose node is {@code identity}, the one with the most stake if there are several.
     *
     * @param result of {@code getVoteAccounts}
     */
    public static Optional<String> find(Object result, String identity) {
        if (!(result instanceof JsonObject lists && lists.getValue("current") instanceof JsonArray current
                && lists.getValue("delinquent") instanceof JsonArray delinquent)) {
            throw new IllegalArgumentException("the answer lists no vote accounts");
        }
        String found = null;
        BigDecimal most = null;
        for (JsonArray list : new JsonArray[] {current, delinquent}) {
            for (Object each : list) {
                if (each instanceof JsonObject account && identity.equals(account.getValue("nodePubkey"))
                        && account.getValue("votePubkey") instanceof String pubkey) {
                    BigDecimal stake = account.getValue("activatedStake") instanceof Number number
                            ? new BigDecimal(number.toString()) : BigDecimal.ZERO;
                    if (most == null || stake.compareTo(most) > 0) {
                        found = Pubkey.parse(pubkey).toString();
                        most = stake;
                    }
                }
            }
        }
        return Optional.ofNullable(found);
    }

    /**
     * The last vote in a vote account.
     *
     * @param result of {@code getAccountInfo}
     * @param account whose answer it is, for messages
     * @param identity the node that must be its own; another one would be somebody else's votes
     */
    public static Votes votes(Object result, String account, String identity) {
        if (!(result instanceof JsonObject answer && answer.getValue("context") instanceof JsonObject context)) {
            throw new IllegalArgumentException("the answer has no context");
        }
        if (answer.getValue("value") == null) {
            throw new IllegalArgumentException("there is no account " + account + " here; is this the cluster where the identity votes?");
        }
        if (!(answer.getValue("value") instanceof JsonObject value && value.getValue("data") instanceof JsonObject data
                && data.getValue("parsed") instanceof JsonObject parsed && parsed.getValue("info") instanceof JsonObject info
                && info.getValue("votes") instanceof JsonArray votes)) {
            throw new IllegalArgumentException("account " + account + " is not read as a vote account here");
        }
        if (!identity.equals(info.getValue("nodePubkey"))) {
            throw new IllegalArgumentException("account " + account + " belongs to another node than " + identity);
        }
        long slot = slot(context.getValue("slot"));
        long last = 0;
        for (Object each : votes) {
            if (!(each instanceof JsonObject vote)) {
                throw new IllegalArgumentException("a vote in account " + account + " is none");
            }
            last = Math.max(last, slot(vote.getValue("slot")));
        }
        return new Votes(last, slot);
    }

    private static long slot(Object value) {
        if ((value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0
                && ((Number) value).longValue() <= Bounds.HIGHEST_SLOT) {
            return ((Number) value).longValue();
        }
        throw new IllegalArgumentException("the answer names no slot where one belongs");
    }
}
