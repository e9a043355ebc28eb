package failover.testbed.sim;

import failover.manager.decision.DurableManagerState;
import failover.manager.decision.FailoverMachine;
import failover.manager.decision.Failure;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.ManagerOptions;
import failover.manager.decision.ManagerState;
import failover.manager.decision.Step;
import failover.protocol.ClockReading;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.StateView;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteReport;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The manager: the real core in a shell that does what the real one does, at the speed of this world, and that can die at any instant. */
final class ManagerHost {
    /** So many requests to one host may be open at once; one more is not sent. */
    private static final int MOST_POLLS = 8;

    private final SimContext world;
    private final String id;
    private final SimProcess program;
    private ManagerOptions rules;
    private FailoverMachine core;
    /** What it goes by from its next start on. */
    private Supplier<ManagerOptions> next;
    private final Links links;
    private final Sources sources;
    private final Cluster cluster;
    private final SimDisk<DurableManagerState> disk;
    private final InvariantChecker examiner;
    private final Mutant mutant;
    private final RandomStream network;
    private final Totals totals;
    private final SimSources eyes;
    private final Mailbox<ManagerEvent> mailbox;
    private boolean up;
    /** So often it began without memory. */
    private int lives;
    private final Patience patience;
    private ManagerState state;
    private final Operators operators;
    private final Map<Long, FailoverRequest> commands = new HashMap<>();
    /** Polls of each host that have no answer yet. */
    private final int[] open = new int[2];
    /** The newest poll of each host. */
    private final long[] newestPoll = new long[2];
    /** The newest one that was answered: what is told after it by an older one is old (E1). */
    private final long[] answeredPoll = new long[2];
    /** Effects of a move until the manager dies; 0 when it is not to die. */
    private int dieAfter;
    private long downFor;
    /** The newest final tower that it was given, and has not lost with its disk; 0 when none. */
    private long newestTower;

    ManagerHost(SimContext world, String id, ManagerOptions rules, Links links, Sources sources, Cluster cluster, Mutant mutant,
            Totals totals) {
        this.id = id;
        this.cluster = cluster;
        this.world = world;
        this.program = new SimProcess(world, SimContext.MANAGER);
        this.patience = new Patience(world);
        this.operators = new Operators(world, asked -> program.arrive(() -> post(asked)));
        this.mailbox = new Mailbox<>(program, this::step);
        this.next = () -> rules;
        this.links = links;
        this.sources = sources;
        this.mutant = mutant;
        this.totals = totals;
        this.network = world.dice(RandomStream.Concern.NETWORK, SimContext.MANAGER);
        this.disk = new SimDisk<>(world, program, Fault.Kind.MANAGER_DISK_FULL, SimContext.MANAGER);
        this.examiner = new InvariantChecker(world, cluster, sources, disk);
        this.eyes = new SimSources(world, program, sources, cluster, examiner, mutant, this::post);
    }

    /** Its configuration is another one at each start from the next on. */
    void goesBy(Supplier<ManagerOptions> configuration) {
        next = configuration;
    }

    /** Its ways to the agents. */
    Links links() {
        return links;
    }

    /** It is in the middle of a move. */
    boolean moves() {
        return up && state.moving();
    }

    /** Its state file. */
    SimDisk<DurableManagerState> disk() {
        return disk;
    }

    /** What its promotions are held against. */
    InvariantChecker examiner() {
        return examiner;
    }

    /** What it goes by since it started last. */
    ManagerOptions rules() {
        return rules;
    }

    /** How long it has to wait. */
    Patience patience() {
        return patience;
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
        DurableManagerState memory = disk.read();
        rules = next.get();
        core = new FailoverMachine(LeaseMutants.rules(mutant, rules));
        up = true;
        examiner.started(rules);
        world.towers().granted(rules.policy().numbers().lease());
        newestTower = slot(memory == null ? null : memory.lastTower());
        patience.starts(memory, rules);
        Arrays.fill(answeredPoll, 0);
        Arrays.fill(open, 0);
        links.heard(0);
        links.heard(1);
        lives += memory == null ? 1 : 0;
        // Who has no memory makes an id of its own anew.
        DurableManagerState first = memory == null ? DurableManagerState.fresh(lives == 1 ? id : id + "-" + lives)
                : LeaseMutants.remembered(mutant, memory);
        world.say(SimContext.MANAGER, () -> "manager starts " + first);
        Step step = core.start(first, world.nextRun(), memory == null ? now() : LeaseMutants.started(mutant, now()));
        state = step.state();
        mailbox.begin(() -> perform(step));
        heartbeat();
    }

    void crash(long down) {
        if (!up) {
            return;
        }
        world.say(SimContext.MANAGER, () -> "manager dies");
        up = false;
        program.die();
        mailbox.die();
        dieAfter = 0;
        disk.crash();
        DurableManagerState left = disk.read();
        world.ledger().managerDies(left == null ? null : left.holder());
        operators.broken();
        commands.clear();
        int mine = program.life();
        world.machine(SimContext.MANAGER).after(down, () -> {
            if (mine == program.life()) {
                start();
            }
        });
    }

    /** Stopped (SIGSTOP, a long collection). */
    void freeze(long nanos) {
        if (up) {
            world.say(SimContext.MANAGER, () -> "manager stands still");
            program.freeze(nanos);
        }
    }

    void crashInMove(int steps, long down) {
        dieAfter = steps;
        downFor = down;
    }

    void failover(String reason) {
        failover(reason, false);
    }

    /** {@code fenced}: the operator states that the active cannot sign. */
    void failover(String reason, boolean fenced) {
        if (up) {
            operators.failover(reason, fenced);
        }
    }

    /** An operator pauses or resumes; what is not answered is asked again by whoever cares. */
    void pause(boolean pause) {
        if (!pause) {
            world.paused(false);
        }
        operators.noPause();
        if (up) {
            operators.pause(pause);
            if (pause && mutant.is(Mutant.PAUSE_NOT_ACKNOWLEDGED)) {
                world.paused(true);
            }
        }
    }

    /** Nobody can tell that it is not paused. */
    boolean pausedOrGone() {
        return !up || state == null || state.paused();
    }

    /** Those who ask it for something. */
    Operators operators() {
        return operators;
    }

    private static long slot(DurableManagerState.LastTower tower) {
        return tower == null ? 0 : tower.tower().lastVotedSlot();
    }

    StateView view() {
        return core.view(state, now());
    }

    private ClockReading now() {
        return program.now();
    }

    private void heartbeat() {
        post(new ManagerEvent.Tick());
        program.after(world.clock(SimContext.MANAGER).world(rules.heartbeatInterval()), this::heartbeat);
    }

    private void post(ManagerEvent event) {
        if (up) {
            mailbox.post(event);
        }
    }

    private void step(ManagerEvent event) {
        world.mark(SimContext.MANAGER, event);
        ClockReading now = now();
        world.mark(now.nanos());
        Step step = core.step(state, mutant.toManager(event, commands), now);
        state = step.state();
        perform(step);
    }

    private void perform(Step step) {
        int life = program.life();
        for (ManagerEffect effect : step.effects()) {
            if (life != program.life()) {
                return;
            }
            if (!(effect instanceof ManagerEffect.Say)) {
                world.mark(SimContext.MANAGER, effect);
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
            VoteReport word = sources.ofSource(0);
            program.after(network.millis(20, 200), () -> post(word.error() != null ? new ManagerEvent.NetworkSlotUnknown(word.error())
                    : new ManagerEvent.NetworkSlotRead(word.slot())));
        } else if (effect instanceof ManagerEffect.ReadVotes read) {
            eyes.readVotes(read);
        } else if (effect instanceof ManagerEffect.ReadNodes read) {
            eyes.readNodes(read);
        } else if (effect instanceof ManagerEffect.Save save) {
            examiner.decides(save.memory().intent());
            disk.write(save.memory(), error -> post(new ManagerEvent.Saved(save.number(), error)));
        } else if (effect instanceof ManagerEffect.Remember remember) {
            disk.write(remember.memory(), error -> { });
        } else if (effect instanceof ManagerEffect.Command command) {
            command(command);
        } else if (effect instanceof ManagerEffect.Answer answer) {
            operators.answer(answer);
        } else if (effect instanceof ManagerEffect.Wake wake) {
            program.after(world.clock(SimContext.MANAGER).world(wake.after()), () -> post(new ManagerEvent.Tick()));
        } else if (effect instanceof ManagerEffect.Say say) {
            totals.said(say.line());
            world.note(SimContext.MANAGER, say.line());
        } else {
            throw new AssertionError(effect);
        }
    }

    private void poll(ManagerEffect.Poll poll) {
        int host = poll.host().ordinal();
        newestPoll[host] = poll.poll();
        if (open[host] >= MOST_POLLS) {
            program.after(1_000, () -> post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(),
                    new Failure(Failure.Kind.NOT_DELIVERED, "too many polls are open"))));
            return;
        }
        open[host]++;
        boolean[] answered = new boolean[1];
        program.after(world.clock(SimContext.MANAGER).world(poll.limit()), () -> {
            if (!answered[0]) {
                answered[0] = true;
                open[host]--;
                post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(), new Failure(Failure.Kind.NO_ANSWER, "timeout")));
            }
        });
        int life = program.life();
        long askedAt = examiner.time();
        links.poll(host, LeaseMutants.sent(mutant, poll.request(), rules.policy().numbers()), poll.limit(), status -> {
            if (life == program.life()) {
                program.arrive(() -> polled(poll, status, answered, askedAt));
            }
        });
    }

    private void polled(ManagerEffect.Poll poll, StatusResponse status, boolean[] answered, long askedAt) {
        if (answered[0]) {
            return;
        }
        answered[0] = true;
        open[poll.host().ordinal()]--;
        if (status == null) {
            post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(), new Failure(Failure.Kind.NOT_DELIVERED, "refused")));
            return;
        }
        int host = poll.host().ordinal();
        links.heard(host);
        patience.heard(host, status);
        if (status.votes() != null && poll.poll() > answeredPoll[host]) {
            examiner.told(InvariantChecker.beside(poll.host()), status.votes(), askedAt);
        }
        // In the middle of a move a status tells of what is just being taken back.
        if (status.isActive() && status.operation() == null && !state.moving()) {
            world.ledger().told(host, status.identityVerified());
        }
        answeredPoll[host] = Math.max(answeredPoll[host], poll.poll());
        // Without the rule an old answer is taken for one to the newest question.
        post(new ManagerEvent.StatusReplied(poll.host(), mutant.is(Mutant.STALE_STATUS_BELIEVED) ? newestPoll[host] : poll.poll(),
                LeaseMutants.status(mutant, status)));
        if (world.on(Fault.Kind.POLLS_TWICE, host)) {
            program.after(world.dice(Fault.Kind.POLLS_TWICE, host).millis(1, 500),
                    () -> post(new ManagerEvent.StatusReplied(poll.host(), poll.poll(), status)));
        }
    }

    private void command(ManagerEffect.Command command) {
        Host host = command.host();
        examiner.command(host, command.request(), view().active());
        if (Action.BECOME_ACTIVE.wire().equals(command.request().action())) {
            world.towers().ordered(host.ordinal(), newestTower);
        }
        commands.put(command.command(), command.request());
        boolean[] answered = new boolean[1];
        totals.commands++;
        world.say(SimContext.MANAGER, () -> "commands " + host + ": " + command.request());
        program.after(world.clock(SimContext.MANAGER).world(command.limit()), () -> {
            if (!answered[0]) {
                answered[0] = true;
                post(new ManagerEvent.CommandFailed(command.command(), new Failure(Failure.Kind.NO_ANSWER, "timeout")));
            }
        });
        int life = program.life();
        links.command(host.ordinal(), LeaseMutants.sent(mutant, command.request(), rules.policy().numbers()), (response, failure) -> {
            if (life == program.life()) {
                program.arrive(() -> commanded(command, response, failure, answered));
            }
        });
    }

    private void commanded(ManagerEffect.Command command, FailoverResponse response, Failure.Kind failure, boolean[] answered) {
        if (!answered[0]) {
            answered[0] = true;
            world.say(SimContext.MANAGER, () -> "is told " + (response == null ? failure : response));
            if (response != null && response.success() && Action.BECOME_ACTIVE.wire().equals(command.request().action())) {
                world.ledger().toldOfOrder(command.host().ordinal());
            }
            if (response != null && response.tower() != null) {
                newestTower = Math.max(newestTower, response.tower().lastVotedSlot());
            }
            post(response == null ? new ManagerEvent.CommandFailed(command.command(), new Failure(failure, "refused or reset"))
                    : new ManagerEvent.CommandReplied(command.command(), response));
        }
    }
}
