package failover.manager.decision;

import failover.protocol.ClockReading;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Everything a manager knows between two events. The shell only hands it back; the core works on a copy. */
public final class ManagerState {
    /** More than the steps of the boot clock, and than two readings of clocks can lie apart. */
    private static final long A_SLEEP = Duration.ofSeconds(1).toNanos();

    DurableManagerState memory;
    /** Random, of this process alone: a copy of its state on another machine has another one (E12). */
    final String run;
    final long startedAt;
    final HostView primary;
    final HostView secondary;

    /** The Save that writes down that this start has begun, and until when it is awaited; 0 when none is under way. */
    long startSave;
    long startSaveBy;
    /** It has been tried, and has been done. */
    boolean startTried;
    boolean startWritten;

    /** What this manager's earlier start granted outlasts what this one grants, and may still run; {@code null} when not (E8). */
    DurableManagerState.Terms earlier;
    /** Until longer terms than these are on the disk, nothing longer is granted; {@code null} when nothing waits. */
    DurableManagerState.Terms shorter;
    /** Number of the Save that writes the longer ones, and until when it is awaited; 0 when none is under way. */
    long termsSave;
    long termsSaveBy;

    /** The host that carries the identity, as far as is known; {@code null} when it is not. */
    Host holder;
    /** This start has issued an epoch above all that a start before may have issued, and forgotten. */
    boolean aboveForgotten;
    /** Polls sent before this instant speak of roles that are no more. */
    long rolesChangedAt;
    /** By so much the machine's boot clock is ahead of the monotonic one: for so long it has slept, apart from where the two began. */
    long asleepNanos;
    long lastNumber;
    Map<Long, Long> polls = new HashMap<>();

    /** What the sources have said of the identity's votes. */
    Evidence evidence = Evidence.NONE;
    boolean votesAsked;
    long votesAskedAt;
    /** When the next look is due that comes sooner than the next heartbeat; 0 before the first. */
    long lookAt;
    /** Heartbeats in a row in which an answering active's votes stood still. */
    int stalled;
    long stalledCountedAt;
    /** The tip was last kept on disk. */
    long tipKeptAt;

    /** What was asked of the sources of votes, and said of them. */
    SourceMonitor.Told told = SourceMonitor.Told.NOTHING;

    NetworkSlot network = NetworkSlot.UNKNOWN;
    long slotAskedAt;
    boolean slotAsked;

    /** The operator's request to pause or resume that waits for its answer; {@code null} when none does. */
    PauseMode.Asked pauseAsked;
    /** Polls up to this number said nothing of the newest pause. */
    long pausedAfter;

    /** When the last automatic failover was, monotonic; means nothing while {@code memory.movedAtMillis()} is 0. */
    long movedAt;

    /** The move under way; {@code null} when none. */
    Operation move;
    /** Nothing automatic is begun before this instant: the last move failed. */
    long notBefore;
    /** The host that could not be promoted last time; {@code null} when none. */
    Host failedTarget;
    /** Readings in a row in which both hosts answer as passive, or both as active. */
    int vacant;
    int dual;
    long roleCountedAt;

    /** The tick that was asked for last comes then; 0: none was. */
    long wakeAt;

    Diagnosis judgement = new Diagnosis(Verdict.STARTING, "no agent has answered yet", java.util.List.of());
    String said = "";
    long summaryAt;
    /** What keeps the active from being replaced if it fell silent, without numbers, since when, and what was said of it last. */
    String obstacles = "";
    long obstaclesAt;
    String obstaclesSaid = "";

    ManagerState(DurableManagerState memory, String run, ClockReading now) {
        this.memory = memory;
        this.run = run;
        this.startedAt = now.nanos();
        this.asleepNanos = now.bootNanos() - now.nanos();
        this.primary = new HostView(Host.PRIMARY, now);
        this.secondary = new HostView(Host.SECONDARY, now);
        this.notBefore = now.nanos();
        this.rolesChangedAt = now.nanos() - 1;
        this.summaryAt = now.nanos();
    }

    private ManagerState(ManagerState other) {
        this.memory = other.memory;
        this.run = other.run;
        this.startedAt = other.startedAt;
        this.primary = new HostView(other.primary);
        this.secondary = new HostView(other.secondary);
        this.earlier = other.earlier;
        this.shorter = other.shorter;
        this.termsSave = other.termsSave;
        this.termsSaveBy = other.termsSaveBy;
        this.startSave = other.startSave;
        this.startSaveBy = other.startSaveBy;
        this.startTried = other.startTried;
        this.startWritten = other.startWritten;
        this.holder = other.holder;
        this.aboveForgotten = other.aboveForgotten;
        this.rolesChangedAt = other.rolesChangedAt;
        this.asleepNanos = other.asleepNanos;
        this.lastNumber = other.lastNumber;
        this.polls = new HashMap<>(other.polls);
        this.evidence = other.evidence;
        this.votesAsked = other.votesAsked;
        this.votesAskedAt = other.votesAskedAt;
        this.lookAt = other.lookAt;
        this.stalled = other.stalled;
        this.stalledCountedAt = other.stalledCountedAt;
        this.tipKeptAt = other.tipKeptAt;
        this.told = other.told;
        this.network = other.network;
        this.slotAskedAt = other.slotAskedAt;
        this.slotAsked = other.slotAsked;
        this.pauseAsked = other.pauseAsked;
        this.pausedAfter = other.pausedAfter;
        this.movedAt = other.movedAt;
        this.move = other.move == null ? null : other.move.copy();
        this.notBefore = other.notBefore;
        this.failedTarget = other.failedTarget;
        this.vacant = other.vacant;
        this.dual = other.dual;
        this.roleCountedAt = other.roleCountedAt;
        this.wakeAt = other.wakeAt;
        this.judgement = other.judgement;
        this.said = other.said;
        this.summaryAt = other.summaryAt;
        this.obstacles = other.obstacles;
        this.obstaclesAt = other.obstaclesAt;
        this.obstaclesSaid = other.obstaclesSaid;
    }

    ManagerState copy() {
        return new ManagerState(this);
    }

    /** To be called first in every step: what is measured by the monotonic clock begins anew where the machine slept meanwhile. */
    void awake(ClockReading now) {
        long asleep = now.bootNanos() - now.nanos();
        if (Math.abs(asleep - asleepNanos) > A_SLEEP) {
            asleepNanos = asleep;
            evidence = evidence.slept();
        }
    }

    /** It is in the middle of a move. */
    public boolean moving() {
        return move != null;
    }

    /** An operator's pause is in force. */
    public boolean paused() {
        return memory.pause() != null;
    }

    HostView view(Host host) {
        return host == Host.PRIMARY ? primary : secondary;
    }

    /**
     * For so long that host has to be silent before it counts as gone: S, and what a lease of an earlier start, or a promise of its length,
     * may have left (E3, E7, E8).
     */
    Duration silence(HostView view, ManagerOptions rules) {
        Duration usual = rules.silence();
        if (earlier == null || view.newTerms == HostView.Terms.TAKEN) {
            return usual;
        }
        // Its lease may be of the old length until it has taken the new one, and so may what its peer promises it meanwhile.
        long last = latest(startedAt, view.newTermsAt);
        if (view.newTerms == HostView.Terms.OLD) {
            last = latest(latest(startedAt, view.heardAt), view(view.host.other()).boundAt);
        }
        Duration rest = earlier.holdOff().minusNanos(view.heardAt - last);
        return rest.compareTo(usual) > 0 ? rest : usual;
    }

    private static long latest(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /** Silent for the whole of that. */
    boolean silent(HostView view, ManagerOptions rules, ClockReading now) {
        return view.silentFor(now).compareTo(silence(view, rules)) >= 0;
    }

    /**
     * The host that had the identity last. Not the one that is taken to be active: where the other one says that it is not, that is a host
     * that may have been dead for long.
     */
    Host lastHolder() {
        return memory.holder() != null ? memory.holder() : holder != null ? holder : Host.PRIMARY;
    }

    /** The identity the pair moves; {@code null} while nobody knows. */
    String stakedIdentity(ManagerOptions rules) {
        if (rules.stakedIdentity() != null) {
            return rules.stakedIdentity();
        }
        for (HostView view : new HostView[] {primary, secondary}) {
            if (view.status != null && view.status.stakedIdentity() != null && !view.status.stakedIdentity().isEmpty()) {
                return view.status.stakedIdentity();
            }
        }
        return null;
    }

    /**
     * A host that need not answer to be known to be passive: it said so after everything it was ever granted (NoActive), and has answered
     * this start. What a start before wrote down may be a copy from before that host was promoted (a machine restored from a backup).
     */
    boolean excluded(Host host) {
        return view(host).everAnswered() && view(host).unmetAt == null && memory.host(host).excluded();
    }

    /** The highest epoch anybody is known to have heard of; what nobody can have been given is no epoch. */
    long highestEpoch() {
        long highest = memory.epoch();
        for (HostView view : new HostView[] {primary, secondary}) {
            if (view.status != null && Epochs.believable(view.status.epoch(), memory.epoch())) {
                highest = Math.max(highest, view.status.epoch());
            }
        }
        return highest;
    }

    /**
     * One that nobody was ever given. Where a host has not answered this start, it may have been given epochs of which this manager knows
     * nothing any more: its memory may come from a backup, or be lost. The first one then lies above all of those.
     */
    long nextEpoch() {
        boolean unheard = !primary.everAnswered() || !secondary.everAnswered();
        if (unheard && !aboveForgotten) {
            aboveForgotten = true;
            return Epochs.above(highestEpoch(), run);
        }
        return Epochs.after(highestEpoch());
    }

    long number() {
        return ++lastNumber;
    }
}
