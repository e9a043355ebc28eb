package failover.testbed.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * The chain: slots at 2.5/s unless the world has others, and what has become of the identity's votes. Votes are not events: who voted
 * from when to when is written down, and which of the votes had landed by a slot is computed when somebody asks. It is the same whenever
 * it is asked for.
 */
final class Cluster {
    /** The cluster finalizes what is so many slots old. */
    private static final long FINALIZED_AFTER = 32;
    private static final long FIRST = 1_000_000;
    private static final long LOST_PERCENT = 5;
    private static final long LATE_PERCENT = 5;
    /** No vote lands later than that many slots after its own. */
    static final int LATEST = 10;
    private static final long NEVER = Long.MAX_VALUE;

    private final SimContext world;
    private final List<Stretch> stretches = new ArrayList<>();
    private final Stretch[] open = new Stretch[SimContext.TARGETS];
    private long halted;
    private long haltedSince = -1;
    private final long[] frozenSlot = {-1, -1, -1, -1};

    /** One validator's votes, from a slot until before another, all of which are sent to the cluster. */
    private static final class Stretch {
        private final int host;
        private final long from;
        private long to = NEVER;

        Stretch(int host, long from) {
            this.host = host;
            this.from = from;
        }
    }

    Cluster(SimContext world) {
        this.world = world;
    }

    /** The newest slot there is. */
    long slot() {
        long now = haltedSince < 0 ? world.agenda().now() : haltedSince;
        return FIRST + (now - halted) / world.slotNanos();
    }

    /** The newest slot that it has finalized. */
    long finalized() {
        return slot() - FINALIZED_AFTER;
    }

    /** The slot that a validator on that host knows. */
    long localSlot(int host) {
        return frozenSlot[host] < 0 ? slot() : frozenSlot[host];
    }

    /** To be called when a fault begins or ends. */
    void look() {
        long now = world.agenda().now();
        boolean halt = world.on(Fault.Kind.CLUSTER_HALTED, 0);
        if (halt && haltedSince < 0) {
            haltedSince = now;
        } else if (!halt && haltedSince >= 0) {
            halted += now - haltedSince;
            haltedSince = -1;
        }
        for (int host = 0; host < 2; host++) {
            boolean isolated = world.on(Fault.Kind.VALIDATOR_ISOLATED, host);
            if (!isolated) {
                frozenSlot[host] = -1;
            } else if (frozenSlot[host] < 0) {
                frozenSlot[host] = slot();
            }
        }
    }

    /** From now on that host's votes for the identity reach the cluster, or do not. */
    void votes(int host, boolean land) {
        if (land && open[host] == null) {
            open[host] = new Stretch(host, slot() + 1);
            stretches.add(open[host]);
        } else if (!land && open[host] != null) {
            open[host].to = slot() + 1;
            open[host] = null;
        }
    }

    /** That host's votes have been reaching the cluster for so many slots. */
    boolean landingFor(int host, long slots) {
        return open[host] != null && slot() - open[host].from >= slots;
    }

    /** The identity's last vote on the chain as of that slot, which must not be one to come; 0 when there is none. */
    long lastVote(long slot) {
        long last = 0;
        for (int i = stretches.size() - 1; i >= 0; i--) {
            Stretch stretch = stretches.get(i);
            long lowest = Math.max(stretch.from, last + 1);
            for (long vote = Math.min(slot, stretch.to - 1); vote >= lowest; vote--) {
                if (landed(stretch.host, vote) <= slot) {
                    last = vote;
                    break;
                }
            }
        }
        return last;
    }

    /** So many votes have been sent that a tower of that slot does not know. */
    long votesAfter(long slot) {
        return stretches.stream().mapToLong(each -> Math.max(0, Math.min(each.to, slot() + 1) - Math.max(each.from, slot + 1))).sum();
    }

    /** The slot whose block carries that vote; {@link #NEVER} when it gets lost. */
    private long landed(int host, long vote) {
        long chance = world.fixed(100 + host, vote) >>> 1;
        if (chance % 100 < LOST_PERCENT) {
            return NEVER;
        }
        long spread = chance / 100;
        return vote + 1 + (spread % 100 < LATE_PERCENT ? spread / 100 % LATEST : spread / 100 % 2);
    }
}
