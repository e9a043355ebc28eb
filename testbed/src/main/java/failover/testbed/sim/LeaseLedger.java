package failover.testbed.sim;

import failover.manager.decision.Host;
import failover.protocol.lease.LeaseTiming;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What the promise of safety.md says of leases and of {@code /active}, kept by the model and not by anybody's report. */
final class LeaseLedger {
    /** An agent's looks are that old at most, and were a while on their way. */
    private static final long LOOK_AGE = 800_000_000L;
    /** The look that {@code /active} goes by is at most 250 ms old, and took a few to be made. */
    private static final long ACTIVE_AGE = 260_000_000L;
    private static final int NOBODY = -1;

    private final SimContext world;
    private final Map<Long, Integer> holders = new HashMap<>();
    private final long[] epochs = new long[SimContext.TARGETS];
    private final boolean[] diskFailed = new boolean[SimContext.TARGETS];
    private final boolean[] strange = new boolean[SimContext.TARGETS];
    private final long[] ableAt = new long[SimContext.TARGETS];
    /** Who was able to sign last. */
    private int carrier;
    /** Who the manager was told has the identity, last. */
    private int told;
    /** Who else it was told of at the same time, where two had it: which of them is taken for the holder is not known. */
    private int toldToo = NOBODY;
    /** An order of the manager's own that moves the identity to that host is out. */
    private final boolean[] failsOver = new boolean[SimContext.TARGETS];
    private long failedOverAt = -1;
    private int wallSteps;
    private boolean several;
    private boolean managerForgot;
    private boolean agentForgot;
    /** A heartbeat, and what a fence takes. */
    private long afterPause = 3_000_000_000L;

    LeaseLedger(SimContext world) {
        this.world = world;
    }

    /** INV-4: an epoch has one holder, and a host's grow. */
    void holds(int host, long epoch) {
        // A host whose disk failed knows no better when it starts again; what is left of its lease counts from the true one.
        if (epoch < epochs[host] && diskFailed[host]) {
            return;
        }
        // Nor does one that has somebody else's state, or one of another time, before it is granted something new.
        Integer holder = holders.get(epoch);
        if (strange[host] && (epoch <= epochs[host] || holder != null && holder != host)) {
            return;
        }
        strange[host] = false;
        Integer other = holders.putIfAbsent(epoch, host);
        // Each of several managers counts epochs for itself: which of them an agent obeys is E12's.
        if (other != null && other != host && !pausedJustNow() && !several) {
            world.violated("INV-4: both hosts hold a lease of one epoch: " + epoch);
        }
        if (epoch < epochs[host]) {
            world.violated("INV-4: a host holds a lease of an epoch that is over: " + epoch + " after " + epochs[host]);
        }
        epochs[host] = Math.max(epochs[host], epoch);
    }

    /** To be called when a fault begins or ends. */
    void look() {
        for (int host = 0; host < 2; host++) {
            diskFailed[host] |= world.on(Fault.Kind.AGENT_DISK_FULL, host) || world.on(Fault.Kind.DISK_HANGS, host);
        }
    }

    /** An agent lost its memory, or has another one. */
    void forgets(int host) {
        strange[host] = true;
        agentForgot = true;
        nobodyKnows();
    }

    /** Manager and one host have lost their memory, and the other host may be silent: whose an epoch was nobody can tell. */
    private void nobodyKnows() {
        if (agentForgot && managerForgot) {
            holders.clear();
        }
    }

    /** A manager that lost its memory, or has an old one, knows nothing of what it did last, nor who had the identity. */
    void managerForgets() {
        failedOverAt = -1;
        told = NOBODY;
        toldToo = NOBODY;
        managerForgot = true;
        nobodyKnows();
    }

    /** Each of several managers counts for itself. */
    void severalManagers() {
        several = true;
    }

    /** An agent has obeyed a become_active. */
    void promoted(int host) {
        if (failsOver[host]) {
            failsOver[host] = false;
            failedOverAt = world.agenda().now();
            wallSteps = world.clock(SimContext.MANAGER).wallSteps();
        }
    }

    /**
     * A become_active goes out. INV-8: at most one automatic failover per cooldown, whatever became of the manager meanwhile. The cooldown
     * is one of its wall clock, as it must survive a restart: where somebody set that, nothing is demanded.
     *
     * @param taken the manager takes that host for the holder; one that has lost its state presumes it of a silent host, and gives the
     *     identity "back" to that one
     */
    void promotes(int host, boolean automatic, Duration cooldown, boolean taken) {
        boolean presumed = managerForgot && taken;
        failsOver[host] = automatic && host != carrier && host != told && host != toldToo && told != NOBODY && !presumed;
        boolean counts = !several && failsOver[host] && failedOverAt >= 0 && wallSteps == world.clock(SimContext.MANAGER).wallSteps();
        long least = (long) (cooldown.toNanos() * (1 - LeaseTiming.CLOCK_RATE));
        if (counts && world.agenda().now() - failedOverAt < least) {
            world.violated("INV-8: a second automatic failover within the cooldown of " + cooldown.toSeconds() + " s");
        }
    }

    /** That validator was able to sign just now. */
    void able(int host) {
        ableAt[host] = world.agenda().now();
        carrier = host;
    }

    /**
     * The manager is told, truly, that this host has the identity: if that loses it, and gets it back, nothing was failed over. What the
     * manager never heard of, it cannot count: a promotion whose answer was lost, and that was taken back before any status told of it,
     * moved nothing.
     */
    void told(int host) {
        if (ableLately(host)) {
            int other = 1 - host;
            boolean both = ableLately(other) && (told == other || toldToo == other);
            toldToo = both ? other : NOBODY;
            told = host;
        }
    }

    /**
     * An agent that has lost its memory, and cannot ask its validator, says that it is the active one, as its configuration has it: the
     * manager goes by that, there being nothing else, and what that host gets is given back.
     */
    private void toldByWhoForgot(int host) {
        if (strange[host]) {
            onlyTold(host);
        }
    }

    /** The same by the answer to its order, which may come late: it was the last to have it all the same. */
    void toldOfOrder(int host) {
        if (ableAt[host] > ableAt[1 - host]) {
            onlyTold(host);
        } else {
            told(host);
        }
    }

    /** The same by a status, with its validator's word for it or without. */
    void told(int host, boolean verified) {
        if (verified) {
            told(host);
        } else {
            toldByWhoForgot(host);
        }
    }

    private void onlyTold(int host) {
        told = host;
        toldToo = NOBODY;
    }

    private boolean ableLately(int host) {
        return world.agenda().now() - ableAt[host] <= LOOK_AGE;
    }

    /** The manager dies: of who has the identity it will know what it has written down. */
    void managerDies(Host written) {
        told = written == null ? told : written.ordinal();
    }

    private boolean pausedJustNow() {
        return world.machine(0).pauseEndedWithin(afterPause) || world.machine(1).pauseEndedWithin(afterPause);
    }

    /** For so long after a pause of its virtual machine a host cannot know it. */
    void afterPause(long nanos) {
        afterPause = nanos;
    }

    /** INV-9: {@code /active} is never 200 on both hosts, and never when it is not true. */
    void active(int host, boolean other) {
        // Whose machine was paused cannot know it before somebody tells it (docs/safety.md): for that moment only.
        if (other && !pausedJustNow()) {
            world.violated("INV-9: /active says 200 on both hosts");
        }
        if (world.agenda().now() - ableAt[host] > ACTIVE_AGE) {
            world.violated("INV-9: /active says 200 on a host that cannot sign");
        }
    }
}
