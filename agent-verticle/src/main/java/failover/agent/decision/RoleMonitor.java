package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;
import java.util.List;

/**
 * The agent's own monitoring: that a manager still polls it (docs/compatibility.md, "manager silent"), and that its role matches its
 * validator's report.
 */
final class RoleMonitor {
    private static final Duration ASK_EVERY = Duration.ofSeconds(5);
    private static final Duration START_SLACK = Duration.ofSeconds(2);

    private final AgentOptions rules;
    private final RoleChanges changes;
    private final LeaseHolder leases;

    RoleMonitor(AgentOptions rules, RoleChanges changes, LeaseHolder leases) {
        this.rules = rules;
        this.changes = changes;
        this.leases = leases;
    }

    void managerPolled(AgentState state, StatusRequest request, ClockReading now, List<AgentEffect> out) {
        // Where the endpoints were swapped, or an address moved, "the other host" may be this one: a request that echoes another host's
        // token was meant for that host.
        if (request.lease() != null && !Token.foreign(state.lease.nonce, request.lease().token())) {
            passedOver(state, request.lease().otherEpoch(), "the manager", now, out);
        }
        if (!hearsUs(state, request, now)) {
            return;
        }
        state.contacted = true;
        state.contactAt = now.nanos();
        if (state.silenceSaid) {
            state.silenceSaid = false;
            out.add(AgentMachine.say(Level.INFO, "the manager is back"));
        }
    }

    /**
     * A poll whose sender has not received an answer of ours for {@code manager_timeout} is no contact: the way back is cut (the newer
     * original's echo). A manager that never echoes is an original of the first version: its polls count as they are.
     */
    private boolean hearsUs(AgentState state, StatusRequest request, ClockReading now) {
        if (request.lastReceivedTimestamp() > 0) {
            state.echoedFirstAt = now.nanos();
            long behind = now.wallSeconds() - request.lastReceivedTimestamp();
            return behind <= Math.max(1, rules.managerTimeout().toSeconds());
        }
        boolean ours = request.managerId() != null && !request.managerId().isEmpty();
        if (!ours) {
            return true;
        }
        if (state.echoedFirstAt == 0) {
            state.echoedFirstAt = now.nanos();
        }
        return now.since(state.echoedFirstAt).compareTo(rules.managerTimeout()) <= 0;
    }

    /**
     * A boot identity that could not be made unstaked (an intent that stayed) is tried again. A promotion whose outcome is unknown and
     * stays unresolved is resolved here: a host that may or may not be active is useless, and the manager must not take it for active for
     * ever (E15).
     */
    private void resolve(AgentState state, ClockReading now, List<AgentEffect> out) {
        if (state.memory.inDoubt() == null && state.memory.intent() == null || state.change != null || rules.dryRun()) {
            state.inDoubt = false;
        } else if (!state.inDoubt) {
            state.inDoubt = true;
            state.unsettledAt = now.nanos();
        } else if (now.since(state.unsettledAt).compareTo(rules.promotionTimeout()) > 0) {
            state.inDoubt = false;
            changes.demoteByItself(state, "what became of an earlier change is not known", now, out);
        }
    }

    void tick(AgentState state, ClockReading now, List<AgentEffect> out) {
        resolve(state, now, out);
        boolean silent = state.contacted && now.since(state.contactAt).compareTo(rules.managerTimeout()) > 0;
        if (state.lease.hold != null) {
            // Under a lease the manager or the peer renews it, or the dead-man acts: no other clock decides.
            return;
        }
        if (!silent || !carries(state) || state.change != null || state.asking != null || rules.dryRun() || tooSoon(state, now)) {
            return;
        }
        if (!state.silenceSaid) {
            state.silenceSaid = true;
            out.add(AgentMachine.say(Level.WARNING, "the manager has been silent for " + now.since(state.contactAt).toSeconds()
                    + " s (limit "
                    + rules.managerTimeout().toSeconds() + " s): asking the peer"));
        }
        state.askedAt = now.nanos();
        if (rules.peerConfigured()) {
            state.asking = AgentState.Asking.MANAGER_SILENT;
            out.add(new AgentEffect.AskPeer());
        } else {
            isolated(state, "no peer is configured", now, out);
        }
    }

    /** The bound peer verifiably carries the identity by a newer epoch. */
    void peerHolds(AgentState state, PeerStatusResponse peer, ClockReading now, List<AgentEffect> out) {
        boolean holds = peer != null && peer.isActive() && peer.identityVerified() && peer.hostId() != null
                && peer.hostId().equals(state.memory.bindings().peerId());
        if (holds) {
            passedOver(state, peer.epoch(), "the peer", now, out);
        }
    }

    /** A host that asks to stay active holds the identity: a request of the bound peer with a newer epoch is proof enough. */
    void peerAsks(AgentState state, PeerStatusRequest peer, ClockReading now, List<AgentEffect> out) {
        if (peer.hostId() != null && peer.hostId().equals(state.memory.bindings().peerId())) {
            passedOver(state, peer.stay().epoch(), "the peer", now, out);
        }
    }

    private void passedOver(AgentState state, long epoch, String by, ClockReading now, List<AgentEffect> out) {
        if (leases.outranked(state, epoch, by, now, out)) {
            changes.demoteByItself(state, by + " says that the other host is active at epoch " + epoch, now, out);
        }
    }

    void peerAnswered(AgentState state, PeerStatusResponse peer, ClockReading now, List<AgentEffect> out) {
        if (ManagerBindings.foreignPeer(state, peer.hostId())) {
            peerSilent(state, "host " + peer.hostId() + " answers in its place; where the peer was replaced for good, let this host forget "
                    + "it: failover-agent --forget-peer", now, out);
            return;
        }
        AgentState.Asking why = state.asking;
        state.asking = null;
        if (why == null || why == AgentState.Asking.OTHER_MANAGER || state.change != null) {
            return;
        }
        if (why == AgentState.Asking.MISMATCH) {
            if (peer.isActive() || Action.BECOME_ACTIVE.wire().equals(peer.operation())) {
                changes.demoteByItself(state, "the validator carries the staked identity, but the peer says it is active, or becomes so",
                        now, out);
            } else {
                adopt(state, "the validator carries the staked identity and the peer is passive", out);
            }
        } else if (peer.isActive() && carries(state)) {
            changes.demoteByItself(state, "Peer is active, manager down", now, out);
        }
        // A passive peer: stay active and keep waiting for the manager.
    }

    void peerSilent(AgentState state, String why, ClockReading now, List<AgentEffect> out) {
        AgentState.Asking asked = state.asking;
        state.asking = null;
        if (asked == AgentState.Asking.MISMATCH) {
            if (!state.mismatchSaid) {
                state.mismatchSaid = true;
                out.add(AgentMachine.say(Level.ERROR,
                        "this host was meant to be passive, but its validator carries the staked identity, and "
                        + "the peer does not answer (" + why + "): nothing is switched by guess"));
            }
        } else if (asked == AgentState.Asking.MANAGER_SILENT && state.change == null) {
            isolated(state, why, now, out);
        }
    }

    void internetChecked(AgentState state, boolean reachable, ClockReading now, List<AgentEffect> out) {
        boolean asked = state.asking == AgentState.Asking.INTERNET;
        state.asking = null;
        if (asked && !reachable && state.change == null) {
            changes.demoteByItself(state, "Network isolation - cannot reach manager or external network", now, out);
        }
    }

    private void isolated(AgentState state, String why, ClockReading now, List<AgentEffect> out) {
        if (rules.checkInternetWhenIsolated()) {
            state.asking = AgentState.Asking.INTERNET;
            out.add(new AgentEffect.CheckInternet());
        } else {
            changes.demoteByItself(state, "Network isolation - cannot reach manager or peer (" + why + ")", now, out);
        }
    }

    /** A probe of the validator, while no change of role is under way. */
    void observed(AgentState state, Observation seen, ClockReading now, List<AgentEffect> out) {
        bootIdentity(state, seen, now, out);
        compare(state, seen, now, out);
    }

    /** Compares the role with the validator's own report. */
    private void compare(AgentState state, Observation seen, ClockReading now, List<AgentEffect> out) {
        if (state.change != null || state.lease.fencing || state.memory.stakedIdentity() == null || !seen.process().running()
                || seen.identity() == null) {
            return;
        }
        boolean staked = state.memory.stakedIdentity().equals(seen.identity());
        if (staked == (state.memory.role() == Role.ACTIVE)) {
            state.contradictions = 0;
            state.mismatchSaid = false;
            return;
        }
        if (state.contradictions == 0) {
            state.contradictions = 1;
            state.contradictedAt = now.nanos();
            return;
        }
        if (now.since(state.contradictedAt).toMillis() < 250) {
            return;
        }
        if (staked) {
            carriesUnasked(state, seen, now, out);
        } else if (rules.has(CommandKind.PASSIVE_SYMLINK) && !rules.dryRun()) {
            // The one who did it may have left the boot identity staked (E14): only a demotion proves that it is not.
            changes.demoteByItself(state, "the validator carries " + seen.identity() + " and not the staked identity", now, out);
        } else {
            out.add(AgentMachine.say(Level.WARNING, "the validator carries " + seen.identity()
                    + " and not the staked identity: this host is "
                    + "passive, whoever did it"));
            state.memory = state.memory.withRole(Role.PASSIVE);
            out.add(new AgentEffect.Remember(state.memory));
        }
    }

    /** E14: without a state file it is unknown whether an earlier promotion left the boot identity staked. */
    private void bootIdentity(AgentState state, Observation seen, ClockReading now, List<AgentEffect> out) {
        if (!state.bootUnknown || state.change != null || state.lease.fencing || state.memory.stakedIdentity() == null) {
            return;
        }
        if (state.memory.role() == Role.ACTIVE) {
            state.bootUnknown = false;
            return;
        }
        if (seen.withoutIdentity(state.memory.stakedIdentity())) {
            // From here on the intent says so, where the command fails.
            state.bootUnknown = false;
            changes.demoteByItself(state, "there was no state file, so the validator's boot identity is unknown (E14)", now, out);
        }
    }

    private void carriesUnasked(AgentState state, Observation seen, ClockReading now, List<AgentEffect> out) {
        long startedAt = now.wallMillis() - seen.process().uptime().toMillis();
        boolean bornAfterDemotion = state.memory.demotedAtMillis() > 0
                && startedAt > state.memory.demotedAtMillis() + START_SLACK.toMillis();
        if (rules.dryRun()) {
            return;
        }
        DurableAgentState.InDoubt sent = state.memory.inDoubt();
        boolean granted = sent != null && seen.process().sameProcess(sent.pid(), sent.startTicks()) && state.lease.held(now)
                && state.lease.hold.epoch() == state.memory.epoch();
        if (granted) {
            adopt(state, "the set-identity whose outcome was not known has taken effect, under the lease it was sent by", out);
            return;
        }
        // A host that obeyed a manager, or is passive to one, may carry no identity that it was not granted.
        boolean deposed = state.memory.bindings().managed()
                && (state.memory.demotedAtMillis() > 0 || state.memory.epoch() > 0 || state.memory.knownPassive());
        if (bornAfterDemotion || deposed) {
            changes.demoteByItself(state, bornAfterDemotion
                    ? "the validator started with the staked identity after this host was made passive (E14)"
                    : "the validator carries the staked identity again, and no manager granted it (E14): to move it by hand, ask the "
                            + "manager, or stop this agent first", now, out);
        } else if (!rules.peerConfigured()) {
            adopt(state, "the validator carries the staked identity, and there is no peer to ask", out);
        } else if (state.asking == null && !tooSoon(state, now)) {
            state.asking = AgentState.Asking.MISMATCH;
            state.askedAt = now.nanos();
            out.add(new AgentEffect.AskPeer());
        }
    }

    private void adopt(AgentState state, String why, List<AgentEffect> out) {
        // The identity is there: the set-identity that was still on its way, if one was, has landed.
        state.memory = state.memory.withRole(Role.ACTIVE).withInDoubt(null);
        state.contradictions = 0;
        out.add(AgentMachine.say(Level.WARNING, "this host is active: " + why));
        out.add(new AgentEffect.Remember(state.memory));
    }

    private boolean carries(AgentState state) {
        return state.memory.role() == Role.ACTIVE || state.seen != null && state.memory.stakedIdentity() != null
                && state.seen.process().running() && state.memory.stakedIdentity().equals(state.seen.identity());
    }

    private static boolean tooSoon(AgentState state, ClockReading now) {
        return now.since(state.askedAt).compareTo(ASK_EVERY) < 0;
    }
}
