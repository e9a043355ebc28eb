package failover.manager.decision;

import failover.protocol.ClockReading;
import java.time.Duration;
import java.util.List;

/** From what is known to a verdict: no state of its own, no side effect, the same answer for the same knowledge. */
final class FailureDetector {
    private final ManagerOptions rules;
    private final Fitness fitness;
    private final SilenceEvaluator proof;

    FailureDetector(ManagerOptions rules, Fitness fitness, SilenceEvaluator proof) {
        this.proof = proof;
        this.rules = rules;
        this.fitness = fitness;
    }

    Diagnosis judge(ManagerState state, ClockReading now) {
        if (state.move != null) {
            Operation move = state.move;
            return of(Verdict.MOVING, "operation " + move.operationId + " is " + move.doing() + ": "
                    + move.cause.reason() + move.unresolved());
        }
        if (!state.primary.everAnswered() && !state.secondary.everAnswered()) {
            return state.silent(state.primary, rules, now)
                    ? bothUnreachable(state)
                    : of(Verdict.STARTING, "no agent has answered yet");
        }
        if (sameHost(state, rules, now)) {
            return of(Verdict.SAME_HOST, "both endpoints answer with the same host id " + state.primary.status.hostId()
                    + ": either both lead to the same host (check active_validator and passive_validator), or the state_dir of one "
                    + "agent was copied to the other host: there, stop the agent of the passive one, remove agent.json and agent.json.bak "
                    + "from its state_dir, and start it again");
        }
        if (swapped(state, rules, now)) {
            return of(Verdict.SWAPPED_HOSTS, "the endpoints lead to the hosts the other way round than they did before: correct "
                    + "active_validator and passive_validator, or remove the manager's state file if that is meant");
        }
        String strange = Pairing.strange(state);
        if (strange != null) {
            return of(Verdict.IDENTITY_UNKNOWN, strange);
        }
        if (state.dual > 0) {
            return state.dual < 2
                    ? of(Verdict.SUSPECT, "both hosts say they are active, seen once")
                    : of(Verdict.DUAL_IDENTITY, "both hosts say they are active");
        }
        if (state.vacant > 0) {
            return vacant(state, now);
        }
        if (state.holder == null) {
            return of(Verdict.IDENTITY_UNKNOWN, "no host says it is active, and the configuration does not say which one is");
        }
        return judgeHolder(state, state.view(state.holder), now);
    }

    private Diagnosis judgeHolder(ManagerState state, HostView active, ClockReading now) {
        HostView other = state.view(active.host.other());
        if (state.silent(active, rules, now)) {
            if (!other.answers(rules, now)) {
                return bothUnreachable(state);
            }
            Diagnosis silent = proof.judgeSilent(state, active, silence(state, active, now), now);
            String mismatch = Pairing.mismatch(state);
            return mismatch == null || silent.verdict() != Verdict.ACTIVE_DEAD && silent.verdict() != Verdict.ACTIVE_DEAD_UNFENCED ? silent
                    : of(Verdict.PEER_MISMATCH, silent.why() + "; but " + mismatch);
        }
        if (active.failure != null || !active.everAnswered()) {
            return of(Verdict.ACTIVE_UNREACHABLE_SUSPECT, silence(state, active, now)
                    + (active.failure == null ? "" : ": " + active.failure.detail()));
        }
        if (active.outdated(state.rolesChangedAt)) {
            return of(Verdict.SUSPECT, "[" + active.host + "] has said nothing since the last change of roles yet");
        }
        if (active.busy()) {
            return of(Verdict.SUSPECT, "[" + active.host + "] is busy with " + active.status.operation());
        }
        Diagnosis byWord = judgeAnswering(state, active, now);
        return byWord.verdict() == Verdict.NO_PROBLEM ? wellBut(state, active) : byWord;
    }

    /** What a holder that is well lacks all the same. */
    private Diagnosis wellBut(ManagerState state, HostView active) {
        if (active.stuck) {
            return of(Verdict.SUSPECT, "[" + active.host + "] has been in " + active.busyWith + " for longer than that may take: its "
                    + "agent, or "
                    + "the disk under its state_dir, hangs; look at that host");
        }
        if (active.refusal() != null) {
            return of(Verdict.MANAGER_REFUSED, "[" + active.host + "] is active and takes no lease from this manager: "
                    + active.refusal() + "; only its peer keeps it in office. Where another manager, or a newer copy of "
                    + "this "
                    + "one, runs: stop one of the two; the agents take the one that is left once both have heard nothing of the other for "
                    + seconds(rules.silence()) + " s");
        }
        String mismatch = Pairing.mismatch(state);
        return mismatch == null ? of(Verdict.NO_PROBLEM, "[" + active.host + "] is active and well")
                : of(Verdict.PEER_MISMATCH, "[" + active.host + "] is active and well; but " + mismatch);
    }

    private Diagnosis judgeAnswering(ManagerState state, HostView active, ClockReading now) {
        if (!active.status.processRunning()) {
            return active.goneConfirmed
                    ? of(Verdict.ACTIVE_PROCESS_DEAD, "process not running")
                    : of(Verdict.SUSPECT, "[" + active.host + "] process not running, seen once");
        }
        List<String> reasons = fitness.sickness(state, active, now);
        if (!reasons.isEmpty()) {
            String words = String.join(", ", reasons);
            return active.sick >= rules.unhealthyChecks()
                    ? of(Verdict.ACTIVE_REPORTED_SICK, words)
                    : of(Verdict.SUSPECT, "[" + active.host + "] " + words + ", " + active.sick + " of " + rules.unhealthyChecks()
                            + " checks");
        }
        if (state.stalled > 0) {
            String words = proof.finding(state, active.host, state.rolesChangedAt, now).why();
            if (state.stalled >= rules.unhealthyChecks() && state.evidence.nodes().finality(now.nanos()) == NodeDirectory.Finality.NO) {
                return of(Verdict.CLUSTER_HALTED, "the cluster finalizes nothing, so that nobody's votes lead anywhere, and moving the "
                        + "identity "
                        + "cannot help: " + words);
            }
            if (state.stalled >= rules.unhealthyChecks() && state.memory.stalledVote() != 0) {
                return of(Verdict.VOTES_LAND_NOWHERE, "the identity was moved to [" + active.host + "] because its votes stood still, "
                        + "and no "
                        + "vote has landed since (the newest is slot " + state.memory.stalledVote() + "): moving it again cannot help. "
                        + "Look at "
                        + "the balance that pays the fees, at the vote account (admitted to the leader schedule, its authorized voter "
                        + "the key "
                        + "that both validators have), and at the cluster: does it finalize, do others' votes land? " + words);
            }
            return state.stalled >= rules.unhealthyChecks() ? of(Verdict.ACTIVE_STALLED, words)
                    : of(Verdict.SUSPECT, words + ", " + state.stalled + " of " + rules.unhealthyChecks() + " checks");
        }
        if (!active.status.isActive()) {
            return of(Verdict.SUSPECT, "[" + active.host + "] was the active one and says that it is passive");
        }
        return of(Verdict.NO_PROBLEM, "[" + active.host + "] is active and well");
    }

    private Diagnosis vacant(ManagerState state, ClockReading now) {
        boolean certain = excluded(state, state.primary) && excluded(state, state.secondary);
        Host gone = gone(state, now);
        if (!certain && gone != null) {
            return of(Verdict.IDENTITY_UNKNOWN, "no host says that it is active, and [" + gone + "] does not answer: it may have been "
                    + "given the identity since it last said that it is passive, and nobody is promoted");
        } else if (!certain) {
            return of(Verdict.IDENTITY_UNKNOWN, "both hosts say they are passive, but not by their validators' word: nobody is promoted "
                    + "(set validator_identity on both agents, or promote one by hand)");
        }
        if (state.vacant < rules.unhealthyChecks()) {
            return of(Verdict.SUSPECT, "nobody is active, seen " + state.vacant + " of " + rules.unhealthyChecks() + " times");
        }
        return of(Verdict.NO_ACTIVE, gone == null ? "both validators passive" : "nobody is active: [" + gone
                + "] does not answer, and has been passive since after everything it was granted");
    }

    private Diagnosis bothUnreachable(ManagerState state) {
        return of(Verdict.BOTH_UNREACHABLE, "neither host answers: [primary] " + detail(state.primary) + "; [secondary] "
                + detail(state.secondary) + "; nothing is moved on that");
    }

    /** The host of the two that does not answer; {@code null} when both do. */
    private Host gone(ManagerState state, ClockReading now) {
        return !state.primary.answers(rules, now) ? Host.PRIMARY : !state.secondary.answers(rules, now) ? Host.SECONDARY : null;
    }

    /** It verifiably cannot sign, by its newest word, or, where it is silent, by its last word for all it was granted. */
    private static boolean excluded(ManagerState state, HostView view) {
        return view.failure == null && excluded(view) || state.excluded(view.host);
    }

    /** A host that verifiably cannot sign. */
    static boolean excluded(HostView view) {
        return view.status != null && !view.status.isActive() && view.status.identityVerified() && !view.status.dryRun();
    }

    /** A host answers at the other's endpoint (E17). */
    static boolean swapped(ManagerState state, ManagerOptions rules, ClockReading now) {
        for (HostView view : new HostView[] {state.primary, state.secondary}) {
            if (view.ours() && !view.status.hostId().equals(state.memory.host(view.host).id())
                    && view.status.hostId().equals(state.memory.host(view.host.other()).id())
                    && !anothersLastWord(state, view, rules, now)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Both endpoints answer with one id. The last word of a host that has been silent since does not count where it was not that host's
     * own: its state_dir was the other one's for a while, and what there is to be mended is gone with it.
     */
    static boolean sameHost(ManagerState state, ManagerOptions rules, ClockReading now) {
        return state.primary.ours() && state.secondary.ours() && state.primary.status.hostId().equals(state.secondary.status.hostId())
                && !anothersLastWord(state, state.primary, rules, now) && !anothersLastWord(state, state.secondary, rules, now);
    }

    private static boolean anothersLastWord(ManagerState state, HostView view, ManagerOptions rules, ClockReading now) {
        HostView other = state.view(view.host.other());
        return state.silent(view, rules, now) && Pairing.foreign(state, view.host, view.status.hostId()) != null
                && other.ours() && other.status.hostId().equals(state.memory.host(other.host).id());
    }

    private static String detail(HostView view) {
        return view.failure == null ? "no answer" : view.failure.detail();
    }

    private String silence(ManagerState state, HostView view, ClockReading now) {
        return "[" + view.host + "] silent for " + seconds(view.silentFor(now)) + " s of " + seconds(state.silence(view, rules))
                + " s";
    }

    private static String seconds(Duration time) {
        // With every event, therefore without a formatter.
        long tenths = Math.round(time.toMillis() / 100.0);
        return tenths / 10 + "." + tenths % 10;
    }

    private static Diagnosis of(Verdict verdict, String why) {
        return new Diagnosis(verdict, why, List.of());
    }
}
