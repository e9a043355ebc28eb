package failover.agent.decision;

import failover.agent.decision.DurableAgentState.Bindings;
import failover.agent.decision.LeaseState.Keeping;
import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Grant;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.List;

/**
 * The promises this host gives its peer, and those it gets (safety.md, E7). A promise binds for as long as its receiver may rely on it,
 * whatever is asked after it, and across a restart: none is given before the length of the longest that may still bind is durable.
 */
final class PeerPromises {
    private final AgentOptions rules;
    private final ManagerBindings managers;

    PeerPromises(AgentOptions rules, ManagerBindings managers) {
        this.rules = rules;
        this.managers = managers;
    }

    /** "May I stay?", asked by the peer. */
    void asked(AgentState state, long ticket, PeerStatusRequest request, ClockReading now, List<AgentEffect> out) {
        managers.pinPeer(state, request.hostId(), out);
        String no = no(state, request);
        Duration wait = wait(request);
        if (no != null) {
            out.add(new AgentEffect.AnswerPeer(ticket, managers.answer(state, no, now)));
        } else if (wait.toMillis() > state.lease.durablePromiseMs) {
            promised(state, Math.max(wait.toMillis(), state.knowledge().promisedMs()));
            out.add(state.lease.keep(new Keeping(Keeping.Why.PROMISE, ticket, request), state.knowledge()));
        } else {
            give(state, ticket, request, now, out);
        }
    }

    /** The length of the promise is durable, or is not. */
    void kept(AgentState state, Keeping what, String error, ClockReading now, List<AgentEffect> out) {
        Duration wait = wait(what.request());
        if (error == null) {
            state.lease.durablePromiseMs = Math.max(state.lease.durablePromiseMs, wait.toMillis());
        }
        // Meanwhile anything may have become of this host.
        String no = error != null ? "a restart would forget the promise: " + error : no(state, what.request());
        if (no == null) {
            give(state, what.ticket(), what.request(), now, out);
        } else {
            out.add(new AgentEffect.AnswerPeer(what.ticket(), managers.answer(state, no, now)));
        }
    }

    /** For so long a promise on that question binds. */
    private static Duration wait(PeerStatusRequest request) {
        return LeaseHolder.grantorWait(request.stay().leaseMs(), request.stay().jitterMs());
    }

    private void give(AgentState state, long ticket, PeerStatusRequest request, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        Duration wait = wait(request);
        known(state, request.stay().epoch(), out);
        // The longest that binds now, by this start or one before.
        Duration before = Durations.max(promise(lease, now), left(lease, Duration.ofMillis(lease.promisedBeforeMs), now));
        long until = now.plus(wait);
        if (!lease.promised || until - lease.promisedUntil > 0) {
            lease.promised = true;
            lease.promisedUntil = until;
        }
        if (lease.durablePromiseMs > wait.toMillis() && before.compareTo(wait) <= 0) {
            // A longer one of before is over: a start need not hold off for it any more.
            lease.durablePromiseMs = wait.toMillis();
            promised(state, wait.toMillis());
            out.add(new AgentEffect.Remember(state.knowledge()));
        }
        out.add(new AgentEffect.AnswerPeer(ticket, managers.answer(state, null, now)));
    }

    /**
     * The peer holds the identity by that epoch: a manager that does not know it, a second one or one whose state is lost, must not issue
     * the same to this host (E10).
     */
    private static void known(AgentState state, long epoch, List<AgentEffect> out) {
        if (state.change == null && epoch > state.memory.epoch() && Bounds.reachable(state.memory.epoch(), epoch)) {
            state.memory = state.memory.withEpoch(epoch);
            out.add(new AgentEffect.Remember(state.memory));
        }
    }

    /** A change under way writes the memory it carries. */
    private static void promised(AgentState state, long millis) {
        state.memory = state.memory.withPromised(millis);
        if (state.change != null) {
            state.change.promised(millis);
        }
    }

    private String no(AgentState state, PeerStatusRequest request) {
        DurableAgentState memory = state.knowledge();
        String peer = memory.bindings().peerId();
        if (rules.dryRun()) {
            return "this agent is in dry-run and promises nothing";
        }
        if (peer != null && !peer.equals(request.hostId())) {
            return "host " + request.hostId() + " is not the peer this host is bound to (" + peer + "); where that one was replaced for "
                    + "good, let this host forget it: failover-agent --forget-peer";
        }
        if (memory.role() == Role.ACTIVE) {
            return "this host is active at epoch " + memory.epoch();
        }
        if (state.change instanceof Promotion || memory.inDoubt() != null || memory.intent() != null) {
            return "this host is changing its role";
        }
        if (request.stay().epoch() < memory.epoch()) {
            return "epoch " + request.stay().epoch() + " is over: this host has obeyed epoch " + memory.epoch();
        }
        return request.stay().leaseMs() <= 0 ? "a question without the length of a lease" : null;
    }

    /** The peer's answer to {@link AgentEffect.AskToStay}: worth Q from when the question was sent. */
    void answered(AgentState state, AgentEvent.StayAnswered event, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        PromiseAnswer answer = event.answer() == null ? null : event.answer().stay();
        String said = answer == null ? "the peer does not answer or knows no promises" : answer.granted() ? null : answer.reason();
        if (event.answer() != null) {
            managers.peerSaid(state, event.answer(), now, out);
        }
        String peer = state.memory.bindings().peerId();
        if (said == null && peer == null) {
            // Only in the middle of a change, in which the memory is the change's: the next answer will do.
            said = "which host the peer is has not been written down yet";
        } else if (said == null && !peer.equals(event.answer().hostId())) {
            said = "peer_endpoint leads to host " + event.answer().hostId() + ", this host's peer is " + peer + "; where that one was "
                    + "replaced for good, let this host forget it: failover-agent --forget-peer";
        }
        boolean renews = said == null && lease.renewable(now) && !lease.fencing && lease.hold.epoch() == event.asked().epoch()
                && lease.hold.epoch() > lease.outranked;
        if (renews) {
            lease.hold = lease.hold.from(event.sentAt(), Duration.ofMillis(event.asked().leaseMs()), lease.hold.fence(),
                    lease.hold.jitter());
        }
        if (said != null && !said.equals(lease.staySaid)) {
            out.add(AgentMachine.say(Level.WARNING, "no promise from the peer, only the manager's polls keep this host active: " + said));
        } else if (said == null && lease.staySaid != null) {
            out.add(AgentMachine.say(Level.INFO, "the peer promises again to leave this host active"));
        }
        lease.staySaid = said;
    }

    /**
     * Why a promise, or one that a start before may have given, forbids a promotion; {@code null} when none does. It binds no more where
     * the very host it was given to is verifiably passive, or declared fenced by an operator.
     */
    static String forbids(AgentState state, Grant grant, ClockReading now) {
        LeaseState lease = state.lease;
        Bindings bindings = state.memory.bindings();
        // A manager that names its run names the other host, too; one of the version before does neither.
        boolean named = grant.otherId() == null ? grant.managerRun() == null
                : bindings.peerId() == null || grant.otherId().equals(bindings.peerId());
        if ((grant.otherPassive() || grant.fenced()) && named) {
            return null;
        }
        String whom = !(grant.otherPassive() || grant.fenced()) ? "" : "; the manager's word is of "
                + (grant.otherId() == null ? "a host that it does not name" : "host " + grant.otherId()) + ", this host's peer is "
                + bindings.peerId();
        Duration heldOff = heldOff(state, LeaseHolder.grantorWait(grant.leaseMs(), grant.jitterMs()), now);
        if (!heldOff.isZero()) {
            return "this agent started " + now.since(lease.startedAt.nanos()).toMillis() + " ms ago and may have promised the peer to "
                    + "leave it active: " + heldOff.toMillis() + " ms to go (E7)" + whom;
        }
        Duration former = byFormer(lease, LeaseHolder.grantorWait(grant.leaseMs(), grant.jitterMs()), now);
        if (!former.isZero()) {
            return "whoever was obeyed here before, or polls the peer, may have granted that one a lease: " + former.toMillis()
                    + " ms to go (E8)" + whom;
        }
        Duration promise = promise(lease, now);
        return promise.isZero() ? null
                : "the peer asked to stay active and was promised it: " + promise.toMillis() + " ms to go (E7)" + whom;
    }

    /**
     * A newer start of the manager is obeyed from now on. Where the one before lives all the same, because it was copied, it may have
     * granted the peer a lease after it was heard here last, or when this host went over to it (E8).
     */
    static void former(AgentState state, Duration wait, ClockReading now) {
        LeaseState lease = state.lease;
        boolean over = lease.wentOver && (!lease.managerHeard || lease.wentOverAt - lease.managerHeardAt > 0);
        if (over || lease.managerHeard) {
            lease.former = new LeaseState.Former(over ? lease.wentOverAt : lease.managerHeardAt, wait, lease.wentOver);
        }
    }

    /** This host obeyed no manager: it may have lost its state, and the peer's lease may be another manager's. */
    static void boundAnew(AgentState state, ClockReading now) {
        state.lease.unconfirmed = true;
        state.lease.former = new LeaseState.Former(now.nanos(), Duration.ZERO, true);
    }

    /** A manager that knows how its start before left the pair may wait for less than that one's leases, and is not kept from it. */
    private static Duration byFormer(LeaseState lease, Duration wait, ClockReading now) {
        LeaseState.Former former = lease.former;
        if (former == null) {
            return Duration.ZERO;
        }
        Duration longest = former.over() ? Durations.max(former.lease(), wait) : Durations.min(former.lease(), wait);
        return atLeastZero(longest.minus(now.since(former.livedAt())));
    }

    /** For so long a promotion on the peer's silence is refused here, for the manager, which need not ask in vain. */
    static Duration boundFor(AgentState state, ClockReading now) {
        return Durations.max(heldOff(state, state.lease.offeredWait, now), promise(state.lease, now));
    }

    /** What is left of the time in which a promise of this agent's earlier start may still bind it: none was longer than is remembered. */
    private static Duration heldOff(AgentState state, Duration wait, ClockReading now) {
        return left(state.lease, Durations.max(wait, Duration.ofMillis(state.lease.promisedBeforeMs)), now);
    }

    private static Duration left(LeaseState lease, Duration wait, ClockReading now) {
        return atLeastZero(wait.minus(now.since(lease.startedAt.nanos())));
    }

    private static Duration promise(LeaseState lease, ClockReading now) {
        return lease.promised ? atLeastZero(Duration.ofNanos(lease.promisedUntil - now.nanos())) : Duration.ZERO;
    }

    private static Duration atLeastZero(Duration time) {
        return time.isNegative() ? Duration.ZERO : time;
    }
}
