package failover.testbed.sim;

import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.VoteReading;
import failover.protocol.wire.VoteReport;
import java.util.function.Consumer;

/** How the manager asks the cluster's RPCs: at once, and their answers come a moment later. */
final class SimSources {
    private final SimContext world;
    private final SimProcess program;
    private final Sources sources;
    private final Cluster cluster;
    private final InvariantChecker examiner;
    private final Mutant mutant;
    private final RandomStream network;
    private final Consumer<ManagerEvent> post;
    private final VoteReport[] lastWords = new VoteReport[2];

    SimSources(SimContext world, SimProcess program, Sources sources, Cluster cluster, InvariantChecker examiner, Mutant mutant,
            Consumer<ManagerEvent> post) {
        this.world = world;
        this.program = program;
        this.sources = sources;
        this.cluster = cluster;
        this.examiner = examiner;
        this.mutant = mutant;
        this.network = world.dice(RandomStream.Concern.NETWORK, SimContext.MANAGER);
        this.post = post;
    }

    /** What each says of the identity's votes. */
    void readVotes(ManagerEffect.ReadVotes read) {
        for (int i = 0; i < sources.count(); i++) {
            VoteReport said = sources.ofSource(i);
            VoteReport word = LeaseMutants.word(mutant, said, lastWords[i], cluster.slot(), world.on(Fault.Kind.RPC_FROZEN, i),
                    world.on(Fault.Kind.RPC_LAGS, i));
            lastWords[i] = word.error() == null ? word : lastWords[i];
            String name = "rpc" + i;
            long askedAt = examiner.time();
            long saidAt = LeaseMutants.askedAt(mutant, read.askedAt());
            program.after(network.millis(20, 200), () -> {
                examiner.told(name, said, askedAt);
                post.accept(word.error() != null ? new ManagerEvent.VotesUnknown(name, word.error(), read.askedAt())
                        : new ManagerEvent.VotesRead(name, new VoteReading(word.account(), word.lastVote(), word.slot(), saidAt,
                                Math.max(word.slot(), word.slotAfter()))));
            });
        }
    }

    /** Who each is. */
    void readNodes(ManagerEffect.ReadNodes read) {
        for (int i = 0; i < sources.count(); i++) {
            ManagerEvent.NodeRead node = new ManagerEvent.NodeRead("rpc" + i, sources.node(i), read.askedAt());
            long nanos = 20_000_000L + Math.floorMod(world.fixed(220 + i, world.agenda().now()), 380_000_000L);
            program.after(nanos, () -> post.accept(node));
        }
    }
}
