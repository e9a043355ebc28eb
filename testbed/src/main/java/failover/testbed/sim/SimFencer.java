package failover.testbed.sim;

import failover.agent.decision.FormerLease;
import failover.protocol.lease.LeaseTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The fencer of one host (E4): a process of its own that looks at the lease in memory, and before its deadline kills the agent, its
 * commands and the validator. The words are those of {@code failover.agent.fence.FencerChannel}; deadlines are on the host's boot clock.
 */
final class SimFencer {
    private static final long LOOK = 250_000_000L;
    private static final long AGAIN = 100_000_000L;
    /** How long before the deadline it fires, whatever the lease's numbers: who wants it later tells a later deadline. */
    private static final long AHEAD = (long) (LeaseTiming.MAX_FENCER.toNanos() * (1 + LeaseTiming.CLOCK_RATE));

    /**
     * What it did.
     *
     * @param deadline of the lease, boot clock, nanoseconds
     * @param at when the agent was stopped, boot clock
     * @param verifiedAt when all was found dead, boot clock
     */
    record Fenced(long deadline, long at, long verifiedAt) {
    }

    private final SimContext world;
    private final int host;
    private final boolean present;
    private final Machine machine;
    private final AgentHost agent;
    private final SimValidator validator;
    private final RandomStream dice;
    private final List<Fenced> fenced = new ArrayList<>();
    /** The file: the deadline on the boot clock, 0 when disarmed. */
    private long deadline;
    private long epoch;
    private String hostId;
    private boolean watching;
    /** The newest timer, and the instant on the boot clock for which it is set. */
    private long timer;
    private long timerAt;
    private boolean fencing;

    SimFencer(SimContext world, int host, boolean present, AgentHost agent, SimValidator validator) {
        this.world = world;
        this.host = host;
        this.present = present;
        this.machine = world.machine(host);
        this.agent = agent;
        this.validator = validator;
        this.dice = world.dice(RandomStream.Concern.FENCERS, host);
        // Its long timer stands still in a suspend: it is its looking every 250 ms that sees the deadline passed.
        machine.onWake(() -> machine.after(dice.between(0, LOOK), this::due));
    }

    private long boot() {
        return machine.clock().read(world.agenda().now()).bootNanos();
    }

    /** There is one on this host. */
    boolean present() {
        return present;
    }

    private boolean works() {
        return present && !world.on(Fault.Kind.FENCER_DEAD, host);
    }

    /** Ground of {@code fence_capable}: it is there and answers. */
    boolean answers() {
        return works() && !fencing;
    }

    /** The file, as a restarted agent reads it; {@code null} when there is no lease in it. */
    FormerLease previous() {
        return deadline == 0 ? null : new FormerLease(Duration.ofNanos(deadline - boot()), epoch, hostId);
    }

    /** What it did, oldest first. */
    List<Fenced> fenced() {
        return List.copyOf(fenced);
    }

    /** Hands over a deadline; it counts only once {@link #awaitArmed} says so. */
    void arm(long bootNanos, long ofEpoch, String host) {
        if (bootNanos <= boot()) {
            throw new IllegalArgumentException("the deadline has passed");
        }
        deadline = bootNanos;
        epoch = ofEpoch;
        hostId = host;
        watch();
    }

    /** Lets it rest: only after a verified demotion (E15). */
    void disarm() {
        deadline = 0;
    }

    /** Says true once the fencer has seen the deadline last written, false when it has not within the limit. */
    void awaitArmed(Duration limit, Consumer<Boolean> then) {
        long look = dice.between(1_000_000, LOOK);
        long most = machine.clock().world(limit);
        long told = deadline;
        machine.after(Math.min(look, most), () -> then.accept(look <= most && answers() && told > 0 && deadline >= told
                && deadline > boot()));
    }

    /** One timer at a time: a renewal moves the deadline only, and is seen when the timer is due. */
    private void watch() {
        long at = deadline - AHEAD;
        if (present && (!watching || at < timerAt)) {
            watching = true;
            timerAt = at;
            long mine = ++timer;
            machine.after(machine.clock().worldAtBoot(at) - world.agenda().now(), () -> {
                if (mine == timer) {
                    due();
                }
            });
        }
    }

    private void due() {
        if (deadline == 0 || fencing) {
            watching = false;
        } else if (!works()) {
            machine.after(LOOK, this::due);
        } else if (boot() < deadline - AHEAD - 10_000_000L) {
            watching = false;
            watch();
        } else {
            watching = false;
            fencing = true;
            long of = deadline;
            long at = boot();
            world.note(host, "fencer fires");
            agent.crash(dice.millis(1_000, 10_000));
            agent.killCommands();
            machine.after(dice.millis(5, 200), () -> kill(of, at));
        }
    }

    private void kill(long of, long at) {
        if (world.on(Fault.Kind.VALIDATOR_UNKILLABLE, host)) {
            machine.after(AGAIN, () -> kill(of, at));
            return;
        }
        validator.die(dice.millis(500, 8_000));
        fencing = false;
        // An agent that has started meanwhile may have armed it with the same deadline, never with a later one (E16).
        deadline = 0;
        fenced.add(new Fenced(of, at, boot()));
        world.note(host, "fencer has fenced");
    }
}
