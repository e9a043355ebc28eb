package failover.agent.decision;

import failover.protocol.Level;
import failover.protocol.Now;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The agent's one decision function. Events go in one at a time; the state that comes out replaces the one that went in; the effects are
 * the shell's to perform, in order.
 */
public final class AgentCore {
    private static final Duration OBSERVE_EVERY = Duration.ofSeconds(1);

    private final AgentRules rules;
    private final Changes changes;
    private final Watch watch;
    private final StatusView view;

    /** A core for that configuration. */
    public AgentCore(AgentRules rules) {
        this.rules = rules;
        this.changes = new Changes(rules);
        this.watch = new Watch(rules, changes);
        this.view = new StatusView(rules);
    }

    /**
     * The state of a freshly started agent and its first effects.
     *
     * @param memory what was read from the state file, or, when new, nothing but a host id
     * @param memoryIsNew there was no state file
     */
    public Step start(AgentMemory memory, boolean memoryIsNew, Now now) {
        List<AgentEffect> out = new ArrayList<>();
        AgentMemory start = memory;
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
        AgentState state = new AgentState(start, now);
        state.observing = true;
        out.add(new AgentEffect.Remember(start));
        out.add(new AgentEffect.Observe());
        if (start.intent() != null && !rules.dryRun()) {
            String half = start.intent().action().wire();
            changes.demoteByItself(state, "this agent stopped in the middle of " + half, now, out);
        }
        return new Step(state, out);
    }

    /** One event. */
    public Step step(AgentState before, AgentEvent event, Now now) {
        AgentState state = before.copy();
        List<AgentEffect> out = new ArrayList<>();
        if (event instanceof AgentEvent.Tick) {
            tick(state, now, out);
        } else if (event instanceof AgentEvent.ManagerPolled polled) {
            watch.managerPolled(state, polled.request(), now, out);
        } else if (event instanceof AgentEvent.Observed observed) {
            observed(state, observed.observation(), now, out);
        } else if (event instanceof AgentEvent.ChangeAsked asked) {
            changes.asked(state, asked.ticket(), asked.request(), now, out);
        } else if (event instanceof AgentEvent.TaskDone done) {
            if (done.result() instanceof TaskResult.Looked looked) {
                state.seen = looked.observation();
                state.identityRead |= looked.observation().identity() != null;
            }
            changes.taskDone(state, done.result(), now, out);
        } else if (event instanceof AgentEvent.PeerAnswered answered) {
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
        return new Step(state, out);
    }

    /** The answer to {@code /status}; {@code observation} is at most 250 ms old. */
    public StatusResponse status(AgentState state, Observation observation, Now now) {
        return view.status(state, observation, now);
    }

    /** The answer to {@code /peer-status}. */
    public PeerStatusResponse peerStatus(AgentState state, Observation observation, Now now) {
        return view.peerStatus(state, observation, now);
    }

    private void tick(AgentState state, Now now, List<AgentEffect> out) {
        watch.tick(state, now, out);
        backUp(state, now, out);
        if (!state.observing && now.since(state.observedAt).compareTo(OBSERVE_EVERY) >= 0) {
            state.observing = true;
            out.add(new AgentEffect.Observe());
        }
    }

    private void observed(AgentState state, Observation observation, Now now, List<AgentEffect> out) {
        state.observing = false;
        state.observedAt = now.nanos();
        state.seen = observation;
        state.identityRead |= observation.identity() != null;
        pin(state, observation, out);
        watch.compare(state, observation, now, out);
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
        // No vote account: this identity is asked about no more. Nobody could say: the next observation asks again.
        state.pinning = looked.found() == null ? null : looked.identity();
    }

    private void backUp(AgentState state, Now now, List<AgentEffect> out) {
        boolean due = !state.everBackedUp || now.since(state.backupBegunAt).compareTo(rules.towerBackupInterval()) >= 0;
        boolean votes = state.memory.role() == Role.ACTIVE && state.seen != null && state.seen.process().running();
        if (!due || !votes || state.change != null || state.backingUp || !rules.has(CommandKind.TOWER_BACKUP)) {
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

    private void backedUp(AgentState state, CommandResult result, Now now, List<AgentEffect> out) {
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
