package failover.agent.decision;

import failover.agent.decision.DurableAgentState.Manager;
import failover.agent.decision.DurableAgentState.Terms;
import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The lease of this host (safety.md, E0, E5, E7, E11, E16): counted from what this host sent, never from what it received.
 */
final class LeaseHolder {
    private final AgentOptions rules;
    private final ManagerBindings managers;

    LeaseHolder(AgentOptions rules, ManagerBindings managers) {
        this.rules = rules;
        this.managers = managers;
    }

    /** A poll: is it our manager, and may this host stay? False when it is not to count as a contact. */
    boolean polled(AgentState state, StatusRequest request, ClockReading now, List<AgentEffect> out) {
        LeaseKeepalive offer = request.lease();
        if (offer == null || rules.dryRun()) {
            return true;
        }
        LeaseState lease = state.lease;
        Manager asks = new Manager(request.managerId(), offer.managerStart(), offer.managerRun());
        String foreign = managers.bind(state, asks, true, now, out);
        CompetingManagers.heard(state, asks, foreign == null, request.timestamp(), now, out);
        lease.refused = foreign != null ? foreign
                : tooQuick(Duration.ofMillis(offer.heartbeatMs()), offer.leaseMs(), offer.fenceMs(), offer.jitterMs());
        if (foreign == null) {
            knownPassive(state, out);
        }
        if (lease.refused != null) {
            if (!lease.refusalSaid) {
                lease.refusalSaid = true;
                out.add(AgentMachine.say(Level.ERROR, foreign != null
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

    private void granted(AgentState state, LeaseKeepalive offer, ClockReading issued, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        Duration worth = Duration.ofMillis(offer.leaseMs());
        if (offer.grantEpoch() <= lease.outranked || lease.fencing || now.longestSince(issued).compareTo(worth) >= 0
                || !Bounds.reachable(state.memory.epoch(), offer.grantEpoch())) {
            return;
        }
        Duration fence = Duration.ofMillis(offer.fenceMs());
        Duration jitter = Duration.ofMillis(offer.jitterMs());
        HeldLease hold = lease.hold;
        if (hold != null && hold.epoch() == offer.grantEpoch()) {
            if (!hold.over(now)) {
                lease.hold = hold.granted(issued, worth, fence, jitter, now);
                keep(state, offer, out);
            }
            return;
        }
        boolean mine = state.change == null && state.memory.role() == Role.ACTIVE && offer.grantEpoch() >= state.memory.epoch()
                && (hold == null || offer.grantEpoch() > hold.epoch());
        if (!mine) {
            return;
        }
        if (hold == null || hold.ended(now)) {
            out.add(AgentMachine.say(Level.INFO, "this host holds the identity by a lease now: epoch " + offer.grantEpoch() + ", "
                    + offer.leaseMs() + " ms from each answer that the manager has received" + watchdog(offer)));
            lease.hold = new HeldLease(offer.grantEpoch(), issued, worth, fence, jitter, rules.watchdog());
        } else {
            lease.hold = hold.at(offer.grantEpoch()).granted(issued, worth, fence, jitter, now);
        }
        state.memory = state.memory.withEpoch(offer.grantEpoch()).withTerms(new Terms(offer.leaseMs(), offer.fenceMs(), offer.jitterMs()));
        out.add(new AgentEffect.Remember(state.memory));
    }

    /** The manager goes by other numbers now (scenario 58): so do the questions to the peer, and a restart of this agent. */
    private static void keep(AgentState state, LeaseKeepalive offer, List<AgentEffect> out) {
        Terms terms = new Terms(offer.leaseMs(), offer.fenceMs(), offer.jitterMs());
        boolean taken = state.lease.hold.fence().toMillis() == offer.fenceMs() && state.lease.hold.jitter().toMillis() == offer.jitterMs();
        if (taken && state.change == null && state.memory.role() == Role.ACTIVE && !terms.equals(state.memory.terms())) {
            state.memory = state.memory.withTerms(terms);
            out.add(new AgentEffect.Remember(state.memory));
        }
    }

    /**
     * The manager, or the bound peer, reports that the other host carries the identity by a newer epoch: whatever this host's clocks say,
     * its lease has been passed over (a machine that was paused, two managers, a peer that was exchanged). It fences itself at once, and
     * nothing below that epoch renews it. True when it holds none and the identity has to be taken off.
     */
    boolean outranked(AgentState state, long epoch, String by, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        long own = lease.hold != null ? lease.hold.epoch() : state.knowledge().epoch();
        boolean holds = lease.hold != null ? !lease.fencing : state.change == null && state.memory.role() == Role.ACTIVE;
        if (epoch <= own || !holds || rules.dryRun() || !Bounds.reachable(own, epoch)) {
            return false;
        }
        if (lease.outranked < epoch) {
            lease.outranked = epoch;
            out.add(AgentMachine.say(Level.ERROR, "ALARM: " + by + " says that the other host holds the identity at epoch " + epoch
                    + ", this one holds it at " + own + ": it has been replaced, and gives the identity up at once"));
        }
        if (lease.hold == null) {
            return true;
        }
        lease.hold = lease.hold.givenUp(now);
        return false;
    }

    /** From now on others may rely on this host being passive (E14). */
    private static void knownPassive(AgentState state, List<AgentEffect> out) {
        DurableAgentState memory = state.memory;
        boolean passive = state.change == null && memory.role() == Role.PASSIVE && memory.inDoubt() == null && state.seen != null
                && memory.stakedIdentity() != null && state.seen.withoutIdentity(memory.stakedIdentity());
        if (passive && !memory.knownPassive()) {
            state.memory = memory.withKnownPassive();
            out.add(new AgentEffect.Remember(state.memory));
        }
    }

    /** The lease's timing with a watchdog (E1). */
    private String watchdog(LeaseKeepalive offer) {
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
     * The lease has run out by a wall clock that was moved: manager and peer are asked for a renewal now, not at the next heartbeat (E9).
     */
    void doubted(AgentState state, ClockReading now, List<AgentEffect> out) {
        state.lease.everAskedToStay = false;
        tick(state, now, out);
    }

    /** Asks the peer each heartbeat whether this host may stay (E7). */
    void tick(AgentState state, ClockReading now, List<AgentEffect> out) {
        LeaseState lease = state.lease;
        boolean holds = lease.renewable(now) && !lease.fencing && state.change == null && state.memory.role() == Role.ACTIVE;
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
        out.add(new AgentEffect.AskToStay(new PromiseRequest(lease.hold.epoch(), leaseMs, lease.hold.jitter().toMillis()), now));
    }

    /** Why a promotion may not begin (E5, E7, E11, E12, E13); {@code null} when it may, and then its lease is held. */
    String admit(AgentState state, FailoverRequest request, ClockReading now, List<AgentEffect> out) {
        Grant grant = request.grant();
        if (grant == null) {
            return state.memory.bindings().managed()
                    ? "a become_active without a lease: this host takes its orders from manager " + state.memory.bindings().managerId()
                            + "; ask that one for a failover (E13)"
                    : null;
        }
        String foreign = managers.bind(state, new Manager(grant.managerId(), grant.managerStart(), grant.managerRun()), false, now, out);
        if (foreign != null) {
            return foreign;
        }
        String tooQuick = tooQuick(Duration.ofNanos(state.lease.heartbeatNanos), grant.leaseMs(), grant.fenceMs(), grant.jitterMs());
        if (tooQuick != null) {
            return tooQuick;
        }
        Optional<ClockReading> issued = Token.issued(state.lease.nonce, grant.token(), now);
        if (issued.isEmpty()) {
            return "its token was not issued by this start of the agent: it comes too late (E11)";
        }
        // What was sent before the pause, and comes after it, echoes a token from before it (INV-7).
        boolean before = state.lease.pausedAt != null && issued.get().nanos() - state.lease.pausedAt.nanos() < 0;
        if (grant.automatic() && (state.lease.paused || before)) {
            return "the pair is paused, or was when this was sent: nothing automatic is done";
        }
        HeldLease hold = new HeldLease(request.epoch(), issued.get(), Duration.ofMillis(grant.leaseMs()),
                Duration.ofMillis(grant.fenceMs()), Duration.ofMillis(grant.jitterMs()), rules.watchdog());
        if (hold.due(now)) {
            return "its token is " + now.longestSince(issued.get()).toMillis() + " ms old, too old for a lease of " + grant.leaseMs()
                    + " ms (E11)";
        }
        String bound = CompetingManagers.doubled(state) != null && !grant.fenced() ? CompetingManagers.doubled(state)
                : PeerPromises.forbids(state, grant, now);
        if (bound == null) {
            state.lease.hold = hold;
            state.lease.outranked = 0;
            state.memory = state.memory.withTerms(new Terms(grant.leaseMs(), grant.fenceMs(), grant.jitterMs()));
        }
        return bound;
    }

    /** How long a promiser, or grantor, waits after it last heard the holder (E3, E7). */
    static Duration grantorWait(long leaseMs, long jitterMs) {
        Duration exact = LeaseTiming.grantorWait(Duration.ofMillis(leaseMs), Duration.ofMillis(jitterMs));
        return Duration.ofMillis(exact.plusNanos(999_999).toMillis());
    }

    /** A host that cannot carry the identity any more, verifiably, needs no lease; then it need not be fenced. */
    void settle(AgentState state) {
        LeaseState lease = state.lease;
        DurableAgentState memory = state.knowledge();
        boolean over = lease.hold != null && !lease.fencing && memory.role() == Role.PASSIVE && memory.inDoubt() == null
                && !(state.change instanceof Promotion);
        if (over) {
            lease.hold = null;
            if (state.change == null) {
                state.memory = state.memory.withTerms(null);
            }
        }
    }
}
