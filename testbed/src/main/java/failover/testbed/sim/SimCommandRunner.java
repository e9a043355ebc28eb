package failover.testbed.sim;

import failover.agent.decision.CommandKind;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs the operator's commands of one host, as a command worker does: its limit kills the command, which does not take back what the
 * validator was asked for already. Commands outlive an agent that crashes.
 */
final class SimCommandRunner {
    static final long NEVER = Long.MAX_VALUE;
    /** What Agave's client prints when the validator has said no. */
    private static final String REFUSAL = "Error: Server error: Unable to load tower file for identity " + SimValidator.STAKED
            + ": IO Error: No such file or directory (os error 2)";

    private final SimContext world;
    private final Machine machine;
    private final SimProcess program;
    private final RandomStream dice;
    private final int host;
    private final SimValidator validator;
    /**
     * Exit status 0 may come before the effect. Who cannot ask the validator has no other word than the command's: then it is honest here.
     * (A restarted agent does not remember that a mute validator could be asked once: what it then believes is a known residue.)
     */
    private final boolean mayLie;
    private Running running;
    private Running backup;
    /** The dead-man's, beside the gate. */
    private Running fence;
    /** The dead-man's gate: nothing else begins. */
    private boolean closed;
    private final List<Running> orphans = new ArrayList<>();
    /** How a script has commands of some kinds behave. */
    private final Map<CommandKind, Rigged> rigged = new EnumMap<>(CommandKind.class);

    /**
     * How a command behaves that a script has laid hands on.
     *
     * @param exitAfter nanoseconds until it ends by itself; {@link #NEVER}
     * @param exit its status
     * @param effectAfter nanoseconds until the validator, or the boot identity, follows it; {@link #NEVER}
     * @param undoneByKill who kills it in time keeps the effect from coming
     */
    record Rigged(long exitAfter, int exit, long effectAfter, boolean undoneByKill) {
    }

    SimCommandRunner(SimContext world, int host, SimProcess program, SimValidator validator, boolean mayLie) {
        this.world = world;
        this.machine = world.machine(host);
        this.program = program;
        this.dice = world.dice(RandomStream.Concern.COMMANDS, host);
        this.host = host;
        this.validator = validator;
        this.mayLie = mayLie;
    }

    /** One command: when it ends by itself, how, and what it has asked of the validator. */
    private static final class Running {
        private final CommandKind kind;
        private final long begunAt;
        private final Consumer<CommandResult> done;
        /** This host's when it began. */
        private long tower;
        private long exitAfter = NEVER;
        private int exit;
        private String output = "";
        private boolean ended;
        /** It has ended by itself; whoever started it may not know yet. */
        private boolean exited;
        /** Its killing keeps the validator from obeying. */
        private boolean undoneByKill;
        private boolean undone;

        Running(CommandKind kind, long begunAt, Consumer<CommandResult> done) {
            this.kind = kind;
            this.begunAt = begunAt;
            this.done = done;
        }
    }

    /** From now on commands of that kind behave so; {@code null}: as they usually do. */
    void rig(CommandKind kind, Rigged how) {
        if (how == null) {
            rigged.remove(kind);
        } else {
            rigged.put(kind, how);
        }
    }

    /** A step of a change: one at a time. */
    void run(CommandKind kind, Duration limit, Consumer<CommandResult> done) {
        if (running != null) {
            world.violated("two commands at once: " + running.kind + " and " + kind);
        }
        if (refuses(done)) {
            return;
        }
        running = begin(kind, limit, done);
    }

    /** It does not begin; said a moment later. */
    private boolean refuses(Consumer<CommandResult> done) {
        String why = closed ? "this host fences itself"
                : world.on(Fault.Kind.THREADS_GONE, host) ? "pthread_create failed (EAGAIN)" : null;
        if (why != null) {
            program.after(1_000_000, () -> done.accept(new CommandResult(How.NOT_STARTED, -1, why, Duration.ZERO)));
        }
        return why != null;
    }

    /** A command of the dead-man. */
    void fence(CommandKind kind, Duration limit, Consumer<CommandResult> done) {
        if (fence != null) {
            world.violated("two commands of the dead-man at once: " + fence.kind + " and " + kind);
        }
        if (world.on(Fault.Kind.THREADS_GONE, host) && refuses(done)) {
            return;
        }
        if (world.on(Fault.Kind.COMMANDS_STUCK, host)) {
            begin(kind, limit, result -> { });
            return;
        }
        fence = begin(kind, limit, done);
    }

    /** Cuts short what runs, and refuses what comes, but for the dead-man's own. */
    void close() {
        closed = true;
        program.after(dice.between(10_000, 2_000_000), () -> {
            cutShort();
            cancelBackup();
        });
    }

    void open() {
        closed = false;
    }

    /** The periodic backup, in its own worker: one at a time, too. */
    void backUp(Duration limit, Consumer<CommandResult> done) {
        if (backup != null) {
            world.violated("two backups at once");
        }
        if (refuses(done)) {
            return;
        }
        backup = begin(CommandKind.TOWER_BACKUP, limit, done);
    }

    void cancelBackup() {
        if (backup != null) {
            end(backup, How.CANCELLED);
        }
    }

    private Running begin(CommandKind kind, Duration limit, Consumer<CommandResult> done) {
        Running command = new Running(kind, world.agenda().now(), done);
        plan(command);
        world.say(host, () -> "runs " + kind + ", limit " + limit.toMillis() + " ms");
        long limitNanos = world.clock(host).world(limit);
        if (command.exitAfter != NEVER) {
            machine.after(command.exitAfter, () -> {
                command.exited = true;
                if (!command.ended) {
                    program.arrive(() -> end(command, How.EXITED));
                }
            });
        }
        program.after(limitNanos, () -> end(command, command.exited ? How.EXITED : How.TIMED_OUT));
        return command;
    }

    void cutShort() {
        if (running != null) {
            end(running, How.CANCELLED);
        }
    }

    /** The agent is gone: nobody waits for the command, which goes on. */
    void orphan() {
        orphans.removeIf(orphan -> orphan.exited);
        if (running != null) {
            running.ended = true;
            orphans.add(running);
            running = null;
        }
        if (fence != null) {
            fence.ended = true;
            orphans.add(fence);
            fence = null;
        }
        if (backup != null) {
            backup.ended = true;
            backup = null;
        }
        closed = false;
    }

    /** The fencer kills whatever the agent has started, and whatever an agent before it has left behind. */
    void killAll() {
        orphan();
        orphans.forEach(orphan -> orphan.undone |= orphan.undoneByKill && !orphan.exited);
        orphans.clear();
    }

    private void end(Running command, How how) {
        if (command.ended) {
            return;
        }
        command.ended = true;
        if (!command.exited && command.undoneByKill) {
            command.undone = true;
        }
        if (running == command) {
            running = null;
        }
        if (fence == command) {
            fence = null;
        }
        if (backup == command) {
            backup = null;
        }
        Duration took = Duration.ofNanos(world.agenda().now() - command.begunAt);
        CommandResult result = new CommandResult(how, how == How.EXITED ? command.exit : -1, command.output, took);
        world.say(host, () -> command.kind + " " + how + " " + result.exit() + " " + command.output);
        moved(command, result);
        command.done.accept(result);
    }

    /** What a command that did its work has done to the towers. */
    private void moved(Running command, CommandResult result) {
        if (result.ok() && command.kind == CommandKind.TOWER_BACKUP) {
            world.towers().backedUp(command.tower);
        } else if (result.ok() && command.kind == CommandKind.TOWER_RESTORE) {
            world.towers().restored(host);
        }
    }

    private void plan(Running command) {
        command.tower = world.towers().of(host);
        if (command.kind == CommandKind.IDENTITY_REMOVE) {
            world.towers().removalBegins(host);
        }
        command.exitAfter = dice.millis(5, 60);
        Rigged how = rigged.get(command.kind);
        if (how != null) {
            plan(command, how);
            return;
        }
        switch (command.kind) {
            case IDENTITY_CHANGE:
                planIdentity(command, SimValidator.STAKED);
                break;
            case IDENTITY_REMOVE:
                planIdentity(command, validator.unstaked());
                break;
            case TOWER_RESTORE:
                if (world.on(Fault.Kind.RESTORE_FAILS, host)) {
                    fail(command, chance(Fault.Kind.RESTORE_FAILS, 0.3), "etcd: context deadline exceeded");
                }
                break;
            case TOWER_BACKUP:
                if (world.on(Fault.Kind.BACKUP_HANGS, host)) {
                    fail(command, true, "");
                }
                break;
            case VALIDATOR_RESTART:
                if (world.on(Fault.Kind.RESTART_FAILS, host)) {
                    fail(command, chance(Fault.Kind.RESTART_FAILS, 0.5), "Job for validator.service failed");
                } else {
                    command.exitAfter = dice.millis(200, 2_000);
                    machine.after(dice.millis(0, 150), () -> validator.die(dice.millis(100, 2_500)));
                }
                break;
            case PASSIVE_SYMLINK:
                planSymlink(command, validator.unstaked());
                break;
            case ACTIVE_SYMLINK:
                planSymlink(command, SimValidator.STAKED);
                break;
            default:
                throw new AssertionError(command.kind);
        }
    }

    private void plan(Running command, Rigged how) {
        boolean staked = command.kind == CommandKind.IDENTITY_CHANGE || command.kind == CommandKind.ACTIVE_SYMLINK;
        String key = staked ? SimValidator.STAKED : validator.unstaked();
        command.exitAfter = how.exitAfter();
        command.exit = how.exit();
        // Who says no says why, as Agave does; who was cut off says nothing of what it has asked for.
        command.output = how.exit() == 0 ? "" : how.effectAfter() == NEVER ? REFUSAL : "Terminated";
        command.undoneByKill = how.undoneByKill();
        if (how.effectAfter() == NEVER) {
            return;
        }
        if (command.kind == CommandKind.IDENTITY_CHANGE || command.kind == CommandKind.IDENTITY_REMOVE) {
            effect(command, key, how.effectAfter());
        } else if (command.kind == CommandKind.ACTIVE_SYMLINK || command.kind == CommandKind.PASSIVE_SYMLINK) {
            machine.after(how.effectAfter(), () -> {
                if (!command.undone) {
                    validator.boot(key);
                }
            });
        }
    }

    private void planSymlink(Running command, String key) {
        boolean fails = world.on(Fault.Kind.SYMLINK_FAILS, host);
        if (fails) {
            fail(command, chance(Fault.Kind.SYMLINK_FAILS, 0.3), "ln: Permission denied");
        }
        if (!fails || chance(Fault.Kind.SYMLINK_FAILS, 0.3)) {
            machine.after(Math.min(command.exitAfter, 60_000_000) - 1, () -> validator.boot(key));
        }
    }

    private void planIdentity(Running command, String key) {
        command.exitAfter = dice.millis(15, 300);
        long usual = dice.between(0, command.exitAfter);
        command.undoneByKill = dice.chance(0.4);
        if (!validator.obeys()) {
            fail(command, false, "Connection refused (os error 111)");
        } else if (world.on(Fault.Kind.SET_REFUSED, host)) {
            fail(command, false, REFUSAL);
        } else if (world.on(Fault.Kind.SET_HUNG, host)) {
            fail(command, true, "");
            RandomStream hung = world.dice(Fault.Kind.SET_HUNG, host);
            if (hung.chance(0.7)) {
                effect(command, key, hung.chance(0.5) ? hung.millis(0, 15_000) : hung.millis(5_000, 90_000));
            }
        } else if (world.on(Fault.Kind.SET_FAILS_LATE, host)) {
            failsLate(command, key, world.dice(Fault.Kind.SET_FAILS_LATE, host));
        } else if (mayLie && validator.answers() && world.on(Fault.Kind.SET_LATE, host)) {
            // It says done, and the validator takes its time.
            effect(command, key, command.exitAfter + world.dice(Fault.Kind.SET_LATE, host).millis(0, 15_000));
        } else if (world.on(Fault.Kind.SET_SLOW, host)) {
            RandomStream slow = world.dice(Fault.Kind.SET_SLOW, host);
            command.exitAfter = slow.millis(1_000, 12_000);
            effect(command, key, slow.between(0, command.exitAfter));
        } else {
            effect(command, key, usual);
        }
    }

    /** Whoever stood between ended it: {@code timeout}, {@code ssh}, a kill; of what it asked for it says nothing. */
    private void failsLate(Running command, String key, RandomStream failing) {
        command.exitAfter = failing.chance(0.5) ? failing.millis(5, 500) : failing.millis(500, 6_000);
        command.exit = failing.one(124, 125, 137, 143, 255, 1);
        command.output = failing.chance(0.5) ? "" : "Terminated";
        command.undoneByKill = false;
        if (failing.chance(0.7)) {
            effect(command, key, failing.chance(0.5) ? failing.millis(0, 8_000) : failing.millis(1_000, 60_000));
        }
    }

    private boolean chance(Fault.Kind kind, double probability) {
        return world.dice(kind, host).chance(probability);
    }

    private void effect(Running command, String key, long after) {
        long process = validator.pid();
        machine.after(after, () -> {
            if (!command.undone) {
                validator.take(process, key);
            }
        });
    }

    private void fail(Running command, boolean hangs, String output) {
        command.exit = 1;
        command.output = output;
        if (hangs) {
            command.exitAfter = NEVER;
        }
    }
}
