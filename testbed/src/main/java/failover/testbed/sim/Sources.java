package failover.testbed.sim;

import failover.protocol.wire.VoteWord;

/**
 * Whoever can be asked about the identity's votes: the RPC of each host's own validator, and the cluster's RPCs that the manager asks. An
 * answer is always one of a single node: the last vote as that node knew it at the slot it names. Delays on the way are the asker's.
 */
final class Sources {
    static final String ACCOUNT = "VoteAccount11111111111111111111111111111111";
    /** A pool's other node is that far behind, in slots. */
    private static final long OTHER_NODE = 60;

    private final World world;
    private final Cluster cluster;
    private final SimValidator[] validators;
    private final int count;
    private final long[] frozenAt = new long[2];
    private final long[] lag = {40, 40};
    private final long[] forkedAt = {-1, -1, -1, -1};
    /** Whose validator's RPC a cluster RPC really is; -1: a node of its own. */
    private final int[] beside = {-1, -1};

    Sources(World world, Cluster cluster, SimValidator[] validators, int count) {
        this.world = world;
        this.cluster = cluster;
        this.validators = validators;
        this.count = count;
    }

    /** How many cluster RPCs the manager has, none to two. */
    int count() {
        return count;
    }

    /** To be called when a fault begins or ends. */
    void look() {
        for (int i = 0; i < 2; i++) {
            frozenAt[i] = !world.on(Fault.Kind.RPC_FROZEN, i) ? 0 : frozenAt[i] == 0 ? cluster.slot() : frozenAt[i];
            forkedAt[i] = !world.on(Fault.Kind.VALIDATOR_FORKED, i) ? -1 : forkedAt[i] < 0 ? cluster.slot() : forkedAt[i];
        }
    }

    /** From now on a source that lags is that many slots behind. */
    void lag(int source, long slots) {
        lag[source] = slots;
    }

    /** From now on that cluster RPC is the RPC of that host's own validator. */
    void beside(int source, int host) {
        beside[source] = host;
    }

    /** What the validator's RPC on that host says now. */
    VoteWord ofHost(int host) {
        SimValidator validator = validators[host];
        if (!validator.running()) {
            return silent("connection refused");
        }
        if (!validator.answers()) {
            return silent("timeout");
        }
        if (world.on(Fault.Kind.RPC_MINIMAL, host)) {
            return silent("RPC error -32601: Method not found");
        }
        long slot = validator.slot();
        // On its own fork it hears of no new vote but its own.
        long known = forkedAt[host] < 0 ? slot : Math.min(slot, forkedAt[host]);
        boolean own = forkedAt[host] >= 0 && validator.ableToSign();
        return word(own ? slot - 1 : cluster.lastVote(known), slot);
    }

    /** What that cluster RPC says now. */
    VoteWord ofSource(int source) {
        if (beside[source] >= 0) {
            return ofHost(beside[source]);
        }
        if (world.on(Fault.Kind.CLUSTER_BLIND, 0)) {
            return silent("429 Too Many Requests");
        }
        if (world.on(Fault.Kind.RPC_ERROR, source)) {
            return silent("503 Service Unavailable");
        }
        if (world.on(Fault.Kind.RPC_LIMITED, source) && world.dice(Fault.Kind.RPC_LIMITED, source).chance(0.8)) {
            return silent("429 Too Many Requests");
        }
        long slot = cluster.slot();
        if (frozenAt[source] > 0) {
            slot = frozenAt[source];
        } else if (world.on(Fault.Kind.RPC_LAGS, source)) {
            slot -= lag[source];
        } else if (world.on(Fault.Kind.RPC_POOLED, source) && world.dice(Fault.Kind.RPC_POOLED, source).chance(0.5)) {
            slot -= OTHER_NODE;
        }
        return word(cluster.lastVote(slot), slot);
    }

    private static VoteWord word(long lastVote, long slot) {
        return new VoteWord(ACCOUNT, lastVote, slot, 0, null);
    }

    private static VoteWord silent(String error) {
        return new VoteWord(ACCOUNT, 0, 0, 0, error);
    }
}
