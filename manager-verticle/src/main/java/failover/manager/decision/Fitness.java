package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteStateReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lists of reasons, in the original's words where it has any; empty means fit. */
final class Fitness {
    /** By so much a final tower may be older than the chain: the agents' limit for one that is handed over. */
    private static final long HANDED_OVER = 8;
    private static final Duration SLOT_MAX_AGE = Duration.ofSeconds(15);

    private final ManagerOptions rules;
    /** A frozen reading must not make a lagging validator look well, nor a well one lag (OM-19). */
    private final Duration slotMaxAge;

    Fitness(ManagerOptions rules) {
        this.rules = rules;
        Duration three = rules.slotCheckInterval().multipliedBy(3);
        this.slotMaxAge = three.compareTo(SLOT_MAX_AGE) > 0 ? three : SLOT_MAX_AGE;
    }

    /** Why an answering active would be replaced, its process aside. */
    List<String> sickness(ManagerState state, HostView view, ClockReading now) {
        List<String> reasons = new ArrayList<>();
        StatusResponse status = view.status;
        if (!status.isHealthy()) {
            reasons.add("RPC unhealthy");
        }
        addLag(state, status, now, reasons);
        return reasons;
    }

    /** Why a host cannot be promoted now. */
    List<String> unfitness(ManagerState state, HostView view, ClockReading now) {
        List<String> reasons = unfitnessWhenFenced(state, view, now);
        if (view.answers(rules, now) && view.status.lease() != null && view.status.lease().doubled() != null) {
            reasons.add("its agent says: " + view.status.lease().doubled());
        }
        return reasons;
    }

    /** The same when an operator says that the other host is fenced: whoever else may keep that one active does so no more. */
    List<String> unfitnessWhenFenced(ManagerState state, HostView view, ClockReading now) {
        List<String> reasons = new ArrayList<>();
        if (!view.answers(rules, now)) {
            reasons.add("unreachable: " + (view.failure != null ? view.failure.detail() : "has not answered yet"));
            return reasons;
        }
        StatusResponse status = view.status;
        if (!status.processRunning()) {
            reasons.add("process not running");
        } else {
            if (!status.processHealthy()) {
                // One of ours goes by a key of its own; an original by what every original wants.
                reasons.add("process recently restarted (uptime: " + status.processUptime() + "s, need "
                        + (view.ours() ? "its agent's min_process_uptime)" : rules.minProcessUptime().toSeconds() + "s)"));
            }
            if (!status.isHealthy()) {
                reasons.add("RPC unhealthy");
            }
            addLag(state, status, now, reasons);
            if (status.error() != null && !status.error().isEmpty()) {
                reasons.add(status.error());
            }
        }
        if (status.unfit() != null) {
            reasons.addAll(status.unfit());
        }
        if (status.dryRun() && (status.unfit() == null || status.unfit().isEmpty())) {
            reasons.add("agent is in dry-run");
        }
        if (view.stuck) {
            reasons.add("in " + view.busyWith + " for longer than that may take: its agent, or the disk under its state_dir, hangs");
        }
        if (!Epochs.believable(status.epoch(), state.memory.epoch())) {
            reasons.add("its agent says epoch " + status.epoch() + ", which nobody can have given it (the highest known here is "
                    + state.memory.epoch() + "): stop it, remove its state file, and start it again while it is passive");
        }
        if (view.refusal() != null) {
            reasons.add("its agent refuses this manager: " + view.refusal());
        }
        addForeignIdentity(state, view, reasons);
        return reasons;
    }

    /**
     * Why the vote state of a holder that answers is of no use to whoever takes over, nor to itself afterwards: it would be refused as too
     * old once the identity is off; {@code null} when it is of use, or its agent does not say.
     */
    String handover(ManagerState state, HostView view) {
        VoteStateReport word = view.status == null ? null : view.status.voteState();
        if (word == null) {
            return null;
        }
        if (word.towerError() != null && !word.towerError().isEmpty()) {
            return "its vote state cannot be used: " + word.towerError();
        }
        long newest = state.evidence.newestVote();
        long missing = newest - word.towerSlot();
        return word.towerSlot() <= 0 || newest == 0 || missing <= HANDED_OVER ? null
                : "its vote state was written " + word.towerAgeMs() / 1000 + " s ago and ends at slot " + word.towerSlot() + ", " + missing
                        + " slots before its newest vote on the chain (" + newest + "): the file that its agent looks at is not the one "
                        + "that "
                        + "its validator writes, or the disk under it does not take it";
    }

    /** Slots behind the network; 0 when it is not, or when nobody knows the network's slot. */
    long lag(ManagerState state, StatusResponse status, ClockReading now) {
        boolean known = state.network.slot() > 0 && now.since(state.network.at()).compareTo(slotMaxAge) <= 0;
        return known && status.validatorSlot() > 0 ? Math.max(0, state.network.slot() - status.validatorSlot()) : 0;
    }

    private void addLag(ManagerState state, StatusResponse status, ClockReading now, List<String> reasons) {
        long behind = lag(state, status, now);
        if (behind > rules.slotDiffThreshold()) {
            reasons.add("behind by " + behind + " slots (threshold: " + rules.slotDiffThreshold() + ")");
        }
    }

    /** Two agents that would move different identities are no pair. */
    private void addForeignIdentity(ManagerState state, HostView view, List<String> reasons) {
        String here = view.status.stakedIdentity();
        if (here == null || here.isEmpty()) {
            return;
        }
        if (rules.stakedIdentity() != null && !rules.stakedIdentity().equals(here)) {
            reasons.add("its agent moves the identity " + here + ", staked_identity_pubkey is " + rules.stakedIdentity());
            return;
        }
        StatusResponse there = state.view(view.host.other()).status;
        if (there != null && there.stakedIdentity() != null && !there.stakedIdentity().isEmpty() && !there.stakedIdentity().equals(here)) {
            reasons.add("its agent moves the identity " + here + ", the other agent " + there.stakedIdentity());
        }
    }
}
