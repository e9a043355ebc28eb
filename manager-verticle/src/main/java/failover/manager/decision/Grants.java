package failover.manager.decision;

import failover.protocol.Level;
import failover.protocol.Now;
import failover.protocol.lease.LeaseNumbers;
import failover.protocol.wire.Action;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseOffer;
import java.util.List;

/** What the manager says of leases (E0, E1, E11): one holder at a time, and nobody while it is not certain who. */
final class Grants {
    private final ManagerRules rules;

    Grants(ManagerRules rules) {
        this.rules = rules;
    }

    /** What a poll says; {@code null} in dry-run, which promises nothing. */
    LeaseOffer offer(ManagerState state, HostView view) {
        if (rules.dryRun()) {
            return null;
        }
        LeaseNumbers numbers = rules.policy().numbers();
        return new LeaseOffer(token(view), epoch(state, view), state.memory.start(), numbers.heartbeat().toMillis(),
                numbers.lease().toMillis(), numbers.fence().toMillis(), numbers.jitter().toMillis(), Pauses.told(state));
    }

    /** The epoch that host may hold the identity at now; 0 when none. */
    private static long epoch(ManagerState state, HostView view) {
        Move move = state.move;
        if (move == null) {
            return view.host == state.holder ? view.granted : 0;
        }
        switch (move.step) {
            case DEMOTING:
                // An ordered demotion goes on under the lease; a silent host's has been let run out.
                return view.host == move.from && !move.silentFrom || move.kind == Move.Kind.FENCE && view.host == move.from.other()
                        ? view.granted : 0;
            case PROMOTING:
                return view.host == move.to ? move.epoch : 0;
            case RESTORING:
                return view.host == move.from ? move.epoch : 0;
            default:
                return 0;
        }
    }

    /** A holder without a lease gets a new epoch: what has run out is not revived (E0). */
    void care(ManagerState state, HostView view, Now now, List<ManagerEffect> out) {
        boolean mine = !rules.dryRun() && state.move == null && view.host == state.holder && view.status != null && view.ours()
                && view.status.isActive() && !view.status.dryRun() && !view.busy() && view.status.lease() != null
                && view.status.lease().refused() == null;
        if (!mine) {
            return;
        }
        if (view.status.lease().leftMs() > 0) {
            // A restarted manager finds the lease that is held, and goes on with it.
            view.granted = Math.max(view.granted, view.status.epoch());
            return;
        }
        boolean waiting = view.grantSave != 0
                || view.granted > 0 && now.since(view.grantedAt).compareTo(rules.heartbeatInterval().multipliedBy(3)) < 0;
        if (!waiting) {
            // Offered only once it is durable (E10): a manager restored from before must not issue the same epoch to the other.
            view.toGrant = state.highestEpoch() + 1;
            view.grantSave = state.number();
            state.memory = state.memory.withEpoch(view.toGrant).with(view.host, state.memory.host(view.host).withIssued(view.toGrant));
            out.add(new ManagerEffect.Save(view.grantSave, state.memory));
        }
    }

    /** A new epoch for a holder without a lease is durable, or is not. */
    void saved(ManagerState state, ManagerEvent.Saved event, Now now, List<ManagerEffect> out) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.grantSave == 0 || view.grantSave != event.number()) {
                continue;
            }
            view.grantSave = 0;
            if (event.error() != null) {
                out.add(Moves.say(Level.WARNING, "[" + view.host + "] gets no lease at epoch " + view.toGrant
                        + ", because a restart would forget it: " + event.error()));
            } else if (state.move == null && view.host == state.holder) {
                view.granted = view.toGrant;
                view.grantedAt = now.nanos();
            }
        }
    }

    /** The first grant of an epoch; {@code null} for a demotion, and for an original agent. */
    Grant first(ManagerState state, Move move, Action action, HostView view) {
        if (action != Action.BECOME_ACTIVE || token(view) == null) {
            return null;
        }
        LeaseNumbers numbers = rules.policy().numbers();
        boolean otherPassive = move.step == ManagerMemory.Step.RESTORING ? !move.goneTo : move.demoted || move.vacant;
        return new Grant(token(view), state.memory.managerId(), state.memory.start(), numbers.lease().toMillis(),
                numbers.fence().toMillis(), numbers.jitter().toMillis(), otherPassive, move.fenced, move.automatic,
                state.evidence.newestVote(), move.staleTower);
    }

    private static String token(HostView view) {
        return view.status == null || view.status.lease() == null ? null : view.status.lease().token();
    }
}
