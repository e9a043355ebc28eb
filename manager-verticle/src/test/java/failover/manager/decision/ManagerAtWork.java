package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteReport;
import failover.protocol.wire.VoteStateReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The core with the least of a shell: time by hand, and two hosts that answer polls at once with what the test says, or not at all. */
final class ManagerAtWork {
    /** What a host says of itself. */
    static final class Says {
        boolean answers = true;
        boolean active;
        boolean verified = true;
        boolean running = true;
        boolean oldEnough = true;
        boolean healthy = true;
        boolean dryRun;
        long slot = 1000;
        long epoch;
        String hostId;
        String operation;
        /** Who its validator says it is. */
        String identity;
        LastOperation last;
        String peerId;
        long operationMs;
        VoteStateReport voteState;
        /** What it says of leases, and besides whether it has heard of a pause; {@code null}: nothing. */
        LeaseStatus lease;
        VoteReport votes;
        String staked = "STAKED";
        List<String> unfit = List.of();
    }

    static final LeaseTiming NUMBERS = LeaseTiming.of(Duration.ofSeconds(2), 5);

    /** The endpoints in the configuration. */
    String first = "http://a";
    String second = "http://b";
    /** Between two polls. */
    Duration heartbeat = Duration.ofSeconds(2);
    /** The host that answers commands, by its own word; {@code null}: it does not say. */
    String answersAs;
    boolean dryRun;
    boolean fenced;
    boolean staleTower;
    List<String> sources = List.of();
    Policy.VoteEvidence evidence = Policy.VoteEvidence.AUTO;
    Policy.Fencing fencing = Policy.Fencing.BEST_EFFORT;
    /** What each source says of the newest vote; a source that is not here fails. */
    final Map<String, Long> votes = new LinkedHashMap<>();
    long clusterSlot = 1000;
    /** What each source says of itself. */
    final Map<String, NodeReport> nodes = new LinkedHashMap<>();
    DurableManagerState memory = DurableManagerState.fresh("manager-id");
    String run = "run-1";
    final Map<Host, Says> hosts = new EnumMap<>(Host.class);
    FailoverMachine core;
    ManagerState state;
    long nanos = -9_000_000_000L;
    final Deque<ManagerEffect.Command> commands = new ArrayDeque<>();
    final List<ManagerEffect.Poll> polls = new ArrayList<>();
    final List<ManagerEffect.ReadVotes> looks = new ArrayList<>();
    final List<ManagerEffect.Wake> wakes = new ArrayList<>();
    final List<String> lines = new ArrayList<>();
    final Map<Long, ManagerEffect.OperatorAnswer> answers = new LinkedHashMap<>();
    DurableManagerState saved;
    String saveError;
    boolean holdPolls;
    /** The disk hangs: nothing is written, and no Save answered. */
    boolean diskHangs;
    /** What the wall clock shows too much. */
    long wallAhead;
    /** For so long the machine has slept, its monotonic clock with it. */
    long asleep;
    /** Saves that were not answered. */
    final List<ManagerEffect.Save> hanging = new ArrayList<>();
    Long networkSlot = 1000L;
    /** Sees each effect once it is performed. */
    Consumer<ManagerEffect> watch = effect -> { };
    private final Deque<ManagerEvent> mailbox = new ArrayDeque<>();
    private long tickets;

    ManagerAtWork() {
        for (Host host : Host.values()) {
            Says says = new Says();
            says.hostId = "id-" + host;
            hosts.put(host, says);
        }
        hosts.get(Host.PRIMARY).active = true;
    }

    Says a() {
        return hosts.get(Host.PRIMARY);
    }

    Says b() {
        return hosts.get(Host.SECONDARY);
    }

    /** Starts, and lets the grace after the start go by. */
    ManagerAtWork start() {
        begin();
        return beats(8);
    }

    /** The same with a holder that holds the identity by a lease of epoch 3. */
    ManagerAtWork leased() {
        a().lease = new LeaseStatus("a-1", 9000, false, null, false, 0);
        b().lease = new LeaseStatus("b-1", 0, false, null, false, 0);
        a().epoch = 3;
        return start();
    }

    /** What that host was offered last. */
    LeaseKeepalive offered(Host host) {
        ManagerEffect.Poll last = null;
        for (ManagerEffect.Poll poll : polls) {
            last = poll.host() == host ? poll : last;
        }
        return last.request().lease();
    }

    ManagerAtWork begin() {
        mailbox.clear();
        core = new FailoverMachine(rules());
        take(core.start(memory, run, now()));
        return this;
    }

    ManagerOptions rules() {
        return new ManagerOptions(dryRun, true, first, second, heartbeat, 5, 100, Duration.ofSeconds(5),
                Duration.ofSeconds(2), 3, Duration.ofSeconds(120), Duration.ofMinutes(5), Duration.ofSeconds(10), Duration.ofSeconds(20),
                Duration.ofSeconds(13), new Policy(NUMBERS, sources, evidence, fencing, false), null);
    }

    ClockReading now() {
        return new ClockReading(nanos, 1_790_000_000_000L + (nanos + asleep) / 1_000_000 + wallAhead, nanos + asleep);
    }

    /** So many heartbeats, every one polled and answered. */
    ManagerAtWork beats(int count) {
        for (int i = 0; i < count; i++) {
            nanos += heartbeat.toNanos();
            post(new ManagerEvent.Tick());
        }
        return this;
    }

    void post(ManagerEvent event) {
        mailbox.add(event);
        while (!mailbox.isEmpty()) {
            take(core.step(state, mailbox.poll(), now()));
        }
    }

    private void take(Step step) {
        state = step.state();
        for (ManagerEffect effect : step.effects()) {
            if (effect instanceof ManagerEffect.Poll poll) {
                polls.add(poll);
                if (!holdPolls) {
                    mailbox.add(answer(poll));
                }
            } else if (effect instanceof ManagerEffect.ReadNetworkSlot) {
                mailbox.add(networkSlot == null ? new ManagerEvent.NetworkSlotUnknown("429")
                        : new ManagerEvent.NetworkSlotRead(networkSlot));
            } else if (effect instanceof ManagerEffect.Wake wake) {
                wakes.add(wake);
            } else if (effect instanceof ManagerEffect.ReadVotes read) {
                looks.add(read);
                for (String source : sources) {
                    mailbox.add(votes.containsKey(source)
                            ? new ManagerEvent.VotesRead(source, new VoteReading("V", votes.get(source), clusterSlot, read.askedAt()))
                            : new ManagerEvent.VotesUnknown(source, "429", read.askedAt()));
                }
            } else if (effect instanceof ManagerEffect.ReadNodes read) {
                nodes.forEach((source, word) -> mailbox.add(new ManagerEvent.NodeRead(source, word, read.askedAt())));
            } else if (effect instanceof ManagerEffect.Save save) {
                if (diskHangs) {
                    hanging.add(save);
                } else {
                    saved = saveError == null ? save.memory() : saved;
                    mailbox.add(new ManagerEvent.Saved(save.number(), saveError));
                }
            } else if (effect instanceof ManagerEffect.Remember remember) {
                saved = diskHangs ? saved : remember.memory();
            } else if (effect instanceof ManagerEffect.Command command) {
                commands.add(command);
            } else if (effect instanceof ManagerEffect.Answer answer) {
                if (answers.put(answer.ticket(), answer.answer()) != null) {
                    throw new AssertionError("answered twice: " + answer);
                }
            } else if (effect instanceof ManagerEffect.Say say) {
                lines.add(say.line());
            }
            watch.accept(effect);
        }
    }

    ManagerEvent answer(ManagerEffect.Poll poll) {
        Says says = hosts.get(poll.host());
        if (!says.answers) {
            return new ManagerEvent.StatusFailed(poll.host(), poll.poll(), new Failure(Failure.Kind.NO_ANSWER, "timeout"));
        }
        return new ManagerEvent.StatusReplied(poll.host(), poll.poll(), new StatusResponse(says.running, 300, says.oldEnough, says.slot, 0,
                0, says.healthy, says.active, 0, null, now().wallSeconds(), says.hostId, "1", says.active ? "active" : "passive",
                says.identity, says.staked, says.verified, says.epoch, says.dryRun, says.operation, says.last, says.unfit,
                lease(says, poll), says.votes, says.peerId, says.operationMs, says.voteState));
    }

    private static LeaseStatus lease(Says says, ManagerEffect.Poll poll) {
        boolean paused = poll.request().lease() != null && poll.request().lease().paused();
        return says.lease == null || !paused ? says.lease
                : new LeaseStatus(says.lease.token(), says.lease.leftMs(), says.lease.fenceCapable(), says.lease.refused(), true,
                        says.lease.boundMs(), says.lease.fencedBy(), says.lease.doubled());
    }

    long pause(boolean pause) {
        post(new ManagerEvent.PauseAsked(++tickets, pause, "work on the rack"));
        return tickets;
    }

    long ask() {
        post(new ManagerEvent.FailoverAsked(++tickets, "test", fenced, staleTower));
        return tickets;
    }

    /** The command that is out is answered. */
    void reply(String outcome) {
        reply(outcome, false);
    }

    void reply(String outcome, boolean dead) {
        reply(outcome, dead, null);
    }

    void reply(String outcome, FinalTower tower) {
        reply(outcome, false, tower);
    }

    private void reply(String outcome, boolean dead, FinalTower tower) {
        ManagerEffect.Command command = commands.remove();
        nanos += 100_000_000L;
        boolean done = "done".equals(outcome);
        Says says = hosts.get(command.host());
        says.epoch = Math.max(says.epoch, command.request().epoch());
        if (done) {
            says.active = "become_active".equals(command.request().action());
        }
        post(new ManagerEvent.CommandReplied(command.command(), new FailoverResponse(done, outcome, false, 0, null, outcome, done, null,
                dead, command.request().epoch(), 100, tower, answersAs)));
    }

    void noReply(Failure.Kind kind) {
        ManagerEffect.Command command = commands.remove();
        nanos += 100_000_000L;
        post(new ManagerEvent.CommandFailed(command.command(), new Failure(kind, "timeout")));
    }

    /** What is out, as {@code host action}; empty when nothing is. */
    String out() {
        ManagerEffect.Command command = commands.peek();
        return command == null ? "" : command.host() + " " + command.request().action();
    }

    Verdict verdict() {
        return state.judgement.verdict();
    }

    String blockers() {
        return String.join("; ", state.judgement.blockers());
    }

    long said(String part) {
        return lines.stream().filter(line -> line.contains(part)).count();
    }
}
