package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.Outcome;
import java.time.Duration;
import java.util.List;

/**
 * A change of role under way: a little machine that has exactly one {@link Task} out and turns its result into the next one. It is driven
 * by {@link AgentMachine}; being free of clocks and threads it can be driven by anything else that does tasks.
 */
abstract class RoleChange {
    /** What a verified SIGKILL takes at most (K of safety.md). */
    static final Duration KILL_TIME = LeaseTiming.KILL;

    protected final AgentOptions rules;
    protected final FailoverRequest request;
    /** What an earlier change left half done: the boot identity may be the staked one for it. */
    protected final DurableAgentState.Intent former;
    /** Monotonic instant and wall clock when the work began. */
    protected final ClockReading begun;
    /** Monotonic instant at which the change must have ended. */
    protected final long endBy;
    /** The memory as this change leaves it; saved at its own steps. */
    protected DurableAgentState memory;
    /** Something more urgent came: end as soon as it is safe to. */
    protected boolean cutShort;
    /** The validator has reported its identity at some time since the agent's start: then a missing report is no consent. */
    private boolean identityReadable;
    /** The lease this change goes on under; {@code null} when none. Renewed while it runs. */
    protected HeldLease hold;
    private RoleChangeResult result;

    RoleChange(AgentOptions rules, FailoverRequest request, DurableAgentState memory, boolean identityReadable, Duration limit,
            ClockReading now) {
        this.rules = rules;
        this.request = request;
        this.memory = memory;
        this.former = memory.intent();
        this.identityReadable = identityReadable;
        this.begun = now;
        this.endBy = now.plus(limit);
    }

    RoleChange(RoleChange other) {
        this.rules = other.rules;
        this.request = other.request;
        this.memory = other.memory;
        this.former = other.former;
        this.cutShort = other.cutShort;
        this.identityReadable = other.identityReadable;
        this.begun = other.begun;
        this.endBy = other.endBy;
        this.hold = other.hold;
        this.result = other.result;
    }

    abstract RoleChange copy();

    abstract Action action();

    /** The first task. */
    abstract Task begin(List<AgentEffect> out);

    /** The task after {@code done}; {@code null} when the change has ended and {@link #result} is set. */
    final Task advance(TaskResult done, ClockReading now, List<AgentEffect> out) {
        identityReadable |= done instanceof TaskResult.Looked look && look.observation().identity() != null;
        return next(done, now, out);
    }

    /** The task of {@link #advance}. */
    protected abstract Task next(TaskResult done, ClockReading now, List<AgentEffect> out);

    /** The tower to be handed on with the answer; {@code null} when none. */
    FinalTower tower() {
        return null;
    }

    final RoleChangeResult result() {
        return result;
    }

    final DurableAgentState memory() {
        return memory;
    }

    final FailoverRequest request() {
        return request;
    }

    final ClockReading begun() {
        return begun;
    }

    /** The lease as it stands now (E5). */
    final void hold(HeldLease renewed) {
        hold = renewed;
    }

    /** Bonds made while the change runs: it writes the memory that it carries. */
    final void bindings(DurableAgentState.Bindings bindings) {
        memory = memory.withBindings(bindings);
    }

    /** The length of a promise given while the change runs. */
    final void promised(long millis) {
        memory = memory.withPromised(millis);
    }

    final void cutShort() {
        cutShort = true;
    }

    /** A later request for the same change carries this epoch: it is known now. */
    final void raiseEpoch(long epoch) {
        memory = memory.withEpoch(Math.max(memory.epoch(), epoch));
    }

    protected final Duration left(ClockReading now) {
        return Duration.ofNanos(Math.max(0, endBy - now.nanos()));
    }

    /** The limit of a command: its own, and what is left less what the last resort needs. */
    protected final Duration commandLimit(ClockReading now) {
        return Durations.max(Duration.ofMillis(100), Durations.min(rules.commandTimeout(), left(now).minus(KILL_TIME)));
    }

    protected final Task end(RoleChangeResult ended) {
        this.result = ended;
        return null;
    }

    /** The record of this change for a caller whose answer got lost. */
    protected final LastOperation record(Outcome outcome, String message, ClockReading now) {
        return new LastOperation(request.operationId(), action().wire(), outcome.wire(), message, now.wallSeconds());
    }

    protected final void say(List<AgentEffect> out, Level level, String line) {
        out.add(new AgentEffect.Say(level, line + tag()));
    }

    /** The ids that tie a log line to its failover on all three hosts. */
    protected final String tag() {
        String id = request.operationId();
        return id == null || id.isEmpty() ? "" : " op=" + id + (request.epoch() > 0 ? " epoch=" + request.epoch() : "");
    }

    /** Logs when a result is assumed rather than verified. */
    protected static String byWhoseWord(RoleChangeResult ending) {
        return ending.verified() ? "" : " (by the command's word: the validator cannot be asked)";
    }

    /** The validator carries the staked identity, by its own report. */
    protected final boolean saysStaked(Observation seen) {
        return memory.stakedIdentity() != null && memory.stakedIdentity().equals(seen.identity());
    }

    /** The validator carries another identity, by its own report. */
    protected final boolean saysOther(Observation seen) {
        return memory.stakedIdentity() != null && seen.identity() != null && !memory.stakedIdentity().equals(seen.identity());
    }

    /** Neither now nor ever could the validator be asked whose identity it carries: the original's rules apply to it. */
    protected final boolean cannotBeAsked(Observation seen) {
        return memory.stakedIdentity() == null || seen.identity() == null && !identityReadable;
    }
}
