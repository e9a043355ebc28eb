package failover.testbed.sim;

import java.util.HashMap;
import java.util.Map;

/** What the promise of safety.md says of leases and of {@code /active}, kept by the model and not by anybody's report. */
final class Ledger {
    /** An agent's looks are that old at most, and were a while on their way. */
    private static final long LOOK_AGE = 800_000_000L;

    private final World world;
    private final Map<Long, Integer> holders = new HashMap<>();
    private final long[] epochs = new long[2];
    private final boolean[] diskFailed = new boolean[2];
    private final long[] ableAt = {0, 0};

    Ledger(World world) {
        this.world = world;
    }

    /** INV-4: an epoch has one holder, and a host's grow. */
    void holds(int host, long epoch) {
        Integer other = holders.putIfAbsent(epoch, host);
        if (other != null && other != host) {
            world.violated("INV-4: both hosts hold a lease of one epoch: " + epoch);
        }
        // A host whose disk failed knows no better when it starts again; what is left of its lease counts from the true one.
        if (epoch < epochs[host] && !diskFailed[host]) {
            world.violated("INV-4: a host holds a lease of an epoch that is over: " + epoch + " after " + epochs[host]);
        }
        epochs[host] = Math.max(epochs[host], epoch);
    }

    /** To be called when a fault begins or ends. */
    void look() {
        for (int host = 0; host < 2; host++) {
            diskFailed[host] |= world.on(Fault.Kind.AGENT_DISK_FULL, host);
        }
    }

    /** An agent that lost its memory knows no epochs. */
    void forgets(int host) {
        epochs[host] = 0;
    }

    /** That validator was able to sign just now. */
    void able(int host) {
        ableAt[host] = world.agenda().now();
    }

    /** INV-9: {@code /active} is never 200 on both hosts, and never when it is not true. */
    void active(int host, boolean other) {
        if (other) {
            world.violated("INV-9: /active says 200 on both hosts");
        }
        if (world.agenda().now() - ableAt[host] > LOOK_AGE) {
            world.violated("INV-9: /active says 200 on a host that cannot sign");
        }
    }
}
