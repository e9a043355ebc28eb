package failover.manager.decision;

import failover.manager.decision.DurableManagerState.Phase;
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

    Phase step = Phase.DEMOTING;
    long epoch;
    /** Number of the Save that makes the present step durable; 0 once it is. */
    long saving;
    /** A disk that has not answered by then hangs, and has not written (monotonic). */
    long saveBy;
    /** The command that is out; 0 while the memory is being saved or an outcome is being read from statuses. */
    long command;
    /** When it went out: what a host was asked before says nothing of what became of it (monotonic). */
    long sentAt;
    /** The shell has told by then what became of it; where it has not, nobody answered (monotonic). */
    long answerBy;
    /** {@link #from} answered that it is passive, in this move. */
    boolean demoted;
    /** Its validator's process is dead: it cannot be given the identity back. */
    boolean fromDead;
    /** The answer to become_active was lost: the outcome is read from {@link #to}'s statuses until then (monotonic); 0 when not. */
    long resolveBy;
    /** The last call to a silent {@link #from} failed then: only later looks at its votes count (E6); 0 when none is awaited. */
    long provedAfter;
    long proveBy;
    /** The last call to a silent {@link #to} failed then (E6). */
    long clearFailedAt;
    /** What the votes said, for the record (INV-5). */
    String proof = "";
    /** The newest tower that a host handed over after its identity was off in this operation; {@code null} when none. */
    FinalTower tower;
    /** Whose that is. */
    Host towerOf;
    /** {@link #to} was asked to become active, and did not refuse before it ran anything. */
    boolean mayHaveVoted;
    /** The validator of {@link #to} itself said no, and carried another identity afterwards: it has never had this one. */
    boolean saidNo;
    /** {@link #to} is taken for gone, it has not said that it is passive. */
    boolean goneTo;
    /** An operator states that {@link #to}, of which it is not known whether it is active, cannot sign. */
    boolean fencedTo;
    /** What counted for the cooldown before this one did, should it turn out never to have been begun; {@code null} while it does not. */
    Cooldown.Mark countedBefore;
    /** The highest epoch that an answer to one of its commands told of. */
    long toldEpoch;
    /** When a failed clearing is tried again; 0 when none waits. */
    long retryAt;
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

    /** Whom the command of the present step goes to. */
    Host recipient() {
        return step == Phase.DEMOTING ? from : to;
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
        copy.step = step;
        copy.saving = saving;
        copy.saveBy = saveBy;
        copy.command = command;
        copy.sentAt = sentAt;
        copy.answerBy = answerBy;
        copy.demoted = demoted;
        copy.fromDead = fromDead;
        copy.resolveBy = resolveBy;
        copy.retryAt = retryAt;
        copy.provedAfter = provedAfter;
        copy.proveBy = proveBy;
        copy.clearFailedAt = clearFailedAt;
        copy.toldEpoch = toldEpoch;
        copy.proof = proof;
        copy.tower = tower;
        copy.towerOf = towerOf;
        copy.mayHaveVoted = mayHaveVoted;
        copy.saidNo = saidNo;
        copy.goneTo = goneTo;
        copy.fencedTo = fencedTo;
        copy.countedBefore = countedBefore;
        copy.trouble = trouble;
        return copy;
    }

    /** What it is doing, for people. */
    String doing() {
        return back() && step == Phase.PROMOTING ? "giving the identity back to [" + to + "]" : step.name().toLowerCase(Locale.ROOT);
    }

    DurableManagerState.Intent intent() {
        String why = proof.isEmpty() ? cause.reason() : cause.reason() + "; " + proof;
        return cause instanceof Cause.DualActive ? null : new DurableManagerState.Intent(operationId, from, to, step, why);
    }

    /** What is not known of it and holds everything else up, for whoever asks why nobody is promoted; empty when nothing is. */
    String unresolved() {
        boolean open = step == DurableManagerState.Phase.CLEARING || resolveBy != 0;
        return open ? "; [" + to + "] may be active or not, and nobody else is promoted before that is known"
                + (trouble.isEmpty() ? "" : " (" + trouble + "); if it certainly cannot sign: failover-manager --trigger-failover "
                + "--i-have-fenced") : "";
    }
}
