package failover.testbed.sim;

import failover.manager.decision.Failure;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The ways between the manager and the two agents. In the class {@link RunClass#HOSTS_ANSWER} whatever they lose is bounded: before a host
 * would be silent for S, its polls get through.
 */
final class Links {
    private static final double PATIENCE = 0.35;

    private final SimContext world;
    private final AgentHost[] agents;
    private final RunClass runClass;
    private final long silence;
    private final long[] heardAt = new long[2];
    private final AgentHost[] led = new AgentHost[2];
    private final Route[] routes = {new Route(), new Route()};

    Links(SimContext world, AgentHost[] agents, RunClass runClass, Duration silence) {
        this.world = world;
        this.agents = agents;
        this.runClass = runClass;
        this.silence = silence.toNanos();
    }

    /** From now on that endpoint leads to another agent. */
    void lead(int host, AgentHost other) {
        led[host] = other;
    }

    private AgentHost agent(int host) {
        return led[host] == null ? agents[host] : led[host];
    }

    /** What a script does to the way to that host. */
    Route route(int host) {
        return routes[host];
    }

    /** The manager has an answer of that host, or has just started to wait for one. */
    void heard(int host) {
        heardAt[host] = world.agenda().now();
    }

    /** Nothing may keep that host from being heard now. */
    boolean mustBeHeard(int host) {
        return runClass.answering() && world.agenda().now() - heardAt[host] > silence * PATIENCE;
    }

    /** How long an agent may be down at most. */
    long longestRestart() {
        return Math.min(2_000_000_000L, silence / 5);
    }

    /** {@code null} for a connection refused; nothing at all for what got lost. */
    void poll(int host, StatusRequest request, Duration limit, Consumer<StatusResponse> answer) {
        boolean sure = mustBeHeard(host);
        long there = way(host, sure, limit.toNanos());
        if (there < 0 || routes[host].lostThere()) {
            return;
        }
        world.agenda().after(there + routes[host].there(), () -> {
            if (atTheDoor(host)) {
                return;
            }
            if (!agent(host).listens()) {
                back(host, () -> answer.accept(null), false);
                return;
            }
            agent(host).arrive(() -> agent(host).polled(request, status -> {
                long back = way(host, sure, limit.toNanos());
                if (back >= 0 && !routes[host].lostBack()) {
                    world.agenda().after(back + routes[host].back(), () -> answer.accept(status));
                }
            }));
        });
    }

    /** A command goes out once; it may be late, and its answer may be lost. What comes is an answer, or why there is none. */
    void command(int host, FailoverRequest request, BiConsumer<FailoverResponse, Failure.Kind> answer) {
        if (cut(host) || routes[host].lostThere()) {
            return;
        }
        if (world.on(Fault.Kind.DNS_GONE, host)) {
            // A command takes a connection of its own, and so a name.
            back(host, () -> answer.accept(null, Failure.Kind.NOT_DELIVERED), false);
            return;
        }
        long usual = way(host) + routes[host].there() + routes[host].heldFor(request.action());
        RandomStream late = world.dice(Fault.Kind.COMMANDS_LATE, host);
        long there = world.on(Fault.Kind.COMMANDS_LATE, host) && late.chance(0.5) ? late.millis(10, 30_000) : usual;
        world.agenda().after(there, () -> {
            if (atTheDoor(host)) {
                return;
            }
            if (!agent(host).listens()) {
                back(host, () -> answer.accept(null, Failure.Kind.NOT_DELIVERED), false);
                return;
            }
            agent(host).arrive(() -> agent(host).ask(request, response -> back(host, () -> answer.accept(response, null), true),
                    () -> back(host, () -> answer.accept(null, Failure.Kind.NO_ANSWER), true)));
        });
    }

    /** A refusal to connect comes from the host's kernel: chance does not lose it, a script may. */
    private void back(int host, Runnable answer, boolean mayGetLost) {
        boolean lost = mayGetLost && (world.on(Fault.Kind.ANSWERS_LOST, host) && world.dice(Fault.Kind.ANSWERS_LOST, host).chance(0.7)
                || cut(host));
        long way = way(host);
        if (!lost && !routes[host].lostBack()) {
            world.agenda().after(way, answer);
        }
    }

    /** Some come long after whoever sent them has given up. */
    private long late(int host, long limit) {
        RandomStream dice = world.dice(Fault.Kind.POLLS_LATE, host);
        return !runClass.answering() && dice.chance(0.3) ? dice.between(0, limit * 8) : dice.between(0, limit);
    }

    /** It stands before a host that sleeps and that nobody opens. */
    private boolean atTheDoor(int host) {
        return world.machine(host).asleep() && world.on(Fault.Kind.DROP_TO_SLEEPING_HOST, host);
    }

    private boolean cut(int host) {
        return world.on(Fault.Kind.HOST_SILENT, host) || world.on(Fault.Kind.MANAGER_LINK_CUT, host);
    }

    private long way(int host) {
        return world.dice(RandomStream.Concern.NETWORK, host).between(80_000, 3_000_000);
    }

    private long way(int host, boolean sure, long limit) {
        if (cut(host)) {
            return -1;
        }
        long usual = way(host);
        if (!sure && world.on(Fault.Kind.POLLS_LOST, host) && world.dice(Fault.Kind.POLLS_LOST, host).chance(0.5)) {
            return -1;
        }
        return !sure && world.on(Fault.Kind.POLLS_LATE, host) ? late(host, limit) : usual;
    }
}
