package failover.manager.decision;

import failover.manager.decision.DurableManagerState.Terms;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.wire.Action;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaseKeepalive;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.List;

/** What the manager says of leases (E0, E1, E11): one holder at a time, and nobody while it is not certain who. */
final class LeaseGrantor {
    private final ManagerOptions rules;

    LeaseGrantor(ManagerOptions rules) {
        this.rules = rules;
    }

    /**
     * Remembers the start, and what leases it grants. Where the one before granted longer ones, these are waited for as long as they may
     * run; where it granted shorter ones, no longer ones are granted before a further start would know of them (E8, scenario 58).
     */
    void start(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        Terms own = Terms.of(rules.policy().numbers());
        Terms before = state.memory.terms();
        if (before == null && !rules.dryRun()) {
            state.memory = state.memory.withTerms(own);
        } else if (!rules.dryRun() && !own.equals(before) && own.outlasts(before)) {
            state.shorter = before;
            lengthen(state, own, now, out);
        } else if (!rules.dryRun() && !own.equals(before)) {
            state.earlier = before;
            out.add(OperationPhases.say(Level.INFO,
                    "leases are shorter than those of this manager's last start: a host that is not heard, or has "
                    + "not taken the new ones, is replaced only when the old ones are over, " + before.holdOff().toMillis() + " ms"));
        }
        begun(state, now, out);
    }

    /**
     * That this start has begun is written before it grants anything: another process with the number of an earlier one would be taken for
     * a copy of it (E12). Only where the disk takes nothing, or hangs, is that not waited for; it is tried again until it does.
     */
    private static void begun(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        state.startSave = state.number();
        state.startSaveBy = SaveDeadline.by(now);
        out.add(new ManagerEffect.Save(state.startSave, state.memory));
    }

    private void begunSaved(ManagerState state, String error, List<ManagerEffect> out) {
        if (error != null && !state.startTried) {
            out.add(OperationPhases.say(Level.ERROR, "ALARM: that this manager has started could not be written (" + error
                    + "): if it starts once "
                    + "more before that is mended, the agents take it for a copy of itself, and refuse it until both have heard nothing "
                    + "of the process before for " + rules.silence().toMillis() + " ms, which ends by itself; mend the disk under "
                    + "state_dir before this manager is started again"));
        }
        state.startSave = 0;
        state.startTried = true;
        state.startWritten = error == null;
        if (state.primary.toldAt == 0) {
            // The polls sent until now did not say who asks.
            out.add(new ManagerEffect.Wake(Duration.ofMillis(1)));
        }
    }

    /**
     * Why nothing may be moved yet: a host that may answer has not answered a poll of this start that told it who asks. Until then it obeys
     * another process of this manager, which may make it active in the same moment (E12). {@code null} when something may.
     */
    static String untold(ManagerState state, ManagerOptions rules) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (!rules.dryRun() && !view.told && view.failure == null) {
                return "[" + view.host + "] has not answered since this manager, which has just started, told it who asks";
            }
        }
        return null;
    }

    /** That host, and what its peer promised it, goes by the new lengths only, or has nothing to lose. */
    private static boolean taken(ManagerState state, HostView view, ClockReading now) {
        boolean over = view.newTerms == HostView.Terms.CHANGING
                && now.since(view.newTermsAt).compareTo(state.earlier.holdOff()) >= 0;
        // A host that said it cannot sign after all it was ever granted holds nothing, of whatever length.
        boolean nothing = view.newTerms == HostView.Terms.OLD && !view.everAnswered() && state.memory.host(view.host).excluded();
        if (over || nothing) {
            view.newTerms = HostView.Terms.TAKEN;
        }
        return view.newTerms == HostView.Terms.TAKEN;
    }

    /**
     * What an answer tells of leases of an earlier start that were longer. A host without a lease takes the next one by the new numbers. A
     * holder has taken them when it has answered a poll that granted them by its token, and what it has left fits into them; what its peer
     * promised it by the old ones until then runs on. The old ones are asked of the peer again where an agent forgets the new ones.
     */
    void answered(ManagerState state, HostView view, StatusResponse status, long askedAt, ClockReading now) {
        // A peer that was out of sight for long may have promised, and have been started anew since.
        boolean unseen = now.since(view.heardAt).compareTo(rules.silence().dividedBy(2)) >= 0;
        if (unseen || status.lease() != null && status.lease().boundMs() > 0) {
            view.boundAt = now.nanos();
        }
        if (state.earlier == null || view.newTerms == HostView.Terms.TAKEN) {
            return;
        }
        boolean nothing = !status.fromOurs() || status.lease() == null
                || !status.isActive() && status.identityVerified() && status.lease().leftMs() == 0;
        boolean granted = view.offeredAt != 0 && view.offeredAt - askedAt <= 0 && view.granted > 0 && status.lease() != null
                && status.lease().refused() == null && status.lease().leftMs() > 0
                && status.lease().leftMs() <= rules.policy().numbers().lease().toMillis();
        if (nothing) {
            view.newTerms = HostView.Terms.TAKEN;
        } else if (!granted) {
            view.newTerms = HostView.Terms.OLD;
        } else if (view.newTerms == HostView.Terms.OLD) {
            view.newTerms = HostView.Terms.CHANGING;
            view.newTermsAt = now.nanos();
        }
    }

    private static void lengthen(ManagerState state, Terms own, ClockReading now, List<ManagerEffect> out) {
        state.termsSave = state.number();
        state.termsSaveBy = SaveDeadline.by(now);
        state.memory = state.memory.withTerms(own);
        out.add(new ManagerEffect.Save(state.termsSave, state.memory));
    }

    void tick(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        Terms own = Terms.of(rules.policy().numbers());
        if (state.earlier != null && taken(state, state.primary, now) && taken(state, state.secondary, now)) {
            state.earlier = null;
            state.memory = state.memory.withTerms(own);
            out.add(new ManagerEffect.Remember(state.memory));
        }
        if (state.startSave != 0 && now.reached(state.startSaveBy)) {
            begunSaved(state, SaveDeadline.HANGS, out);
        }
        if (state.startSave == 0 && !state.startWritten) {
            begun(state, now, out);
        }
        boolean hangs = state.termsSave != 0 && now.reached(state.termsSaveBy);
        if (state.shorter != null && (state.termsSave == 0 || hangs)) {
            lengthen(state, own, now, out);
        }
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.grantSave != 0 && now.reached(view.grantSaveBy)) {
                granted(state, view, SaveDeadline.HANGS, now, out);
            }
        }
    }

    /** Q of what is granted now. */
    private long leaseMs(ManagerState state) {
        long own = rules.policy().numbers().lease().toMillis();
        return state.shorter == null ? own : Math.min(own, state.shorter.leaseMs());
    }

    /** What a poll says; {@code null} in dry-run, which promises nothing. */
    LeaseKeepalive offer(ManagerState state, HostView view, ClockReading now) {
        if (rules.dryRun() || !state.startTried) {
            return null;
        }
        if (view.offeredAt == 0 && token(view) != null && epoch(state, view) > 0) {
            view.offeredAt = now.nanos();
        }
        view.toldAt = view.toldAt == 0 ? now.nanos() : view.toldAt;
        LeaseTiming numbers = rules.policy().numbers();
        return new LeaseKeepalive(token(view), epoch(state, view), state.memory.start(), numbers.heartbeat().toMillis(),
                leaseMs(state), numbers.fence().toMillis(), numbers.jitter().toMillis(), PauseMode.told(state), state.run,
                otherEpoch(state, view));
    }

    /**
     * The epoch at which the other host holds the identity, or is being given it: a holder of a lower one fences itself when it hears that.
     * So does one that is to lose it and did not obey: its peer's promise must not keep it in office.
     */
    private static long otherEpoch(ManagerState state, HostView view) {
        return view.givenUp ? state.memory.epoch() : epoch(state, state.view(view.host.other()));
    }

    /** The epoch that host may hold the identity at now; 0 when none. */
    private static long epoch(ManagerState state, HostView view) {
        Operation move = state.move;
        if (view.givenUp || Pairing.stranger(state, view)) {
            return 0;
        }
        if (move == null) {
            return view.host == state.holder ? view.granted : 0;
        }
        switch (move.phase.durable()) {
            case DEMOTING:
                // An ordered demotion goes on under the lease; a silent host's has been let run out.
                return view.host == move.from && !move.cause.holderSilent()
                        || move.cause instanceof Cause.DualActive && view.host == move.from.other() ? view.granted : 0;
            case PROMOTING:
                return view.host == move.to ? move.epoch : 0;
            default:
                return 0;
        }
    }

    /** A holder without a lease gets a new epoch: what has run out is not revived (E0). */
    void care(ManagerState state, HostView view, ClockReading now, List<ManagerEffect> out) {
        boolean mine = !rules.dryRun() && state.move == null && !view.givenUp && !Pairing.stranger(state, view)
                && view.host == state.holder && view.status != null && view.ours()
                && view.status.isActive() && !view.status.dryRun() && !view.busy() && view.status.lease() != null
                && view.refusal() == null;
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
            view.toGrant = state.nextEpoch();
            view.grantSave = state.number();
            view.grantSaveBy = SaveDeadline.by(now);
            state.memory = state.memory.withEpoch(view.toGrant).with(view.host, state.memory.host(view.host).withIssued(view.toGrant));
            out.add(new ManagerEffect.Save(view.grantSave, state.memory));
        }
    }

    /** A new epoch for a holder without a lease is durable, or is not. */
    void saved(ManagerState state, ManagerEvent.Saved event, ClockReading now, List<ManagerEffect> out) {
        if (state.startSave != 0 && state.startSave == event.number()) {
            begunSaved(state, event.error(), out);
        }
        if (state.shorter != null && event.number() >= state.termsSave) {
            // Whatever is written after the first try has them, too.
            state.shorter = event.error() == null ? null : state.shorter;
            state.termsSave = event.error() != null && event.number() == state.termsSave ? 0 : state.termsSave;
        }
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.grantSave != 0 && view.grantSave == event.number()) {
                granted(state, view, event.error(), now, out);
            }
        }
    }

    private static void granted(ManagerState state, HostView view, String error, ClockReading now, List<ManagerEffect> out) {
        view.grantSave = 0;
        if (error != null) {
            out.add(OperationPhases.say(Level.WARNING, "[" + view.host + "] gets no lease at epoch " + view.toGrant
                    + ", because a restart would forget it: " + error));
        } else if (state.move == null && view.host == state.holder) {
            view.granted = view.toGrant;
            view.grantedAt = now.nanos();
            // It holds no lease before the next poll, and a heartbeat may be of a minute.
            out.add(new ManagerEffect.Wake(Duration.ofMillis(1)));
        }
    }

    /** The first grant of an epoch; {@code null} for a demotion, and for an original agent. */
    Grant first(ManagerState state, Operation move, Action action, HostView view) {
        if (action != Action.BECOME_ACTIVE || token(view) == null) {
            return null;
        }
        LeaseTiming numbers = rules.policy().numbers();
        boolean otherPassive = move.demoted || move.cause instanceof Cause.Vacant;
        boolean otherMayHaveVoted = move.cause instanceof Cause.WayBack back && back.holderMayHaveVoted();
        return new Grant(token(view), state.memory.managerId(), state.memory.start(), leaseMs(state),
                numbers.fence().toMillis(), numbers.jitter().toMillis(), otherPassive, move.cause.holderCannotSign(),
                move.cause.automatic(), state.evidence.newestVote(), move.cause.staleTower(),
                state.memory.host(view.host.other()).id(), state.run, otherMayHaveVoted, state.evidence.slotMillis());
    }

    /**
     * An agent of ours that was not heard since this start, and so has no token to echo: it cannot be granted anything yet, and an order
     * without a grant is what an original gets, which judges less of it.
     *
     * @param ours it has answered a command as an agent of ours does, which the state may not know
     */
    static boolean ungrantable(ManagerState state, Host host, boolean ours) {
        return !state.view(host).everAnswered() && (ours || state.memory.host(host).id() != null);
    }

    private static String token(HostView view) {
        return view.status == null || view.status.lease() == null ? null : view.status.lease().token();
    }
}
