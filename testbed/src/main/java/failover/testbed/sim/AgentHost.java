package failover.testbed.sim;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentMachine;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.AgentState;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.Observation;
import failover.agent.decision.Step;
import failover.agent.decision.Task;
import failover.protocol.ClockReading;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.function.Consumer;

/** An agent: the real core in a shell that does what the real one does, at the speed of this world, and that can die at any instant. */
final class AgentHost {
    private static final Duration TICK = Duration.ofMillis(250);

    private final SimContext world;
    /** The event loop, and whatever else runs in the process: the dead-man, workers. They die together, and stand still each for itself. */
    private final SimProcess program;
    private final SimProcess threads;
    private final int host;
    private final AgentMachine core;
    private final SimValidator validator;
    private final SimCommandRunner commands;
    private final SimDisk<DurableAgentState> disk;
    private final Links links;
    private final Mutant mutant;
    private AgentHost peer;
    private final PeerLink link;
    private final AgentTasks tasks;
    private final SimDeadMan deadMan;

    private boolean up;
    private AgentState state;
    private final Ears ears;
    private final PendingRequests askers;
    private final PeerDesk desk;
    /** Fences of this start whose end the core has heard of. */
    private long fences;
    private final SimProbe eyes;
    /** Effects of the change until the agent dies; 0 when it is not to die. */
    private boolean stopping;
    private int dieAfter;
    private long downFor;
    private int lives;
    private long startedAt;
    private Runnable onEnd = () -> { };
    private final Mailbox<AgentEvent> mailbox;
    /** The newest look that the core was told of. */
    private Observation told;

    AgentHost(SimContext world, int host, AgentOptions rules, SimValidator validator, Sources sources, Links links,
            Mutant mutant, boolean identityKnown) {
        this.world = world;
        this.host = host;
        this.program = new SimProcess(world, host);
        this.threads = new SimProcess(world, host);
        this.ears = new Ears(mutant, identityKnown);
        this.askers = new PendingRequests(world, host);
        this.mailbox = new Mailbox<>(program, this::step);
        this.eyes = new SimProbe(world, host, threads, program, validator, sources);
        this.core = new AgentMachine(rules);
        this.validator = validator;
        this.links = links;
        this.mutant = mutant;
        this.commands = new SimCommandRunner(world, host, threads, validator, identityKnown);
        this.disk = new SimDisk<>(world, threads, Fault.Kind.AGENT_DISK_FULL, host);
        this.link = new PeerLink(world, program, host);
        this.desk = new PeerDesk(world, program, host, link, () -> state.hostId(), this::post,
            (said, answer) -> look(seen -> answer.accept(core.peerStatus(state, seen, said, now()))));
        SimKiller killer = new SimKiller(world, host, threads, validator);
        SimProcess own = mutant.is(Mutant.DEAD_MAN_IN_THE_LOOP) ? program : threads;
        this.deadMan = new SimDeadMan(world, host, own, rules, commands, eyes, new SimProbe(world, host, own, own, validator, sources),
                killer, disk, mutant, event -> program.arrive(() -> post(event)));
        this.tasks = new AgentTasks(world, host, program, commands, eyes, killer, disk, then -> desk.ask(null, null, then),
                (limit, then) -> deadMan.awaitArmed(limit, why -> program.arrive(() -> then.accept(why))),
                result -> post(new AgentEvent.TaskDone(result)));
    }

    void pairWith(AgentHost other) {
        peer = other;
        link.to(other, other.host);
    }

    /** The way to the other agent. */
    PeerLink link() {
        return link;
    }

    SimCommandRunner commands() {
        return commands;
    }

    /** The thread beside its event loop. */
    SimDeadMan deadMan() {
        return deadMan;
    }

    /** A watchdog stands behind this host, which is fed from the agent's next start on. */
    void watchedBy(SimWatchdog watchdog) {
        deadMan.watchdog(watchdog);
        onEnd = watchdog::agentGone;
    }

    /** A fencer or a watchdog stands behind this host. */
    boolean guarded() {
        return deadMan.guarded();
    }

    /** {@code /active} would say 200 now, and somebody would get the answer. */
    boolean saysActive() {
        Observation seen = listens() && !program.frozen() && !world.machine(host).asleep() ? eyes.recent() : null;
        return seen != null && core.notActive(state, seen, now()) == null;
    }

    /** A clock of this host has jumped. */
    void jolt() {
        if (up) {
            deadMan.jolt();
        }
    }

    boolean up() {
        return up;
    }

    void start() {
        disk.whenItAnswers(() -> {
            if (!up) {
                starts();
            }
        });
    }

    private void starts() {
        DurableAgentState memory = disk.read();
        boolean isNew = memory == null;
        up = true;
        startedAt = now().nanos();
        lives++;
        fences = 0;
        tasks.forget();
        eyes.forget();
        DurableAgentState first = isNew ? new DurableAgentState("host" + host, Role.PASSIVE, 0, null, 0, null, null, null)
                : mutant.remembered(memory);
        deadMan.start();
        Step step = core.start(first, isNew, nonce(), mutant.former(deadMan.former(), first, isNew), now());
        state = step.state();
        world.say(host, () -> "agent starts " + first);
        mailbox.begin(() -> perform(step));
        tick();
    }

    /** What is in its state file. */
    DurableAgentState file() {
        return disk.read();
    }

    /** It dies, and starts after that time with this in its state file; {@code null} for none. */
    void file(DurableAgentState other, long down) {
        crash(down);
        disk.restore(other);
    }

    void crash(long down) {
        if (!up) {
            return;
        }
        world.say(host, () -> "agent dies");
        up = false;
        program.die();
        threads.die();
        stopping = false;
        mailbox.die();
        dieAfter = 0;
        disk.crash();
        commands.orphan();
        askers.broken();
        desk.forget();
        onEnd.run();
        int mine = lives;
        world.machine(host).after(down, () -> {
            if (!up && mine == lives) {
                start();
            }
        });
    }

    /** Stopped (SIGSTOP, a long collection); its validator and its commands go on. */
    void freeze(long nanos) {
        if (up) {
            world.say(host, () -> "agent stands still");
            program.freeze(nanos);
            threads.freeze(nanos);
        }
    }

    /** The event loop alone is held up: dead-man and workers go on. */
    void freezeLoop(long nanos) {
        if (up) {
            world.say(host, () -> "event loop stands still");
            program.freeze(nanos);
        }
    }

    /** It is told to go, and starts again so long after it has gone: it hears nobody any more, and leaves no voter unguarded (E16). */
    void stop(long down) {
        if (listens()) {
            world.say(host, () -> "agent is told to go");
            stopping = true;
            deadMan.stop(() -> crash(down));
        }
    }

    /** Somebody would answer. */
    boolean listens() {
        return up && !stopping;
    }

    /** The fencer takes the commands along, also those of an agent before this one. */
    void killCommands() {
        commands.killAll();
    }

    /** Something reaches it from outside: at once, unless it stands still. */
    void arrive(Runnable work) {
        program.arrive(work);
    }

    /** Lets the agent die right after so many more steps of changes. */
    void crashInChange(int steps, long down) {
        dieAfter = steps;
        downFor = down;
    }

    void polled(StatusRequest request, Consumer<StatusResponse> answer) {
        StatusRequest heard = LeaseMutants.polled(mutant, request, now());
        post(new AgentEvent.ManagerPolled(heard));
        if (mutant.is(Mutant.LEASE_REVIVED) && heard.lease() != null) {
            deadMan.revive(heard.lease());
        }
        look(seen -> answer.accept(core.status(state, seen, now().wallSeconds(), now())));
    }

    void peerAsks(PeerStatusRequest request, Consumer<PeerStatusResponse> answer) {
        desk.asks(request, answer);
    }

    /** Each new look is told to the core, whoever asked for it. */
    private void look(Consumer<Observation> then) {
        eyes.observe(seen -> {
            if (seen != told) {
                told = seen;
                post(new AgentEvent.Observed(seen));
            }
            then.accept(seen);
        });
    }

    /** A request for a change; {@code broken} when the agent dies before its answer. */
    void ask(FailoverRequest request, Consumer<FailoverResponse> answer, Runnable broken) {
        long ticket = askers.add(request, answer, broken);
        world.say(host, () -> "is asked " + request);
        post(LeaseMutants.asked(mutant, new AgentEvent.ChangeAsked(ticket, request), now().since(startedAt), nonce(), now()));
    }

    /** What its core was told. */
    Ears ears() {
        return ears;
    }

    /** Whoever waits for its answer. */
    PendingRequests askers() {
        return askers;
    }

    /** Of this start alone. */
    private String nonce() {
        return "start" + host + "x" + lives;
    }

    private ClockReading now() {
        return LeaseMutants.clock(mutant, program.now());
    }

    private void tick() {
        program.after(world.clock(host).world(TICK), () -> {
            tick();
            post(new AgentEvent.Tick());
            if (up && saysActive()) {
                world.ledger().active(host, peer.saysActive());
            }
        });
    }

    private void post(AgentEvent event) {
        if (up && (!stopping || event instanceof AgentEvent.TaskDone)) {
            mailbox.post(event);
        }
    }

    private void step(AgentEvent event) {
        world.mark(host, event);
        ClockReading now = now();
        world.mark(now.nanos());
        fences += event instanceof AgentEvent.Fenced ? 1 : 0;
        Step step = core.step(state, ears.hear(event), now);
        state = step.state();
        perform(step);
    }

    private void perform(Step step) {
        int life = program.life();
        for (AgentEffect effect : step.effects()) {
            if (life != program.life()) {
                return;
            }
            if (!(effect instanceof AgentEffect.Say)) {
                world.mark(host, effect);
            }
            perform(effect);
        }
    }

    private void perform(AgentEffect effect) {
        if (effect instanceof AgentEffect.Do task) {
            begin(task.task());
        } else if (effect instanceof AgentEffect.CutShort) {
            tasks.cutShort();
        } else if (effect instanceof AgentEffect.Reply reply) {
            askers.reply(reply);
        } else if (effect instanceof AgentEffect.CheckInternet) {
            program.after(50_000_000, () -> post(new AgentEvent.InternetChecked(true)));
        } else if (effect instanceof AgentEffect.Observe) {
            look(seen -> post(new AgentEvent.Observed(seen)));
        } else if (effect instanceof AgentEffect.FindVoteAccount find) {
            boolean staked = SimValidator.STAKED.equals(find.identity());
            program.after(20_000_000, () -> post(new AgentEvent.VoteAccountLooked(find.identity(), staked)));
        } else if (effect instanceof AgentEffect.Keep keep) {
            ears.remembers(keep.memory());
            desk.keeps(keep, disk);
        } else if (effect instanceof AgentEffect.LookAtTower) {
            tasks.lookAtTower(check -> post(new AgentEvent.TowerSeen(check, 0)));
        } else if (effect instanceof AgentEffect.Publish publish) {
            // A promotion that is refused before its intent is written leaves its epoch to another.
            DurableAgentState durable = disk.read();
            if (publish.hold() != null && durable != null && durable.epoch() >= publish.hold().epoch()) {
                world.ledger().holds(host, publish.hold().epoch());
            }
            deadMan.publish(publish, fences);
        } else if (effect instanceof AgentEffect.Abandon) {
            if (mutant.is(Mutant.COMMANDS_NOT_CUT)) {
                tasks.forget();
            } else {
                tasks.abandon();
            }
        } else if (effect instanceof AgentEffect.Backup backup) {
            commands.backUp(backup.limit(), result -> program.arrive(() -> program.after(1_000,
                    () -> post(new AgentEvent.BackedUp(result)))));
        } else if (effect instanceof AgentEffect.CancelBackup) {
            commands.cancelBackup();
        } else if (effect instanceof AgentEffect.Remember remember) {
            ears.remembers(remember.memory());
            disk.write(remember.memory(), error -> { });
        } else if (effect instanceof AgentEffect.Say say) {
            ears.says(say.line());
            world.note(host, say.line());
            if (mutant.is(Mutant.LOG_BLOCKS)) {
                program.freezeWhile(() -> world.on(Fault.Kind.LOG_HANGS, host));
            }
        } else {
            desk.perform(effect);
        }
    }

    private void begin(Task task) {
        if (dieAfter > 0 && --dieAfter == 0 && !links.mustBeHeard(host) && (guarded() || !disk.hangs())) {
            // Whether what it just asked for still happens is open; here it does not, and in an orphaned command it does.
            if (task instanceof Task.Run run) {
                commands.run(run.kind(), run.limit(), result -> { });
            }
            crash(downFor);
            return;
        }
        ears.begins(task);
        tasks.begin(task);
    }
}
