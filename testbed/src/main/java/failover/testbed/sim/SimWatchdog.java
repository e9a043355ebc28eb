package failover.testbed.sim;

import failover.protocol.lease.WatchdogTiming;

/**
 * systemd's watchdog on one host (E4): W after the last keepalive it kills the agent, and whenever the agent is gone it stops the validator
 * that is bound to it, dead at the latest D_w later. What the agent started dies with it.
 */
final class SimWatchdog {
    private final SimContext world;
    private final int host;
    private final WatchdogTiming numbers;
    private final AgentHost agent;
    private final SimValidator validator;
    private final RandomStream dice;
    private boolean running;
    private boolean pending;
    private long fedAt;

    SimWatchdog(SimContext world, int host, WatchdogTiming numbers, AgentHost agent, SimValidator validator) {
        this.world = world;
        this.host = host;
        this.numbers = numbers;
        this.agent = agent;
        this.validator = validator;
        this.dice = world.dice(RandomStream.Concern.FENCERS, host);
    }

    /** Runs, and its last keepalive is still worth something. */
    boolean fed() {
        return running && world.agenda().now() - fedAt < timeout();
    }

    private long timeout() {
        return world.clock(host).world(numbers.timeout());
    }

    /** A keepalive; the first one starts it (Type=notify). */
    void feed() {
        running = true;
        fedAt = world.agenda().now();
        watch();
    }

    /** One timer at a time: keepalives move what it looks at. */
    private void watch() {
        if (!pending) {
            pending = true;
            world.machine(host).after(fedAt + timeout() - world.agenda().now(), this::due);
        }
    }

    private void due() {
        pending = false;
        if (!running) {
            return;
        }
        if (fed()) {
            watch();
            return;
        }
        world.note(host, "watchdog fires");
        agent.crash(dice.millis(1_000, 10_000));
    }

    /** The agent's process has ended, for whatever reason: BindsTo=. */
    void agentGone() {
        running = false;
        agent.killCommands();
        long within = (long) (world.clock(host).world(numbers.stop()) * 0.95);
        world.machine(host).after(dice.between(1_000_000, Math.max(2_000_000, within)), () -> {
            validator.die(dice.millis(500, 8_000));
            world.note(host, "the validator is stopped with its agent");
        });
    }
}
