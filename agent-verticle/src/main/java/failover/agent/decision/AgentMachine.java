package failover.agent.decision;

import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The agent's one decision function. Events go in one at a time; the state that comes out replaces the one that went in; the effects are
 * the shell's to perform, in order.
 */
public final class AgentMachine {
    private static final Duration OBSERVE_EVERY = Duration.ofSeconds(1);
    private static final Duration OBSERVE_UNLEASED = Duration.ofMillis(250);
    private static final Duration USUAL_FENCE = Duration.ofSeconds(2);
    private static final Duration USUAL_JITTER = Duration.ofMillis(500);
    private static final Duration LOOK_AT_TOWER = Duration.ofSeconds(2);

    private final AgentOptions rules;
    private final RoleChanges changes;
    private final RoleMonitor watch;
    private final StatusView view;
    private final ManagerBindings managers;
    private final PeerPromises promises;
    private final LeaseHolder leases;

    /** A core for that configuration. */
    public AgentMachine(AgentOptions rules) {
        this.rules = rules;
        this.managers = new ManagerBindings(rules);
        this.promises = new PeerPromises(rules, managers);
        this.leases = new LeaseHolder(rules, managers);
        this.changes = new RoleChanges(rules, leases);
        this.watch = new RoleMonitor(rules, changes, leases);
        this.view = new StatusView(rules, managers);
    }

    /**
     * The state of a freshly started agent and its first effects.
     *
     * @param memory what was read from the state file, or, when new, nothing but a host id
     * @param memoryIsNew there was no state file
     * @param nonce random, of this start alone (E0)
     * @param former the lease that an earlier start in this boot left in the lease file; {@code null} when none (E16)
     */
    public Step start(DurableAgentState memory, boolean memoryIsNew, String nonce, FormerLease former, ClockReading now) {
        List<AgentEffect> out = new ArrayList<>();
        DurableAgentState start = memory;
        if (memoryIsNew) {
            start = start.withRole(rules.activeOnStart() ? Role.ACTIVE : Role.PASSIVE);
        } else {
            out.add(say(Level.INFO, "Resuming as " + start.role() + " at epoch " + start.epoch() + " (state file; the configuration says "
                    + (rules.activeOnStart() ? Role.ACTIVE : Role.PASSIVE) + ")"));
        }
        String configured = rules.configuredIdentity();
        if (configured != null && !configured.equals(start.stakedIdentity())) {
            if (start.stakedIdentity() != null) {
                out.add(say(Level.WARNING, "the staked identity is " + configured + " now; it was " + start.stakedIdentity()));
            }
            start = start.withStakedIdentity(configured);
        }
        if (start.stakedIdentity() == null) {
            out.add(say(Level.WARNING, "whose identity is the staked one is not known: set validator_identity; until then is_active is "
                    + "what this agent remembers, not what the validator says"));
        }
        AgentState state = new AgentState(start, nonce, now);
        state.observing = true;
        state.bootUnknown = memoryIsNew && start.role() == Role.PASSIVE && rules.has(CommandKind.PASSIVE_SYMLINK) && !rules.dryRun();
        out.add(new AgentEffect.Remember(start));
        out.add(new AgentEffect.Observe());
        Duration leaseLeft = former == null ? null : former.left();
        if (former != null && !rules.dryRun() && (memoryIsNew || !former.knownTo(start))) {
            forgotten(state, former, memoryIsNew, now, out);
        } else if (start.intent() != null && !rules.dryRun()) {
            String half = start.intent().action().wire();
            takeOver(state, FormerLease.ofLease(state.memory.terms(), leaseLeft), now);
            changes.demoteByItself(state, "this agent stopped in the middle of " + half, now, out);
        } else if (start.terms() != null && (start.role() == Role.ACTIVE || start.inDoubt() != null) && !rules.dryRun()) {
            leased(state, leaseLeft, now, out);
        }
        publish(state, out);
        return new Step(state, out);
    }

    /**
     * A holder that starts again goes on with what is left of its lease, and grants itself nothing (E16); so does one to which a
     * set-identity may be on its way: what lands when that lease is over must not be left alone.
     */
    private void leased(AgentState state, Duration told, ClockReading now, List<AgentEffect> out) {
        Duration left = FormerLease.ofLease(state.memory.terms(), told);
        if (left == null || left.isNegative() || left.isZero()) {
            changes.demoteByItself(state, left == null ? "its lease is not known any more (E16)" : "its lease has run out (E16)", now, out);
            return;
        }
        takeOver(state, left, now);
        out.add(say(Level.INFO, "the lease of epoch " + state.memory.epoch() + " has " + left.toMillis() + " ms left"));
    }

    /**
     * The state file is lost, or from before that lease, or another host's, and the lease file of this boot shows that this host held a
     * lease: it may carry the identity, or be about to, and the state that knew is gone. It gives the identity up (E16), within what is
     * left of that lease, which is not renewed.
     */
    private void forgotten(AgentState state, FormerLease former, boolean lost, ClockReading now, List<AgentEffect> out) {
        Duration fence = Durations.max(rules.fenceTimeout(), USUAL_FENCE);
        // Whatever its D was, the fencer's deadline was at most this much after the lease's end.
        Duration left = Durations.min(former.left(), Bounds.LONGEST_LEASE).minus(HeldLease.toldLater(Duration.ZERO));
        if (!left.isNegative() && !left.isZero()) {
            state.lease.hold = new HeldLease(former.epoch(), now, left, fence, USUAL_JITTER, rules.watchdog());
        }
        state.lease.outranked = former.epoch();
        String file = lost ? "there is no state file" : "the state file is " + state.memory.role() + " at epoch " + state.memory.epoch()
                + " of host " + state.memory.hostId();
        String lease = former.epoch() == 0 ? "" : " at epoch " + former.epoch()
                + (former.hostId() == null ? "" : " as host " + former.hostId());
        state.memory = state.memory.withRole(Role.ACTIVE).withInDoubt(DurableAgentState.InDoubt.SOME)
                .withEpoch(Math.max(state.memory.epoch(), former.epoch()));
        out.add(AgentMachine.say(Level.ERROR, "ALARM: " + file + ", but the lease file says that this host held the identity" + lease
                + (lost ? ": was the state_dir lost, or exchanged?" : ": was an older state_dir put back, or another host's?")));
        out.add(new AgentEffect.Remember(state.memory));
        changes.demoteByItself(state, lost ? "its state is lost, and it was leased (E16)"
                : "its state is not the one by which it was leased (E16)", now, out);
    }

    /** The fencer's deadline of an earlier start is this one's now, also while it demotes: it stays until the identity is off (E4). */
    private void takeOver(AgentState state, Duration left, ClockReading now) {
        DurableAgentState.Terms terms = state.memory.terms();
        if (terms != null && left != null && !left.isNegative() && !left.isZero()) {
            state.lease.hold = new HeldLease(state.memory.epoch(), now, left, Duration.ofMillis(terms.fenceMs()),
                    Duration.ofMillis(terms.jitterMs()), rules.watchdog());
        }
    }

    /** Publishes changes of the lease to the dead-man and the fencer. */
    private void publish(AgentState state, List<AgentEffect> out) {
        leases.settle(state);
        if (state.change != null) {
            state.change.hold(state.lease.hold);
        }
        AgentEffect.Publish now = new AgentEffect.Publish(state.lease.hold, state.knowledge());
        if (!now.equals(state.lease.published)) {
            state.lease.published = now;
            out.add(now);
        }
        // Each reply carries the host id: the request may have reached another host than the one meant (E17).
        out.replaceAll(effect -> effect instanceof AgentEffect.Reply reply
                ? new AgentEffect.Reply(reply.ticket(), reply.response().from(state.hostId())) : effect);
    }

    /** One event. */
    public Step step(AgentState before, AgentEvent event, ClockReading now) {
        AgentState state = before.copy();
        List<AgentEffect> out = new ArrayList<>();
        if (event instanceof AgentEvent.Tick) {
            tick(state, now, out);
        } else if (event instanceof AgentEvent.ManagerPolled polled) {
            if (leases.polled(state, polled.request(), now, out)) {
                watch.managerPolled(state, polled.request(), now, out);
            }
        } else if (event instanceof AgentEvent.StayAsked asked) {
            promises.asked(state, asked.ticket(), asked.request(), now, out);
            watch.peerAsks(state, asked.request(), now, out);
        } else if (event instanceof AgentEvent.StayAnswered answered) {
            promises.answered(state, answered, now, out);
            watch.peerHolds(state, answered.answer(), now, out);
        } else if (event instanceof AgentEvent.LeaveAsked asked) {
            managers.leaveAsked(state, asked.ticket(), asked.request(), now, out);
        } else if (event instanceof AgentEvent.LeaveAnswered answered) {
            managers.leaveAnswered(state, answered.asked(), answered.answer(), now, out);
        } else if (event instanceof AgentEvent.Kept kept) {
            kept(state, kept, now, out);
        } else if (event instanceof AgentEvent.Forget forget) {
            managers.forget(state, forget.manager(), forget.peer(), out);
        } else if (event instanceof AgentEvent.TowerSeen seen) {
            towerSeen(state, seen, now);
        } else if (event instanceof AgentEvent.FencerSeen fencer) {
            state.lease.fenceCapable = fencer.capable();
        } else if (event instanceof AgentEvent.LeaseDoubted) {
            leases.doubted(state, now, out);
        } else if (event instanceof AgentEvent.FenceBegun) {
            changes.fenceBegun(state, out);
        } else if (event instanceof AgentEvent.Fenced fenced) {
            changes.fenced(state, fenced, out);
        } else if (event instanceof AgentEvent.Observed observed) {
            observed(state, observed.observation(), now, out);
        } else if (event instanceof AgentEvent.ChangeAsked asked) {
            changes.asked(state, asked.ticket(), asked.request(), now, out);
        } else if (event instanceof AgentEvent.TaskDone done) {
            if (done.result() instanceof TaskResult.Looked looked) {
                seen(state, looked.observation(), out);
            }
            changes.taskDone(state, done.result(), now, out);
        } else if (event instanceof AgentEvent.PeerAnswered answered) {
            managers.peerSaid(state, answered.answer(), now, out);
            watch.peerHolds(state, answered.answer(), now, out);
            watch.peerAnswered(state, answered.answer(), now, out);
        } else if (event instanceof AgentEvent.PeerSilent silent) {
            watch.peerSilent(state, silent.why(), now, out);
        } else if (event instanceof AgentEvent.InternetChecked checked) {
            watch.internetChecked(state, checked.reachable(), now, out);
        } else if (event instanceof AgentEvent.VoteAccountLooked looked) {
            pinned(state, looked, out);
        } else if (event instanceof AgentEvent.BackedUp backedUp) {
            backedUp(state, backedUp.result(), now, out);
        } else {
            throw new AssertionError(event);
        }
        publish(state, out);
        return new Step(state, out);
    }

    /**
     * The answer to {@code /status}; {@code observation} is at most 250 ms old.
     *
     * @param begunSeconds unix seconds when the request came
     * @param now when the answer is sent: the token it carries counts from here (E0)
     */
    public StatusResponse status(AgentState state, Observation observation, long begunSeconds, ClockReading now) {
        return view.status(state, observation, begunSeconds, now);
    }

    /** {@code /active}: this host verifiably carries the identity, and holds a lease (INV-9); {@code null}, or why not. */
    public String notActive(AgentState state, Observation observation, ClockReading now) {
        return view.notActive(state, observation, now);
    }

    /**
     * The answer to {@code /peer-status}.
     *
     * @param answer what the core answers this very question with; {@code null} when it asked for nothing
     */
    public PeerStatusResponse peerStatus(AgentState state, Observation observation, PromiseAnswer answer, ClockReading now) {
        return view.peerStatus(state, observation, answer, now);
    }

    /**
     * A decision could not be made: an event that answers something ends what waited for it all the same, so that the next question is
     * asked. A change whose step failed is over, and what it did is not known.
     *
     * @param why for people
     */
    public Step failed(AgentState before, AgentEvent event, String why) {
        AgentState state = before.copy();
        List<AgentEffect> out = new ArrayList<>();
        if (event instanceof AgentEvent.TaskDone) {
            changes.broken(state, why, out);
        } else if (event instanceof AgentEvent.PeerAnswered || event instanceof AgentEvent.PeerSilent
                || event instanceof AgentEvent.InternetChecked) {
            state.asking = null;
        } else if (event instanceof AgentEvent.Observed) {
            state.observing = false;
        } else if (event instanceof AgentEvent.VoteAccountLooked) {
            state.pinning = null;
        } else if (event instanceof AgentEvent.BackedUp) {
            state.backingUp = false;
        } else if (event instanceof AgentEvent.TowerSeen) {
            state.lookingAtTower = false;
        } else if (event instanceof AgentEvent.Kept kept) {
            LeaseState.Keeping what = state.lease.keeping.remove(kept.number());
            if (what != null && what.ticket() != 0) {
                out.add(new AgentEffect.AnswerPeer(what.ticket(), null));
            }
        }
        publish(state, out);
        return new Step(state, out);
    }

    private void kept(AgentState state, AgentEvent.Kept event, ClockReading now, List<AgentEffect> out) {
        LeaseState.Keeping what = state.lease.keeping.remove(event.number());
        if (what == null) {
            return;
        }
        if (what.why() == LeaseState.Keeping.Why.PROMISE) {
            promises.kept(state, what, event.error(), now, out);
        } else {
            managers.kept(state, what, event.error(), now, out);
        }
    }

    private static void towerSeen(AgentState state, AgentEvent.TowerSeen seen, ClockReading now) {
        state.lookingAtTower = false;
        state.tower = seen.check();
        state.towerWrittenAt = now.nanos() - Duration.ofMillis(seen.ageMs()).toNanos();
    }

    private void tick(AgentState state, ClockReading now, List<AgentEffect> out) {
        watch.tick(state, now, out);
        managers.tick(state, now, out);
        leases.tick(state, now, out);
        backUp(state, now, out);
        lookAtTower(state, now, out);
        // E14: without any grant, an identity that appears is taken off at once.
        boolean unleased = state.lease.hold == null && state.memory.bindings().managed() && state.memory.stakedIdentity() != null;
        if (!state.observing && now.since(state.observedAt).compareTo(unleased ? OBSERVE_UNLEASED : OBSERVE_EVERY) >= 0) {
            state.observing = true;
            out.add(new AgentEffect.Observe());
        }
    }

    /** A planned move is asked of a host whose vote state is known to be sound beforehand, not after it has given the identity up. */
    private void lookAtTower(AgentState state, ClockReading now, List<AgentEffect> out) {
        boolean active = state.memory.role() == Role.ACTIVE && state.change == null && !state.lease.fencing
                && state.memory.stakedIdentity() != null && !rules.dryRun();
        if (!active) {
            state.tower = null;
        } else if (!state.lookingAtTower && (state.tower == null || now.since(state.towerLookedAt).compareTo(LOOK_AT_TOWER) >= 0)) {
            state.lookingAtTower = true;
            state.towerLookedAt = now.nanos();
            out.add(new AgentEffect.LookAtTower());
        }
    }

    private void observed(AgentState state, Observation observation, ClockReading now, List<AgentEffect> out) {
        state.observing = false;
        state.observedAt = now.nanos();
        seen(state, observation, out);
        pin(state, observation, out);
        watch.observed(state, observation, now, out);
    }

    private static void seen(AgentState state, Observation observation, List<AgentEffect> out) {
        state.seen = observation;
        state.pace = state.pace.seen(observation);
        state.identityRead |= observation.identity() != null;
        // A change persists its own state; the next probe after it persists this.
        if (state.identityRead && state.change == null && !state.memory.identityRead()) {
            state.memory = state.memory.withIdentityRead();
            out.add(new AgentEffect.Remember(state.memory));
        }
    }

    /**
     * Where the configuration names no identity, the one that the validator of the configured active host carries at the first start is
     * it, if a vote account belongs to it (safety.md, "Whose identity?").
     */
    private void pin(AgentState state, Observation observation, List<AgentEffect> out) {
        boolean wanted = state.memory.stakedIdentity() == null && rules.activeOnStart() && state.memory.epoch() == 0
                && state.memory.lastOperation() == null && state.change == null;
        if (wanted && observation.identity() != null && state.pinning == null) {
            state.pinning = observation.identity();
            out.add(new AgentEffect.FindVoteAccount(observation.identity()));
        }
    }

    private void pinned(AgentState state, AgentEvent.VoteAccountLooked looked, List<AgentEffect> out) {
        if (Boolean.TRUE.equals(looked.found()) && state.memory.stakedIdentity() == null && state.change == null) {
            state.memory = state.memory.withStakedIdentity(looked.identity());
            out.add(say(Level.INFO, "the staked identity is " + looked.identity()
                    + ": this host's validator carries it, and a vote account belongs to it"));
            out.add(new AgentEffect.Remember(state.memory));
        }
        // No vote account: this identity is not looked up again. Unknown: the next observation asks again.
        state.pinning = looked.found() == null ? null : looked.identity();
    }

    private void backUp(AgentState state, ClockReading now, List<AgentEffect> out) {
        boolean due = !state.everBackedUp || now.since(state.backupBegunAt).compareTo(rules.towerBackupInterval()) >= 0;
        boolean votes = state.memory.role() == Role.ACTIVE && state.seen != null && state.seen.process().running();
        if (!due || !votes || state.change != null || state.lease.fencing || state.backingUp || !rules.has(CommandKind.TOWER_BACKUP)) {
            return;
        }
        if (rules.dryRun()) {
            if (!state.dryBackupSaid) {
                state.dryBackupSaid = true;
                out.add(say(Level.INFO, "[DRY-RUN] Would execute: tower_backup_command every " + rules.towerBackupInterval().toSeconds()
                        + " s"));
            }
            return;
        }
        state.backingUp = true;
        state.everBackedUp = true;
        state.backupBegunAt = now.nanos();
        out.add(new AgentEffect.Backup(rules.commandTimeout()));
    }

    private void backedUp(AgentState state, CommandResult result, ClockReading now, List<AgentEffect> out) {
        state.backingUp = false;
        if (result.ok()) {
            state.lastBackupSeconds = now.wallSeconds();
        } else if (result.how() != CommandResult.How.CANCELLED) {
            out.add(say(Level.WARNING, "tower backup failed: " + result.failure()));
        }
    }

    static AgentEffect say(Level level, String line) {
        return new AgentEffect.Say(level, line);
    }
}
