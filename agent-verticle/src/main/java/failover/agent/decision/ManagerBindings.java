package failover.agent.decision;

import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.DurableAgentState.Manager;
import failover.agent.decision.DurableAgentState.Terms;
import failover.agent.decision.LeaseState.Keeping;
import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The manager and the peer that this host obeys (safety.md, E12, E17). One manager at a time, and both hosts the same: a pair whose hosts
 * obey two managers has two quorums. So a host leaves its manager only together with its peer: it first makes durable that it no longer
 * obeys the old one, then asks the peer, which is durably bound to the new one before it agrees. Between the two steps only the peer can
 * keep it active, and neither manager can make it active.
 */
final class ManagerBindings {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);
    /** How old the peer's report of its manager may be. */
    private static final Duration COMPARE = Duration.ofSeconds(30);

    private final AgentOptions rules;

    ManagerBindings(AgentOptions rules) {
        this.rules = rules;
    }

    /**
     * Why a manager is refused here; {@code null} when it is obeyed. Another one is another id, an older start of the same one (a state
     * that was restored from a backup), or another process of the same start (a state that was copied). A newer start is obeyed at once.
     *
     * @param polls it polls, and does not order: then this host may find out whether it is to change managers
     */
    String bind(AgentState state, Manager asks, boolean polls, ClockReading now, List<AgentEffect> out) {
        if (asks.id() == null || asks.id().isEmpty()) {
            return "it names no manager_id";
        }
        Bindings bindings = state.memory.bindings();
        long known = asks.id().equals(bindings.managerId()) ? bindings.managerStart() : 0;
        if (!Bounds.reachable(known, asks.start())) {
            return "start " + asks.start() + " of manager " + asks.id() + " lies more than " + Bounds.LARGEST_LEAP + " above start " + known
                    + ", the newest that is known here: no manager has started so often";
        }
        if (bindings.leaving() != null) {
            return "this host leaves manager " + bindings.manager() + " for " + bindings.leaving()
                    + " and has asked its peer to come along: it "
                    + "obeys neither until that one has answered (E12)" + (state.lease.strangeAnswers == null ? ""
                    : "; host " + state.lease.strangeAnswers + " answers in its place, and where the peer was replaced for good, or this "
                    + "host's state is another one's: failover-agent --forget-peer");
        }
        if (!bindings.managed()) {
            out.add(AgentMachine.say(Level.INFO, "bound to manager " + asks.id()));
            PeerPromises.boundAnew(state, now);
            set(state, bindings.to(asks), out);
            return null;
        }
        Manager own = bindings.manager();
        if (own.mayBe(asks)) {
            if (own.run() == null && asks.run() != null) {
                set(state, bindings.to(asks), out);
            }
            return null;
        }
        if (asks.id().equals(own.id())) {
            if (asks.start() > own.start() || asks.start() == own.start() && polls && unheard(state, now)) {
                // Its next start; or one that could not write which it is.
                PeerPromises.former(state, state.memory.terms() == null && !state.lease.offeredWait.isZero() ? state.lease.offeredWait
                        : wait(state), now);
                set(state, CompetingManagers.next(state, asks, out), out);
                return null;
            }
        }
        return polls && changes(state, asks, now, out) ? null : foreign(own, asks);
    }

    /** The bound process has not polled here for as long as a lease of it may last. */
    private boolean unheard(AgentState state, ClockReading now) {
        LeaseState lease = state.lease;
        Duration wait = lease.offeredWait.isZero() ? wait(state) : lease.offeredWait;
        return now.since(lease.managerHeard ? lease.managerHeardAt : lease.startedAt.nanos()).compareTo(wait) >= 0;
    }

    private static String foreign(Manager own, Manager asks) {
        if (!asks.id().equals(own.id())) {
            return "manager " + asks.id() + " is not the one this host is bound to (" + own.id() + "); stop one of the two, or, where that "
                    + "one is gone for good, let this host forget it: failover-agent --forget-manager";
        }
        if (asks.start() < own.start()) {
            return "an older start (" + asks.start() + ") of manager " + asks.id() + " whose start " + own.start() + " is obeyed here: its "
                    + "state_dir comes from a backup; it is obeyed once the other has been silent here and at the peer";
        }
        return "a second process of manager " + asks.id() + " with the same start (" + asks.start() + "): its state_dir, or its machine, "
                + "was copied; stop one of the two";
    }

    /** Another manager polls: true when this host is bound to it from now on. */
    private boolean changes(AgentState state, Manager asks, ClockReading now, List<AgentEffect> out) {
        if (state.change != null || !silentHere(state, now)) {
            return false;
        }
        if (!rules.peerConfigured()) {
            over(state, asks, "has been silent here, and no peer is configured", now, out);
            return true;
        }
        LeaseState.PeersManager there = state.lease.peersManager;
        boolean fresh = there != null && now.since(there.saidAt()).compareTo(ASK_AGAIN.multipliedBy(2)) < 0;
        if (fresh && names(there.manager(), asks)) {
            over(state, asks, "has been silent here, and the peer obeys the other", now, out);
            return true;
        }
        if (fresh && now.since(there.heardAt()).compareTo(wait(state)) >= 0) {
            leave(state, asks, out);
        } else if (state.asking == null && now.since(state.askedAt).compareTo(ASK_AGAIN) >= 0) {
            state.asking = AgentState.Asking.OTHER_MANAGER;
            state.askedAt = now.nanos();
            state.lease.candidate = asks;
            out.add(new AgentEffect.AskPeer());
        }
        return false;
    }

    private static void over(AgentState state, Manager to, String why, ClockReading now, List<AgentEffect> out) {
        Set<Manager> left = new HashSet<>(state.lease.beside);
        left.add(state.memory.bindings().manager());
        left.remove(to);
        state.lease.left = Set.copyOf(left);
        state.lease.beside = Set.of();
        state.lease.twin = null;
        state.lease.wentOver = true;
        state.lease.wentOverAt = now.nanos();
        out.add(AgentMachine.say(Level.WARNING, "manager " + state.memory.bindings().manager() + " " + why + ": bound to manager " + to
                + " now"));
        set(state, state.memory.bindings().to(to).withRival(null), out);
    }

    /** The bound manager has been silent here for as long as a grantor waits (E3). */
    private boolean silentHere(AgentState state, ClockReading now) {
        LeaseState lease = state.lease;
        long lastHere = lease.managerHeard ? lease.managerHeardAt : lease.startedAt.nanos();
        return now.since(lastHere).compareTo(wait(state)) >= 0;
    }

    private Duration wait(AgentState state) {
        Terms terms = state.memory.terms();
        return terms == null ? rules.managerTimeout() : LeaseHolder.grantorWait(terms.leaseMs(), terms.jitterMs());
    }

    private static void leave(AgentState state, Manager to, List<AgentEffect> out) {
        out.add(AgentMachine.say(Level.WARNING, "manager " + state.memory.bindings().manager()
                + " has been silent here and at the peer: the two "
                + "go over to manager " + to + " together, if the peer agrees"));
        state.memory = state.memory.withBindings(state.memory.bindings().towards(to));
        state.lease.leavingKept = false;
        out.add(state.lease.keep(new Keeping(Keeping.Why.LEAVING, 0, null), state.memory));
    }

    /** The intent to leave is durable, or is not. */
    void kept(AgentState state, Keeping what, String error, ClockReading now, List<AgentEffect> out) {
        if (what.why() == Keeping.Why.FOLLOWING) {
            if (error != null) {
                out.add(AgentMachine.say(Level.ERROR, "the peer is not told that this host goes over to another manager, because a restart "
                        + "would forget it: " + error));
            }
            out.add(new AgentEffect.AnswerPeer(what.ticket(), error == null ? answer(state, "not asked", now) : null));
        } else if (state.memory.bindings().leaving() != null) {
            if (error == null) {
                state.lease.leavingKept = true;
                askToLeave(state, now, out);
            } else {
                out.add(AgentMachine.say(Level.ERROR, "this host stays with its manager, because a restart would forget that it has left: "
                        + error));
                set(state, state.memory.bindings().staying(), out);
            }
        }
    }

    void tick(AgentState state, ClockReading now, List<AgentEffect> out) {
        boolean due = state.memory.bindings().leaving() != null && state.lease.leavingKept
                && now.since(state.lease.askedToLeaveAt).compareTo(ASK_AGAIN) >= 0;
        if (due) {
            askToLeave(state, now, out);
        }
        compare(state, now, out);
    }

    /** Asks the peer whom it obeys: soon where that is in doubt, else now and then. A holder hears it with each promise. */
    private void compare(AgentState state, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        Bindings bindings = state.memory.bindings();
        boolean asks = bindings.managed() && bindings.leaving() == null && rules.peerConfigured() && !rules.dryRun() && state.asking == null
                && state.change == null && !lease.fencing;
        Duration every = bindings.rival() != null ? ASK_AGAIN : COMPARE;
        boolean heard = lease.peersManager != null && now.since(lease.peersManager.saidAt()).compareTo(every) < 0;
        if (asks && !heard && (!lease.compared || now.since(lease.comparedAt).compareTo(every) >= 0)) {
            lease.compared = true;
            lease.comparedAt = now.nanos();
            state.asking = AgentState.Asking.OTHER_MANAGER;
            out.add(new AgentEffect.AskPeer());
        }
    }

    /** Two hosts that obey two managers have two quorums: each could lose its own manager's host and rise. */
    private static void compared(AgentState state, Manager theirs, List<AgentEffect> out) {
        Bindings bindings = state.memory.bindings();
        Manager own = bindings.manager();
        if (own == null || theirs == null || bindings.leaving() != null) {
            return;
        }
        // An older or a newer start of the same one is what each host sees for a moment when a manager starts anew.
        if (own.equals(theirs)) {
            state.lease.unconfirmed = false;
        }
        boolean other = !own.id().equals(theirs.id()) || own.start() == theirs.start() && !own.mayBe(theirs);
        boolean same = own.equals(theirs) || bindings.rival() != null && !bindings.rival().id().equals(own.id()) && names(theirs, own);
        if (other && bindings.rival() == null) {
            set(state, bindings.withRival(theirs), out);
            out.add(AgentMachine.say(Level.ERROR, "ALARM: the peer obeys manager " + theirs + ", this host " + own
                    + ": stop one of the two. "
                    + "Until the peer obeys the same, this host is made active by none"));
        } else if (bindings.rival() != null && same) {
            state.lease.twin = null;
            set(state, bindings.withRival(null), out);
        }
    }

    private static void askToLeave(AgentState state, ClockReading now, List<AgentEffect> out) {
        Bindings bindings = state.memory.bindings();
        state.lease.askedToLeaveAt = now.nanos();
        out.add(new AgentEffect.AskToLeave(new LeaveRequest(bindings.leaving().id(), bindings.leaving().start(), bindings.leaving().run(),
                bindings.leaves())));
    }

    /** The peer's answer to {@link AgentEffect.AskToLeave}; without one the question is repeated. */
    void leaveAnswered(AgentState state, LeaveRequest asked, PeerStatusResponse answer, ClockReading now, List<AgentEffect> out) {
        if (answer != null) {
            pinPeer(state, answer.hostId(), out);
        }
        Bindings bindings = state.memory.bindings();
        boolean counts = bindings.leaving() != null && asked.number() == bindings.leaves() && answer != null && answer.stay() != null
                && answer.hostId() != null && answer.hostId().equals(bindings.peerId());
        state.lease.strangeAnswers = answer != null && foreignPeer(state, answer.hostId()) ? answer.hostId() : null;
        if (!counts) {
            return;
        }
        Manager there = manager(answer.stay());
        Manager to = bindings.leaving();
        if (there != null && there.id().equals(to.id()) && (there.mayBe(to) || there.start() > to.start())) {
            over(state, there.start() > to.start() ? there : to, "is left by the peer, too", now, out);
        } else {
            out.add(AgentMachine.say(Level.WARNING, "this host stays with manager " + bindings.manager() + ": the peer "
                    + (there == null ? "is bound to none" : "obeys " + there)));
            set(state, bindings.staying(), out);
        }
    }

    /** The peer wants to leave its manager for another. Answered at once where the answer is no, else once it is durable. */
    void leaveAsked(AgentState state, long ticket, PeerStatusRequest request, ClockReading now, List<AgentEffect> out) {
        pinPeer(state, request.hostId(), out);
        Bindings bindings = state.memory.bindings();
        LeaveRequest leave = request.leave();
        Manager to = new Manager(leave.managerId(), leave.managerStart(), leave.managerRun());
        boolean peers = request.hostId() != null && request.hostId().equals(bindings.peerId());
        boolean usable = peers && Bounds.reachable(0, to.start()) && to.id() != null && !to.id().isEmpty() && !rules.dryRun();
        // While a change runs, the memory is its own.
        boolean free = state.change == null && !state.lease.fencing && leave.number() > state.lease.leaveRefused;
        boolean agreed;
        if (bindings.leaving() != null) {
            agreed = bindings.leaving().mayBe(to);
        } else {
            agreed = !bindings.managed() || bindings.manager().mayBe(to) || silentHere(state, now);
        }
        if (!usable || !free || !agreed) {
            // What has been refused once stays refused: the asker has stayed with its manager since.
            state.lease.leaveRefused = peers ? Math.max(state.lease.leaveRefused, leave.number()) : state.lease.leaveRefused;
            out.add(new AgentEffect.AnswerPeer(ticket, peers ? answer(state, "not asked", now) : null));
            return;
        }
        if (bindings.leaving() != null || !bindings.managed() || !bindings.manager().mayBe(to)) {
            out.add(AgentMachine.say(Level.WARNING, "the peer leaves manager " + bindings.manager()
                    + ", which is silent here, too: bound to "
                    + "manager " + to + " now"));
            state.memory = state.memory.withBindings(bindings.to(to));
            state.lease.wentOver = true;
            state.lease.wentOverAt = now.nanos();
        }
        // The asker's earlier report of its manager is obsolete.
        state.lease.peersManager = null;
        out.add(state.lease.keep(new Keeping(Keeping.Why.FOLLOWING, ticket, request), state.memory));
    }

    /** The peer's answer, as far as it names its manager. */
    void peerSaid(AgentState state, PeerStatusResponse answer, ClockReading now, List<AgentEffect> out) {
        pinPeer(state, answer.hostId(), out);
        if (answer.stay() != null && !foreignPeer(state, answer.hostId())) {
            long heardAt = now.nanos() - Duration.ofMillis(Math.max(0, Math.min(answer.stay().managerHeardMs(), Bounds.LONGEST_AGO_MS)))
                    .toNanos();
            state.lease.peersManager = new LeaseState.PeersManager(manager(answer.stay()), heardAt, now.nanos());
            compared(state, state.lease.peersManager.manager(), out);
            candidate(state, now, out);
        }
    }

    /** Its next poll may come after the peer's report has expired: a heartbeat may be a minute long. */
    private void candidate(AgentState state, ClockReading now, List<AgentEffect> out) {
        Manager asks = state.lease.candidate;
        Bindings bindings = state.memory.bindings();
        state.lease.candidate = null;
        boolean lately = now.since(state.askedAt).compareTo(ASK_AGAIN.multipliedBy(2)) < 0;
        if (asks != null && lately && bindings.managed() && bindings.leaving() == null && !bindings.manager().mayBe(asks)) {
            changes(state, asks, now, out);
        }
    }

    /** What this host knows of its manager, and whether its peer may stay, for that peer. */
    PromiseAnswer answer(AgentState state, String no, ClockReading now) {
        if (state.memory.bindings().leaving() != null) {
            // Between two managers: neither is the one this host obeys, and nothing follows for the peer.
            return new PromiseAnswer(no == null, no, null, 0);
        }
        Manager manager = state.memory.bindings().manager();
        long last = state.lease.managerHeard ? state.lease.managerHeardAt : state.lease.startedAt.nanos();
        return new PromiseAnswer(no == null, no, manager == null ? null : manager.id(), now.since(last).toMillis(),
                manager == null ? 0 : manager.start(), manager == null ? null : manager.run());
    }

    private static Manager manager(PromiseAnswer answer) {
        return answer.managerId() == null || answer.managerId().isEmpty() ? null
                : new Manager(answer.managerId(), answer.managerStart(), answer.managerRun());
    }

    /** The peer means that one; a peer of the version before reports only the id. */
    private static boolean names(Manager there, Manager asks) {
        return there != null && (there.mayBe(asks) || there.start() == 0 && there.id().equals(asks.id()));
    }

    /** The host with that id is not the peer that this one has met. An agent of the original has no id. */
    static boolean foreignPeer(AgentState state, String hostId) {
        String peer = state.memory.bindings().peerId();
        return peer != null && hostId != null && !peer.equals(hostId);
    }

    void pinPeer(AgentState state, String hostId, List<AgentEffect> out) {
        boolean first = state.memory.bindings().peerId() == null && hostId != null && !hostId.isEmpty() && state.change == null;
        if (first && !hostId.equals(state.memory.hostId()) && !rules.dryRun()) {
            set(state, state.memory.bindings().withPeer(hostId), out);
        }
    }

    /** An operator on this host declares the manager, or the peer, gone for good. */
    void forget(AgentState state, boolean manager, boolean peer, List<AgentEffect> out) {
        Bindings old = state.memory.bindings();
        out.add(AgentMachine.say(Level.WARNING, "by an operator of this host forgotten: "
                + (manager ? "manager " + (old.manager() == null ? "(none)" : old.manager()) : "")
                + (manager && peer ? ", " : "") + (peer ? "peer " + (old.peerId() == null ? "(none)" : old.peerId()) : "")
                + "; the next one that is met is bound"));
        state.lease.peersManager = null;
        state.lease.twin = null;
        // Two managers do not become one because the peer is another: that is in doubt until the new one reports which it obeys.
        set(state, new Bindings(manager ? null : old.manager(), peer ? null : old.peerId(), manager ? null : old.leaving(), old.leaves(),
                manager ? null : old.rival()), out);
    }

    /** A change under way writes the memory it carries: bonds must not be lost by it. */
    static void set(AgentState state, Bindings bindings, List<AgentEffect> out) {
        state.memory = state.memory.withBindings(bindings);
        if (state.change != null) {
            state.change.bindings(bindings);
        }
        out.add(new AgentEffect.Remember(state.knowledge()));
    }
}
