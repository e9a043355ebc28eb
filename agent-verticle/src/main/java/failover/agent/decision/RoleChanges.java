package failover.agent.decision;

import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Admission of changes of role: one at a time, the same one joined and not repeated (OM0-14), a demotion before everything else, nothing
 * below the epoch already obeyed (E10).
 */
final class RoleChanges {
    private static final Duration ANSWER_MARGIN = Duration.ofMillis(250);

    private final AgentOptions rules;
    private final LeaseHolder leases;

    RoleChanges(AgentOptions rules, LeaseHolder leases) {
        this.rules = rules;
        this.leases = leases;
    }

    void asked(AgentState state, long ticket, FailoverRequest request, ClockReading now, List<AgentEffect> out) {
        Optional<Action> action = Action.of(request.action() == null ? "" : request.action());
        if (action.isEmpty()) {
            String word = request.action() == null ? "" : request.action();
            answer(state, ticket, request, now, Outcome.REFUSED, "unknown action: " + word, out);
            return;
        }
        if (rules.dryRun()) {
            out.add(AgentMachine.say(Level.INFO, "[DRY-RUN] Would execute: " + action.get() + " (" + request.reason() + ")"));
            out.add(new AgentEffect.Reply(ticket, new FailoverResponse(true, "[DRY-RUN] Would execute: " + action.get(), true,
                    now.wallSeconds(), request.operationId(), Outcome.REFUSED.wire(), false, null, false, state.memory.epoch(), 0)));
            return;
        }
        if (repeated(state, request)) {
            out.add(new AgentEffect.Reply(ticket, state.lastAnswer));
            return;
        }
        if (request.epoch() > 0 && request.epoch() < state.knowledge().epoch()) {
            answer(state, ticket, request, now, Outcome.REFUSED, "epoch " + request.epoch() + " is over: this host has obeyed epoch "
                    + state.knowledge().epoch(), out);
            return;
        }
        if (!Bounds.reachable(state.knowledge().epoch(), request.epoch())) {
            // Obeyed once, it would make every later order, and every later manager, one of the past.
            answer(state, ticket, request, now, Outcome.REFUSED, "epoch " + request.epoch() + " lies more than " + Bounds.LARGEST_LEAP
                    + " above " + state.knowledge().epoch() + ", the highest that this host has obeyed: no manager has come so far", out);
            return;
        }
        if (state.lease.fencing) {
            duringFence(state, action.get(), ticket, request, now, out);
        } else if (state.change == null) {
            String no = action.get() == Action.BECOME_ACTIVE ? leases.admit(state, request, now, out) : null;
            if (no != null) {
                answer(state, ticket, request, now, Outcome.REFUSED, no, out);
                return;
            }
            state.waiters.add(ticket);
            begin(state, action.get(), request, now, out);
        } else if (state.change.action() == action.get() && state.next == null) {
            state.change.raiseEpoch(request.epoch());
            state.waiters.add(ticket);
        } else if (action.get() == Action.BECOME_PASSIVE) {
            cutShort(state, ticket, request, out);
        } else {
            answer(state, ticket, request, now, Outcome.REFUSED, "busy: become_passive is under way", out);
        }
    }

    /** A demotion that this agent decided on itself. */
    void demoteByItself(AgentState state, String reason, ClockReading now, List<AgentEffect> out) {
        if (state.change != null || state.lease.fencing) {
            return;
        }
        out.add(AgentMachine.say(Level.WARNING, "becoming passive by itself: " + reason));
        begin(state, Action.BECOME_PASSIVE, new FailoverRequest(Action.BECOME_PASSIVE.wire(), reason, false, now.wallSeconds(), null, 0, 0,
                false), now, out);
    }

    /** A request for what the fence does anyway is answered with its result. */
    private void duringFence(AgentState state, Action action, long ticket, FailoverRequest request, ClockReading now,
            List<AgentEffect> out) {
        if (action == Action.BECOME_PASSIVE) {
            state.memory = state.memory.withEpoch(Math.max(state.memory.epoch(), request.epoch()));
            state.waiters.add(ticket);
            state.fenceAskedBy = request.operationId();
        } else {
            answer(state, ticket, request, now, Outcome.REFUSED, "the lease has ended: this host fences itself", out);
        }
    }

    /** The dead-man has taken over: a change under way is no more, and what it did is not known. */
    void fenceBegun(AgentState state, List<AgentEffect> out) {
        state.lease.fencing = true;
        state.fenceAskedBy = null;
        if (state.change == null) {
            return;
        }
        RoleChange cut = state.change;
        state.memory = cut.memory();
        state.change = null;
        out.add(new AgentEffect.Abandon());
        if (cut.action() == Action.BECOME_PASSIVE) {
            state.fenceAskedBy = cut.request().operationId();
        } else {
            FailoverResponse unknown = new FailoverResponse(false, "the lease ended while become_active was under way: this host fences "
                    + "itself", false, cut.begun().wallSeconds(), cut.request().operationId(), Outcome.UNKNOWN.wire(), false, null, false,
                    state.memory.epoch(), 0);
            state.waiters.forEach(ticket -> out.add(new AgentEffect.Reply(ticket, unknown)));
            state.waiters.clear();
        }
        state.waiters.addAll(state.nextWaiters);
        state.nextWaiters.clear();
        state.next = null;
    }

    void fenced(AgentState state, AgentEvent.Fenced fenced, List<AgentEffect> out) {
        state.lease.fencing = false;
        long epoch = Math.max(state.memory.epoch(), fenced.memory().epoch());
        // What was met while the dead-man wrote what it knew.
        state.memory = fenced.memory().withEpoch(epoch).withBindings(state.memory.bindings()).withPromised(state.memory.promisedMs());
        FailoverResponse end = fenced.response();
        FailoverResponse response = new FailoverResponse(end.success(), end.message(), false, end.timestamp(), state.fenceAskedBy,
                end.outcome(), end.verified(), end.identity(), end.processDead(), epoch, end.tookMs(), end.tower());
        state.lastAnswer = response;
        state.waiters.forEach(ticket -> out.add(new AgentEffect.Reply(ticket, response)));
        state.waiters.clear();
        out.add(new AgentEffect.Remember(state.memory));
    }

    void taskDone(AgentState state, TaskResult result, ClockReading now, List<AgentEffect> out) {
        if (state.change == null) {
            return;
        }
        Task task = state.change.advance(result, now, out);
        if (task != null) {
            out.add(new AgentEffect.Do(task));
            return;
        }
        ended(state, now, out);
        if (state.next != null) {
            FailoverRequest waiting = state.next;
            state.next = null;
            state.waiters.addAll(state.nextWaiters);
            state.nextWaiters.clear();
            begin(state, Action.BECOME_PASSIVE, waiting, now, out);
        }
    }

    /** A step of the change could not be decided: it is over, and what it did is not known. */
    void broken(AgentState state, String why, List<AgentEffect> out) {
        if (state.change == null) {
            return;
        }
        RoleChange cut = state.change;
        // Intent and unsettled process stay in it: the watch takes them up (E15).
        state.memory = cut.memory();
        state.change = null;
        state.waiters.addAll(state.nextWaiters);
        state.nextWaiters.clear();
        state.next = null;
        FailoverResponse unknown = new FailoverResponse(false, cut.action().wire() + " broke off by a fault of this program: " + why, false,
                cut.begun().wallSeconds(), cut.request().operationId(), Outcome.UNKNOWN.wire(), false, null, false,
                state.memory.epoch(), 0);
        state.waiters.forEach(ticket -> out.add(new AgentEffect.Reply(ticket, unknown)));
        state.waiters.clear();
        out.add(new AgentEffect.Remember(state.memory));
    }

    private boolean repeated(AgentState state, FailoverRequest request) {
        String id = request.operationId();
        return id != null && !id.isEmpty() && state.change == null && state.lastAnswer != null && state.memory.lastOperation() != null
                && id.equals(state.lastAnswer.operationId()) && request.action().equals(state.memory.lastOperation().action())
                && request.epoch() == state.memory.epoch();
    }

    private void begin(AgentState state, Action action, FailoverRequest request, ClockReading now, List<AgentEffect> out) {
        Duration own = action == Action.BECOME_PASSIVE ? rules.demotionTimeout() : rules.promotionTimeout();
        Duration limit = request.deadlineMs() > 0
                ? Durations.min(own, Durations.max(ANSWER_MARGIN, Duration.ofMillis(request.deadlineMs()).minus(ANSWER_MARGIN)))
                : own;
        state.change = action == Action.BECOME_PASSIVE
                ? new Demotion(rules, request, state.memory, state.identityRead, limit, now)
                : new Promotion(rules, request, state.memory, state.identityRead, state.pace.slotMs(), limit, now);
        state.change.hold(state.lease.hold);
        state.contradictions = 0;
        out.add(new AgentEffect.CancelBackup());
        out.add(new AgentEffect.Do(state.change.begin(out)));
    }

    private void cutShort(AgentState state, long ticket, FailoverRequest request, List<AgentEffect> out) {
        out.add(AgentMachine.say(Level.WARNING, "become_passive cuts become_active short: " + request.reason()));
        state.change.cutShort();
        if (state.next == null || request.epoch() >= state.next.epoch()) {
            state.next = request;
        }
        state.nextWaiters.add(ticket);
        out.add(new AgentEffect.CutShort());
    }

    private void ended(AgentState state, ClockReading now, List<AgentEffect> out) {
        RoleChange change = state.change;
        RoleChangeResult result = change.result();
        state.memory = change.memory();
        state.change = null;
        FailoverResponse response = new FailoverResponse(result.outcome() == Outcome.DONE, result.message(), false,
                change.begun().wallSeconds(), change.request().operationId(), result.outcome().wire(), result.verified(), result.identity(),
                result.processDead(), state.memory.epoch(), now.since(change.begun().nanos()).toMillis(), change.tower());
        state.lastAnswer = response;
        for (long ticket : state.waiters) {
            out.add(new AgentEffect.Reply(ticket, response));
        }
        state.waiters.clear();
    }

    private void answer(AgentState state, long ticket, FailoverRequest request, ClockReading now, Outcome outcome, String message,
            List<AgentEffect> out) {
        out.add(new AgentEffect.Reply(ticket, new FailoverResponse(false, message, rules.dryRun(), now.wallSeconds(), request.operationId(),
                outcome.wire(), false, null, false, state.knowledge().epoch(), 0)));
    }
}
