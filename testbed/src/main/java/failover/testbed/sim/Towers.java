package failover.testbed.sim;

import failover.protocol.wire.FinalTower;
import java.time.Duration;

/**
 * The towers of both hosts and the copy in the operator's store. A tower is the slot of its newest vote: one validator signs a vote in each
 * slot it sees while it carries the identity, and its file is as new as its newest vote.
 */
final class Towers {
    /** The slots in which the last votes may still land, a slow change, and what the agents allow for a backup that takes time. */
    private static final long SLACK = 10 + 30 + 8;
    /** Between two backups. */
    private static final Duration BACKUPS = Duration.ofSeconds(15);
    private static final long SLOT_MS = 400;

    /** The longest set-identity, and what a fence needs: for so long a vote signed on waking may be one that no promotion knew of. */
    private static final long AFTER_SLEEP = 30_000_000_000L;

    private final SimContext world;
    private final long[] file = new long[SimContext.TARGETS];
    private final boolean[] signs = new boolean[SimContext.TARGETS];
    /** The tower as it was when the present identity_remove_command began. */
    private final long[] beforeRemoval = new long[SimContext.TARGETS];
    private final boolean[] handed = new boolean[SimContext.TARGETS];
    private Cluster cluster;
    private boolean judged;
    private boolean copiedEarly;
    /** What a tower from a store may lack with the longest lease that any manager has granted here. */
    private long allowed;
    private long store;
    private long newestSigned;
    /** The newest final tower that whoever ordered that host's promotion last had in its hand; 0 when none. */
    private final long[] ordered = new long[SimContext.TARGETS];
    private final boolean[] byHand = new boolean[SimContext.TARGETS];

    Towers(SimContext world) {
        this.world = world;
    }

    /** Begins: whether promotions are held to INV-3, and whether a demotion hands on what it read before the identity was off. */
    void begin(Cluster chain, boolean holdToAge, boolean early) {
        cluster = chain;
        judged = holdToAge;
        copiedEarly = early;
        store = chain.slot();
        file[0] = store;
        file[1] = store;
    }

    /** A manager grants leases of that length: whose agent died beside its validator voted on for so long, and nobody backed that up. */
    void granted(Duration lease) {
        allowed = Math.max(allowed, BACKUPS.plus(lease).toMillis() / SLOT_MS + SLACK);
    }

    /** A validator has begun to sign, or has stopped. */
    void signs(int host, boolean now) {
        if (cluster == null || signs[host] == now) {
            return;
        }
        if (!now) {
            file[host] = of(host);
            newestSigned = Math.max(newestSigned, file[host]);
        }
        signs[host] = now;
    }

    /** The newest vote in a host's tower. */
    long of(int host) {
        return signs[host] ? Math.max(file[host], cluster.localSlot(host)) : file[host];
    }

    /** A set-identity(staked) takes effect: the tower that is here is the one that the validator goes on with. */
    void taken(int host) {
        long chain = cluster.lastVote(cluster.slot());
        if (world.machine(0).wokeWithin(AFTER_SLEEP) || world.machine(1).wokeWithin(AFTER_SLEEP)) {
            // The residue of INV-1, where whole hosts sleep: what is signed, or takes effect, in the moment after, nobody could know of.
            handed[host] = false;
            return;
        }
        if (handed[host] && file[host] < newestSigned) {
            world.violated("INV-2: a vote (slot " + newestSigned + ") was signed after the tower was taken (slot " + file[host] + ")");
        } else if (file[host] < ordered[host]) {
            world.violated("INV-2: a promotion with a tower of slot " + file[host] + ", the manager that ordered it had one of slot "
                    + ordered[host]);
        } else if (judged && !byHand[host] && cluster.votesAfter(file[host]) > allowed && !world.on(Fault.Kind.VALIDATOR_FORKED, host)) {
            // On a fork of its own the validator cannot know of newer votes; where nobody else is asked, nobody can.
            world.violated("INV-3: a promotion with a tower of slot " + file[host] + ", the chain has a vote of slot " + chain);
        }
        handed[host] = false;
    }

    /** How many slots the best tower that host can have is older than the identity's newest vote on the chain. */
    long behind(int host) {
        return cluster.lastVote(cluster.slot()) - Math.max(of(host), store);
    }

    void removalBegins(int host) {
        beforeRemoval[host] = of(host);
    }

    /** What a host whose identity is off hands on. */
    FinalTower take(int host) {
        return new FinalTower(copiedEarly ? beforeRemoval[host] : of(host), "");
    }

    /** Puts a tower that was handed over in its place, unless the one here is newer; gives the newest vote of the one in place. */
    long install(int host, FinalTower tower, boolean newest) {
        file[host] = Math.max(file[host], tower.lastVotedSlot());
        handed[host] = newest;
        return file[host];
    }

    /** Somebody has typed become_active there: a tower that is too old is said then, and used all the same. */
    void orderedByHand(int host) {
        ordered(host, 0);
        byHand[host] = true;
    }

    /**
     * Somebody orders that host to be active, who has had a final tower of that slot in its hand, with an answer to whatever it had asked:
     * the promotion goes on with no older one, whoever is promoted, there or back (INV-2). Who orders it by hand has none: 0.
     */
    void ordered(int host, long newest) {
        byHand[host] = false;
        ordered[host] = newest;
    }

    /** A host's disk takes nothing: what was handed over to it cannot be put in place. */
    void notInstalled(int host) {
        ordered[host] = 0;
    }

    /** A backup that began with that tower has reached the store. */
    void backedUp(long tower) {
        store = tower;
    }

    /** A restore brings what the store has; a newer one here stays. */
    void restored(int host) {
        file[host] = Math.max(file[host], store);
        handed[host] = false;
    }
}
