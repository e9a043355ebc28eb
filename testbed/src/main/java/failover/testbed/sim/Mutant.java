package failover.testbed.sim;

import failover.agent.decision.AgentEvent;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.CommandKind;
import failover.agent.decision.CommandResult;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.FormerLease;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.agent.decision.TaskResult;
import failover.manager.decision.Failure;
import failover.manager.decision.ManagerEvent;
import failover.manager.decision.NodeReport;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A rule taken away, by telling a core what an implementation without that rule would have taken for true. The simulation has to notice
 * each of them: a simulation that lets a mutant live proves nothing about the rules it lets live.
 */
public enum Mutant {
    /** The rules as they are. */
    NONE("the rules as they are"),
    /** OM0-3, OM-1: "warning, continue" after a failed demotion. */
    FAILED_DEMOTION_BELIEVED("success:false of become_passive is believed to be a success"),
    /** OM0-3: a demotion nobody answered is skipped. */
    UNANSWERED_DEMOTION_BELIEVED("a become_passive without an answer is believed to be obeyed"),
    /** SVS-3: the old one is promoted again while the new one may be active. */
    LOST_PROMOTION_ROLLED_BACK("a become_active without an answer is rolled back without clearing"),
    /** SVS-3, SAF-4. */
    UNKNOWN_PROMOTION_ROLLED_BACK("an unknown outcome of become_active is rolled back without clearing"),
    /** OM0-4: "already passive" out of a memory that is never compared with reality. */
    PASSIVE_FROM_MEMORY("become_passive succeeds where the memory says passive"),
    /** SVS-2: the exit status of set-identity(unstaked) is taken for the fact. */
    EXIT_STATUS_BELIEVED("a demotion is not verified by the validator's word"),
    /** E15. */
    LATE_EFFECTS_IGNORED("passive from re-reading while a set-identity may still take effect"),
    /** E10, E16. */
    HALF_DONE_CHANGE_FORGOTTEN("a restarted agent forgets its half-done change"),
    /** A kill that is not verified. */
    KILL_BELIEVED("a kill is believed without seeing the process dead"),
    /** E13. */
    PEER_NOT_ASKED("a bare become_active is obeyed without asking the peer"),
    /** E10. */
    EPOCHS_IGNORED("a become_active of an epoch that is over is obeyed"),
    /** E2. */
    E2_LATE("the holder begins its fence only when the lease has run out"),
    /** E2. */
    NO_SIGKILL("a fence ends without SIGKILL"),
    /** E4. */
    FENCER_ARMED_LATE("the fencer is never told the deadline"),
    /** E4. */
    WATCHDOG_FED_TOO_LONG("the watchdog is fed until the lease has run out, and after"),
    /** E16. */
    GRANTS_ITSELF_TIME("a restarted agent takes a whole lease for itself"),
    /** E3. */
    NO_E3_WAIT("a silent host is replaced after two heartbeats, its lease still running"),
    /** E0. */
    LEASE_FROM_RECEIPT("a lease counts from the arrival of the poll, not from the issue of the token it echoes"),
    /** E7. */
    NO_PEER_REFUSAL("the peer promises, and is promoted all the same"),
    /** E7. */
    NO_HOLD_OFF("an agent that has just started forgets that it may have promised"),
    /** E8. */
    NO_E8("a manager that has just started takes who does not answer for silent at once"),
    /** E11. */
    NO_E11("a late become_active is obeyed as if its token were new"),
    /** INV-2. */
    TOWER_COPIED_EARLY("the tower is copied before the identity is off"),
    /** INV-3. */
    STALE_TOWER_ACCEPTED("a tower may be as old as it likes"),
    /** INV-7. */
    PAUSE_NOT_ACKNOWLEDGED("a pause counts as in force as soon as it is asked for"),
    /** E10. */
    EPOCH_NOT_DURABLE("a restarted manager begins its epochs anew, whatever its agents say"),
    /** E9. */
    WALL_CLOCK_ONLY("an agent's lease is measured by its wall clock alone"),
    /** E9. */
    MONOTONIC_ONLY("an agent's lease is measured by its monotonic clock alone"),
    /** E6. */
    EVIDENCE_IGNORED("a silent host is replaced whatever its votes say"),
    /** E6. */
    RPC_ERROR_MEANS_STILL("a source that gives an error is taken for one that sees no vote"),
    /** E6. */
    FROZEN_SOURCE_BELIEVED("the witness of a source is taken from elsewhere, so that a frozen one sees no vote"),
    /** E4. */
    ATTESTS_FALSELY("an agent attests a fencer that is not there"),
    /** E2. */
    COMMANDS_NOT_CUT("the fence lets other commands run on and begin"),
    /** E0. */
    LEASE_REVIVED("a lease that has run out goes on when a poll says so"),
    /** E0, twice: the age of the token covers the first. */
    LEASE_REVIVED_FROM_RECEIPT("the same, and a poll counts from its arrival", LEASE_REVIVED, LEASE_FROM_RECEIPT),
    /** E14. */
    BOOT_IDENTITY_STAKED("a demotion leaves the boot identity as it is"),
    /** E6. */
    LAGGING_SOURCE_BELIEVED("the witness of a source is taken from elsewhere, so that one that lags seems not to"),
    /** E6. */
    OLD_EVIDENCE_BELIEVED("what a source said before the last call to a silent host counts after it"),
    /** safety.md, "Promotion". */
    ACTIVE_DEAD_OVER_UNRESOLVED("a silent host whose promotion is unresolved is taken for dead"),
    /** E11, and what covers it: the chain has gone on meanwhile. */
    NO_E11_NOR_TOWER_AGE("the same, and a tower may be as old as it likes", NO_E11, STALE_TOWER_ACCEPTED),
    /** E10, and what covers it: the token is old, and the chain has gone on. */
    EPOCHS_IGNORED_NOR_E11("an epoch that is over is obeyed, whatever the age of token and tower", EPOCHS_IGNORED, NO_E11,
            STALE_TOWER_ACCEPTED),
    /** Liveness: who said that it cannot sign, after everything it was granted, need not answer to be excluded. */
    NO_ACTIVE_BY_REACHABILITY("a host that was verified passive, and is silent now, is taken for the active one"),
    /** Liveness: what was asked before the last change of role tells of roles that are no more. */
    STALE_STATUS_BELIEVED("an old answer is taken for one to the newest question"),
    /** INV-8. */
    COOLDOWN_NOT_DURABLE("a restarted manager forgets its last automatic failover"),
    /** E7, liveness. */
    PROMISE_BINDS_ALWAYS("a promise to the peer is kept although the peer is verified passive"),
    /** E8, scenario 58. */
    OLD_NUMBERS_FORGOTTEN("a manager that starts with a shorter lease does not wait for the longer one it granted before"),
    /** E2: the dead-man needs nobody's event loop. */
    DEAD_MAN_IN_THE_LOOP("the dead-man is a timer of the event loop"),
    /** E2: nobody who decides or fences waits for a log. */
    LOG_BLOCKS("whoever logs waits until somebody reads"),
    /** E2: each step of a fence has its limit. */
    STEP_WITHOUT_END("the fence waits for a step that gives no answer"),
    /** E15: an exit status is a client's word. */
    FAILED_SET_IDENTITY_BELIEVED("a set-identity(staked) that exits with an error is believed to have changed nothing"),
    /** E7. */
    PROMISED_LENGTH_FORGOTTEN("an agent that has just started holds off for the newest lease, not for the longest it promised"),
    /** E7, and what covers it: the manager waits for the leases of its last start. */
    PROMISED_LENGTH_FORGOTTEN_BY_BOTH("the same, and the manager forgets its longer leases", PROMISED_LENGTH_FORGOTTEN,
            OLD_NUMBERS_FORGOTTEN),
    /** E12. */
    SECOND_PROCESS_NOT_NOTICED("whatever process bears the manager's id is obeyed as the manager"),
    /** E10. */
    NEWER_HOLDER_NOT_HEARD("a holder that hears of a newer holder goes on to its lease's end"),
    /** E17. */
    PEERS_NOT_COMPARED("nobody asks whether the host that promises is the one that would be promoted"),
    /** E16. */
    LEASE_FILE_IGNORED("an agent that has lost its state file takes its lease file for nothing"),
    /** E6. */
    ONE_NODE_TWICE("two names of one node are two witnesses"),
    /** E15, and what covers it: the lease file is of an epoch that the state file does not know. */
    HALF_DONE_CHANGE_AND_LEASE_FORGOTTEN("the same, and the lease file counts for nothing", HALF_DONE_CHANGE_FORGOTTEN, LEASE_FILE_IGNORED);

    private final String words;
    private final Set<Mutant> parts;

    Mutant(String words, Mutant... parts) {
        this.words = words;
        this.parts = Set.of(parts);
    }

    /** That rule is taken away, alone or with another. */
    boolean is(Mutant rule) {
        return this == rule || !parts.isEmpty() && parts.contains(rule);
    }

    /** What an agent goes by. */
    AgentOptions rules(AgentOptions real) {
        if (this != BOOT_IDENTITY_STAKED) {
            return real;
        }
        Set<CommandKind> kinds = EnumSet.copyOf(real.configured());
        kinds.remove(CommandKind.PASSIVE_SYMLINK);
        return new AgentOptions(real.dryRun(), real.activeOnStart(), real.configuredIdentity(), kinds, real.managerTimeout(),
                real.peerConfigured(), real.checkInternetWhenIsolated(), real.minProcessUptime(), real.towerBackupInterval(),
                real.commandTimeout(), real.demotionTimeout(), real.promotionTimeout(), real.fenceTimeout(), real.maxTowerLagSlots(),
                    real.fencing(), real.watchdog(), real.version());
    }

    /** Where its absence is looked for. */
    RunClass runClass() {
        switch (this) {
            case PAUSE_NOT_ACKNOWLEDGED:
                return RunClass.PAUSES;
            case TOWER_COPIED_EARLY:
            case STALE_TOWER_ACCEPTED:
            case E2_LATE:
            case NO_SIGKILL:
            case NO_E3_WAIT:
            case LEASE_FROM_RECEIPT:
            case NO_PEER_REFUSAL:
            case NO_HOLD_OFF:
            case NO_E8:
            case NO_E11:
            case WALL_CLOCK_ONLY:
            case EVIDENCE_IGNORED:
            case RPC_ERROR_MEANS_STILL:
            case FROZEN_SOURCE_BELIEVED:
            case COMMANDS_NOT_CUT:
            case EPOCH_NOT_DURABLE:
            case LEASE_REVIVED:
            case LAGGING_SOURCE_BELIEVED:
            case OLD_EVIDENCE_BELIEVED:
            case ACTIVE_DEAD_OVER_UNRESOLVED:
            case OLD_NUMBERS_FORGOTTEN:
            case DEAD_MAN_IN_THE_LOOP:
            case LOG_BLOCKS:
            case STEP_WITHOUT_END:
            case PROMISED_LENGTH_FORGOTTEN:
            case PROMISED_LENGTH_FORGOTTEN_BY_BOTH:
            case SECOND_PROCESS_NOT_NOTICED:
            case LEASE_FILE_IGNORED:
            case ONE_NODE_TWICE:
                return RunClass.NEVER_FREEZE;
            case MONOTONIC_ONLY:
            case LEASE_REVIVED_FROM_RECEIPT:
                return RunClass.SUSPENDS;
            case WATCHDOG_FED_TOO_LONG:
                return RunClass.FREEZES_WITH_WATCHDOG;
            case ATTESTS_FALSELY:
                return RunClass.FREEZES_REQUIRED;
            case FENCER_ARMED_LATE:
            case GRANTS_ITSELF_TIME:
                return RunClass.FREEZES_WITH_FENCER;
            default:
                return RunClass.HOSTS_ANSWER;
        }
    }

    /** What is wrong with it. */
    public String words() {
        return words;
    }

    /** The lease that a restarted agent finds in the lease file; {@code lost}: it finds no state file. */
    FormerLease former(FormerLease real, DurableAgentState memory, boolean lost) {
        if ((lost || is(HALF_DONE_CHANGE_FORGOTTEN)) && is(LEASE_FILE_IGNORED)) {
            return null;
        }
        boolean grants = is(GRANTS_ITSELF_TIME) && memory.role() == Role.ACTIVE && memory.terms() != null;
        // No more than a lease is worth: a longer one is taken for no lease at all.
        return grants ? new FormerLease(Duration.ofMillis(memory.terms().leaseMs()), memory.epoch(), memory.hostId()) : real;
    }

    /** What a restarted agent reads. */
    DurableAgentState remembered(DurableAgentState memory) {
        DurableAgentState kept = is(PROMISED_LENGTH_FORGOTTEN) ? memory.withPromised(0) : memory;
        return is(HALF_DONE_CHANGE_FORGOTTEN) ? kept.withIntent(null).withInDoubt(null) : kept;
    }

    /**
     * What the agent is told instead of {@code event}.
     *
     * @param known the newest memory it asked to be saved
     * @param change what it does now; {@code null} when nothing
     * @param last the newest identity command of that change; {@code null} when none
     */
    AgentEvent toAgent(AgentEvent event, DurableAgentState known, Action change, CommandKind last) {
        if (this == NONE) {
            return event;
        }
        if (event instanceof AgentEvent.TaskDone done) {
            return new AgentEvent.TaskDone(toAgent(done.result(), known, change, last));
        }
        if (is(EPOCHS_IGNORED) && event instanceof AgentEvent.ChangeAsked asked && asked.request().epoch() > 0) {
            FailoverRequest request = asked.request();
            return new AgentEvent.ChangeAsked(asked.ticket(), new FailoverRequest(request.action(), request.reason(),
                    request.skipIdentity(), request.timestamp(), request.operationId(), Math.max(request.epoch(), known.epoch()),
                    request.deadlineMs(), request.planned(), request.grant(), request.tower(),
                    request.knownTower()));
        }
        return LeaseMutants.answered(this, event);
    }

    private TaskResult toAgent(TaskResult result, DurableAgentState known, Action change, CommandKind last) {
        if (result instanceof TaskResult.Looked looked) {
            Observation seen = looked.observation();
            boolean demotion = change == Action.BECOME_PASSIVE && SimValidator.STAKED.equals(seen.identity());
            if (is(PASSIVE_FROM_MEMORY) && demotion && last == null && known.role() == Role.PASSIVE
                    || is(EXIT_STATUS_BELIEVED) && demotion && last == CommandKind.IDENTITY_REMOVE) {
                return new TaskResult.Looked(new Observation(seen.atNanos(), seen.process(), seen.slot(), seen.healthy(), null,
                        "Believed", null));
            }
            if (is(LATE_EFFECTS_IGNORED)) {
                ProcessView real = seen.process();
                // Another life of the process, as far as the rule can tell; killing goes by the number (AgentHost.kill).
                ProcessView other = new ProcessView(real.running(), real.pid(), -real.startTicks(), real.uptime(), real.certain());
                return new TaskResult.Looked(new Observation(seen.atNanos(), change == Action.BECOME_PASSIVE ? other : real, seen.slot(),
                        seen.healthy(), seen.slotError(), seen.identity(), seen.identityError()));
            }
        } else if (is(KILL_BELIEVED) && result instanceof TaskResult.Killed) {
            return new TaskResult.Killed(true, "");
        } else if (is(FAILED_SET_IDENTITY_BELIEVED) && result instanceof TaskResult.Ran ran) {
            boolean failed = ran.kind() == CommandKind.IDENTITY_CHANGE && ran.result().how() == CommandResult.How.EXITED
                    && ran.result().exit() != 0;
            return failed ? new TaskResult.Ran(ran.kind(), new CommandResult(CommandResult.How.EXITED, 1,
                    "Unable to load tower file for identity x", ran.result().took())) : result;
        } else if (is(PEER_NOT_ASKED) && result instanceof TaskResult.PeerSaid) {
            return new TaskResult.PeerSaid(new PeerStatusResponse(true, false, true, 0, null, 0, false, null));
        }
        return result;
    }

    /** What the manager is told instead of {@code event}; {@code sent} are its commands by number. */
    ManagerEvent toManager(ManagerEvent event, Map<Long, FailoverRequest> sent) {
        if (this == NONE) {
            return event;
        }
        if (event instanceof ManagerEvent.CommandReplied reply) {
            FailoverResponse said = reply.response();
            boolean demotion = isDemotion(sent.get(reply.command()));
            if (is(FAILED_DEMOTION_BELIEVED) && demotion && !said.success()) {
                return new ManagerEvent.CommandReplied(reply.command(), with(said, true, Outcome.DONE));
            }
            boolean open = Outcome.UNKNOWN.wire().equals(said.outcome()) || Outcome.FAILED.wire().equals(said.outcome());
            if (is(UNKNOWN_PROMOTION_ROLLED_BACK) && !demotion && open) {
                return new ManagerEvent.CommandReplied(reply.command(), with(said, false, Outcome.REFUSED));
            }
        } else if (event instanceof ManagerEvent.CommandFailed failed && failed.failure().kind() == Failure.Kind.NO_ANSWER) {
            boolean demotion = isDemotion(sent.get(failed.command()));
            if (is(UNANSWERED_DEMOTION_BELIEVED) && demotion) {
                return new ManagerEvent.CommandReplied(failed.command(), with(new FailoverResponse(true, "", false, 0, null, null, false,
                        null, false, 0, 0), true, Outcome.DONE));
            }
            if (is(LOST_PROMOTION_ROLLED_BACK) && !demotion) {
                return new ManagerEvent.CommandFailed(failed.command(), new Failure(Failure.Kind.NOT_DELIVERED, "timeout"));
            }
        } else if (is(ONE_NODE_TWICE) && event instanceof ManagerEvent.NodeRead read) {
            NodeReport word = read.node();
            return new ManagerEvent.NodeRead(read.source(), new NodeReport(null, word.genesis(), word.finalized()), read.askedAt());
        }
        return event;
    }

    private static boolean isDemotion(FailoverRequest request) {
        return request != null && Action.BECOME_PASSIVE.wire().equals(request.action());
    }

    private static FailoverResponse with(FailoverResponse said, boolean success, Outcome outcome) {
        return new FailoverResponse(success, said.message(), said.dryRun(), said.timestamp(), said.operationId(), outcome.wire(),
                said.verified(), said.identity(), said.processDead(), said.epoch(), said.tookMs());
    }
}
