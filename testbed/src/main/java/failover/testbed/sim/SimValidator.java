package failover.testbed.sim;

import failover.agent.decision.ProcessView;
import java.time.Duration;

/**
 * A validator: a process of its own, which nobody but its supervisor restarts, and which goes on voting whatever becomes of its agent.
 * What it carries is the truth of the model; agents only ever see {@link #process()} and what its RPC says.
 */
final class SimValidator {
    static final String STAKED = "StakedIdentity1111111111111111111111111111";

    private final SimContext world;
    private final Machine machine;
    private final RandomStream dice;
    private final Cluster cluster;
    private final int host;
    private final String own;
    private boolean running;
    private long pid;
    private long startedAt;
    private long answersFrom;
    private String identity;
    /** The key it starts with; unstaked at all times, unless an operator's symlink commands say otherwise (E14). */
    private String bootIdentity;
    /** An operator's error, and none of the agents'. */
    private boolean bootByHand;
    /** Its supervisor takes at least so long. */
    private long slowStart;

    SimValidator(SimContext world, int host, Cluster cluster) {
        this.world = world;
        this.dice = world.dice(RandomStream.Concern.VALIDATORS, host);
        this.machine = world.machine(host);
        this.cluster = cluster;
        this.host = host;
        this.own = "Unstaked" + host + "11111111111111111111111111111111";
        this.bootIdentity = own;
        start();
        // It has been running for a while when the run begins.
        startedAt = -3_600_000_000_000L;
        answersFrom = 0;
    }

    /** The model's truth, not anybody's report. */
    boolean ableToSign() {
        return running && STAKED.equals(identity) && !machine.asleep();
    }

    /** It votes, and what it votes reaches the cluster. */
    boolean landsVotes() {
        return ableToSign() && obeys() && !world.on(Fault.Kind.VALIDATOR_ISOLATED, host) && !world.on(Fault.Kind.VALIDATOR_FORKED, host)
                && !world.on(Fault.Kind.VOTES_LAND_NOWHERE, 0);
    }

    /** Something has changed that its votes depend on. */
    void look() {
        world.towers().signs(host, ableToSign() && obeys());
        cluster.votes(host, landsVotes());
    }

    boolean running() {
        return running;
    }

    /** Its admin socket is there. */
    boolean obeys() {
        return running && !machine.asleep() && world.agenda().now() >= answersFrom;
    }

    /** Its RPC answers. */
    boolean answers() {
        return obeys() && !world.on(Fault.Kind.VALIDATOR_MUTE, host);
    }

    String identity() {
        return identity;
    }

    String unstaked() {
        return own;
    }

    long pid() {
        return pid;
    }

    boolean healthy() {
        return answers() && !world.on(Fault.Kind.VALIDATOR_SICK, host);
    }

    /** Its RPC's slot. */
    long slot() {
        long behind = dice.between(0, 2);
        return cluster.localSlot(host) - (world.on(Fault.Kind.VALIDATOR_LAGS, host) ? 400 : behind);
    }

    ProcessView process() {
        if (!running) {
            return ProcessView.NOT_RUNNING;
        }
        long uptime = (long) ((world.agenda().now() - startedAt) * world.clock(host).rate());
        return new ProcessView(true, pid, pid * 7 + 3, Duration.ofNanos(uptime), !world.on(Fault.Kind.VALIDATOR_AMBIGUOUS, host));
    }

    void giveAtBegin(String first) {
        identity = first;
        look();
    }

    void boot(String key) {
        bootIdentity = key;
        bootByHand = false;
    }

    /** An operator switches it, against the rule. */
    void bootByHand(String key) {
        bootIdentity = key;
        bootByHand = true;
    }

    /** It would start with the staked identity. */
    boolean bootStaked() {
        return STAKED.equals(bootIdentity) && !bootByHand;
    }

    /** Its host boots, or an operator starts it. */
    void startsAnew() {
        if (!running) {
            start();
        }
    }

    /** From now on its supervisor takes at least that long to start it again. */
    void startsSlowly(long nanos) {
        slowStart = nanos;
    }

    /** The effect of a set-identity on that very process; whoever asked for it may be long gone. */
    void take(long process, String key) {
        if (running && pid == process) {
            if (STAKED.equals(key) && !STAKED.equals(identity)) {
                world.towers().taken(host);
            }
            identity = key;
            look();
            world.mark(host, key);
            world.say(host, () -> "validator " + pid + " carries " + key);
        }
    }

    /** Dies now; its supervisor starts it again after that time. */
    void die(long restartAfter) {
        if (!running) {
            return;
        }
        running = false;
        look();
        long dead = pid;
        world.say(host, () -> "validator " + dead + " is dead");
        machine.after(Math.max(restartAfter, slowStart), () -> {
            if (!running && pid == dead) {
                start();
            }
        });
    }

    private void start() {
        running = true;
        pid = dice.between(1000, 1_000_000);
        startedAt = world.agenda().now();
        answersFrom = startedAt + dice.millis(300, 4_000);
        identity = bootIdentity;
        world.mark(pid);
        look();
        machine.after(answersFrom - startedAt, this::look);
        world.say(host, () -> "validator " + pid + " starts with " + identity);
    }
}
