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
import failover.manager.decision.VoteReading;
import failover.protocol.Now;
import failover.protocol.lease.LeaseNumbers;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.PauseResponse;
import failover.protocol.wire.StateView;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteWord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The manager: the real core in a shell that does what the real one does, at the speed of this world, and that can die at any instant. */
final class ManagerHost {
    private final World world;
    private final String id;
    private final Program program;
    private ManagerRules rules;
    private ManagerCore core;
    /** What it goes by from its next start on. */
    private Supplier<ManagerRules> next;
    private final Links links;
    private final Sources sources;
    private final Cluster cluster;
    private final Disk<ManagerMemory> disk;
    private final Examiner examiner;
    private final Mutant mutant;
    private final Dice network;
    private final Totals totals;

    private final VoteWord[] lastWords = new VoteWord[2];
    /** The ticket of the newest pause that nobody has resumed since; 0 when there is none. */
    private long pauseWanted;
    private boolean up;
    private long startedAt;
    /** How long the leases of its start before bind everybody else. */
    private Duration granted = Duration.ZERO;
    private ManagerState state;
    private long lastTicket;
    private final Map<Long, Boolean> tickets = new HashMap<>();
    private final Map<Long, FailoverRequest> commands = new HashMap<>();
    private final List<Integer> answers = new ArrayList<>();
    private final long[] boundUntil = new long[2];
    /** The newest poll of each host. */
    private final long[] newestPoll = new long[2];
    /** The newest one that was answered: what is told after it by an older one is old (E1). */
    private final long[] answeredPoll = new long[2];
    /** Effects of a move until the manager dies; 0 when it is not to die. */
    private int dieAfter;
    private long downFor;

    ManagerHost(World world, String id, ManagerRules rules, Links links, Sources sources, Cluster cluster, Mutant mutant,
            Totals totals) {
        this.id = id;
        this.cluster = cluster;
        this.world = world;
        this.program = new Program(world, World.MANAGER);
        this.next = () -> rules;
        this.links = links;
        this.sources = sources;
        this.mutant = mutant;
        this.totals = totals;
        this.network = world.dice(Dice.Concern.NETWORK, World.MANAGER);
        this.disk = new Disk<>(world, program, Fault.Kind.MANAGER_DISK_FULL, World.MANAGER);
        this.examiner = new Examiner(world, cluster, disk);
    }

    /** Its configuration is another one at each start from the next on. */
    void goesBy(Supplier<ManagerRules> configuration) {
        next = configuration;
    }

    /** Its state file. */
    Disk<ManagerMemory> disk() {
        return disk;
    }

    /** What it goes by since it started last. */
    ManagerRules rules() {
        return rules;
    }

    /**
     * For how long a host that was heard just now will have to be silent before this manager replaces it (E3): the usual time, and what the
     * longer leases of its start before may have left (E8).
     */
    Duration silence() {
        Duration rest = granted.minusNanos((long) ((world.agenda().now() - startedAt) * world.clock(World.MANAGER).rate()));
        return rest.compareTo(rules.silence()) > 0 ? rest : rules.silence();
    }

    /** For how long that host would still refuse to be promoted, by its last word (E7). */
    Duration bound(int host) {
        return Duration.ofNanos(Math.max(0, boundUntil[host] - world.agenda().now()));
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
        ManagerMemory memory = disk.read();
        rules = next.get();
        core = new ManagerCore(LeaseMutants.rules(mutant, rules));
        up = true;
        examiner.started(rules);
        world.towers().managerHas(null);
        startedAt = world.agenda().now();
        granted = memory == null || memory.terms() == null ? Duration.ZERO
                : LeaseNumbers.grantorWait(Duration.ofMillis(memory.terms().leaseMs()), Duration.ofMillis(memory.terms().jitterMs()));
        Arrays.fill(answeredPoll, 0);
        links.heard(0);
        links.heard(1);
        ManagerMemory first = memory == null ? ManagerMemory.fresh(id)
                : LeaseMutants.remembered(mutant, memory);
        world.say(World.MANAGER, () -> "manager starts " + first);
        Step step = core.start(first, memory == null ? now() : LeaseMutants.started(mutant, now()));
        state = step.state();
        perform(step);
        heartbeat();
    }

    void crash(long down) {
        if (!up) {
            return;
        }
        world.say(World.MANAGER, () -> "manager dies");
        up = false;
        program.die();
        dieAfter = 0;
        disk.crash();
        ManagerMemory left = disk.read();
        world.ledger().managerDies(left == null ? null : left.holder());
        tickets.clear();
        commands.clear();
        int mine = program.life();
        world.machine(World.MANAGER).after(down, () -> {
            if (mine == program.life()) {
                start();
            }
        });
    }

    /** Stopped (SIGSTOP, a long collection). */
    void freeze(long nanos) {
        if (up) {
            world.say(World.MANAGER, () -> "manager stands still");
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
            long ticket = ++lastTicket;
            tickets.put(ticket, true);
            world.say(World.MANAGER, () -> "operator asks: " + reason);
            program.arrive(() -> post(new ManagerEvent.FailoverAsked(ticket, reason, fenced, false)));
        }
    }

    /** An operator pauses or resumes; what is not answered is asked again by whoever cares. */
    void pause(boolean pause) {
        if (!pause) {
            world.paused(false);
        }
        pauseWanted = 0;
        if (up) {
            long ticket = ++lastTicket;
            pauseWanted = pause ? ticket : 0;
            tickets.put(ticket, true);
            world.say(World.MANAGER, () -> "operator asks to " + (pause ? "pause" : "resume"));
            program.arrive(() -> post(new ManagerEvent.PauseAsked(ticket, pause, "sim")));
            if (pause && mutant.is(Mutant.PAUSE_NOT_ACKNOWLEDGED)) {
                world.paused(true);
            }
        }
    }

    /** Nobody can tell that it is not paused. */
    boolean pausedOrGone() {
        return !up || state == null || view().paused() != null;
    }

    /** What operators were answered, as HTTP status codes, oldest first. */
    List<Integer> answers() {
        return List.copyOf(answers);
    }

    int unanswered() {
        return tickets.size();
    }

    StateView view() {
        return core.view(state, now());
    }

    private Now now() {
        return program.now();
    }

    private void heartbeat() {
        post(new ManagerEvent.Tick());
        program.after(world.clock(World.MANAGER).world(rules.heartbeatInterval()), this::heartbeat);
    }

    private void post(ManagerEvent event) {
        if (up) {
            world.mark(World.MANAGER, event);
            Now now = now();
            world.mark(now.nanos());
            Step step = core.step(state, mutant.toManager(event, commands), now);
            state = step.state();
            perform(step);
        }
    }

    private void perform(Step step) {
        int life = program.life();
        for (ManagerEffect effect : step.effects()) {
            if (life != program.life()) {
                return;
            }
            if (!(effect instanceof ManagerEffect.Say)) {
                world.mark(World.MANAGER, effect);
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
            VoteWord word = sources.ofSource(0);
            program.after(network.millis(20, 200), () -> post(word.error() != null ? new ManagerEvent.NetworkSlotUnknown(word.error())
                    : new ManagerEvent.NetworkSlotRead(word.slot())));
        } else if (effect instanceof ManagerEffect.ReadVotes read) {
            for (int i = 0; i < sources.count(); i++) {
                VoteWord said = sources.ofSource(i);
                VoteWord word = LeaseMutants.word(mutant, said, lastWords[i], cluster.slot(), world.on(Fault.Kind.RPC_FROZEN, i),
                        world.on(Fault.Kind.RPC_LAGS, i));
                lastWords[i] = word.error() == null ? word : lastWords[i];
                String name = "rpc" + i;
                long askedAt = examiner.time();
                long saidAt = LeaseMutants.askedAt(mutant, read.askedAt());
                program.after(network.millis(20, 200), () -> {
                    examiner.told(name, said, askedAt);
                    post(word.error() != null ? new ManagerEvent.VotesUnknown(name, word.error(), read.askedAt())
                            : new ManagerEvent.VotesRead(name, new VoteReading(word.account(), word.lastVote(), word.slot(), saidAt)));
                });
            }
        } else if (effect instanceof ManagerEffect.Save save) {
            examiner.decides(save.memory().intent());
            disk.write(save.memory(), error -> post(new ManagerEvent.Saved(save.number(), error)));
        } else if (effect instanceof ManagerEffect.Remember remember) {
            disk.write(remember.memory(), error -> { });
        } else if (effect instanceof ManagerEffect.Command command) {
            command(command);
        } else if (effect instanceof ManagerEffect.Answer answer) {
            answers.add(answer.answer().status());
            if (tickets.remove(answer.ticket()) == null) {
                world.violated("the operator is answered twice: ticket " + answer.ticket());
            }
            if (pauseWanted == answer.ticket() && answer.answer().response() instanceof PauseResponse said && said.inForce()) {
                world.paused(true);
            }
        } else if (effect instanceof ManagerEffect.Wake wake) {
            program.after(world.clock(World.MANAGER).world(wake.after()), () -> post(new ManagerEvent.Tick()));
        } else if (effect instanceof ManagerEffect.Say say) {
            totals.said(say.line());
            world.note(World.MANAGER, say.line());
        } else {
            throw new AssertionError(effect);
        }
    }

    private void poll(ManagerEffect.Poll poll) {
        int host = poll.host().ordinal();
        newestPoll[host] = poll.poll();
        boolean[] answered = new boolean[1];
        program.after(world.clock(World.MANAGER).world(poll.limit()), () -> {
            if (!answered[0]) {
                answered[0] = true;
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
        if (status == null) {
            post(new ManagerEvent.StatusFailed(poll.host(), poll.poll(), new Failure(Failure.Kind.NOT_DELIVERED, "refused")));
            return;
        }
        int host = poll.host().ordinal();
        links.heard(host);
        boundUntil[host] = world.agenda().now() + (status.lease() == null ? 0 : status.lease().boundMs() * 1_000_000L);
        if (status.votes() != null && poll.poll() > answeredPoll[host]) {
            examiner.told(Examiner.beside(poll.host()), status.votes(), askedAt);
        }
        // In the middle of a move a status tells of what is just being taken back.
        if (status.isActive() && status.identityVerified() && status.operation() == null && view().operation() == null) {
            world.ledger().told(host);
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
        examiner.command(host, command.request());
        commands.put(command.command(), command.request());
        boolean[] answered = new boolean[1];
        totals.commands++;
        world.say(World.MANAGER, () -> "commands " + host + ": " + command.request());
        program.after(world.clock(World.MANAGER).world(command.limit()), () -> {
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
            world.say(World.MANAGER, () -> "is told " + (response == null ? failure : response));
            if (response != null && response.success() && Action.BECOME_ACTIVE.wire().equals(command.request().action())) {
                world.ledger().told(command.host().ordinal());
            }
            if (response != null && response.tower() != null) {
                world.towers().managerHas(response.tower());
            }
            post(response == null ? new ManagerEvent.CommandFailed(command.command(), new Failure(failure, "refused or reset"))
                    : new ManagerEvent.CommandReplied(command.command(), response));
        }
    }
}
