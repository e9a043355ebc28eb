package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import java.util.List;

/** Who is active is what the hosts report, not what a file says (OM0-17, OM-7). */
final class RoleReconciler {
    private RoleReconciler() {
    }

    static void reconcile(ManagerState state, ManagerOptions rules, ClockReading now, List<ManagerEffect> out) {
        HostView primary = state.primary;
        HostView secondary = state.secondary;
        boolean first = primary.answers(rules, now);
        boolean second = secondary.answers(rules, now);
        boolean outdated = first && primary.outdated(state.rolesChangedAt) || second && secondary.outdated(state.rolesChangedAt);
        // One that died in the middle of a change is not busy for ever.
        boolean busy = first && primary.busy() || second && secondary.busy();
        if (outdated || busy || FailureDetector.sameHost(state, rules, now) || Pairing.strange(state) != null && !otherIsActive(state)) {
            return;
        }
        if (first && second) {
            both(state, primary.status.isActive(), secondary.status.isActive(), rules, now, out);
        } else if (first || second) {
            state.dual = 0;
            HostView answering = first ? primary : secondary;
            // One answers: it knows whether it is active; if it is not, the silent one counts as active until the opposite is known.
            if (answering.status.isActive()) {
                state.vacant = 0;
                believe(state, answering, rules, out);
            } else if (state.excluded(answering.host.other())) {
                // The silent one said that it cannot sign, after everything it was granted: nobody is active (NoActive).
                count(state, false, rules, now);
            } else if (state.view(answering.host.other()).failure != null || state.view(answering.host.other()).everAnswered()) {
                // Not before it has been asked: right after the start, whoever answers later would be taken for the active one.
                Host silent = answering.host.other();
                state.vacant = 0;
                take(state, silent, "as far as is known: [" + answering.host + "] says it is not, [" + silent + "] does not answer", out);
            }
        }
    }

    /** Whatever answers at the last holder's address: where the other one verifiably has the identity, it has it. */
    private static boolean otherIsActive(ManagerState state) {
        HostView other = state.view(state.lastHolder().other());
        return other.status != null && other.status.isActive() && other.status.identityVerified();
    }

    private static void both(ManagerState state, boolean first, boolean second, ManagerOptions rules, ClockReading now,
            List<ManagerEffect> out) {
        if (first != second) {
            state.dual = 0;
            state.vacant = 0;
            believe(state, first ? state.primary : state.secondary, rules, out);
            return;
        }
        count(state, first, rules, now);
    }

    /** Another reading in which both are active, or nobody is. */
    private static void count(ManagerState state, boolean both, ManagerOptions rules, ClockReading now) {
        boolean counted = state.dual + state.vacant > 0;
        if (counted && now.since(state.roleCountedAt).compareTo(rules.nearlyAHeartbeat()) < 0) {
            return;
        }
        state.roleCountedAt = now.nanos();
        state.dual = both ? state.dual + 1 : 0;
        state.vacant = both ? 0 : state.vacant + 1;
    }

    /**
     * Keeps at which epoch a host said that it verifiably cannot sign (E10); what it says in the middle of a move is the move's. Never what
     * another host says at its address, be it the other one of the pair.
     */
    static void keepPassive(ManagerState state, HostView view, List<ManagerEffect> out) {
        DurableManagerState.HostRecord known = state.memory.host(view.host);
        // Never one that nobody can have been given: what is issued later must not count as answered already.
        // Nor what a host says that another manager may make active in the next moment.
        boolean obeys = view.refusal() == null;
        long passive = view.status.isActive() || !obeys ? 0
                : FailureDetector.excluded(view) ? Math.min(view.status.epoch(), state.highestEpoch()) : known.passive();
        boolean itself = Pairing.foreign(state, view.host, view.status.hostId()) == null;
        if (view.ours() && itself && !Pairing.stranger(state, view) && state.move == null && !view.busy() && passive != known.passive()) {
            state.memory = state.memory.with(view.host, known.withPassive(passive));
            out.add(new ManagerEffect.Remember(state.memory));
        }
    }

    /**
     * It says so itself; that is remembered, but only by its validator's word where that can be had: an agent that has lost its memory says
     * what its configuration says.
     */
    private static void believe(ManagerState state, HostView holder, ManagerOptions rules, List<ManagerEffect> out) {
        take(state, holder.host, "by the hosts' own word", out);
        boolean known = holder.status.identityVerified() || !holder.ours() || state.stakedIdentity(rules) == null;
        if (known && state.memory.holder() != holder.host) {
            state.memory = state.memory.withHolder(holder.host);
            out.add(new ManagerEffect.Remember(state.memory));
        }
    }

    private static void take(ManagerState state, Host holder, String how, List<ManagerEffect> out) {
        if (state.holder != holder) {
            out.add(OperationPhases.say(Level.WARNING, "[" + holder + "] is the active one, " + how
                    + (state.holder == null ? "" : "; it was taken to be [" + state.holder + "]")));
        }
        state.holder = holder;
    }
}
