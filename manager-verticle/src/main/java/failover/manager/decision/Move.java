package failover.manager.decision;

import failover.manager.decision.ManagerMemory.Step;
import failover.protocol.wire.FinalTower;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A move of the identity under way; a long action is part of the state, not a thread that waits. */
final class Move {
    /** What a move is for. */
    enum Kind {
        /** The active is replaced, or, where nobody is active, somebody made so. */
        FAILOVER,
        /** Both are active: one is made passive, nobody is promoted. */
        FENCE
    }

    private static final Duration LAST_CALL = Duration.ofMillis(500);

    final Kind kind;
    final String operationId;
    final Host from;
    final Host to;
    final String reason;
    /** The manager's own decision, counted by the cooldown. */
    final boolean automatic;
    /** The active is well: its validator is not to be hurt. */
    final boolean planned;
    /** {@link #from} has been silent for S when the move began. */
    final boolean silentFrom;
    /** Nobody was active when it began. */
    final boolean vacant;
    final List<Long> tickets = new ArrayList<>();

    Step step = Step.DEMOTING;
    long epoch;
    /** Number of the Save that makes the present step durable; 0 once it is. */
    long saving;
    /** The command that is out; 0 while the memory is being saved or an outcome is being read from statuses. */
    long command;
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
    /** The tower that {@link #from} handed over after its identity was off; {@code null} when none. */
    FinalTower tower;
    /** {@link #to} is taken for gone, it has not said that it is passive. */
    boolean goneTo;
    /** An operator states that {@link #from} cannot sign. */
    boolean fenced;
    /** An operator accepts a tower that is older than the chain, or none. */
    boolean staleTower;
    /** When a failed clearing is tried again; 0 when none waits. */
    long retryAt;
    String trouble = "";

    Move(Kind kind, String operationId, long epoch, Host from, Host to, String reason, boolean automatic, boolean planned,
            boolean silentFrom, boolean vacant) {
        this.kind = kind;
        this.operationId = operationId;
        this.epoch = epoch;
        this.from = from;
        this.to = to;
        this.reason = reason;
        this.automatic = automatic;
        this.planned = planned;
        this.silentFrom = silentFrom;
        this.vacant = vacant;
    }

    /** How long the last call to a silent host waits for an answer. */
    static Duration lastCall(ManagerRules rules) {
        return LAST_CALL.compareTo(rules.requestTimeout()) <= 0 ? LAST_CALL : rules.requestTimeout();
    }

    /** Whom the command of the present step goes to. */
    Host recipient() {
        return step == Step.DEMOTING || step == Step.RESTORING ? from : to;
    }

    Move copy() {
        Move copy = new Move(kind, operationId, epoch, from, to, reason, automatic, planned, silentFrom, vacant);
        copy.tickets.addAll(tickets);
        copy.step = step;
        copy.saving = saving;
        copy.command = command;
        copy.demoted = demoted;
        copy.fromDead = fromDead;
        copy.resolveBy = resolveBy;
        copy.retryAt = retryAt;
        copy.provedAfter = provedAfter;
        copy.proveBy = proveBy;
        copy.clearFailedAt = clearFailedAt;
        copy.proof = proof;
        copy.tower = tower;
        copy.goneTo = goneTo;
        copy.fenced = fenced;
        copy.staleTower = staleTower;
        copy.trouble = trouble;
        return copy;
    }

    ManagerMemory.Intent intent() {
        String why = proof.isEmpty() ? reason : reason + "; " + proof;
        return kind == Kind.FENCE ? null : new ManagerMemory.Intent(operationId, from, to, step, why);
    }

    /** What is not known of it and holds everything else up, for whoever asks why nobody is promoted; empty when nothing is. */
    String unresolved() {
        boolean open = step == ManagerMemory.Step.CLEARING || resolveBy != 0;
        return open ? "; [" + to + "] may be active or not, and nobody else is promoted before that is known"
                + (trouble.isEmpty() ? "" : " (" + trouble + ")") : "";
    }
}
