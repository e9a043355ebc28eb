package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.List;

/**
 * {@code become_active} (safety.md, "Promotion"): probe, restore and judge the tower, boot symlink if the operator uses one, durable
 * intent, set-identity(staked), verification by the validator's own report. A failure before set-identity is a refusal: nothing has
 * changed. A failure after it is reported exactly as far as it is known.
 */
final class Promotion extends RoleChange {
    private static final Duration VERIFY_AFTER_SUCCESS = Duration.ofSeconds(10);
    private static final Duration VERIFY_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration ARMING = Duration.ofSeconds(1);
    private static final Duration VERIFY_PAUSE = Duration.ofMillis(25);
    /** The intent must be durable before anything runs; a disk that takes longer is one on which nothing is begun. */
    private static final Duration INTENT_LIMIT = Duration.ofSeconds(2);
    private static final Duration RECORD_LIMIT = Duration.ofSeconds(1);

    private enum Phase { LOOK, PEER, KNOWN, HANDED, OWN_TOWER, RESTORE, TOWER, INTENT, ARM, SYMLINK, CHANGE, VERIFY, UNDO, RECORD }

    /** What a slot lasts, as far as this host has seen. */
    private final long slotMs;
    private Phase phase = Phase.LOOK;
    private Observation seen;
    private CommandResult change;
    private boolean symlinked;
    private long verifyUntil;
    private RoleChangeResult ending;

    Promotion(AgentOptions rules, FailoverRequest request, DurableAgentState memory, boolean identityReadable, long slotMs, Duration limit,
            ClockReading now) {
        super(rules, request, memory, identityReadable, limit, now);
        this.slotMs = slotMs;
    }

    private Promotion(Promotion other) {
        super(other);
        this.slotMs = other.slotMs;
        this.phase = other.phase;
        this.seen = other.seen;
        this.change = other.change;
        this.symlinked = other.symlinked;
        this.verifyUntil = other.verifyUntil;
        this.ending = other.ending;
    }

    @Override
    RoleChange copy() {
        return new Promotion(this);
    }

    @Override
    Action action() {
        return Action.BECOME_ACTIVE;
    }

    @Override
    Task begin(List<AgentEffect> out) {
        say(out, Level.INFO, "=== BECOMING ACTIVE === Reason: " + request.reason());
        return new Task.Look();
    }

    @Override
    protected Task next(TaskResult done, ClockReading now, List<AgentEffect> out) {
        if (cutShort && phase.compareTo(Phase.CHANGE) < 0) {
            return refuse("cut short by become_passive", now);
        }
        switch (phase) {
            case LOOK:
                return looked(((TaskResult.Looked) done).observation(), now);
            case PEER:
                return peerSaid(((TaskResult.PeerSaid) done).answer(), now, out);
            case KNOWN:
                say(out, Level.INFO, TowerClaim.ofBefore(((TaskResult.TowerChecked) done).check()));
                return restore(now);
            case OWN_TOWER:
                return ownTower(((TaskResult.TowerChecked) done).check(), now, out);
            case HANDED:
                return handed(((TaskResult.TowerChecked) done).check(), now, out);
            case RESTORE:
                return restored(((TaskResult.Ran) done).result(), now, out);
            case TOWER:
                return towerChecked(((TaskResult.TowerChecked) done).check(), now, out);
            case SYMLINK:
                return bootIdentity(((TaskResult.Ran) done).result(), now);
            case INTENT:
                return intentSaved((TaskResult.Saved) done, now);
            case ARM:
                return armed((TaskResult.Armed) done, now, out);
            case CHANGE:
                return changed(((TaskResult.Ran) done).result(), now, out);
            case VERIFY:
                return done instanceof TaskResult.Looked look ? verify(look.observation(), now) : new Task.Look();
            case UNDO:
                return undone(((TaskResult.Ran) done).result(), now, out);
            case RECORD:
                return recorded((TaskResult.Saved) done, out);
            default:
                throw new AssertionError(phase);
        }
    }

    private Task looked(Observation first, ClockReading now) {
        seen = first;
        if (!first.process().running()) {
            return refuse("the validator's process is not running", now);
        }
        boolean already = saysStaked(first) || memory.role() == Role.ACTIVE && cannotBeAsked(first);
        if (already) {
            raiseEpoch(request.epoch());
            memory = memory.withRole(Role.ACTIVE).withInDoubt(null);
            return finish(new RoleChangeResult(Outcome.DONE, "Successfully executed: " + action(), saysStaked(first), false,
                    first.identity()), now);
        }
        DurableAgentState.InDoubt old = memory.inDoubt();
        if (old != null && old.on(first.process())) {
            // E15: with two of them on their way, the one that is seen to land would be taken for both.
            return refuse("an earlier set-identity may still take effect on process " + old.pid() + "; become_passive first", now);
        }
        if (request.epoch() == 0 && rules.peerConfigured()) {
            phase = Phase.PEER;
            return new Task.AskPeer();
        }
        return restore(now);
    }

    private Task peerSaid(PeerStatusResponse peer, ClockReading now, List<AgentEffect> out) {
        if (peer != null && peer.isActive()) {
            // E13: a become_active typed by hand, or from an original manager, gets a warning before two validators vote.
            return refuse("the peer says it is active; ask it to become_passive first", now);
        }
        if (peer == null && memory.epoch() > 0) {
            // Only a host that has never obeyed a manager of ours does as the original does, and takes silence for a yes.
            return refuse("the peer does not answer, and this host takes its epochs from a manager: ask the manager for a failover", now);
        }
        if (peer == null) {
            PeerSilence silence = PeerSilence.of(seen.votes(), slotMs);
            if (silence.refusal() != null) {
                return refuse(silence.refusal(), now);
            }
            say(out, Level.WARNING, silence.words());
        }
        if (peer != null && Action.BECOME_ACTIVE.wire().equals(peer.operation())) {
            // Two operators at once: each host asks only after it has begun, so at least one of the two sees the other.
            return refuse("the peer is becoming active, too; ask again when it is done", now);
        }
        return restore(now);
    }

    private TowerClaim claim() {
        return new TowerClaim(request, memory.lastOperation(), memory.gaveUp());
    }

    private Task restore(ClockReading now) {
        if (request.knownTower() != null && phase.compareTo(Phase.KNOWN) < 0) {
            phase = Phase.KNOWN;
            return new Task.InstallTower(request.knownTower(), false);
        }
        if (request.tower() != null && phase.compareTo(Phase.HANDED) < 0) {
            // One that is here and newer stays.
            phase = Phase.HANDED;
            return new Task.InstallTower(request.tower(), true);
        }
        if (phase != Phase.OWN_TOWER && claim().givenBack() && !claim().otherTried()) {
            phase = Phase.OWN_TOWER;
            return new Task.CheckTower();
        }
        if (!rules.has(CommandKind.TOWER_RESTORE)) {
            return refuse("failed to restore tower: tower restore failed: command is empty", now);
        }
        phase = Phase.RESTORE;
        return new Task.Run(CommandKind.TOWER_RESTORE, commandLimit(now));
    }

    private Task ownTower(TowerCheck check, ClockReading now, List<AgentEffect> out) {
        if (check.verdict() != TowerCheck.Verdict.VALID) {
            return restore(now);
        }
        say(out, Level.INFO, "the tower of this host is the newest one: nothing is restored over it");
        return towerChecked(check, now, out);
    }

    /** The other host's final tower is the newest there is; a store is asked only where it cannot be used. */
    private Task handed(TowerCheck check, ClockReading now, List<AgentEffect> out) {
        if (check.verdict() != TowerCheck.Verdict.VALID) {
            say(out, Level.WARNING, "the tower that the other host handed over is not used: " + check.detail());
            return restore(now);
        }
        say(out, Level.INFO, "the other host's final tower is in place");
        return towerChecked(check, now, out);
    }

    private Task restored(CommandResult result, ClockReading now, List<AgentEffect> out) {
        if (!result.ok() && !claim().staleAccepted()) {
            return refuse("failed to restore tower: tower restore failed: " + result.failure(), now);
        } else if (!result.ok()) {
            say(out, Level.WARNING, "tower restore failed, and an operator goes on with what is here: " + result.failure());
        }
        phase = Phase.TOWER;
        return new Task.CheckTower();
    }

    private Task towerChecked(TowerCheck check, ClockReading now, List<AgentEffect> out) {
        if (check.verdict() == TowerCheck.Verdict.BAD && !claim().staleAccepted()) {
            return refuse("failed to restore tower: " + check.detail(), now);
        }
        if (check.verdict() == TowerCheck.Verdict.VALID) {
            say(out, Level.INFO, "Tower restore successful: last voted slot " + check.lastVotedSlot());
            // Where another host may have voted, a store's usual lag is too much: its last backup was taken when that one was demoted.
            TowerAge age = TowerAge.of(check, request.grant(), seen.votes(), phase == Phase.TOWER && !claim().otherTried(), rules);
            if (age.refusal() != null && !claim().newestThereIs()) {
                return refuse(age.refusal(), now);
            }
            if (age.refusal() != null) {
                say(out, Level.WARNING, "this host goes on with what it has, because nobody has voted since: " + age.refusal());
            }
            if (age.words() != null) {
                say(out, Level.WARNING, age.words());
            }
        } else {
            say(out, Level.WARNING, (check.verdict() == TowerCheck.Verdict.BAD
                    ? "there is no usable tower, and an operator goes on without: " : "the restored tower was not checked: ")
                    + check.detail());
        }
        if (request.skipIdentity()) {
            raiseEpoch(request.epoch());
            memory = memory.withRole(Role.ACTIVE);
            return finish(new RoleChangeResult(Outcome.DONE, "Successfully executed: " + action(), false, false, seen.identity()), now);
        }
        if (!rules.has(CommandKind.IDENTITY_CHANGE)) {
            return refuse("failed to change identity: command is empty", now);
        }
        return intend();
    }

    private Task bootIdentity(CommandResult result, ClockReading now) {
        if (!result.ok()) {
            return refuse("active_identity_symlink_command: " + result.failure(), now);
        }
        return change(now);
    }

    private Task intend() {
        raiseEpoch(request.epoch());
        memory = memory
                .withIntent(new DurableAgentState.Intent(action(), request.operationId(), request.epoch()))
                .withInDoubt(DurableAgentState.InDoubt.of(seen.process()));
        phase = Phase.INTENT;
        return new Task.Save(memory, INTENT_LIMIT);
    }

    private Task intentSaved(TaskResult.Saved saved, ClockReading now) {
        if (saved.error() != null) {
            return refuse("the intent could not be made durable: " + saved.error(), now);
        }
        if (hold != null && rules.fencing() != AgentOptions.Fencing.OFF) {
            phase = Phase.ARM;
            return new Task.Arm(ARMING);
        }
        return symlink(now);
    }

    /** Before the identity is set, never after: if the agent dies in between, an armed fencer is left that ends it (E4). */
    private Task armed(TaskResult.Armed armed, ClockReading now, List<AgentEffect> out) {
        if (armed.why() != null) {
            String why = "no " + rules.fencedBy() + " stands behind this host: " + armed.why();
            if (rules.fencing() == AgentOptions.Fencing.REQUIRED) {
                return refuse(why, now);
            }
            say(out, Level.WARNING, why + "; an agent that dies or freezes while it is active can be replaced only on evidence");
        }
        return symlink(now);
    }

    private Task symlink(ClockReading now) {
        if (rules.has(CommandKind.ACTIVE_SYMLINK)) {
            // After the intent: an agent that stops here must know, when it is back, that the boot identity is to be made unstaked.
            phase = Phase.SYMLINK;
            symlinked = true;
            return new Task.Run(CommandKind.ACTIVE_SYMLINK, commandLimit(now));
        }
        return change(now);
    }

    private Task change(ClockReading now) {
        Duration limit = Durations.min(rules.commandTimeout(), left(now).minus(KILL_TIME));
        if (hold != null) {
            // E5: what is left of the lease must outlast the command and the fence after it.
            limit = Durations.min(limit, hold.left(now).minus(hold.lead()));
        }
        if (limit.compareTo(KILL_TIME) < 0) {
            return refuse("no time is left for set-identity" + (hold == null ? "" : ": the lease has " + hold.left(now).toMillis()
                    + " ms left, of which the fence may need " + hold.lead().toMillis()), now);
        }
        phase = Phase.CHANGE;
        return new Task.Run(CommandKind.IDENTITY_CHANGE, limit);
    }

    private Task changed(CommandResult result, ClockReading now, List<AgentEffect> out) {
        change = result;
        if (result.how() == CommandResult.How.NOT_STARTED) {
            return refuse("failed to change identity: " + result.failure(), now);
        }
        if (!result.ok()) {
            say(out, Level.WARNING, "failed to change identity: " + result.failure());
        }
        Duration window = result.ok() ? VERIFY_AFTER_SUCCESS : VERIFY_AFTER_FAILURE;
        verifyUntil = now.plus(Durations.min(window, left(now)));
        phase = Phase.VERIFY;
        return new Task.Look();
    }

    private Task verify(Observation look, ClockReading now) {
        seen = look;
        if (saysStaked(look) && look.process().running() && !cutShort) {
            memory = memory.withRole(Role.ACTIVE).withInDoubt(null);
            return finish(new RoleChangeResult(Outcome.DONE, "Successfully executed: " + action(), true, false, look.identity()), now);
        }
        if (!look.process().running()) {
            memory = memory.withInDoubt(null);
            return undo(new RoleChangeResult(Outcome.FAILED, "the validator died while it took the identity", true, true, null), now);
        }
        if (change.ok() && cannotBeAsked(look) && !cutShort) {
            memory = memory.withRole(Role.ACTIVE).withInDoubt(null);
            return finish(new RoleChangeResult(Outcome.DONE, "Successfully executed: " + action(), false, false, null), now);
        }
        if (!cutShort && !now.reached(verifyUntil)) {
            return new Task.Wait(VERIFY_PAUSE);
        }
        if (DefiniteRefusal.of(change) && !saysStaked(look) && !cutShort) {
            // The validator itself refused and is unchanged: no set-identity is pending.
            memory = memory.withInDoubt(null);
            return undo(new RoleChangeResult(Outcome.FAILED, "failed to change identity: " + change.failure(), saysOther(look), false,
                    look.identity()), now);
        }
        String message = change.ok()
                ? "identity_change_command succeeded, but the validator says it is " + look.identity()
                : "failed to change identity: " + change.failure();
        return undo(new RoleChangeResult(Outcome.UNKNOWN, message, false, false, look.identity()), now);
    }

    private Task refuse(String why, ClockReading now) {
        // An intent that was durable already is withdrawn by the same record that contains the refusal.
        memory = memory.withInDoubt(phase.compareTo(Phase.INTENT) >= 0 ? null : memory.inDoubt());
        return undo(new RoleChangeResult(Outcome.REFUSED, why, false, false, seen == null ? null : seen.identity()), now);
    }

    /** A boot identity that was made staked for a promotion that did not happen is made unstaked again (E14). */
    private Task undo(RoleChangeResult how, ClockReading now) {
        if (symlinked && rules.has(CommandKind.PASSIVE_SYMLINK)) {
            ending = how;
            phase = Phase.UNDO;
            return new Task.Run(CommandKind.PASSIVE_SYMLINK, Durations.max(commandLimit(now), Duration.ofSeconds(1)));
        }
        return finish(how, now);
    }

    private Task undone(CommandResult result, ClockReading now, List<AgentEffect> out) {
        if (!result.ok()) {
            say(out, Level.ERROR, "the boot identity may still be the staked one: " + result.failure());
            Outcome outcome = ending.outcome() == Outcome.REFUSED ? Outcome.FAILED : ending.outcome();
            String message = ending.message() + "; the boot identity may still be the staked one: " + result.failure();
            return finish(new RoleChangeResult(outcome, message, false, ending.processDead(), ending.identity()), memory.intent(), now);
        }
        return finish(ending, null, now);
    }

    private Task finish(RoleChangeResult how, ClockReading now) {
        // What an earlier change left of a staked boot identity is not undone by a promotion that did not happen.
        return finish(how, how.outcome() == Outcome.DONE || !rules.has(CommandKind.PASSIVE_SYMLINK) ? null : former, now);
    }

    /** The intent stays while the boot identity may be the staked one: then no become_passive takes the short way. */
    private Task finish(RoleChangeResult how, DurableAgentState.Intent stays, ClockReading now) {
        ending = how;
        memory = memory.withIntent(stays).withLastOperation(record(how.outcome(), how.message(), now));
        phase = Phase.RECORD;
        return new Task.Save(memory, RECORD_LIMIT);
    }

    private Task recorded(TaskResult.Saved saved, List<AgentEffect> out) {
        if (saved.error() != null) {
            say(out, Level.ERROR, "the new role could not be written: " + saved.error());
        }
        if (ending.outcome() == Outcome.DONE) {
            say(out, Level.INFO, "=== NOW ACTIVE ===" + byWhoseWord(ending));
        } else {
            say(out, Level.ERROR, "become_active ended as " + ending.outcome() + ": " + ending.message());
        }
        return end(ending);
    }
}
