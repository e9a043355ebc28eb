package failover.protocol.solana;

import failover.protocol.Bounds;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Parses an identity's votes from RPC responses (safety.md, E6). The responses are untrusted: anything unexpected is an
 * {@link IllegalArgumentException} with a short reason. Pure.
 *
 * <p>A validator without {@code --full-rpc-api}, which is the rule, serves {@code getVoteAccounts} and {@code getSlot} and no
 * {@code getAccountInfo}: there the witness of a vote is the slot that the same node names before and after it.
 */
public final class VoteAccounts {
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

    /** Parameters of {@code getVoteAccounts} for {@link VoteAccountList}: also those that have no stake and do not vote. */
    public static JsonArray findParams() {
        return new JsonArray().add(new JsonObject().put("commitment", "processed").put("keepUnstakedDelinquents", true));
    }

    /** Parameters of {@code getVoteAccounts} for {@link #lastVote}: one account only, also one that has no stake and does not vote. */
    public static JsonArray onlyParams(String account) {
        return new JsonArray().add(new JsonObject().put("commitment", "processed").put("votePubkey", account)
                .put("keepUnstakedDelinquents", true));
    }

    /** Parameters of {@code getSlot} that belong to those. */
    public static JsonArray slotParams() {
        return new JsonArray().add(new JsonObject().put("commitment", "processed"));
    }

    /** What these accounts are called together where one name has to do: the first, and how many more there are. */
    public static String name(List<String> accounts) {
        return accounts.size() == 1 ? accounts.get(0) : accounts.get(0) + "-and-" + (accounts.size() - 1);
    }

    /** The method that reads so many accounts in one answer. */
    public static String votesMethod(List<String> accounts) {
        return accounts.size() == 1 ? "getAccountInfo" : "getMultipleAccounts";
    }

    /** Parameters of {@link #votesMethod} for {@link #votes}. */
    public static JsonArray votesParams(List<String> accounts) {
        JsonArray params = new JsonArray();
        if (accounts.size() == 1) {
            params.add(accounts.get(0));
        } else {
            params.add(new JsonArray(accounts));
        }
        return params.add(new JsonObject().put("encoding", "jsonParsed").put("commitment", "processed"));
    }

    /**
     * The last vote in the vote accounts of one identity: whichever of them it votes with, it votes.
     *
     * @param result of {@link #votesMethod}
     * @param accounts whose answer it is
     * @param identity the node that must be each one's own; another one's votes would be those of another validator
     */
    public static Votes votes(Object result, List<String> accounts, String identity) {
        if (!(result instanceof JsonObject answer && answer.getValue("context") instanceof JsonObject context)) {
            throw new IllegalArgumentException("the answer has no context");
        }
        long slot = slot(context.getValue("slot"));
        long last = 0;
        if (accounts.size() == 1) {
            last = lastVoteOf(answer.getValue("value"), accounts.get(0), identity);
        } else {
            if (!(answer.getValue("value") instanceof JsonArray values && values.size() == accounts.size())) {
                throw new IllegalArgumentException("the answer does not name the " + accounts.size() + " accounts that it was asked for");
            }
            for (int i = 0; i < accounts.size(); i++) {
                last = Math.max(last, lastVoteOf(values.getValue(i), accounts.get(i), identity));
            }
        }
        if (last > slot) {
            throw new IllegalArgumentException("its last vote " + last + " is newer than its own slot " + slot);
        }
        return new Votes(last, slot);
    }

    private static long lastVoteOf(Object accountInfo, String account, String identity) {
        if (accountInfo == null) {
            throw new IllegalArgumentException("there is no account " + account + " here; is this the cluster where the identity votes?");
        }
        if (!(accountInfo instanceof JsonObject value && value.getValue("data") instanceof JsonObject data
                && data.getValue("parsed") instanceof JsonObject parsed && parsed.getValue("info") instanceof JsonObject info
                && info.getValue("votes") instanceof JsonArray votes)) {
            throw new IllegalArgumentException("account " + account + " is not read as a vote account here");
        }
        if (!identity.equals(info.getValue("nodePubkey"))) {
            throw new IllegalArgumentException("account " + account + " belongs to another node than " + identity);
        }
        long last = 0;
        for (Object each : votes) {
            if (!(each instanceof JsonObject vote)) {
                throw new IllegalArgumentException("a vote in account " + account + " is none");
            }
            last = Math.max(last, slot(vote.getValue("slot")));
        }
        return last;
    }

    /**
     * The last vote of one vote account, as {@code getVoteAccounts} reports it.
     *
     * @param result of {@code getVoteAccounts} with {@link #onlyParams}
     * @param account the one that was asked for
     * @param identity the node that must be its own
     */
    public static long lastVote(Object result, String account, String identity) {
        if (!(result instanceof JsonObject lists && lists.getValue("current") instanceof JsonArray current
                && lists.getValue("delinquent") instanceof JsonArray delinquent)) {
            throw new IllegalArgumentException("the answer lists no vote accounts");
        }
        for (JsonArray list : List.of(current, delinquent)) {
            for (Object each : list) {
                if (each instanceof JsonObject entry && account.equals(entry.getValue("votePubkey"))) {
                    if (!identity.equals(entry.getValue("nodePubkey"))) {
                        throw new IllegalArgumentException("account " + account + " belongs to another node than " + identity);
                    }
                    return slot(entry.getValue("lastVote"));
                }
            }
        }
        throw new IllegalArgumentException("there is no account " + account + " here; is this the cluster where the identity votes?");
    }

    /** A slot in an answer, at most {@link Bounds#HIGHEST_SLOT}. */
    public static long slot(Object value) {
        if ((value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0) {
            long slot = ((Number) value).longValue();
            if (slot <= Bounds.HIGHEST_SLOT) {
                return slot;
            }
            throw new IllegalArgumentException("slot " + slot + " is none: it lies beyond " + Bounds.HIGHEST_SLOT);
        }
        throw new IllegalArgumentException("the answer names no slot where one belongs");
    }
}
