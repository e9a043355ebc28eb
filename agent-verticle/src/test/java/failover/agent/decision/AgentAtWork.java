package failover.agent.decision;

import failover.agent.decision.CommandResult.How;
import failover.agent.decision.DurableAgentState.InDoubt;
import failover.protocol.ClockReading;
import failover.protocol.lease.WatchdogTiming;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import failover.protocol.wire.VoteReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The core with the least of a shell: time by hand, one validator in memory, and what each command does is said beforehand. */
final class AgentAtWork {
    static final String STAKED = "STAKED";
    static final String OTHER = "OTHER";
    static final String NONCE = "nonce";

    Set<CommandKind> configured = EnumSet.of(CommandKind.TOWER_BACKUP, CommandKind.TOWER_RESTORE, CommandKind.IDENTITY_CHANGE,
            CommandKind.IDENTITY_REMOVE);
    boolean dryRun;
    Duration fenceTimeout = Duration.ZERO;
    long maxTowerLag = 33;
    AgentOptions.Fencing fencing = AgentOptions.Fencing.BEST_EFFORT;
    /** What stands in the fencer's place; {@code null} when nothing does. */
    WatchdogTiming watchdog;
    /** What an earlier start left with the fencer. */
    Duration leaseLeft;
    /** Whose lease that was; 0 and nobody where the file does not say. */
    long leaseEpoch;
    String leaseHost;
    /** Why the fencer would not act; {@code null} when it would. */
    String unarmed;
    boolean peer = true;
    boolean internet;
    String configuredIdentity = STAKED;

    boolean running = true;
    boolean certain = true;
    long pid = 100;
    String identity = OTHER;
    final Map<CommandKind, CommandResult> results = new EnumMap<>(CommandKind.class);
    /** Commands that say what they say without doing anything. */
    final Set<CommandKind> idle = EnumSet.noneOf(CommandKind.class);
    String saveError;
    TowerCheck tower = new TowerCheck(TowerCheck.Verdict.VALID, "", 7);
    /** What this host hands on, and what becomes of what it is handed. */
    FinalTower handedOn = new FinalTower(41, "AAAA");
    TowerCheck installed = new TowerCheck(TowerCheck.Verdict.VALID, "", 41);
    PeerStatusResponse peerSays = peer(false, null);
    boolean killable = true;
    /** What the RPC beside the validator says of the identity's votes; {@code null}: it was not asked. */
    VoteReport votes;

    AgentMachine core;
    AgentState state;
    long nanos = -5_000_000_000L;
    final List<Task> tasks = new ArrayList<>();
    final List<DurableAgentState> saved = new ArrayList<>();
    final Map<Long, FailoverResponse> replies = new LinkedHashMap<>();
    /** Answers to the peer, by ticket. */
    final Map<Long, PromiseAnswer> peerReplies = new LinkedHashMap<>();
    final List<AgentEffect.Keep> kept = new ArrayList<>();
    /** What is to be kept is answered at once. */
    boolean diskAnswers = true;
    final List<String> lines = new ArrayList<>();
    final List<AgentEffect> effects = new ArrayList<>();
    Task out;
    AgentOptions rules;
    private long tickets;

    static PeerStatusResponse peer(boolean active, String operation) {
        return new PeerStatusResponse(true, active, true, 0, "peer", 0, true, operation);
    }

    static DurableAgentState memory(Role role) {
        return new DurableAgentState("me", role, 4, STAKED, 0, null, null, null);
    }

    AgentAtWork start(DurableAgentState memory, boolean isNew) {
        rules = new AgentOptions(dryRun, false, configuredIdentity, configured, Duration.ofSeconds(30), peer, internet,
                Duration.ofSeconds(120), Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(20),
                fenceTimeout, maxTowerLag, fencing, watchdog, "1");
        core = new AgentMachine(rules);
        take(core.start(memory, isNew, NONCE, leaseLeft == null ? null : new FormerLease(leaseLeft, leaseEpoch, leaseHost), now()));
        return this;
    }

    AgentAtWork active() {
        identity = STAKED;
        return start(memory(Role.ACTIVE), false).observed();
    }

    AgentAtWork passive() {
        return start(memory(Role.PASSIVE), false).observed();
    }

    AgentAtWork observed() {
        post(new AgentEvent.Observed(look()));
        return this;
    }

    ClockReading now() {
        return new ClockReading(nanos, 1_790_000_000_000L + nanos / 1_000_000);
    }

    void post(AgentEvent event) {
        take(core.step(state, event, now()));
    }

    private void take(Step step) {
        state = step.state();
        List<AgentEffect.Keep> keeps = new ArrayList<>();
        for (AgentEffect effect : step.effects()) {
            effects.add(effect);
            if (effect instanceof AgentEffect.Do task) {
                if (out != null) {
                    throw new AssertionError("two tasks at once: " + out + ", " + task);
                }
                out = task.task();
                tasks.add(out);
            } else if (effect instanceof AgentEffect.Reply reply) {
                if (replies.put(reply.ticket(), reply.response()) != null) {
                    throw new AssertionError("answered twice: " + reply);
                }
            } else if (effect instanceof AgentEffect.Remember remember) {
                saved.add(remember.memory());
            } else if (effect instanceof AgentEffect.Say say) {
                lines.add(say.line());
            } else if (effect instanceof AgentEffect.AnswerPeer answer) {
                if (peerReplies.containsKey(answer.ticket())) {
                    throw new AssertionError("the peer is answered twice: " + answer);
                }
                peerReplies.put(answer.ticket(), answer.answer());
            } else if (effect instanceof AgentEffect.Keep keep) {
                saved.add(keep.memory());
                keeps.add(keep);
            }
        }
        kept.addAll(keeps);
        if (diskAnswers) {
            keeps.forEach(keep -> post(new AgentEvent.Kept(keep.number(), saveError)));
        }
    }

    /** The peer asks whether it may stay; the answer, {@code null} while there is none. */
    PromiseAnswer stayAsked(String host, long epoch, long leaseMs, long jitterMs) {
        long ticket = ++tickets;
        post(new AgentEvent.StayAsked(ticket, new PeerStatusRequest("p", 0, host, epoch, new PromiseRequest(epoch, leaseMs, jitterMs))));
        return peerReplies.get(ticket);
    }

    /** The peer asks whether this host changes managers with it. */
    PromiseAnswer leaveAsked(String host, LeaveRequest leave) {
        long ticket = ++tickets;
        post(new AgentEvent.LeaveAsked(ticket, new PeerStatusRequest("p", 0, host, 0, null, leave)));
        return peerReplies.get(ticket);
    }

    long ask(Action action, long epoch, boolean planned) {
        long ticket = ++tickets;
        post(new AgentEvent.ChangeAsked(ticket, new FailoverRequest(action.wire(), "test", false, 0, epoch == 0 ? null : "op" + epoch,
                epoch, 0, planned)));
        return ticket;
    }

    /** Asks, does every task, and gives the answer. */
    FailoverResponse change(Action action, long epoch, boolean planned) {
        long ticket = ask(action, epoch, planned);
        work();
        return replies.get(ticket);
    }

    void work() {
        for (int i = 0; out != null; i++) {
            if (i > 5000) {
                throw new AssertionError("this change never ends: " + out);
            }
            done();
        }
    }

    /** Does the task that is out. */
    void done() {
        Task task = out;
        out = null;
        nanos += 1_000_000;
        post(new AgentEvent.TaskDone(perform(task)));
    }

    Observation look() {
        ProcessView process = running ? new ProcessView(true, pid, pid * 10, Duration.ofHours(1), certain) : ProcessView.NOT_RUNNING;
        String says = running ? identity : null;
        return new Observation(nanos, process, running ? 1000 : 0, running, null, says, says == null ? "no answer" : null,
                votes);
    }

    TaskResult perform(Task task) {
        if (task instanceof Task.Run run) {
            return new TaskResult.Ran(run.kind(), ran(run));
        } else if (task instanceof Task.Look) {
            return new TaskResult.Looked(look());
        } else if (task instanceof Task.Wait wait) {
            nanos += wait.time().toNanos();
            return new TaskResult.Waited();
        } else if (task instanceof Task.Kill kill) {
            running = running && !(killable && kill.pid() == pid);
            return new TaskResult.Killed(killable, killable ? "" : "it is in state D");
        } else if (task instanceof Task.KillAll) {
            running = running && !killable;
            return new TaskResult.Killed(killable, killable ? "" : "it is in state D");
        } else if (task instanceof Task.Save save) {
            saved.add(save.memory());
            return new TaskResult.Saved(saveError);
        } else if (task instanceof Task.CheckTower) {
            return new TaskResult.TowerChecked(tower);
        } else if (task instanceof Task.TakeTower) {
            return new TaskResult.TowerTaken(handedOn);
        } else if (task instanceof Task.InstallTower) {
            return new TaskResult.TowerChecked(installed);
        } else if (task instanceof Task.Arm) {
            return new TaskResult.Armed(unarmed);
        } else if (task instanceof Task.AskPeer) {
            return new TaskResult.PeerSaid(peerSays);
        }
        return new TaskResult.Waited();
    }

    private CommandResult ran(Task.Run run) {
        CommandResult result = results.getOrDefault(run.kind(), exit(0));
        nanos += result.how() == How.TIMED_OUT ? run.limit().toNanos() : 20_000_000;
        if (!idle.contains(run.kind()) && result.ok()) {
            if (run.kind() == CommandKind.IDENTITY_CHANGE) {
                identity = STAKED;
            } else if (run.kind() == CommandKind.IDENTITY_REMOVE) {
                identity = OTHER;
            } else if (run.kind() == CommandKind.VALIDATOR_RESTART) {
                pid++;
                identity = OTHER;
            }
        }
        return result;
    }

    static CommandResult exit(int status) {
        return new CommandResult(How.EXITED, status, "", Duration.ofMillis(20));
    }

    /** As Agave's client prints it. */
    static CommandResult saidNo() {
        return new CommandResult(How.EXITED, 1, "New validator identity path: /keys/staked.json\nValidator command failed: admin rpc "
                + "error: Server returned rpc error Invalid params: Unable to load tower file for identity STAKED: IO Error: No such file "
                + "or directory (os error 2)\n", Duration.ofMillis(20));
    }

    static CommandResult ended(How how) {
        return new CommandResult(how, -1, "", Duration.ofSeconds(5));
    }

    /** The commands run so far, in their order. */
    List<CommandKind> ran() {
        List<CommandKind> kinds = new ArrayList<>();
        for (Task task : tasks) {
            if (task instanceof Task.Run run) {
                kinds.add(run.kind());
            }
        }
        return kinds;
    }

    boolean killed() {
        return tasks.stream().anyMatch(Task.Kill.class::isInstance);
    }

    DurableAgentState memory() {
        return saved.get(saved.size() - 1);
    }

    InDoubt here() {
        return new InDoubt(pid, pid * 10);
    }
}
