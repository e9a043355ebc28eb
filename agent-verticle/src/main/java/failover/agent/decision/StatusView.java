package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.LeaseStatus;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteReport;
import failover.protocol.wire.VoteStateReport;
import java.util.ArrayList;
import java.util.List;

/** The agent's replies about its host. */
final class StatusView {
    private final AgentOptions rules;

    private final ManagerBindings managers;

    StatusView(AgentOptions rules, ManagerBindings managers) {
        this.rules = rules;
        this.managers = managers;
    }

    StatusResponse status(AgentState state, Observation seen, long begunSeconds, ClockReading now) {
        DurableAgentState memory = state.memory;
        ProcessView process = seen.process();
        boolean oldEnough = process.running() && process.uptime().compareTo(rules.minProcessUptime()) >= 0;
        return new StatusResponse(
                process.running(),
                process.uptime().toSeconds(),
                oldEnough,
                process.running() ? seen.slot() : 0,
                0,
                0,
                process.running() && seen.healthy(),
                isActive(state, seen),
                state.lastBackupSeconds,
                process.running() ? seen.slotError() : null,
                begunSeconds,
                memory.hostId(),
                rules.version(),
                memory.role().wire(),
                process.running() ? seen.identity() : null,
                memory.stakedIdentity(),
                verified(state, seen),
                state.knowledge().epoch(),
                rules.dryRun(),
                state.change == null ? null : state.change.action().wire(),
                memory.lastOperation(),
                unfit(state, seen),
                lease(state, now),
                votes(state, seen, now),
                memory.bindings().peerId(),
                state.change == null ? 0 : Math.max(0, now.since(state.change.begun().nanos()).toMillis()),
                voteState(state, now));
    }

    /** As old as it is now, not as it was when the validator was looked at. */
    private static VoteReport votes(AgentState state, Observation seen, ClockReading now) {
        VoteReport word = seen.votes();
        if (word == null || state.memory.stakedIdentity() == null || !seen.process().running()) {
            return null;
        }
        long older = Math.max(0, now.since(seen.atNanos()).toMillis());
        return word.aged(word.ageMs() + older);
    }

    /** A host whose vote state cannot be judged omits it. */
    private static VoteStateReport voteState(AgentState state, ClockReading now) {
        TowerCheck tower = state.tower;
        if (tower == null || tower.verdict() == TowerCheck.Verdict.NOT_KNOWN || state.memory.role() != Role.ACTIVE) {
            return null;
        }
        return tower.verdict() == TowerCheck.Verdict.BAD ? new VoteStateReport(0, 0, tower.detail())
                : new VoteStateReport(tower.lastVotedSlot(), Math.max(0, now.since(state.towerWrittenAt).toMillis()), null);
    }

    private LeaseStatus lease(AgentState state, ClockReading now) {
        if (rules.dryRun()) {
            return null;
        }
        LeaseState lease = state.lease;
        boolean fenced = lease.fenceCapable && rules.fencing() != AgentOptions.Fencing.OFF;
        return new LeaseStatus(Token.issue(lease.nonce, now), lease.hold == null || lease.fencing ? 0 : lease.hold.left(now).toMillis(),
                fenced, lease.refused, lease.paused, PeerPromises.boundFor(state, now).toMillis(), fenced ? rules.fencedBy() : null,
                CompetingManagers.doubled(state));
    }

    /** Why this host is not the one that verifiably holds the identity now; {@code null} when it is (INV-9). */
    String notActive(AgentState state, Observation seen, ClockReading now) {
        if (state.memory.role() != Role.ACTIVE || state.change != null || state.lease.fencing) {
            return state.change == null ? "this host is " + (state.lease.fencing ? "fencing itself" : state.memory.role())
                    : state.change.action() + " is under way";
        }
        boolean carries = seen.process().running() && state.memory.stakedIdentity() != null
                && state.memory.stakedIdentity().equals(seen.identity());
        if (!carries) {
            return "the validator does not say that it carries the staked identity";
        }
        return state.lease.held(now) ? null : "this host holds no lease";
    }

    PeerStatusResponse peerStatus(AgentState state, Observation seen, PromiseAnswer answer, ClockReading now) {
        return new PeerStatusResponse(true, isActive(state, seen), seen.process().running(), now.wallSeconds(), state.memory.hostId(),
                state.knowledge().epoch(), verified(state, seen), state.change == null ? null : state.change.action().wire(),
                answer != null ? answer : managers.answer(state, "not asked", now));
    }

    /** The validator's report where there is one, else the role. */
    private static boolean isActive(AgentState state, Observation seen) {
        if (inDoubt(state, seen)) {
            // It may carry the identity in a moment, whatever it reports now, or fails to report (E15).
            return true;
        }
        String staked = state.memory.stakedIdentity();
        if (staked != null && seen.process().running() && seen.identity() != null) {
            return staked.equals(seen.identity());
        }
        return state.memory.role() == Role.ACTIVE;
    }

    /**
     * {@link #isActive} is verified: the validator reports its identity and no pending command can change it (E15), or the host is passive
     * and nothing runs that could sign, nor starts again in a moment with the staked key (E14).
     */
    private boolean verified(AgentState state, Observation seen) {
        if (state.change != null || state.lease.fencing || state.memory.stakedIdentity() == null) {
            return false;
        }
        if (mayBootStaked(state) && !isActive(state, seen)) {
            return false;
        }
        if (!seen.process().running()) {
            return state.memory.role() == Role.PASSIVE && seen.process().certain();
        }
        return seen.identity() != null && !inDoubt(state, seen);
    }

    /** E14: the boot identity was, or may have been, made the staked one, and no command has proven since that it is not any more. */
    private boolean mayBootStaked(AgentState state) {
        return rules.has(CommandKind.PASSIVE_SYMLINK) && (state.bootUnknown || state.memory.intent() != null
                || state.knowledge().inDoubt() != null);
    }

    private static boolean inDoubt(AgentState state, Observation seen) {
        DurableAgentState.InDoubt old = state.knowledge().inDoubt();
        return old != null && old.on(seen.process());
    }

    /** Why this host cannot be promoted, as far as this agent knows; the content of the twelve original fields is not repeated. */
    private List<String> unfit(AgentState state, Observation seen) {
        List<String> reasons = new ArrayList<>();
        if (rules.dryRun()) {
            reasons.add("agent is in dry-run");
        }
        if (state.change != null) {
            reasons.add(state.change.action().wire() + " is under way");
        }
        if (rules.fencing() == AgentOptions.Fencing.REQUIRED && !state.lease.fenceCapable) {
            reasons.add("fencing is required, and no " + rules.fencedBy() + " answers");
        }
        if (!rules.has(CommandKind.TOWER_RESTORE)) {
            reasons.add("tower_restore_command is empty");
        }
        if (!rules.has(CommandKind.IDENTITY_CHANGE)) {
            reasons.add("identity_change_command is empty");
        }
        if (inDoubt(state, seen)) {
            reasons.add("an earlier set-identity may still take effect");
        }
        if (mayBootStaked(state) && state.change == null) {
            reasons.add("the validator may start again with the staked identity: passive_identity_symlink_command has not succeeded since "
                    + "an earlier change; it is tried again");
        }
        if (seen.process().running() && state.memory.stakedIdentity() != null && seen.identity() == null && state.identityRead) {
            reasons.add("validator does not say who it is: " + seen.identityError());
        }
        return reasons;
    }
}
