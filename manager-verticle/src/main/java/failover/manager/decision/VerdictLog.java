package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.StateView;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What people are told of a judgement: {@code GET /state}, and the lines of the log. */
final class VerdictLog {
    private static final Duration SUMMARY_EVERY = Duration.ofMinutes(1);

    private final ManagerOptions rules;
    private final Fitness fitness;
    private final ReplacementReadiness replaceable;

    VerdictLog(ManagerOptions rules, Fitness fitness) {
        this.rules = rules;
        this.fitness = fitness;
        this.replaceable = new ReplacementReadiness(rules, fitness);
    }

    /** The answer to {@code GET /state}. */
    StateView view(ManagerState state, ClockReading now) {
        return new StateView(
                state.judgement.verdict().name().toLowerCase(Locale.ROOT),
                state.judgement.why() + (state.judgement.blockers().isEmpty() ? "" : "; blocked: "
                        + String.join("; ", state.judgement.blockers())),
                state.holder == null ? null : state.holder.label(),
                state.highestEpoch(),
                rules.dryRun(),
                state.move == null ? null : state.move.operationId,
                Cooldown.left(state, rules, now).toSeconds(),
                state.network.slot(),
                List.of(line(state, state.primary, now), line(state, state.secondary, now)),
                PauseMode.view(state));
    }

    private StateView.HostLine line(ManagerState state, HostView view, ClockReading now) {
        StatusResponse status = view.status;
        boolean holds = state.holder == view.host && view.answers(rules, now) && status.processRunning();
        List<String> problems = new ArrayList<>(holds ? fitness.sickness(state, view, now) : fitness.unfitness(state, view, now));
        if (holds && fitness.handover(state, view) != null) {
            problems.add("it could not hand over: " + fitness.handover(state, view));
        }
        List<String> obstacles = holds ? replaceable.obstacles(state, now) : List.of();
        if (!obstacles.isEmpty()) {
            problems.add(ReplacementReadiness.words(state, obstacles));
        }
        return new StateView.HostLine(view.host.label(), rules.endpoint(view.host), view.answers(rules, now),
                view.silentFor(now).toMillis(), status != null && status.isActive(), status != null && status.identityVerified(),
                status == null ? 0 : status.validatorSlot(), problems);
    }

    /** Says what is new, and all of it once a minute. */
    void speak(ManagerState state, Diagnosis before, ClockReading now, List<ManagerEffect> out) {
        replaceable.tick(state, now, out);
        // The same to the letter has been said, or has the key of what has been.
        String key = !state.said.isEmpty() && state.judgement.equals(before) ? state.said : state.judgement.key();
        if (!key.equals(state.said)) {
            state.said = key;
            boolean calm = state.judgement.verdict() == Verdict.NO_PROBLEM || state.judgement.verdict() == Verdict.STARTING
                    || state.judgement.verdict() == Verdict.MOVING;
            out.add(OperationPhases.say(calm ? Level.INFO : Level.WARNING, line(state, now)));
            if (state.judgement.verdict() == Verdict.BOTH_UNREACHABLE) {
                out.add(OperationPhases.say(Level.ERROR, "CRITICAL: Passive validator is also unreachable. Cannot failover!"));
            }
        } else if (now.since(state.summaryAt).compareTo(SUMMARY_EVERY) >= 0) {
            out.add(OperationPhases.say(state.memory.pause() == null ? Level.INFO : Level.WARNING, line(state, now)));
        } else {
            return;
        }
        state.summaryAt = now.nanos();
    }

    private String line(ManagerState state, ClockReading now) {
        Diagnosis judgement = state.judgement;
        return "verdict=" + judgement.verdict().name().toLowerCase(Locale.ROOT) + " " + judgement.why()
                + (judgement.blockers().isEmpty() ? "" : " | FAILOVER BLOCKED: " + String.join("; ", judgement.blockers()))
                + " | " + brief(state, state.primary, now) + " " + brief(state, state.secondary, now)
                + " network_slot=" + state.network.slot()
                + (state.memory.pause() == null ? "" : " | " + PauseMode.blocker(state));
    }

    private String brief(ManagerState state, HostView view, ClockReading now) {
        if (!view.answers(rules, now)) {
            return "[" + view.host + "] silent";
        }
        StatusResponse status = view.status;
        return "[" + view.host + "] " + (status.isActive() ? "active" : "passive") + " slot=" + status.validatorSlot()
                + (status.processRunning() && fitness.sickness(state, view, now).isEmpty() ? " is healthy" : " NOT healthy");
    }
}
