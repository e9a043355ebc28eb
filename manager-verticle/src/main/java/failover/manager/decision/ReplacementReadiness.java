package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Whether the active would be replaced if it fell silent now, and if not, why: said while there is time to mend it. */
final class ReplacementReadiness {
    /** What does not last is no news. */
    private static final Duration LASTS = Duration.ofSeconds(15);

    private final ManagerOptions rules;
    private final Fitness fitness;

    ReplacementReadiness(ManagerOptions rules, Fitness fitness) {
        this.rules = rules;
        this.fitness = fitness;
    }

    /**
     * What keeps it; empty when nothing does, and where nobody is active. What the sources of votes can prove, a pause and the cooldown are
     * told by themselves.
     */
    List<String> obstacles(ManagerState state, ClockReading now) {
        List<String> reasons = new ArrayList<>();
        if (state.holder == null || state.move != null) {
            return reasons;
        }
        HostView active = state.view(state.holder);
        HostView other = state.view(state.holder.other());
        for (String reason : fitness.unfitness(state, other, now)) {
            reasons.add("[" + other.host + "] " + reason);
        }
        if (rules.policy().fencing() == Policy.Fencing.REQUIRED && !active.fenceCapable) {
            reasons.add("fencing is required, and the agent of [" + active.host + "] attests neither fencer nor watchdog");
        }
        if (active.status != null && active.status.dryRun()) {
            reasons.add("the agent of [" + active.host + "] is in dry-run");
        }
        if (active.refusal() != null) {
            reasons.add("the agent of [" + active.host + "] refuses this manager");
        }
        if (Pairing.mismatch(state) != null) {
            reasons.add(Pairing.mismatch(state));
        }
        return reasons;
    }

    /** Once it has lasted, and again when it changes. */
    void tick(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        if (state.holder == null || state.move != null || now.since(state.startedAt).compareTo(rules.silence()) < 0) {
            return;
        }
        List<String> reasons = obstacles(state, now);
        String key = new Diagnosis(Verdict.NO_PROBLEM, "", reasons).key();
        if (!key.equals(state.obstacles)) {
            state.obstacles = key;
            state.obstaclesAt = now.nanos();
        } else if (!key.equals(state.obstaclesSaid) && now.since(state.obstaclesAt).compareTo(LASTS) >= 0) {
            boolean first = state.obstaclesSaid.isEmpty();
            state.obstaclesSaid = key;
            if (!reasons.isEmpty()) {
                out.add(OperationPhases.say(Level.WARNING, words(state, reasons)));
            } else if (!first) {
                out.add(OperationPhases.say(Level.INFO, "[" + state.holder + "] would be replaced again if it fell silent"));
            }
        }
    }

    /** The list as a sentence. */
    static String words(ManagerState state, List<String> reasons) {
        return "if [" + state.holder + "] fell silent now it would NOT be replaced: " + String.join("; ", reasons);
    }
}
