package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.StateView;
import failover.protocol.wire.StateView.EvidenceView;
import failover.protocol.wire.StateView.SourceLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks the sources who they are, and says in time what they are worth: which of them tells of votes, which does not, which are one node,
 * whether a silent host could be replaced now, and who alone contradicts the others. Found out at a failover it would be too late.
 */
final class SourceMonitor {
    /** Between two questions for who they are; each is three small requests. */
    private static final Duration EVERY = Duration.ofSeconds(30);
    /** While the votes of an active that answers stand still it is of interest whether the cluster finalizes. */
    private static final Duration OFTEN = Duration.ofSeconds(10);
    /** What does not last is no news. */
    private static final Duration LASTS = Duration.ofSeconds(30);
    private static final Duration ALARM = Duration.ofMinutes(1);
    private static final Duration ALARM_AGAIN = Duration.ofMinutes(10);

    private final ManagerOptions rules;
    private final SilenceEvaluator proof;

    SourceMonitor(ManagerOptions rules, SilenceEvaluator proof) {
        this.rules = rules;
        this.proof = proof;
    }

    /**
     * What has been asked and said. Immutable.
     *
     * @param askedAt the sources were asked who they are; 0 before the first time
     * @param said what was said of each
     * @param ready that a silent host could be replaced, or not, was said last
     * @param otherwiseSince since when it has been the other way; 0 while it is as was said
     * @param againstSince since when one source contradicts the others; 0 while none does
     * @param alarmAt when that was last an alarm; 0 when it was not
     */
    record Told(long askedAt, Map<String, String> said, Boolean ready, long otherwiseSince, long againstSince, long alarmAt) {
        static final Told NOTHING = new Told(0, Map.of(), null, 0, 0, 0);

        Told asked(long at) {
            return new Told(at, said, ready, otherwiseSince, againstSince, alarmAt);
        }

        Told saying(Map<String, String> words) {
            return new Told(askedAt, words, ready, otherwiseSince, againstSince, alarmAt);
        }

        Told ready(Boolean now, long since) {
            return new Told(askedAt, said, now, since, againstSince, alarmAt);
        }

        Told against(long since, long alarm) {
            return new Told(askedAt, said, ready, otherwiseSince, since, alarm);
        }
    }

    void tick(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        if (!proof.looked()) {
            return;
        }
        Duration every = state.stalled > 0 ? OFTEN : EVERY;
        if (!rules.policy().sources().isEmpty() && (state.told.askedAt() == 0 || now.since(state.told.askedAt()).compareTo(every) >= 0)) {
            state.told = state.told.asked(now.nanos());
            out.add(new ManagerEffect.ReadNodes(now.nanos()));
        }
        sources(state, now, out);
        if (state.holder != null && state.move == null) {
            readiness(state, now, out);
            contradiction(state, now, out);
        }
    }

    /** A source said who it is. */
    void heard(ManagerState state, ManagerEvent.NodeRead read, ClockReading now) {
        Map<Host, String> pair = new EnumMap<>(Host.class);
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            boolean says = view.answers(rules, now) && view.status.identity() != null && !view.status.identity().isEmpty();
            // In the middle of a move both change who they are.
            if (says && state.move == null && !view.busy()) {
                pair.put(view.host, view.status.identity());
            }
        }
        state.evidence = state.evidence.node(read.source(), read.node(), pair, read.askedAt());
    }

    private List<String> names(ManagerState state) {
        List<String> names = new ArrayList<>(rules.policy().sources());
        for (Host host : Host.values()) {
            if (state.evidence.met(Evidence.beside(host))) {
                names.add(Evidence.beside(host));
            }
        }
        return names;
    }

    /** What is new of a source is said once: what it can prove, and what keeps it from proving anything. */
    private void sources(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        Map<String, String> words = new TreeMap<>(state.told.said());
        for (String source : names(state)) {
            String kind = kind(state, source, now);
            if (kind == null || kind.equals(words.get(source))) {
                continue;
            }
            boolean first = !words.containsKey(source);
            words.put(source, kind);
            boolean well = kind.equals(TELLS);
            if (!well || !first || rules.policy().sources().contains(source)) {
                String why = state.evidence.word(source, 0, now.nanos()).why();
                out.add(OperationPhases.say(well ? Level.INFO : Level.WARNING, "source of votes " + source + " " + kind
                        + (kind.equals(REFUSES) || kind.equals(NEVER) ? ": it " + why : "")));
            }
        }
        if (!words.equals(state.told.said())) {
            state.told = state.told.saying(words);
        }
    }

    private static final String TELLS = "tells of the identity's votes";
    private static final String REFUSES = "proves nothing: it serves neither getAccountInfo nor getVoteAccounts with getSlot; "
            + "name another in cluster_rpc";
    private static final String NEVER = "proves nothing: it has never told of the identity's votes, and counts for none until it does";

    /** {@code null} while nothing can be said yet. */
    private String kind(ManagerState state, String source, ClockReading now) {
        Evidence evidence = state.evidence;
        Host beside = evidence.nodes().beside(source);
        if (beside != null) {
            return "is the RPC of [" + beside + "] itself: it has no say on that host, and proves nothing more than what its agent says; "
                    + "name another in cluster_rpc";
        }
        for (String other : rules.policy().sources()) {
            if (other.equals(source)) {
                break;
            }
            if (evidence.nodes().same(source, other)) {
                return "is the same node as " + other + ": the two count as one; name another in cluster_rpc";
            }
            if (evidence.nodes().otherCluster(source, other)) {
                return "belongs to another cluster than " + other + " (genesis hashes " + evidence.nodes().clusters()
                        + "): correct cluster_rpc";
            }
        }
        if (evidence.told(source)) {
            return evidence.counts(source, now.nanos()) ? TELLS : REFUSES;
        }
        return evidence.refuses(source) ? REFUSES : evidence.counts(source, now.nanos()) ? null : NEVER;
    }

    private void readiness(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        Evidence.Readiness readiness = proof.readiness(state, state.holder, now);
        Boolean said = state.told.ready();
        if (said != null && said == readiness.ready()) {
            if (state.told.otherwiseSince() != 0) {
                state.told = state.told.ready(said, 0);
            }
            return;
        }
        long since = state.told.otherwiseSince() == 0 ? now.nanos() : state.told.otherwiseSince();
        if (now.since(since).compareTo(LASTS) < 0) {
            state.told = state.told.ready(said, since);
            return;
        }
        state.told = state.told.ready(readiness.ready(), 0);
        if (!readiness.ready()) {
            out.add(OperationPhases.say(Level.WARNING, "if [" + state.holder + "] fell silent now it could NOT be replaced: "
                    + readiness.why()));
        } else if (said != null) {
            out.add(OperationPhases.say(Level.INFO, "if [" + state.holder + "] fell silent it could be replaced again: "
                    + readiness.why()));
        }
    }

    /** One source that sees votes is a veto, as it must be; where it alone does so for long, a person has to look at it. */
    private void contradiction(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        VoteFinding finding = proof.finding(state, state.holder, 0, now);
        if (finding.against().isEmpty()) {
            if (state.told.againstSince() != 0) {
                state.told = state.told.against(0, 0);
            }
            return;
        }
        long since = state.told.againstSince() == 0 ? now.nanos() : state.told.againstSince();
        boolean again = state.told.alarmAt() == 0 || now.since(state.told.alarmAt()).compareTo(ALARM_AGAIN) >= 0;
        boolean alarm = now.since(since).compareTo(ALARM) >= 0 && again;
        state.told = state.told.against(since, alarm ? now.nanos() : state.told.alarmAt());
        if (alarm) {
            out.add(OperationPhases.say(Level.ERROR, "ALARM: one source alone has contradicted the others for "
                    + now.since(since).toSeconds()
                    + " s and keeps [" + state.holder + "] from being replaced on its silence: " + String.join(", ", finding.against())
                    + ". See which of them is right; if it lies, restart the manager with --without-source and its name, or take it out of "
                    + "cluster_rpc and restart the manager; " + finding.why()));
        }
    }

    /** For {@code GET /state}; {@code null} where nobody looks at votes. */
    EvidenceView view(ManagerState state, ClockReading now) {
        if (!proof.looked()) {
            return null;
        }
        List<SourceLine> lines = new ArrayList<>();
        for (String source : names(state)) {
            SourceStatus word = state.evidence.word(source, 0, now.nanos());
            String kind = state.told.said().get(source);
            boolean proves = state.evidence.told(source) && state.evidence.counts(source, now.nanos()) && word.able();
            lines.add(new SourceLine(source, proves, (kind == null || kind.equals(TELLS) ? "" : kind + "; ") + word.why(),
                    state.evidence.nodes().identity(source)));
        }
        Evidence.Readiness readiness = state.holder == null ? new Evidence.Readiness(false, () -> "who is active is not known")
                : proof.readiness(state, state.holder, now);
        return new EvidenceView(readiness.ready(), readiness.why(), state.evidence.slotMillis(),
                state.evidence.nodes().finality(now.nanos()).name().toLowerCase(Locale.ROOT), lines);
    }

    /** That view in a state that has one already. */
    StateView with(StateView view, ManagerState state, ClockReading now) {
        return new StateView(view.verdict(), view.why(), view.active(), view.epoch(), view.dryRun(), view.operation(),
                view.cooldownSeconds(), view.networkSlot(), view.hosts(), view.paused(), view(state, now));
    }
}
