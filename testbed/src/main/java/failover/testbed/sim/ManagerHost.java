package failover.testbed.sim;

import failover.manager.decision.Failure;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerCore;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.ManagerMemory;
import failover.manager.decision.ManagerRules;
import failover.manager.decision.ManagerState;
import failover.manager.decision.Step;
import failover.protocol.Now;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.StateView;
import java.util.HashMap;
import java.util.Map;

/** The manager: the real core in a shell that does what the real one does, at the speed of this world, and that can die at any instant. */
final class ManagerHost {
    private final World world;
    private final ManagerRules rules;
    private final ManagerCore core;
    private final Links links;
    private final Disk<ManagerMemory> disk;
    private final Mutant mutant;
    private final Dice network;
    private final Totals totals;

    private boolean up;
    private int life;
    private ManagerState state;
    private long lastTicket;
    private final Map<Long, Boolean> tickets = new HashMap<>();
    private final Map<Long, FailoverRequest> commands = new HashMap<>();
    /** Effects of a move until the manager dies; 0 when it is not to die. */
    private int dieAfter;
    private long downFor;

    ManagerHost(World world, ManagerRules rules, Links links, Mutant mutant, Totals totals) {
        this.world = world;
        this.rules = rules;
        this.core = new ManagerCore(rules);
        this.links = links;
        this.mutant = mutant;
        this.totals = totals;
        this.network = world.dice(Dice.Concern.NETWORK);
        this.disk = new Disk<>(world, Fault.Kind.MANAGER_DISK_FULL, World.MANAGER);
    }

    boolean up() {
        return up;
    }

    void start() {
        if (up) {
            return;
        }
        ManagerMemory memory = disk.read();
        up = true;
        life++;
        links.heard(0);
        links.heard(1);
        ManagerMemory first = memory == null ? new ManagerMemory("manager1", 0, null, null, null, 0, null) : memory;
        world.say(World.MANAGER, () -> "manager starts " + first);
        Step step = core.start(first, now());
        state = step.state();
        perform(step);
        heartbeat(life);
    }

    void crash(long down) {
        if (!up) {
            return;
        }
        world.say(World.MANAGER, () -> "manager dies");
        up = false;
        life++;
        dieAfter = 0;
        disk.crash();
        tickets.clear();
        commands.clear();
        world.agenda().after(down, this::start);
    }

    void crashInMove(int steps, long down) {
        dieAfter = steps;
        downFor = down;
    }

    void failover(String reason) {
        if (up) {
            long ticket = ++lastTicket;
            tickets.put(ticket, true);
            world.say(World.MANAGER, () -> "operator asks: " + reason);
            post(new ManagerEvent.FailoverAsked(ticket, reason));
        }
    }

    int unanswered() {
        return tickets.size();
    }

    StateView view() {
        return core.view(state, now());
    }

    private Now now() {
        return world.clock(World.MANAGER).read(world.agenda().now());
    }

    private void heartbeat(int lifeNow) {
        if (life == lifeNow) {
            post(new ManagerEvent.Tick());
            world.agenda().after(world.clock(World.MANAGER).world(rules.heartbeatInterval()), () -> heartbeat(lifeNow));
        }
    }

    private void later(long nanos, Runnable work) {
        int lifeNow = life;
        world.agenda().after(nanos, () -> {
            if (life == lifeNow) {
                work.run();
            }
        });
    }

    private void post(ManagerEvent event) {
        if (up) {
            Step step = core.step(state, mutant.toManager(event, commands), now());
            state = step.state();
            perform(step);
        }
    }

    private void perform(Step step) {
        int lifeNow = life;
        for (ManagerEffect effect : step.effects()) {
            if (life != lifeNow) {
                return;
            }
            perform(effect);
            boolean ofMove = effect instanceof ManagerEffect.Save || effect instanceof ManagerEffect.Command
                    || effect instanceof ManagerEffect.Remember;
            if (ofMove && dieAfter > 0 && --dieAfter == 0) {
                crash(downFor);
            }
        }
    }

    private void perform(ManagerEffect effect) {
        if (effect instanceof ManagerEffect.Poll poll) {
            poll(poll);
        } else if (effect instanceof ManagerEffect.ReadNetworkSlot) {
            boolean blind = world.on(Fault.Kind.CLUSTER_BLIND, 0);
            long slot = world.agenda().now() / 400_000_000L + 1_000_000;
            later(network.millis(20, 200), () -> post(blind ? new ManagerEvent.NetworkSlotUnknown("429 Too Many Requests")
                    : new ManagerEvent.NetworkSlotRead(slot)));
        } else if (effect instanceof ManagerEffect.Save save) {
            disk.write(save.memory(), error -> post(new ManagerEvent.Saved(error)));
        } else if (effect instanceof ManagerEffect.Remember remember) {
            disk.write(remember.memory(), error -> { });
        } else if (effect instanceof ManagerEffect.Command command) {
            command(command);
        } else if (effect instanceof ManagerEffect.Answer answer) {
            if (tickets.remove(answer.ticket()) == null) {
                world.violated("the operator is answered twice: ticket " + answer.ticket());
            }
        } else if (effect instanceof ManagerEffect.Wake wake) {
            later(world.clock(World.MANAGER).world(wake.after()), () -> post(new ManagerEvent.Tick()));
        } else if (effect instanceof ManagerEffect.Say say) {
            totals.said(say.line());
            world.note(World.MANAGER, say.line());
        } else {
            throw new AssertionError(effect);
        }
    }

    private void poll(ManagerEffect.Poll poll) {
        int host = poll.host().ordinal();
        boolean[] answered = new boolean[1];
        later(world.clock(World.MANAGER).world(poll.limit()), () -> {
            if (!answered[0]) {
                answered[0] = true;
                post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(), new Failure(Failure.Kind.NO_ANSWER, "timeout")));
            }
        });
        int lifeNow = life;
        links.poll(host, poll.request(), poll.limit(), status -> {
            if (life == lifeNow && !answered[0]) {
                answered[0] = true;
                if (status == null) {
                    post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(), new Failure(Failure.Kind.NOT_DELIVERED, "refused")));
                    return;
                }
                links.heard(host);
                world.mark(host + 10, status.isActive() ? 1 : 0);
                post(new ManagerEvent.StatusReplied(poll.host(), poll.poll(), status));
                if (world.on(Fault.Kind.POLLS_TWICE, host)) {
                    later(network.millis(1, 500), () -> post(new ManagerEvent.StatusReplied(poll.host(), poll.poll(), status)));
                }
            }
        });
    }

    private void command(ManagerEffect.Command command) {
        Host host = command.host();
        commands.put(command.command(), command.request());
        boolean[] answered = new boolean[1];
        totals.commands++;
        world.say(World.MANAGER, () -> "commands " + host + ": " + command.request());
        later(world.clock(World.MANAGER).world(command.limit()), () -> {
            if (!answered[0]) {
                answered[0] = true;
                post(new ManagerEvent.CommandFailed(command.command(), new Failure(Failure.Kind.NO_ANSWER, "timeout")));
            }
        });
        int lifeNow = life;
        links.command(host.ordinal(), command.request(), (response, failure) -> {
            if (life == lifeNow && !answered[0]) {
                answered[0] = true;
                world.say(World.MANAGER, () -> "is told " + (response == null ? failure : response));
                post(response == null ? new ManagerEvent.CommandFailed(command.command(), new Failure(failure, "refused or reset"))
                        : new ManagerEvent.CommandReplied(command.command(), response));
            }
        });
    }
}
