package failover.manager.decision;

import failover.protocol.Now;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lists of reasons, in the original's words where it has any; empty means fit. */
final class Fitness {
    private static final Duration SLOT_MAX_AGE = Duration.ofSeconds(15);

    private final ManagerRules rules;
    /** A frozen reading must not make a lagging validator look well, nor a well one lag (OM-19). */
    private final Duration slotMaxAge;

    Fitness(ManagerRules rules) {
        this.rules = rules;
        Duration three = rules.slotCheckInterval().multipliedBy(3);
        this.slotMaxAge = three.compareTo(SLOT_MAX_AGE) > 0 ? three : SLOT_MAX_AGE;
    }

    /** Why an answering active would be replaced, its process aside. */
    List<String> sickness(ManagerState state, HostView view, Now now) {
        List<String> reasons = new ArrayList<>();
        StatusResponse status = view.status;
        if (!status.isHealthy()) {
            reasons.add("RPC unhealthy");
        }
        addLag(state, status, now, reasons);
        return reasons;
    }

    /** Why a host cannot be promoted now. */
    List<String> unfitness(ManagerState state, HostView view, Now now) {
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
        if (status.lease() != null && status.lease().refused() != null) {
            reasons.add("its agent refuses this manager: " + status.lease().refused());
        }
        addForeignIdentity(state, view, reasons);
        return reasons;
    }

    /** Slots behind the network; 0 when it is not, or when nobody knows the network's slot. */
    long lag(ManagerState state, StatusResponse status, Now now) {
        boolean known = state.networkSlot > 0 && now.since(state.networkSlotAt).compareTo(slotMaxAge) <= 0;
        return known && status.validatorSlot() > 0 ? Math.max(0, state.networkSlot - status.validatorSlot()) : 0;
    }

    private void addLag(ManagerState state, StatusResponse status, Now now, List<String> reasons) {
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
