package failover.manager.decision;

import failover.protocol.wire.FinalTower;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A move of the identity under way; a long action is part of the state, not a thread that waits. */
final class Operation {
    private static final Duration LAST_CALL = Duration.ofMillis(500);

    final Cause cause;
    final String operationId;
    /** Who has the identity, or had it. */
    final Host from;
    /** Who is to get it; {@code null} where nobody is ({@link Cause.DualActive}). */
    final Host to;
    /** Of the operators who are owed an answer. */
    final List<Long> tickets = new ArrayList<>();

    Phase phase = Phase.PERSISTING_DEMOTION;
    /** When the phase ends by itself: nobody answers any more, or it is time for the next try (monotonic). */
    long deadline;
    /** Number of the Save or of the command that the phase awaits. */
    long awaited;
    long epoch;
    /** When the newest command went out: what a host was asked before says nothing of what became of it (monotonic). */
    long sentAt;
    /** The newest order to a silent host failed then: only later looks at its votes count (E6); 0 when none failed. */
    long lookAfter;
    /** Such a look is awaited until then (monotonic). */
    long lookBy;
    /** {@link #from} answered that it is passive, in this operation. */
    boolean demoted;
    /** Its validator's process is dead: it cannot be given the identity back. */
    boolean fromDead;
    /** What the votes said, for the record (INV-5). */
    String proof = "";
    /** The newest tower that a host handed over after its identity was off in this operation; {@code null} when none. */
    FinalTower tower;
    /** Whose that is. */
    Host towerOf;
    /** What became of a become_active to {@link #to} is not known, or was not until it was cleared: it may have had the identity. */
    boolean mayHaveVoted;
    /** The validator of {@link #to} itself refused, and carried another identity afterwards: it has never had this one. */
    boolean validatorRefused;
    /** {@link #to} is taken for gone, it has not said that it is passive. */
    boolean goneTo;
    /** {@link #from} has answered a command of this operation with a host id: it is an agent of ours, if never a poll told so. */
    boolean fromOurs;
    /** An operator states that {@link #to}, of which it is not known whether it is active, cannot sign. */
    boolean fencedTo;
    /** What counted for the cooldown before this one did, should it turn out never to have been begun; {@code null} while it does not. */
    Cooldown.Mark countedBefore;
    /** The highest epoch that an answer to one of its commands told of. */
    long toldEpoch;
    String trouble = "";

    Operation(Cause cause, String operationId, long epoch, Host from, Host to) {
        this.cause = cause;
        this.operationId = operationId;
        this.epoch = epoch;
        this.from = from;
        this.to = to;
    }

    /** It is on its {@link Cause.WayBack}. */
    boolean back() {
        return cause instanceof Cause.WayBack;
    }

    /** How long the last call to a silent host waits for an answer. */
    static Duration lastCall(ManagerOptions rules) {
        return LAST_CALL.compareTo(rules.requestTimeout()) <= 0 ? LAST_CALL : rules.requestTimeout();
    }

    /** It goes on with that, which ends by itself at {@code by} (monotonic). */
    void enter(Phase next, long by) {
        phase = next;
        deadline = by;
    }

    /** Whom the command of the present phase goes to. */
    Host recipient() {
        return phase.promotionBegun() ? to : from;
    }

    /**
     * The way back, a promotion like any other: what becomes of its become_active is watched in the same way, and nobody else has the
     * identity before it is known.
     */
    Operation wayBack(long newEpoch) {
        Operation way = new Operation(new Cause.WayBack(cause, fencedTo, mayHaveVoted), operationId, newEpoch, to, from);
        way.tickets.addAll(tickets);
        way.demoted = !goneTo;
        way.proof = proof;
        way.tower = tower;
        way.towerOf = towerOf;
        way.trouble = trouble;
        return way;
    }

    /** Keeps the newer one of two final towers. */
    void handed(FinalTower other, Host owner) {
        if (other != null && (tower == null || other.lastVotedSlot() > tower.lastVotedSlot())) {
            tower = other;
            towerOf = owner;
        }
    }

    Operation copy() {
        Operation copy = new Operation(cause, operationId, epoch, from, to);
        copy.tickets.addAll(tickets);
        copy.phase = phase;
        copy.deadline = deadline;
        copy.awaited = awaited;
        copy.sentAt = sentAt;
        copy.lookAfter = lookAfter;
        copy.lookBy = lookBy;
        copy.demoted = demoted;
        copy.fromDead = fromDead;
        copy.toldEpoch = toldEpoch;
        copy.proof = proof;
        copy.tower = tower;
        copy.towerOf = towerOf;
        copy.mayHaveVoted = mayHaveVoted;
        copy.validatorRefused = validatorRefused;
        copy.goneTo = goneTo;
        copy.fromOurs = fromOurs;
        copy.fencedTo = fencedTo;
        copy.countedBefore = countedBefore;
        copy.trouble = trouble;
        return copy;
    }

    /** What it is doing, for people. */
    String doing() {
        return back() && phase.durable() == DurableManagerState.Phase.PROMOTING ? "giving the identity back to [" + to + "]"
                : phase.durable().name().toLowerCase(Locale.ROOT);
    }

    DurableManagerState.Intent intent() {
        String why = proof.isEmpty() ? cause.reason() : cause.reason() + "; " + proof;
        return cause instanceof Cause.DualActive ? null : new DurableManagerState.Intent(operationId, from, to, phase.durable(), why);
    }

    /** What is not known of it and holds everything else up, for whoever asks why nobody is promoted; empty when nothing is. */
    String unresolved() {
        return phase.inDoubt() ? "; [" + to + "] may be active or not, and nobody else is promoted before that is known"
                + (trouble.isEmpty() ? "" : " (" + trouble + "); if it certainly cannot sign: failover-manager --trigger-failover "
                + "--i-have-fenced") : "";
    }
}
