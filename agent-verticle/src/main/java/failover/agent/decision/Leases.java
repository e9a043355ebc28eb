package failover.agent.decision;

import failover.agent.decision.AgentMemory.Bonds;
import failover.agent.decision.AgentMemory.Terms;
import failover.protocol.Bounds;
import failover.protocol.Level;
import failover.protocol.Now;
import failover.protocol.lease.LeaseNumbers;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseOffer;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StayAnswer;
import failover.protocol.wire.StayRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The lease of this host, and the promises it gives its peer (safety.md, E0, E5, E7, E11, E12, E16). What is granted is counted from what
 * this host sent; what is promised, from what it received.
 */
final class Leases {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

    private final AgentRules rules;

    Leases(AgentRules rules) {
        this.rules = rules;
    }

    /** A poll: is it our manager, and may this host stay? False when it is not to count as a contact. */
    boolean polled(AgentState state, StatusRequest request, Now now, List<AgentEffect> out) {
        LeaseOffer offer = request.lease();
        if (offer == null || rules.dryRun()) {
            return true;
        }
        Leasing lease = state.lease;
        String foreign = bind(state, request.managerId(), offer.managerStart(), true, now, out);
        lease.refused = foreign != null ? foreign
                : tooQuick(Duration.ofMillis(offer.heartbeatMs()), offer.leaseMs(), offer.fenceMs(), offer.jitterMs());
        if (lease.refused != null) {
            if (!lease.refusalSaid) {
                lease.refusalSaid = true;
                out.add(AgentCore.say(Level.ERROR, foreign != null
                        ? "ALARM: a second manager polls this host and is refused: " + lease.refused
                        : "no lease is taken from this manager: " + lease.refused));
            }
            // Without a lease its polls still are what an original's are.
            return foreign == null;
        }
        lease.refusalSaid = false;
        lease.offeredWait = grantorWait(offer.leaseMs(), offer.jitterMs());
        lease.heartbeatNanos = Duration.ofMillis(offer.heartbeatMs()).toNanos();
        lease.managerHeardAt = now.nanos();
        lease.managerHeard = true;
        lease.paused = offer.paused();
        if (offer.paused()) {
            lease.pausedAt = now;
        }
        Token.issued(lease.nonce, offer.token(), now).ifPresent(issued -> granted(state, offer, issued, now, out));
        return true;
    }

    private void granted(AgentState state, LeaseOffer offer, Now issued, Now now, List<AgentEffect> out) {
        Leasing lease = state.lease;
        Duration worth = Duration.ofMillis(offer.leaseMs());
        if (offer.grantEpoch() <= 0 || lease.fencing || now.longestSince(issued).compareTo(worth) >= 0) {
            return;
        }
        Duration fence = Duration.ofMillis(offer.fenceMs());
        Duration jitter = Duration.ofMillis(offer.jitterMs());
        Hold hold = lease.hold;
        if (hold != null && hold.epoch() == offer.grantEpoch()) {
            if (!hold.ended(now)) {
                lease.hold = hold.granted(issued, worth, fence, jitter, now);
                keep(state, offer, out);
            }
            return;
        }
        boolean mine = state.change == null && state.memory.role() == Role.ACTIVE && offer.grantEpoch() >= state.memory.epoch()
                && (hold == null || offer.grantEpoch() > hold.epoch()) && Bounds.reachable(state.memory.epoch(), offer.grantEpoch());
        if (!mine) {
            return;
        }
        if (hold == null || hold.ended(now)) {
            out.add(AgentCore.say(Level.INFO, "this host holds the identity by a lease now: epoch " + offer.grantEpoch() + ", "
                    + offer.leaseMs() + " ms from each answer that the manager has received" + watchdog(offer)));
            lease.hold = new Hold(offer.grantEpoch(), issued, worth, fence, jitter, rules.watchdog());
        } else {
            lease.hold = hold.at(offer.grantEpoch()).granted(issued, worth, fence, jitter, now);
        }
        state.memory = state.memory.withEpoch(offer.grantEpoch()).withTerms(new Terms(offer.leaseMs(), offer.fenceMs(), offer.jitterMs()));
        out.add(new AgentEffect.Remember(state.memory));
    }

    /** The manager goes by other numbers now (scenario 58): so do the questions to the peer, and a restart of this agent. */
    private static void keep(AgentState state, LeaseOffer offer, List<AgentEffect> out) {
        Terms terms = new Terms(offer.leaseMs(), offer.fenceMs(), offer.jitterMs());
        boolean taken = state.lease.hold.fence().toMillis() == offer.fenceMs() && state.lease.hold.jitter().toMillis() == offer.jitterMs();
        if (taken && state.change == null && state.memory.role() == Role.ACTIVE && !terms.equals(state.memory.terms())) {
            state.memory = state.memory.withTerms(terms);
            out.add(new AgentEffect.Remember(state.memory));
        }
    }

    /** What the lease is worth beside a watchdog (E1). */
    private String watchdog(LeaseOffer offer) {
        return rules.watchdog() == null ? "" : "; the watchdog: " + rules.watchdog().arithmetic(Duration.ofMillis(offer.heartbeatMs()),
                Duration.ofMillis(offer.leaseMs()), Duration.ofMillis(offer.fenceMs()), Duration.ofMillis(offer.jitterMs()));
    }

    /**
     * Why a lease is no use here: it leaves a fence, or the watchdog behind it (E1), less time than that needs on this host; {@code null}
     * when it leaves enough.
     */
    private String tooQuick(Duration heartbeat, long leaseMs, long fenceMs, long jitterMs) {
        if (rules.fenceTimeout().toMillis() <= fenceMs) {
            return rules.watchdog() == null ? null : rules.watchdog().refusal(heartbeat, Duration.ofMillis(leaseMs),
                    Duration.ofMillis(fenceMs), Duration.ofMillis(jitterMs));
        }
        return "it leaves a fence " + fenceMs + " ms, and fence_timeout says that this "
                + "host needs " + rules.fenceTimeout().toMillis() + " ms; raise fence_timeout at the manager, or lower it here";
    }

    /**
     * Why a manager has no say here (E12); {@code null} when it has. One whose id is new is bound to where nobody was, or where this host
     * and its peer have both heard nothing from the old one for as long as a lease lasts.
     */
    private String bind(AgentState state, String id, long start, boolean mayAsk, Now now, List<AgentEffect> out) {
        if (id == null || id.isEmpty()) {
            return "it names no manager_id";
        }
        Bonds bonds = state.memory.bonds();
        long known = id.equals(bonds.managerId()) ? bonds.managerStart() : 0;
        if (!Bounds.reachable(known, start)) {
            return "start " + start + " of manager " + id + " lies more than " + Bounds.LARGEST_LEAP + " above start " + known
                    + ", the newest that is known here: no manager has started so often";
        }
        if (id.equals(bonds.managerId())) {
            if (start < bonds.managerStart()) {
                return "an older start (" + start + ") of manager " + id + " whose start " + bonds.managerStart() + " is obeyed here";
            }
            if (start > bonds.managerStart()) {
                rebind(state, id, start, out);
            }
            return null;
        }
        if (!bonds.managed()) {
            out.add(AgentCore.say(Level.INFO, "bound to manager " + id));
            rebind(state, id, start, out);
            return null;
        }
        if (state.change == null && forgotten(state, now)) {
            out.add(AgentCore.say(Level.WARNING, "manager " + bonds.managerId() + " has been silent here and at the peer: bound to manager "
                    + id + " now"));
            rebind(state, id, start, out);
            return null;
        }
        if (mayAsk && state.asking == null && now.since(state.askedAt).compareTo(ASK_AGAIN) >= 0 && rules.peerConfigured()) {
            state.asking = AgentState.Asking.OTHER_MANAGER;
            state.askedAt = now.nanos();
            out.add(new AgentEffect.AskPeer());
        }
        return "manager " + id + " is not the one this host is bound to (" + bonds.managerId() + "); stop one of the two";
    }

    private static void rebind(AgentState state, String id, long start, List<AgentEffect> out) {
        // A change under way writes the memory it carries: bonds must not be lost by it.
        state.memory = state.memory.withBonds(new Bonds(id, start, state.memory.bonds().peerId()));
        if (state.change != null) {
            state.change.bonds(state.memory.bonds());
        }
        out.add(new AgentEffect.Remember(state.knowledge()));
    }

    /** The bound manager has been silent here and at the peer for E3. */
    private boolean forgotten(AgentState state, Now now) {
        Leasing lease = state.lease;
        Terms terms = state.memory.terms();
        Duration wait = terms == null ? rules.managerTimeout() : grantorWait(terms.leaseMs(), terms.jitterMs());
        long lastHere = lease.managerHeard ? lease.managerHeardAt : lease.startedAt.nanos();
        if (now.since(lastHere).compareTo(wait) < 0) {
            return false;
        }
        if (!rules.peerConfigured()) {
            return true;
        }
        boolean fresh = lease.peerSaidOfManager && now.since(state.askedAt).compareTo(ASK_AGAIN.multipliedBy(2)) < 0;
        boolean sameThere = state.memory.bonds().managerId().equals(lease.peersManager);
        return fresh && (!sameThere || now.since(lease.peersManagerHeardAt).compareTo(wait) >= 0);
    }

    /** What the peer answered, as far as it tells of the manager. */
    void peerSaid(AgentState state, PeerStatusResponse answer, Now now) {
        if (answer.stay() != null) {
            state.lease.peerSaidOfManager = true;
            state.lease.peersManager = answer.stay().managerId();
            state.lease.peersManagerHeardAt = now.nanos() - Duration.ofMillis(answer.stay().managerHeardMs()).toNanos();
        }
    }

    /** Asks the peer each heartbeat whether this host may stay (E7). */
    void tick(AgentState state, Now now, List<AgentEffect> out) {
        Leasing lease = state.lease;
        boolean holds = lease.held(now) && !lease.fencing && state.change == null && state.memory.role() == Role.ACTIVE;
        if (!holds || !rules.peerConfigured() || rules.dryRun()) {
            return;
        }
        // A manager that has come back with a longer heartbeat must not make the lease of before run out between two questions.
        long worth = lease.hold.worth().toNanos();
        long every = lease.heartbeatNanos > 0 ? Math.min(lease.heartbeatNanos, worth / 3) : worth / 5;
        if (lease.everAskedToStay && now.nanos() - lease.askedToStayAt < every) {
            return;
        }
        lease.everAskedToStay = true;
        lease.askedToStayAt = now.nanos();
        Terms terms = state.memory.terms();
        long leaseMs = terms == null ? lease.hold.worth().toMillis() : terms.leaseMs();
        out.add(new AgentEffect.AskToStay(new StayRequest(lease.hold.epoch(), leaseMs, lease.hold.jitter().toMillis()), now));
    }

    /** The peer's answer to {@link AgentEffect.AskToStay}: worth Q from when the question was sent. */
    void stayAnswered(AgentState state, AgentEvent.StayAnswered event, Now now, List<AgentEffect> out) {
        Leasing lease = state.lease;
        StayAnswer answer = event.answer() == null ? null : event.answer().stay();
        String said = answer == null ? "the peer does not answer or knows no promises" : answer.granted() ? null : answer.reason();
        if (event.answer() != null) {
            peerSaid(state, event.answer(), now);
            pinPeer(state, event.answer().hostId(), out);
        }
        String peer = state.memory.bonds().peerId();
        if (said == null && peer == null) {
            // Only in the middle of a change, in which the memory is the change's: the next answer will do.
            said = "which host the peer is has not been written down yet";
        } else if (said == null && !peer.equals(event.answer().hostId())) {
            said = "peer_endpoint leads to host " + event.answer().hostId() + ", this host's peer is " + peer;
        }
        if (said == null && lease.held(now) && !lease.fencing && lease.hold.epoch() == event.asked().epoch()) {
            lease.hold = lease.hold.from(event.sentAt(), Duration.ofMillis(event.asked().leaseMs()), lease.hold.fence(),
                    lease.hold.jitter());
        }
        if (said != null && !said.equals(lease.staySaid)) {
            out.add(AgentCore.say(Level.WARNING, "no promise from the peer, only the manager's polls keep this host active: " + said));
        } else if (said == null && lease.staySaid != null) {
            out.add(AgentCore.say(Level.INFO, "the peer promises again to leave this host active"));
        }
        lease.staySaid = said;
    }

    private static void pinPeer(AgentState state, String hostId, List<AgentEffect> out) {
        if (state.memory.bonds().peerId() == null && hostId != null && state.change == null) {
            state.memory = state.memory.withBonds(new Bonds(state.memory.bonds().managerId(), state.memory.bonds().managerStart(), hostId));
            out.add(new AgentEffect.Remember(state.memory));
        }
    }

    /** "May I stay?", asked by the peer: a yes binds this host for as long as the peer may believe it (E7). */
    void stayAsked(AgentState state, PeerStatusRequest request, Now now, List<AgentEffect> out) {
        if (!rules.dryRun()) {
            pinPeer(state, request.hostId(), out);
        }
        String no = noPromise(state, request);
        if (no == null) {
            state.lease.promisedAt = now;
            state.lease.promiseNanos = grantorWait(request.stay().leaseMs(), request.stay().jitterMs()).toNanos();
        }
        state.lease.stay = answer(state, no, now);
    }

    /** What this host knows of the manager, for a peer that only looks. */
    StayAnswer answer(AgentState state, String no, Now now) {
        Bonds bonds = state.memory.bonds();
        long last = state.lease.managerHeard ? state.lease.managerHeardAt : state.lease.startedAt.nanos();
        return new StayAnswer(no == null, no, bonds.managerId(), now.since(last).toMillis());
    }

    private String noPromise(AgentState state, PeerStatusRequest request) {
        AgentMemory memory = state.knowledge();
        String peer = memory.bonds().peerId();
        if (peer != null && !peer.equals(request.hostId())) {
            return "host " + request.hostId() + " is not the peer this host is bound to (" + peer + ")";
        }
        if (memory.role() == Role.ACTIVE) {
            return "this host is active at epoch " + memory.epoch();
        }
        if (state.change instanceof Promotion || memory.unsettled() != null || memory.intent() != null) {
            return "this host is changing its role";
        }
        if (request.stay().epoch() < memory.epoch()) {
            return "epoch " + request.stay().epoch() + " is over: this host has obeyed epoch " + memory.epoch();
        }
        return null;
    }

    /** Why a promotion may not begin (E5, E7, E11, E12, E13); {@code null} when it may, and then its lease is held. */
    String admit(AgentState state, FailoverRequest request, Now now, List<AgentEffect> out) {
        Grant grant = request.grant();
        if (grant == null) {
            return state.memory.bonds().managed()
                    ? "a become_active without a lease: this host takes its orders from manager " + state.memory.bonds().managerId()
                            + "; ask that one for a failover (E13)"
                    : null;
        }
        String foreign = bind(state, grant.managerId(), grant.managerStart(), false, now, out);
        if (foreign != null) {
            return foreign;
        }
        String tooQuick = tooQuick(Duration.ofNanos(state.lease.heartbeatNanos), grant.leaseMs(), grant.fenceMs(), grant.jitterMs());
        if (tooQuick != null) {
            return tooQuick;
        }
        Optional<Now> issued = Token.issued(state.lease.nonce, grant.token(), now);
        if (issued.isEmpty()) {
            return "its token was not issued by this start of the agent: it comes too late (E11)";
        }
        // What was sent before the pause, and comes after it, echoes a token from before it (INV-7).
        boolean before = state.lease.pausedAt != null && issued.get().nanos() - state.lease.pausedAt.nanos() < 0;
        if (grant.automatic() && (state.lease.paused || before)) {
            return "the pair is paused, or was when this was sent: nothing automatic is done";
        }
        Hold hold = new Hold(request.epoch(), issued.get(), Duration.ofMillis(grant.leaseMs()), Duration.ofMillis(grant.fenceMs()),
                Duration.ofMillis(grant.jitterMs()), rules.watchdog());
        if (hold.due(now)) {
            return "its token is " + now.longestSince(issued.get()).toMillis() + " ms old, too old for a lease of " + grant.leaseMs()
                    + " ms (E11)";
        }
        String bound = grant.otherPassive() || grant.fenced() ? null : promised(state, grant, now);
        if (bound == null) {
            state.lease.hold = hold;
            state.memory = state.memory.withTerms(new Terms(grant.leaseMs(), grant.fenceMs(), grant.jitterMs()));
        }
        return bound;
    }

    private static String promised(AgentState state, Grant grant, Now now) {
        Leasing lease = state.lease;
        Duration heldOff = heldOff(lease, grantorWait(grant.leaseMs(), grant.jitterMs()), now);
        if (!heldOff.isZero()) {
            return "this agent started " + now.since(lease.startedAt.nanos()).toMillis() + " ms ago and may have promised the peer to "
                    + "leave it active: " + heldOff.toMillis() + " ms to go (E7)";
        }
        Duration promise = promise(lease, now);
        return promise.isZero() ? null
                : "the peer asked to stay active and was promised it: " + promise.toMillis() + " ms to go (E7)";
    }

    /** For so long a promotion on the peer's silence is refused here (E7), for the manager, which need not ask in vain. */
    static Duration boundFor(AgentState state, Now now) {
        Duration heldOff = heldOff(state.lease, state.lease.offeredWait, now);
        Duration promise = promise(state.lease, now);
        return heldOff.compareTo(promise) > 0 ? heldOff : promise;
    }

    /** What is left of the time in which a promise of this agent's earlier start may still bind it. */
    private static Duration heldOff(Leasing lease, Duration wait, Now now) {
        return atLeastZero(wait.minus(now.since(lease.startedAt.nanos())));
    }

    private static Duration promise(Leasing lease, Now now) {
        return lease.promisedAt == null ? Duration.ZERO
                : atLeastZero(Duration.ofNanos(lease.promiseNanos).minus(now.since(lease.promisedAt.nanos())));
    }

    private static Duration atLeastZero(Duration time) {
        return time.isNegative() ? Duration.ZERO : time;
    }

    private static Duration grantorWait(long leaseMs, long jitterMs) {
        Duration exact = LeaseNumbers.grantorWait(Duration.ofMillis(leaseMs), Duration.ofMillis(jitterMs));
        return Duration.ofMillis(exact.plusNanos(999_999).toMillis());
    }

    /** A host that cannot carry the identity any more, verifiably, needs no lease; then nobody has to fence it. */
    void settle(AgentState state) {
        Leasing lease = state.lease;
        AgentMemory memory = state.knowledge();
        boolean over = lease.hold != null && !lease.fencing && memory.role() == Role.PASSIVE && memory.unsettled() == null
                && !(state.change instanceof Promotion);
        if (over) {
            lease.hold = null;
            if (state.change == null) {
                state.memory = state.memory.withTerms(null);
            }
        }
    }
}
