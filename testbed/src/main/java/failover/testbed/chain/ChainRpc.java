package failover.testbed.chain;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import java.util.Set;

/**
 * The read-only RPC methods that a cluster endpoint and a validator answer alike, as pure functions of a {@link ChainView}.
 * The staked identity leads four slots in a row out of every hundred.
 */
public final class ChainRpc {
    /** Short, so that the turn of an epoch can be seen in a test. */
    public static final long SLOTS_IN_EPOCH = 8192;
    /** The vote account counts as delinquent when its last vote is this many slots old. */
    public static final long DELINQUENT = 128;
    /** Consecutive slots of one leader. */
    public static final int LEADER_SPAN = 4;
    /** The staked identity leads once in so many slots. */
    public static final int LEADER_PERIOD = 100;
    /** What Agave serves without {@code --full-rpc-api}, as far as it is served here at all. */
    private static final Set<String> MINIMAL = Set.of("getSlot", "getVersion", "getVoteAccounts", "getEpochInfo", "getLeaderSchedule",
        "getGenesisHash", "getIdentity", "getHealth");
    /** Slots until a cluster that is well has finalized one. */
    private static final long FINALIZED_AFTER = 32;
    private static final String GENESIS = "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY";
    private static final long STAKE = 50_000_000_000_000L;
    private static final String VOTE_PROGRAM = "Vote111111111111111111111111111111111111111";

    private ChainRpc() {
    }

    /**
     * The answer to one method.
     *
     * @throws RpcError for an unknown method or wrong parameters
     */
    public static Object answer(ChainView view, String version, String method, JsonArray params) {
        return switch (method) {
            case "getSlot" -> "processed".equals(options(params, 0).getString("commitment")) ? view.slot()
                : Math.max(0, view.slot() - FINALIZED_AFTER);
            case "getGenesisHash" -> GENESIS;
            case "getVersion" -> new JsonObject().put("feature-set", 3271415109L).put("solana-core", version);
            case "getVoteAccounts" -> voteAccounts(view, options(params, 0));
            case "getAccountInfo" -> accountInfo(view, version, params);
            case "getMultipleAccounts" -> multipleAccounts(view, version, params);
            case "getEpochInfo" -> epochInfo(view);
            case "getLeaderSchedule" -> leaderSchedule(view, params);
            case "getClusterNodes" -> new JsonArray().add(new JsonObject().put("pubkey", view.node().toString())
                .put("gossip", "127.0.0.1:8001").put("rpc", null).put("version", version).put("shredVersion", 1));
            default -> throw RpcError.noMethod();
        };
    }

    /** Whether a node serves that method without {@code --full-rpc-api}. */
    public static boolean minimal(String method) {
        return MINIMAL.contains(method);
    }

    private static JsonObject multipleAccounts(ChainView view, String version, JsonArray params) {
        JsonArray values = new JsonArray();
        for (Object account : params.getJsonArray(0)) {
            values.add(accountInfo(view, version, new JsonArray().add(account).add(options(params, 1))).getValue("value"));
        }
        return new JsonObject().put("context", new JsonObject().put("apiVersion", version).put("slot", view.slot())).put("value", values);
    }

    private static JsonObject options(JsonArray params, int index) {
        return params.size() > index && params.getValue(index) instanceof JsonObject options ? options : new JsonObject();
    }

    private static JsonObject voteAccounts(ChainView view, JsonObject options) {
        JsonArray current = new JsonArray();
        JsonArray delinquent = new JsonArray();
        String wanted = options.getString("votePubkey");
        if (wanted == null || wanted.equals(view.voteAccount().toString())) {
            JsonObject account = new JsonObject().put("votePubkey", view.voteAccount().toString()).put("nodePubkey", view.node().toString())
                .put("activatedStake", STAKE).put("epochVoteAccount", true).put("commission", 0)
                .put("lastVote", Math.max(0, view.state().last())).put("rootSlot", view.state().root().orElse(0))
                .put("epochCredits", new JsonArray().add(new JsonArray().add(epoch(view.slot())).add(view.credits()).add(0)));
            (view.slot() - view.state().last() > DELINQUENT ? delinquent : current).add(account);
        }
        return new JsonObject().put("current", current).put("delinquent", delinquent);
    }

    private static JsonObject accountInfo(ChainView view, String version, JsonArray params) {
        if (params.isEmpty()) {
            throw new RpcError(RpcError.INVALID_PARAMS, "`params` should have at least 1 argument(s)");
        }
        JsonObject answer = new JsonObject().put("context", new JsonObject().put("apiVersion", version).put("slot", view.slot()));
        if (!Objects.equals(params.getValue(0), view.voteAccount().toString())) {
            return answer.put("value", null);
        }
        if (!"jsonParsed".equals(options(params, 1).getString("encoding"))) {
            throw new RpcError(RpcError.INVALID_PARAMS, "the simulated chain knows the encoding jsonParsed only");
        }
        String node = view.node().toString();
        JsonArray votes = new JsonArray();
        view.state().votes().forEach(vote ->
            votes.add(new JsonObject().put("confirmationCount", vote.confirmations()).put("latency", 1).put("slot", vote.slot())));
        JsonObject info = new JsonObject()
            .put("authorizedVoters", new JsonArray().add(new JsonObject().put("authorizedVoter", node).put("epoch", epoch(view.slot()))))
            .put("authorizedWithdrawer", node).put("commission", 0)
            .put("epochCredits", new JsonArray().add(new JsonObject().put("credits", String.valueOf(view.credits()))
                .put("epoch", String.valueOf(epoch(view.slot()))).put("previousCredits", "0")))
            .put("lastTimestamp", new JsonObject().put("slot", Math.max(0, view.state().last())).put("timestamp", 0))
            .put("nodePubkey", node).put("priorVoters", new JsonArray())
            .put("rootSlot", view.state().root().isPresent() ? view.state().root().getAsLong() : null).put("votes", votes);
        JsonObject data = new JsonObject().put("parsed", new JsonObject().put("info", info).put("type", "vote"))
            .put("program", "vote").put("space", 3762);
        return answer.put("value", new JsonObject().put("data", data).put("executable", false).put("lamports", 27_074_400)
            .put("owner", VOTE_PROGRAM).put("rentEpoch", Long.MAX_VALUE).put("space", 3762));
    }

    private static long epoch(long slot) {
        return slot / SLOTS_IN_EPOCH;
    }

    private static JsonObject epochInfo(ChainView view) {
        return new JsonObject().put("absoluteSlot", view.slot()).put("blockHeight", view.slot()).put("epoch", epoch(view.slot()))
            .put("slotIndex", view.slot() % SLOTS_IN_EPOCH).put("slotsInEpoch", SLOTS_IN_EPOCH).put("transactionCount", view.slot());
    }

    /** Null for an epoch that is neither this one nor the next, as Agave answers. */
    private static JsonObject leaderSchedule(ChainView view, JsonArray params) {
        long slot = params.isEmpty() || params.getValue(0) == null ? view.slot() : params.getLong(0);
        if (epoch(slot) < epoch(view.slot()) || epoch(slot) > epoch(view.slot()) + 1) {
            return null;
        }
        String wanted = options(params, 1).getString("identity");
        JsonObject schedule = new JsonObject();
        if (wanted == null || wanted.equals(view.node().toString())) {
            JsonArray slots = new JsonArray();
            long first = epoch(slot) * SLOTS_IN_EPOCH;
            for (int index = 0; index < SLOTS_IN_EPOCH; index++) {
                if ((first + index) % LEADER_PERIOD < LEADER_SPAN) {
                    slots.add(index);
                }
            }
            schedule.put(view.node().toString(), slots);
        }
        return schedule;
    }
}
