package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.VoteReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Whether a host that says nothing may be replaced: what its votes say (E6), and what stands behind it (E4). */
final class SilenceEvaluator {
    /** With each heartbeat of 2 s: what is known when a host falls silent tells at S already that its votes have stood still. */
    private static final Duration CALM = Duration.ofMillis(1500);
    private static final Duration LIMIT = Duration.ofSeconds(2);
    /** After a change of roles and after the start, votes take a while to land. */
    private static final Duration SETTLE = Duration.ofSeconds(30);

    private static final String UNLEASED = "it fell silent before it had taken a lease of this manager, so that neither its agent nor a "
            + "fencer ends anything over there";

    private final ManagerOptions rules;

    SilenceEvaluator(ManagerOptions rules) {
        this.rules = rules;
    }

    /** Asks the sources, when it is time. */
    void tick(ManagerState state, boolean doubtful, ClockReading now, List<ManagerEffect> out) {
        Duration every = doubtful ? rules.nearlyAHeartbeat() : rules.slotCheckInterval().compareTo(CALM) < 0 ? rules.slotCheckInterval()
                : CALM;
        if (!state.votesAsked || now.since(state.votesAskedAt).compareTo(every) >= 0) {
            ask(state, now, out);
        }
    }

    void ask(ManagerState state, ClockReading now, List<ManagerEffect> out) {
        String identity = state.stakedIdentity(rules);
        if (identity == null || rules.policy().evidence() == Policy.VoteEvidence.OFF || rules.policy().sources().isEmpty()) {
            return;
        }
        state.votesAsked = true;
        state.votesAskedAt = now.nanos();
        out.add(new ManagerEffect.ReadVotes(identity, LIMIT, now.nanos()));
    }

    /** An agent tells what the RPC beside it sees. */
    void told(ManagerState state, HostView view, long askedAt) {
        VoteReport word = view.status.votes();
        if (word == null) {
            return;
        }
        String source = Evidence.beside(view.host);
        state.evidence = word.failed() ? state.evidence.failed(source, word.error(), askedAt)
                : state.evidence.with(source, VoteReading.of(word, askedAt));
    }

    /** What is known of the votes, from sources that do not stand beside the suspect. */
    VoteFinding finding(ManagerState state, Host suspect, long notAskedBefore, ClockReading now) {
        return state.evidence.judge(asked(state, suspect), notAskedBefore, now.nanos());
    }

    /** Whether it could be proved that the votes stand still, if that host fell silent now (E6). */
    Evidence.Readiness readiness(ManagerState state, Host suspect, ClockReading now) {
        if (!looked()) {
            return new Evidence.Readiness(true, () -> "votes are not looked at (vote_evidence is off): its silence alone would decide");
        }
        if (!required(state)) {
            return new Evidence.Readiness(true, () -> "no source of votes has ever answered: its silence alone would decide");
        }
        return state.evidence.readiness(asked(state, suspect), now.nanos());
    }

    /** The sources that have a say on that host: those whose own host it is not. */
    private List<String> asked(ManagerState state, Host suspect) {
        List<String> sources = new ArrayList<>();
        for (String source : rules.policy().sources()) {
            if (state.evidence.nodes().beside(source) != suspect) {
                sources.add(source);
            }
        }
        HostView other = state.view(suspect.other());
        String beside = Evidence.beside(other.host);
        if (other.ours() && (other.status.votes() != null || state.evidence.met(beside))) {
            sources.add(beside);
        }
        return sources;
    }

    /** Votes must be known to stand still before a silent host is replaced. */
    boolean required(ManagerState state) {
        return rules.policy().evidence() == Policy.VoteEvidence.REQUIRED
                || rules.policy().evidence() == Policy.VoteEvidence.AUTO && state.evidence.everWorked();
    }

    /** Votes may be looked at. */
    boolean looked() {
        return rules.policy().evidence() != Policy.VoteEvidence.OFF;
    }

    /** The verdict on an active that has been silent for S (safety.md, "Verdicts"). */
    Diagnosis judgeSilent(ManagerState state, HostView active, String silence, ClockReading now) {
        VoteFinding finding = finding(state, active.host, 0, now);
        if (looked() && finding.word() == VoteFinding.Word.PROGRESS) {
            boolean refused = active.failure != null && active.failure.kind() == Failure.Kind.NOT_DELIVERED;
            return refused
                    ? of(Verdict.AGENT_DOWN_VALIDATOR_VOTING, silence
                            + ": no connection to its agent comes about, its validator may be unguarded; "
                            + finding.why())
                    : of(Verdict.MANAGER_PATH_LOST, silence + ", but only for this manager; " + finding.why());
        }
        if (looked() && required(state) && finding.word() == VoteFinding.Word.UNKNOWN) {
            return of(finding.clusterHalted() ? Verdict.CLUSTER_HALTED : Verdict.OBSERVER_BLIND, silence + "; " + finding.why());
        }
        String why = "active unreachable for " + active.fails + " consecutive checks: " + silence
                + (!looked() ? "; its votes are not looked at (vote_evidence is off)"
                : finding.word() == VoteFinding.Word.NO_PROGRESS ? "; " + finding.why() : "; nothing is known of its votes");
        if (rules.policy().fencing() == Policy.Fencing.REQUIRED && !active.fenceCapable) {
            return of(Verdict.ACTIVE_DEAD_UNFENCED, why + "; fencing is required and its agent attested neither fencer nor watchdog: "
                    + "see that it cannot sign, then: failover-manager --trigger-failover --i-have-fenced");
        }
        if (finding.word() != VoteFinding.Word.NO_PROGRESS && unleased(state, active.host)) {
            return of(Verdict.ACTIVE_DEAD_UNFENCED, why + "; " + UNLEASED + ": see that it cannot sign, then: failover-manager "
                    + "--trigger-failover --i-have-fenced");
        }
        LeaseStatus word = active.status == null ? null : active.status.lease();
        boolean watched = active.fenceCapable && word != null && LeaseStatus.WATCHDOG.equals(word.fencedBy());
        String guard = original(state, active.host) ? "; " + unguarded(active.host)
                : watched ? "; by its agent's last answer a watchdog stands behind it" : "";
        return of(Verdict.ACTIVE_DEAD, why + guard);
    }

    /** It runs an agent of the original, or one that nobody has met: its silence ends nothing over there, neither a lease nor a fencer. */
    static boolean original(ManagerState state, Host host) {
        HostView view = state.view(host);
        return view.everAnswered() ? !view.ours() : state.memory.host(host).id() == null;
    }

    /** Silent since it was met as the active one, before it had taken a lease, in this start of the manager or the one before. */
    private static boolean unleased(ManagerState state, Host host) {
        return state.memory.host(host).unleased();
    }

    /** Silent since before this start of the manager: it had attested a fencer in the last answer that the start before had. */
    private static boolean attested(ManagerState state, Host host) {
        return !state.view(host).everAnswered() && state.memory.host(host).attested();
    }

    private static String unguarded(Host host) {
        return "[" + host + "] runs an agent of the original: it holds no lease and has no fencer, so nothing guarantees that its "
                + "validator cannot sign; if it is only cut off, two may vote once it is back: see that it is off";
    }

    /**
     * What the last look at a silent host comes to.
     *
     * @param step whether the move goes on
     * @param why what the sources say
     */
    record FinalCheck(Go step, String why) {
        enum Go { ON, NOT, WAIT }
    }

    /** The last call to a silent host failed at {@code after}: only a look made later counts (E6), and is awaited until {@code by}. */
    FinalCheck last(ManagerState state, Host suspect, long after, long by, ClockReading now, List<ManagerEffect> out) {
        FinalCheck look = look(state, suspect, after, by, now, out);
        if (look.step() == FinalCheck.Go.ON && original(state, suspect)) {
            out.add(OperationPhases.say(Level.WARNING, unguarded(suspect)));
        }
        return look;
    }

    private FinalCheck look(ManagerState state, Host suspect, long after, long by, ClockReading now, List<ManagerEffect> out) {
        VoteFinding finding = finding(state, suspect, after, now);
        if (unleased(state, suspect) && (!looked() || finding.word() == VoteFinding.Word.UNKNOWN && !required(state))) {
            return new FinalCheck(FinalCheck.Go.NOT, UNLEASED);
        }
        if (!looked()) {
            return new FinalCheck(FinalCheck.Go.ON, "its silence decides, its votes are not looked at (vote_evidence is off)");
        }
        if (finding.word() == VoteFinding.Word.NO_PROGRESS) {
            return new FinalCheck(FinalCheck.Go.ON, finding.why());
        }
        if (finding.word() == VoteFinding.Word.PROGRESS) {
            return new FinalCheck(FinalCheck.Go.NOT, finding.why());
        }
        if (!required(state)) {
            out.add(OperationPhases.say(Level.WARNING, "no source of votes has ever answered: [" + suspect
                    + "] is replaced on its silence alone; "
                    + "set cluster_rpc to one that does"));
            return new FinalCheck(FinalCheck.Go.ON, finding.why());
        }
        return new FinalCheck(now.reached(by) ? FinalCheck.Go.NOT : FinalCheck.Go.WAIT, finding.why());
    }

    /**
     * A host whose promotion is unresolved is taken for dead only if it attested its fencer before (safety.md, "Promotion"): a late
     * set-identity lands on a validator whose agent is gone. An original agent has no fencer: its silence counts as it always did. And E6
     * holds for it as for any host that does not answer: whoever gets the identity then rises on its silence. Silence at an endpoint at
     * which it was never met is not its own.
     */
    FinalCheck gone(ManagerState state, Operation move, ClockReading now, List<ManagerEffect> out) {
        HostView view = state.view(move.to);
        if (view.unmetAt != null) {
            return new FinalCheck(FinalCheck.Go.NOT, Pairing.unmet(state, view));
        }
        if (!state.silent(view, rules, now) || !view.fenceCapable && !attested(state, move.to) && !original(state, move.to)) {
            return new FinalCheck(FinalCheck.Go.NOT, move.trouble);
        }
        FinalCheck look = last(state, move.to, move.lookAfter, move.lookBy, now, out);
        return look.step() == FinalCheck.Go.NOT ? new FinalCheck(look.step(), "[" + move.to + "] is silent, but " + look.why()) : look;
    }

    /** Counts heartbeats in which an answering active's votes stand still although the cluster moves. */
    void countStalled(ManagerState state, ClockReading now) {
        boolean settled = state.move == null && state.holder != null && now.since(state.rolesChangedAt).compareTo(SETTLE) >= 0
                && now.since(state.startedAt).compareTo(SETTLE) >= 0;
        landsAgain(state, now);
        if (!settled || !looked() || finding(state, state.holder, state.rolesChangedAt, now).word() != VoteFinding.Word.NO_PROGRESS) {
            state.stalled = 0;
        } else if (state.stalled == 0 || now.since(state.stalledCountedAt).compareTo(rules.nearlyAHeartbeat()) >= 0) {
            state.stalled++;
            state.stalledCountedAt = now.nanos();
        }
    }

    /** A vote that is newer than the one at which the identity was moved for votes that stood still: that trouble is over. */
    private void landsAgain(ManagerState state, ClockReading now) {
        long moved = state.memory.stalledVote();
        if (moved != 0 && state.move == null && state.holder != null && state.evidence.newestVote() > moved
                && finding(state, state.holder, state.rolesChangedAt, now).word() == VoteFinding.Word.PROGRESS) {
            state.memory = state.memory.withStalledVote(0);
        }
    }

    private static Diagnosis of(Verdict verdict, String why) {
        return new Diagnosis(verdict, why, List.of());
    }
}
