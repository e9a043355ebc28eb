package failover.manager.decision;

import failover.protocol.lease.LeaseTiming;
import java.util.List;

/**
 * What a silent host may be replaced on (safety.md, E3, E4, E6).
 *
 * @param numbers the lease's times
 * @param sources names of the cluster's RPC nodes that are asked for votes
 * @param evidence whether votes must be known to stand still
 * @param fencing whether a fencer must stand behind the host
 * @param holdWhileVoting an unhealthy active whose votes land is left alone
 */
public record Policy(LeaseTiming numbers, List<String> sources, VoteEvidence evidence, Fencing fencing, boolean holdWhileVoting) {

    /** When votes must be known to stand still. */
    public enum VoteEvidence {
        /** As soon as any source has ever answered for this pair. */
        AUTO,
        /** Always. */
        REQUIRED,
        /** Never: silence alone decides. */
        OFF
    }

    /** When a silent host counts as dead. */
    public enum Fencing {
        /** Only if its agent attested a fencer. */
        REQUIRED,
        /** On the evidence, with or without one. */
        BEST_EFFORT,
        /** As best_effort; nothing is said of fencers. */
        OFF
    }
}
