package failover.testbed.sim;

import java.util.List;
import java.util.Locale;

/** What happened in a run, in numbers; may be added up over many runs. Not thread-safe. */
public final class Totals {
    long commands;
    long moves;
    long completed;
    long failed;
    long onSilence;
    long faults;
    long needOperator;
    long events;
    /** Killed for ever, and really (INV-11): agents with a fencer beside them, agents without, managers. */
    long guardedKilled;
    long agentsKilled;
    long managersKilled;
    /** LIVE-2: actives lost for good in the end and replaced in time, how long the longest took, and pairs that were not ready. */
    long validatorsReplaced;
    long hostsReplaced;
    long longestValidator;
    long longestHost;
    long notReady;

    void replaced(boolean wholeHost, long nanos) {
        if (wholeHost) {
            hostsReplaced++;
            longestHost = Math.max(longestHost, nanos);
        } else {
            validatorsReplaced++;
            longestValidator = Math.max(longestValidator, nanos);
        }
    }

    void said(String line) {
        if (line.startsWith("=== FAILOVER INITIATED")) {
            moves++;
        } else if (line.startsWith("=== FAILOVER COMPLETE")) {
            completed++;
        } else if (line.startsWith("CRITICAL: Failover failed")) {
            failed++;
        } else if (line.endsWith("on its silence alone") || line.contains("is unreachable, skipping become_passive")) {
            onSilence++;
        }
    }

    void add(Totals other) {
        commands += other.commands;
        moves += other.moves;
        completed += other.completed;
        failed += other.failed;
        onSilence += other.onSilence;
        faults += other.faults;
        needOperator += other.needOperator;
        events += other.events;
        guardedKilled += other.guardedKilled;
        agentsKilled += other.agentsKilled;
        managersKilled += other.managersKilled;
        validatorsReplaced += other.validatorsReplaced;
        hostsReplaced += other.hostsReplaced;
        longestValidator = Math.max(longestValidator, other.longestValidator);
        longestHost = Math.max(longestHost, other.longestHost);
        notReady += other.notReady;
    }

    /** What one reads of them. */
    List<String> lines() {
        return List.of(String.format(Locale.ROOT,
                "  %d faults, %d moves begun, %d completed, %d failed, %d on silence, %d ended in need of an operator",
                faults, moves, completed, failed, onSilence, needOperator),
                String.format(Locale.ROOT, "  killed for ever: %d agents beside a fencer, %d agents without one, %d managers",
                        guardedKilled, agentsKilled, managersKilled),
                String.format(Locale.ROOT, "  lost for good in the end and replaced: %d validators within %.1f s, %d hosts within %.1f s; "
                        + "%d pairs were not ready for it", validatorsReplaced, longestValidator / 1e9, hostsReplaced, longestHost / 1e9,
                        notReady));
    }
}
