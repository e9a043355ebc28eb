package failover.manager.decision;

import failover.manager.decision.ManagerEffect.OperatorAnswer;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.ManualFailoverResponse;
import failover.protocol.wire.VoteStateReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** From a verdict to a move, or to the list of what keeps it; and the operator's door, which is the same door. */
final class FailoverPolicy {
    /** A validator that votes writes its vote state with each vote. */
    private static final long WRITES_MS = 10_000;

    private final ManagerOptions rules;
    private final Fitness fitness;
    private final OperationPhases moves;
    private final SilenceEvaluator proof;
    private final PauseMode pauses;

    FailoverPolicy(ManagerOptions rules, Fitness fitness, OperationPhases moves, SilenceEvaluator proof, PauseMode pauses) {
        this.pauses = pauses;
        this.proof = proof;
        this.rules = rules;
        this.fitness = fitness;
        this.moves = moves;
    }

    Diagnosis act(ManagerState state, Diagnosis judgement, ClockReading now, List<ManagerEffect> out) {
        switch (judgement.verdict()) {
            case ACTIVE_PROCESS_DEAD:
            case ACTIVE_REPORTED_SICK:
            case ACTIVE_STALLED:
            case ACTIVE_DEAD:
                return replace(state, judgement, now, out);
            case NO_ACTIVE:
                return fill(state, judgement, now, out);
            case DUAL_IDENTITY:
                return fence(state, judgement, now, out);
            default:
                return judgement;
        }
    }

    /** An operator's failover. Refused with the reason, or begun and answered at its end. */
    void asked(ManagerState state, ManagerEvent.FailoverAsked event, ClockReading now, List<ManagerEffect> out) {
        long ticket = event.ticket();
        String reason = event.reason();
        out.add(OperationPhases.say(Level.WARNING, "=== MANUAL FAILOVER REQUESTED === Reason: " + reason
                + (event.fenced() ? "; the operator states that the active cannot sign (--i-have-fenced)" : "")
                + (event.staleTower() ? "; the operator accepts a tower of any age, or none (--accept-stale-tower)" : "")));
        if (event.fenced() && moves.stated(state, ticket, now, out)) {
            return;
        }
        if (state.move != null) {
            refuse(ticket, "Cannot failover: operation " + state.move.operationId + " is under way", out);
            return;
        }
        if (state.holder == null) {
            refuse(ticket, "Cannot failover: no active validator is known", out);
            return;
        }
        if (event.fenced()) {
            Pairing.accept(state);
        } else if (Pairing.strange(state) != null) {
            refuse(ticket, "Cannot failover: " + Pairing.strange(state), out);
            return;
        }
        HostView active = state.view(state.holder);
        HostView passive = state.view(state.holder.other());
        if (!passive.answers(rules, now)) {
            refuse(ticket, "Cannot failover: passive validator " + rules.endpoint(passive.host) + " is unreachable: "
                    + (passive.failure == null ? "no answer yet" : passive.failure.detail()), out);
            return;
        }
        List<String> unfit = event.fenced() ? fitness.unfitnessWhenFenced(state, passive, now) : fitness.unfitness(state, passive, now);
        if (!unfit.isEmpty()) {
            refuse(ticket, "Cannot failover: passive validator " + rules.endpoint(passive.host) + " is not healthy: "
                    + String.join(", ", unfit), out);
            return;
        }
        if (FailureDetector.sameHost(state, rules, now) || FailureDetector.swapped(state, rules, now)) {
            refuse(ticket, "Cannot failover: both endpoints lead to the same host, or to the hosts the other way round", out);
            return;
        }
        String elsewhere = event.fenced() ? null : elsewhere(active, now);
        if (elsewhere != null) {
            refuse(ticket, "Cannot failover: " + elsewhere, out);
            return;
        }
        String untold = LeaseGrantor.untold(state, rules);
        if (untold != null) {
            refuse(ticket, "Cannot failover: " + untold + "; ask again in a moment", out);
            return;
        }
        if (rules.dryRun()) {
            out.add(OperationPhases.say(Level.WARNING, "[DRY-RUN] Would perform failover, but dry-run is enabled"));
            out.add(new ManagerEffect.Answer(ticket, new OperatorAnswer(200, null, new ManualFailoverResponse(false,
                    "[DRY-RUN] Would fail over: " + active.host + " -> " + passive.host, null, null, true))));
            return;
        }
        boolean well = active.answers(rules, now) && active.status.processRunning();
        // E3: an operator's word that it cannot sign is not waited for S with.
        boolean silent = state.silent(active, rules, now) || event.fenced() && !active.answers(rules, now);
        if (silent && !event.fenced()) {
            Diagnosis dead = proof.judgeSilent(state, active, "[" + active.host + "] is silent", now);
            if (dead.verdict() == Verdict.ACTIVE_DEAD && Pairing.mismatch(state) != null) {
                refuse(ticket, "Cannot failover: peer_mismatch: " + Pairing.mismatch(state) + "; when [" + active.host
                        + "] certainly cannot sign: failover-manager --trigger-failover --i-have-fenced", out);
                return;
            }
            if (dead.verdict() != Verdict.ACTIVE_DEAD) {
                refuse(ticket, "Cannot failover: " + dead.verdict().name().toLowerCase(Locale.ROOT) + ": " + dead.why()
                        + "; when it certainly cannot sign: failover-manager --trigger-failover --i-have-fenced", out);
                return;
            }
        }
        String handover = well && !event.staleTower() ? fitness.handover(state, active) : null;
        if (handover != null) {
            refuse(ticket, "Cannot failover: active validator " + rules.endpoint(active.host) + " could not hand over: " + handover
                    + "; it goes on voting. See why its vote state is not as its votes are, or accept that: failover-manager "
                    + "--trigger-failover --accept-stale-tower", out);
            return;
        }
        begin(state, new Cause.Requested(ticket, reason, well, silent, event.fenced(), event.staleTower()), active.host, passive.host, now,
                out);
    }

    private Diagnosis replace(ManagerState state, Diagnosis judgement, ClockReading now, List<ManagerEffect> out) {
        HostView active = state.view(state.holder);
        HostView passive = state.view(state.holder.other());
        List<String> blockers = new ArrayList<>();
        for (String reason : fitness.unfitness(state, passive, now)) {
            blockers.add("passive [" + passive.host + "] " + reason);
        }
        boolean silent = judgement.verdict() == Verdict.ACTIVE_DEAD;
        if (silent) {
            addGrace(state, now, blockers);
        }
        Duration bound = passive.boundFor(now);
        if (silent && !bound.isZero()) {
            // It would refuse, and a refused move is not tried again at once: it is asked as soon as it is free.
            blockers.add("passive [" + passive.host + "] has promised [" + active.host + "] to leave it active, or may have: "
                    + bound.toMillis() + " ms to go (E7)");
            out.add(new ManagerEffect.Wake(bound.plusMillis(1)));
        }
        if (active.status != null && active.status.dryRun()) {
            blockers.add("the agent of the active is in dry-run: it would demote nothing");
        }
        if (active.refusal() != null) {
            blockers.add("the active's agent refuses this manager: " + active.refusal()
                    + (silent ? "; where that host certainly cannot sign: failover-manager --trigger-failover --i-have-fenced" : ""));
        }
        if (rules.policy().holdWhileVoting() && judgement.verdict() == Verdict.ACTIVE_REPORTED_SICK
                && proof.finding(state, active.host, 0, now).word() == VoteFinding.Word.PROGRESS) {
            blockers.add("its votes land, and hold_while_voting is set");
        }
        addUntold(state, blockers);
        addPause(state, blockers);
        addCooldown(state, passive.host, now, blockers);
        addBackOff(state, now, blockers);
        if (!blockers.isEmpty()) {
            return judgement.blockedBy(blockers);
        }
        Cause cause = silent ? new Cause.HolderSilent(judgement.why()) : judgement.verdict() == Verdict.ACTIVE_STALLED
                ? new Cause.VotesStalled(judgement.why(), Math.max(1, state.evidence.newestVote())) : new Cause.HolderSick(judgement.why());
        return dryOr(state, judgement, active.host, passive.host, out, () -> begin(state, cause, active.host, passive.host, now, out));
    }

    private void addGrace(ManagerState state, ClockReading now, List<String> blockers) {
        Duration grace = rules.startupGrace().minus(now.since(state.startedAt));
        if (!grace.isNegative() && !grace.isZero()) {
            blockers.add("the manager started " + now.since(state.startedAt).toSeconds() + " s ago; silent hosts are left alone for "
                    + rules.startupGrace().toSeconds() + " s");
        }
    }

    /** Nobody is active and both verifiably cannot sign: the last holder again if it is fit, else the other. */
    private Diagnosis fill(ManagerState state, Diagnosis judgement, ClockReading now, List<ManagerEffect> out) {
        Host preferred = state.lastHolder();
        if (preferred == state.failedTarget && fitness.unfitness(state, state.view(preferred.other()), now).isEmpty()) {
            preferred = preferred.other();
        }
        List<String> blockers = new ArrayList<>();
        Host target = null;
        for (Host candidate : new Host[] {preferred, preferred.other()}) {
            List<String> reasons = new ArrayList<>(fitness.unfitness(state, state.view(candidate), now));
            addCooldown(state, candidate, now, reasons);
            if (reasons.isEmpty()) {
                target = candidate;
                break;
            }
            blockers.add("[" + candidate + "] " + String.join(", ", reasons));
        }
        if (target != null) {
            blockers.clear();
            VoteFinding votes = proof.finding(state, target.other(), state.rolesChangedAt, now);
            if (proof.looked() && votes.word() == VoteFinding.Word.PROGRESS) {
                blockers.add("both hosts are known to be passive, but somebody votes: " + votes.why());
            }
            if (Pairing.mismatch(state) != null) {
                blockers.add("peer_mismatch: " + Pairing.mismatch(state));
            }
            String elsewhere = elsewhere(state.view(target.other()), now);
            if (elsewhere != null) {
                blockers.add(elsewhere);
            }
            if (!state.view(target.other()).answers(rules, now)) {
                // What is written of it may be older than what it was given since: another process of this manager may live (E8).
                addGrace(state, now, blockers);
            }
            addUntold(state, blockers);
            addPause(state, blockers);
            addBackOff(state, now, blockers);
        }
        if (!blockers.isEmpty()) {
            return judgement.blockedBy(blockers);
        }
        Host chosen = target;
        return dryOr(state, judgement, chosen.other(), chosen, out, () -> begin(state, new Cause.Vacant(judgement.why()),
                chosen.other(), chosen, now, out));
    }

    /** Two actives: the one with the lower epoch loses; where epochs do not tell, the one that is not the known holder. */
    private Diagnosis fence(ManagerState state, Diagnosis judgement, ClockReading now, List<ManagerEffect> out) {
        Host loser = loser(state, out);
        List<String> blockers = new ArrayList<>();
        addBackOff(state, now, blockers);
        if (!blockers.isEmpty()) {
            return judgement.blockedBy(blockers);
        }
        return dryOr(state, judgement, loser, null, out, () -> {
            pauses.bySight(state, judgement.why(), now, out);
            begin(state, new Cause.DualActive(judgement.why()), loser, null, now, out);
        });
    }

    /**
     * The lower epoch loses, but only where both are this manager's to compare: one that was never issued to that host proves nothing but
     * that something is wrong there, and must not take the identity from the one that has it.
     */
    private static Host loser(ManagerState state, List<ManagerEffect> out) {
        boolean first = neverIssued(state, state.primary);
        boolean second = neverIssued(state, state.secondary);
        if (first != second) {
            HostView odd = first ? state.primary : state.secondary;
            out.add(OperationPhases.say(Level.ERROR, "ALARM: [" + odd.host + "] says that it is active at epoch " + odd.status.epoch()
                    + ", and "
                    + "was never "
                    + "given more than " + state.memory.host(odd.host).issued() + " by this manager: it is taken to be the wrong one of "
                    + "the two"));
            return odd.host;
        }
        if (first) {
            // Neither is known here, as after a restart without memory: who verifiably writes the vote state is the voter.
            boolean writes = writes(state.primary);
            if (writes != writes(state.secondary)) {
                return writes ? Host.SECONDARY : Host.PRIMARY;
            }
        }
        long epochs = state.primary.status.epoch() - state.secondary.status.epoch();
        return epochs == 0 ? state.lastHolder().other() : epochs < 0 ? Host.PRIMARY : Host.SECONDARY;
    }

    private static boolean neverIssued(ManagerState state, HostView view) {
        return view.ours() && view.status.epoch() > state.memory.host(view.host).issued();
    }

    private static boolean writes(HostView view) {
        VoteStateReport word = view.status.voteState();
        return word != null && word.towerError() == null && word.towerSlot() > 0 && word.towerAgeMs() <= WRITES_MS;
    }

    private Diagnosis dryOr(ManagerState state, Diagnosis judgement, Host from, Host to, List<ManagerEffect> out, Runnable begin) {
        if (!rules.dryRun()) {
            begin.run();
            return new Diagnosis(Verdict.MOVING, judgement.why(), List.of());
        }
        Diagnosis dry = judgement.blockedBy(List.of("dry-run is enabled"));
        if (!dry.key().equals(state.said)) {
            out.add(OperationPhases.say(Level.WARNING, "[DRY-RUN] Would perform failover, but dry-run is enabled: " + judgement.why()
                    + "; would send become_passive to [" + from + "]" + (to == null ? "" : ", then become_active to [" + to + "]")));
        }
        return dry;
    }

    private void begin(ManagerState state, Cause cause, Host from, Host to, ClockReading now, List<ManagerEffect> out) {
        long epoch = state.nextEpoch();
        String id = state.memory.managerId().substring(0, Math.min(8, state.memory.managerId().length())) + "-" + epoch;
        state.memory = state.memory.withEpoch(epoch);
        moves.begin(state, new Operation(cause, id, epoch, from, to), now, out);
    }

    private void addCooldown(ManagerState state, Host target, ClockReading now, List<String> blockers) {
        Duration left = Cooldown.left(state, rules, now);
        // Whoever had it last and lost it since only gets it back: that is no failover, and nobody votes meanwhile.
        if (!left.isZero() && target != state.lastHolder()) {
            blockers.add("cooldown: " + left.toSeconds() + " s of " + rules.failoverCooldown().toSeconds() + " s are left since the last "
                    + "automatic failover; an operator may still move by hand");
        }
    }

    /** That it is passive is true for this moment only where another manager may make it active in the next one (E12). */
    private String elsewhere(HostView view, ClockReading now) {
        return view.refusal() == null || !view.answers(rules, now) ? null : "the agent of [" + view.host + "] obeys another "
                + "manager, which may make it active in the next moment: " + view.refusal();
    }

    private void addUntold(ManagerState state, List<String> blockers) {
        String untold = LeaseGrantor.untold(state, rules);
        if (untold != null) {
            blockers.add(untold);
        }
    }

    private static void addPause(ManagerState state, List<String> blockers) {
        String paused = PauseMode.blocker(state);
        if (paused != null) {
            blockers.add(paused);
        }
    }

    private void addBackOff(ManagerState state, ClockReading now, List<String> blockers) {
        if (!now.reached(state.notBefore)) {
            long left = Duration.ofNanos(state.notBefore - now.nanos()).toSeconds();
            blockers.add("the last move failed; the next try is " + left + " s away");
        }
    }

    private static void refuse(long ticket, String why, List<ManagerEffect> out) {
        out.add(OperationPhases.say(Level.WARNING, why));
        out.add(new ManagerEffect.Answer(ticket, new OperatorAnswer(503, why, null)));
    }
}
