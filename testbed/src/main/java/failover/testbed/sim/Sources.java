package failover.testbed.sim;

import failover.manager.decision.NodeReport;
import failover.protocol.wire.VoteReport;

/**
 * Whoever can be asked about the identity's votes: the RPC of each host's own validator, and the cluster's RPCs that the manager asks. An
 * answer is always one of a single node: the last vote as that node knew it at the slot it names. Delays on the way are the asker's.
 */
final class Sources {
    static final String ACCOUNT = "VoteAccount11111111111111111111111111111111";
    private static final String GENESIS = "GenesisHash1111111111111111111111111111111";
    /** A pool's other node is that far behind, in slots. */
    private static final long OTHER_NODE = 60;
    /** In so many slots an answer has got old. */
    private static final long FORK_SEEN = 16;

    private final SimContext world;
    private final Cluster cluster;
    private final SimValidator[] validators;
    private final int count;
    private final long[] frozenAt = new long[2];
    private final long[] lag = {40, 40};
    private final long[] forkedAt = {-1, -1, -1, -1};
    /** When each came back from its fork. */
    private final long[] forkLeftAt = new long[4];
    /** Whose validator's RPC a cluster RPC really is; -1: a node of its own. */
    private final int[] beside = {-1, -1};

    Sources(SimContext world, Cluster cluster, SimValidator[] validators, int count) {
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
            forkLeftAt[i] = forkedAt[i] >= 0 && !world.on(Fault.Kind.VALIDATOR_FORKED, i) ? cluster.slot() : forkLeftAt[i];
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
    VoteReport ofHost(int host) {
        SimValidator validator = validators[host];
        if (!validator.running()) {
            return silent("connection refused");
        }
        if (!validator.answers()) {
            return silent("timeout");
        }
        long slot = validator.slot();
        // On its own fork it hears of no new vote but its own.
        long known = forkedAt[host] < 0 ? slot : Math.min(slot, forkedAt[host]);
        boolean own = forkedAt[host] >= 0 && validator.ableToSign();
        VoteReport word = word(own ? slot - 1 : cluster.lastVote(known), slot);
        return minimal(host) ? byMinimalApi(word, host) : word;
    }

    /** It serves no getAccountInfo: Agave without --full-rpc-api, which is the rule. */
    private boolean minimal(int host) {
        return world.on(Fault.Kind.RPC_MINIMAL, host) || Math.floorMod(world.fixed(200 + host, 0), 4) > 0;
    }

    /** The slot is asked for before the votes are, and once more after them: what is told is a little more than what is known. */
    private VoteReport byMinimalApi(VoteReport word, int host) {
        long spread = Math.floorMod(world.fixed(210 + host, world.agenda().now()), 100);
        long before = spread < 80 ? 0 : spread < 95 ? 1 : 3;
        return new VoteReport(ACCOUNT, word.lastVote(), word.slot() - before, 0, null, before == 0 ? 0 : word.slot());
    }

    /** What that cluster RPC says of itself. */
    NodeReport node(int source) {
        if (beside[source] >= 0) {
            SimValidator validator = validators[beside[source]];
            return validator.running() && validator.answers() ? new NodeReport(validator.identity(), GENESIS, cluster.finalized())
                    : NodeReport.SILENT;
        }
        boolean silent = world.on(Fault.Kind.CLUSTER_BLIND, 0) || world.on(Fault.Kind.RPC_ERROR, source);
        return silent ? NodeReport.SILENT : new NodeReport("node" + source, GENESIS, cluster.finalized());
    }

    /** The validator of that host follows a fork of its own, or has until lately: its newest answer may be of then. */
    boolean onAFork(int host) {
        return forkedAt[host] >= 0 || forkLeftAt[host] > 0 && cluster.slot() - forkLeftAt[host] < FORK_SEEN;
    }

    /** The host whose validator's RPC that source is; -1 when none. */
    int beside(int source) {
        return beside[source];
    }

    /** What that cluster RPC says now. */
    VoteReport ofSource(int source) {
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

    private static VoteReport word(long lastVote, long slot) {
        return new VoteReport(ACCOUNT, lastVote, slot, 0, null);
    }

    private static VoteReport silent(String error) {
        return new VoteReport(ACCOUNT, 0, 0, 0, error);
    }
}
