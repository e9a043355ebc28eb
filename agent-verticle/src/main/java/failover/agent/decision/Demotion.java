package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.List;

/**
 * {@code become_passive} (safety.md, "Demotion"): boot identity, set-identity(unstaked), verification by the validator's own report, retry,
 * restart, SIGKILL, and only then the final tower (OM0-9: a copy taken earlier misses votes). It ends as done only when the validator
 * cannot sign, or, where the validator could never be asked, when the operator's command succeeded.
 */
final class Demotion extends RoleChange {
    private static final int ATTEMPTS = 2;
    private static final Duration VERIFY_WINDOW = Duration.ofSeconds(2);
    private static final Duration VERIFY_PAUSE = Duration.ofMillis(25);

    /** Taking the identity off waits for no disk: a missing durable intent is compensated by the validator's own report. */
    private static final Duration INTENT_LIMIT = Duration.ofMillis(100);
    /** The identity is off: who asked is to hear it. */
    private static final Duration RECORD_LIMIT = Duration.ofSeconds(1);

    private enum Phase { LOOK, INTENT, SYMLINK, REMOVE, VERIFY, RESTART, KILL, TAKE, BACKUP, ASIDE, RECORD }

    private final boolean wasActive;
    /** The lease ends: what cannot be told apart is killed, all of it. */
    private final boolean fence;
    private Phase phase = Phase.LOOK;
    private int attempts;
    private boolean removed;
    /** The validator carried the identity when this began: then the tower that is left is the newest there is. */
    private boolean carried;
    /** A removal ended without a message of the validator: it may still be carried out. */
    private boolean mayStillLand;
    private boolean restarted;
    private boolean lookedAgain;
    private long verifyUntil;
    private Observation seen;
    private String bootTrouble;
    /** The operator's command has made the unstaked key the boot identity, in this demotion. */
    private boolean bootUnstaked;
    /** It carried another identity already when this began: only its boot identity is in question. */
    private boolean idle;
    private String trouble = "";
    private String backupTrouble = "";
    private RoleChangeResult ending;
    private FinalTower taken;

    Demotion(AgentOptions rules, FailoverRequest request, DurableAgentState memory, boolean identityReadable, Duration limit,
            ClockReading now) {
        this(rules, request, memory, identityReadable, limit, false, now);
    }

    private Demotion(AgentOptions rules, FailoverRequest request, DurableAgentState memory, boolean identityReadable, Duration limit,
            boolean fence, ClockReading now) {
        super(rules, request, memory, identityReadable, limit, now);
        this.fence = fence;
        this.wasActive = memory.role() == Role.ACTIVE || memory.inDoubt() != null || memory.intent() != null;
    }

    /** The demotion that a lease's end makes necessary (E2). */
    static Demotion fence(AgentOptions rules, FailoverRequest request, DurableAgentState memory, Duration limit, ClockReading now) {
        return new Demotion(rules, request, memory, memory.identityRead(), limit, true, now);
    }

    /** What is left when nothing else can be trusted. Its answer is that of any kill. */
    Task killAll() {
        if (rules.has(CommandKind.PASSIVE_SYMLINK) && !bootUnstaked && bootTrouble == null) {
            // Steps were skipped: a supervisor may start the dead one again with the staked key (E14).
            bootTrouble = "the unstaked key was not made the boot identity before the kill";
        }
        phase = Phase.KILL;
        return new Task.KillAll(KILL_TIME);
    }

    private Demotion(Demotion other) {
        super(other);
        this.fence = other.fence;
        this.wasActive = other.wasActive;
        this.phase = other.phase;
        this.attempts = other.attempts;
        this.removed = other.removed;
        this.carried = other.carried;
        this.mayStillLand = other.mayStillLand;
        this.restarted = other.restarted;
        this.lookedAgain = other.lookedAgain;
        this.verifyUntil = other.verifyUntil;
        this.seen = other.seen;
        this.bootTrouble = other.bootTrouble;
        this.bootUnstaked = other.bootUnstaked;
        this.idle = other.idle;
        this.trouble = other.trouble;
        this.backupTrouble = other.backupTrouble;
        this.ending = other.ending;
        this.taken = other.taken;
    }

    @Override
    RoleChange copy() {
        return new Demotion(this);
    }

    @Override
    FinalTower tower() {
        return taken;
    }

    @Override
    Action action() {
        return Action.BECOME_PASSIVE;
    }

    @Override
    Task begin(List<AgentEffect> out) {
        say(out, Level.INFO, "=== BECOMING PASSIVE === Reason: " + request.reason());
        return new Task.Look();
    }

    @Override
    protected Task next(TaskResult done, ClockReading now, List<AgentEffect> out) {
        switch (phase) {
            case LOOK:
                return looked(((TaskResult.Looked) done).observation(), now);
            case INTENT:
                return intentSaved((TaskResult.Saved) done, now, out);
            case SYMLINK:
                return symlinked(((TaskResult.Ran) done).result(), now, out);
            case REMOVE:
                return removed(((TaskResult.Ran) done).result(), now, out);
            case VERIFY:
                return done instanceof TaskResult.Looked look ? verify(look.observation(), now, out) : new Task.Look();
            case RESTART:
                return restarted(((TaskResult.Ran) done).result(), now, out);
            case KILL:
                return killed((TaskResult.Killed) done, now, out);
            case TAKE:
                taken = ((TaskResult.TowerTaken) done).tower();
                return backUp(now);
            case BACKUP:
                return backedUp(((TaskResult.Ran) done).result(), now, out);
            case ASIDE:
                return record(now);
            case RECORD:
                return recorded((TaskResult.Saved) done, out);
            default:
                throw new AssertionError(phase);
        }
    }

    private Task looked(Observation first, ClockReading now) {
        seen = first;
        if (DurableAgentState.InDoubt.SOME.equals(memory.inDoubt())) {
            // Only one is ever on its way: where the identity is there, it has landed.
            boolean landed = !first.process().running() || saysStaked(first);
            memory = memory.withInDoubt(landed ? null : DurableAgentState.InDoubt.of(first.process()));
        }
        carried = saysStaked(first) || memory.role() == Role.ACTIVE && (cannotBeAsked(first) || !first.process().running());
        boolean nothingPending = memory.inDoubt() == null && memory.intent() == null;
        boolean cannotSign = saysOther(first) || !first.process().running();
        boolean done = memory.role() == Role.PASSIVE && nothingPending && cannotSign;
        // It may be started again in a moment: with which key, only the command that sets it determines, whatever a state file that may
        // have been lost or put back says of an earlier one (E14).
        if (done && !rules.has(CommandKind.PASSIVE_SYMLINK)) {
            raiseEpoch(request.epoch());
            return finish(passive(!first.process().running()), now);
        }
        idle = done && first.process().running();
        raiseEpoch(request.epoch());
        memory = memory.withIntent(new DurableAgentState.Intent(action(), request.operationId(), request.epoch()));
        phase = Phase.INTENT;
        return new Task.Save(memory, INTENT_LIMIT);
    }

    private Task intentSaved(TaskResult.Saved saved, ClockReading now, List<AgentEffect> out) {
        if (saved.error() != null) {
            // Taking the identity off is always safe; a full disk must not keep a sick validator voting.
            say(out, Level.WARNING, "the intent to become passive could not be written (" + saved.error() + "): going on without");
        }
        if (rules.has(CommandKind.PASSIVE_SYMLINK)) {
            phase = Phase.SYMLINK;
            return new Task.Run(CommandKind.PASSIVE_SYMLINK, commandLimit(now));
        }
        return remove(now, out);
    }

    private Task symlinked(CommandResult result, ClockReading now, List<AgentEffect> out) {
        if (!result.ok()) {
            bootTrouble = "failed to make the unstaked key the boot identity: " + result.failure();
            if (request.planned()) {
                // The active is well and still votes: an operator mends the command, nobody loses a slot (E14, scenario 48).
                return finish(new RoleChangeResult(Outcome.REFUSED, bootTrouble, false, false, seen.identity()), now);
            }
            if (idle) {
                return settle(false, now);
            }
            say(out, Level.ERROR, bootTrouble + ": taking the identity off all the same");
        }
        bootUnstaked = result.ok();
        return idle ? watch(Duration.ZERO, now) : remove(now, out);
    }

    private Task remove(ClockReading now, List<AgentEffect> out) {
        if (!seen.process().running() && !lookedAgain) {
            // Seen before the boot identity was proven unstaked: its supervisor may have started it since, with the staked one (E14).
            lookedAgain = true;
            return watch(Duration.ZERO, now);
        }
        if (!rules.has(CommandKind.IDENTITY_REMOVE)) {
            trouble = "failed to remove identity: identity_remove_command is empty";
            return escalate(now, out);
        }
        attempts++;
        phase = Phase.REMOVE;
        return new Task.Run(CommandKind.IDENTITY_REMOVE, commandLimit(now));
    }

    private Task removed(CommandResult result, ClockReading now, List<AgentEffect> out) {
        removed = result.ok();
        mayStillLand |= !removed && result.how() != CommandResult.How.NOT_STARTED && !DefiniteRefusal.of(result);
        if (!removed) {
            trouble = "failed to remove identity: " + result.failure();
            say(out, Level.WARNING, trouble + " (attempt " + attempts + ")");
        }
        return watch(removed ? VERIFY_WINDOW : Duration.ZERO, now);
    }

    private Task watch(Duration window, ClockReading now) {
        phase = Phase.VERIFY;
        verifyUntil = now.plus(Durations.min(window, left(now).dividedBy(2)));
        return new Task.Look();
    }

    private Task verify(Observation look, ClockReading now, List<AgentEffect> out) {
        seen = look;
        if (!look.process().running()) {
            return settle(true, now);
        }
        DurableAgentState.InDoubt old = memory.inDoubt();
        if (old != null && old.on(look.process())) {
            // E15: an earlier set-identity(staked) may still land on this very process; its own report proves nothing.
            trouble = "an earlier set-identity may still take effect on process " + old.pid();
            return escalate(now, out);
        }
        if (saysOther(look)) {
            return settle(false, now);
        }
        if (cannotBeAsked(look) && removed) {
            return settle(false, now);
        }
        if (!now.reached(verifyUntil)) {
            return new Task.Wait(VERIFY_PAUSE);
        }
        if (removed) {
            trouble = saysStaked(look)
                    ? "identity_remove_command succeeded, but the validator still says it is " + look.identity()
                    : "the validator does not say who it is: " + look.identityError();
            say(out, Level.WARNING, trouble);
        }
        return escalate(now, out);
    }

    /** Retry, restart, kill: each once, while time lasts; a planned change gives up instead of hurting a healthy validator. */
    private Task escalate(ClockReading now, List<AgentEffect> out) {
        boolean mustReplace = memory.inDoubt() != null;
        boolean mayTry = rules.has(CommandKind.IDENTITY_REMOVE) && attempts < ATTEMPTS;
        if (!mustReplace && !restarted && mayTry && left(now).compareTo(KILL_TIME.multipliedBy(3)) > 0) {
            return remove(now, out);
        }
        if (request.planned() && (!mustReplace || saysStaked(seen))) {
            // It votes, and is spared. A process that may or may not take the identity does not vote, and is not spared.
            Outcome outcome = removed || mustReplace || mayStillLand ? Outcome.UNKNOWN : Outcome.FAILED;
            return finish(new RoleChangeResult(outcome, trouble, false, false, seen.identity()), now);
        }
        if (rules.has(CommandKind.VALIDATOR_RESTART) && !restarted && left(now).compareTo(KILL_TIME.multipliedBy(3)) > 0) {
            say(out, Level.WARNING, trouble + ": restarting the validator");
            restarted = true;
            phase = Phase.RESTART;
            return new Task.Run(CommandKind.VALIDATOR_RESTART, commandLimit(now));
        }
        if (!seen.process().certain() && fence) {
            say(out, Level.ERROR, trouble + "; which process is the validator is not certain: killing all that bear its name");
            return killAll();
        }
        if (!seen.process().certain()) {
            return fail(trouble + "; which process is the validator is not certain, so none was killed", now);
        }
        say(out, Level.ERROR, trouble + ": killing the validator, process " + seen.process().pid());
        phase = Phase.KILL;
        return new Task.Kill(seen.process().pid(), seen.process().startTicks(), KILL_TIME);
    }

    private Task restarted(CommandResult result, ClockReading now, List<AgentEffect> out) {
        if (!result.ok()) {
            trouble = "failed to restart the validator: " + result.failure();
            say(out, Level.WARNING, trouble);
        }
        removed = false;
        return watch(result.ok() ? left(now).minus(KILL_TIME.multipliedBy(2)) : Duration.ZERO, now);
    }

    private Task killed(TaskResult.Killed kill, ClockReading now, List<AgentEffect> out) {
        if (kill.dead()) {
            say(out, Level.WARNING, "the validator is dead: it cannot sign");
            return settle(true, now);
        }
        return fail(trouble + "; the kill failed: " + kill.detail(), now);
    }

    /** The identity is off. Now, and not before, the tower is final. */
    private Task settle(boolean dead, ClockReading now) {
        memory = memory.withRole(Role.PASSIVE).withInDoubt(null).withDemotedAt(now.wallMillis())
                .withGaveUp(carried ? request.operationId() : null);
        ending = passive(dead);
        if (wasActive && memory.stakedIdentity() != null) {
            phase = Phase.TAKE;
            return new Task.TakeTower();
        }
        return backUp(now);
    }

    private Task backUp(ClockReading now) {
        if (wasActive && rules.has(CommandKind.TOWER_BACKUP)) {
            phase = Phase.BACKUP;
            return new Task.Run(CommandKind.TOWER_BACKUP, commandLimit(now));
        }
        return record(now);
    }

    private RoleChangeResult passive(boolean dead) {
        if (bootTrouble != null) {
            String message = "the identity is off, but the validator may boot with it: " + bootTrouble;
            return new RoleChangeResult(Outcome.FAILED, message, false, dead, seen == null ? null : seen.identity());
        }
        boolean verified = dead || saysOther(seen);
        return new RoleChangeResult(Outcome.DONE, "Successfully executed: " + action(), verified, dead, dead ? null : seen.identity());
    }

    private Task backedUp(CommandResult result, ClockReading now, List<AgentEffect> out) {
        if (result.ok()) {
            phase = Phase.ASIDE;
            return new Task.SetTowerAside();
        }
        backupTrouble = "; the final tower backup failed: " + result.failure();
        say(out, Level.ERROR, "the identity is off" + backupTrouble);
        return record(now);
    }

    private Task record(ClockReading now) {
        return finish(ending, now);
    }

    private Task fail(String message, ClockReading now) {
        // The role stays what it is: a host that could not be demoted is active, whatever anybody wishes (OM-2).
        return finish(new RoleChangeResult(Outcome.FAILED, message, false, false, seen == null ? null : seen.identity()), now);
    }

    private Task finish(RoleChangeResult how, ClockReading now) {
        ending = new RoleChangeResult(how.outcome(), how.message() + backupTrouble, how.verified(), how.processDead(), how.identity());
        memory = memory.withIntent(open()).withLastOperation(record(ending.outcome(), ending.message(), now));
        phase = Phase.RECORD;
        return new Task.Save(memory, RECORD_LIMIT);
    }

    /**
     * While the validator may boot with the identity, the next become_passive must not take the short way, and this host does not count as
     * verifiably passive. One that did not take the identity off leaves what it found.
     */
    private DurableAgentState.Intent open() {
        if (bootTrouble == null) {
            return null;
        }
        boolean calledOff = request.planned() || memory.role() == Role.ACTIVE;
        return calledOff ? former : new DurableAgentState.Intent(action(), request.operationId(), request.epoch());
    }

    private Task recorded(TaskResult.Saved saved, List<AgentEffect> out) {
        if (saved.error() != null) {
            say(out, Level.ERROR, "the new role could not be written (" + saved.error() + "): a restarted agent will ask its validator");
        }
        if (ending.outcome() == Outcome.DONE) {
            say(out, Level.INFO, "=== NOW PASSIVE ===" + byWhoseWord(ending));
        } else {
            say(out, Level.ERROR, "become_passive ended as " + ending.outcome() + ": " + ending.message());
        }
        return end(ending);
    }
}
