package failover.manager.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.Action;
import failover.protocol.wire.StatusResponse;
import java.time.Duration;

/** What is known of one host. "Did not answer" is a value of its own ({@link #failure}), never an old answer taken for a new one. */
final class HostView {
    final Host host;
    /**
     * The endpoint in the configuration where it is another one than that at which the host of the record was met, until that host
     * answers there, or another one may take its place; {@code null} when they are the same.
     */
    String unmetAt;
    /** The newest good answer; {@code null} before the first. */
    StatusResponse status;
    /** Monotonic instant when it was asked for. */
    long askedAt;
    /** Monotonic instant when it was received; before the first answer, when the manager started. */
    long heardAt;
    /** Number of the poll it answered; older answers are dropped. */
    long answeredPoll;
    /** Why the newest finished poll failed; {@code null} when it did not. */
    Failure failure;
    /** Failed polls in a row. */
    int fails;
    /** Bad readings in a row, at least a heartbeat apart (graces of safety.md). */
    int sick;
    long sickCountedAt;
    /** When the process was first seen gone in the present row of such readings; 0 when it runs. */
    long goneSince;
    boolean goneConfirmed;
    /** The slot of the reading before the newest. */
    long slotBefore;
    /** The epoch this host may hold the identity at; 0 when none was issued by this start of the manager. */
    long granted;
    long grantedAt;
    /** Its agent has attested a fencer in its newest answer. */
    boolean fenceCapable;
    /** Its newest answer acknowledges the pause. */
    boolean pauseKnown;
    /** The epoch that is granted as soon as it is durable, by the Save of that number; 0 when none. */
    long toGrant;
    long grantSave;
    long grantSaveBy;
    /** Which lengths of leases its own, and the promises of its peer, may have. */
    enum Terms {
        /** Those of an earlier start of this manager. */
        OLD,
        /** It has been granted the new ones; what was promised by the old ones may not be over yet. */
        CHANGING,
        /** The new ones only. */
        TAKEN
    }

    /** Which it goes by, as far as is known. */
    Terms newTerms = Terms.OLD;
    /** When a poll first offered it a lease of this start by its token (monotonic); 0 when none has. */
    long offeredAt;
    /** When a poll first said which process of the manager asks (monotonic); 0 when none has. */
    long toldAt;
    /** It has answered such a poll: it obeys no older process of this manager any more, or says that it refuses this one (E12). */
    boolean told;
    /** When it was first seen to go by the new ones (monotonic). */
    long newTermsAt;
    /** The newest instant at which this host may have promised the other one to leave it in office (monotonic). */
    long boundAt;
    /** It was ordered to become passive, sick, and did not get there: it is granted nothing more, so that it fences itself. */
    boolean givenUp;
    /** So many orders in a row to become passive, sick, did not reach it or were refused before anything ran. */
    int notBegun;
    /** With what it has been busy, and when that was first seen (monotonic); 0 when it is not. */
    String busyWith;
    long busySince;
    /** For longer than that may take. */
    boolean stuck;
    /** What was last said of its health, so that it is said once. */
    String said = "";

    HostView(Host host, ClockReading now) {
        this.host = host;
        this.heardAt = now.nanos();
        this.newTermsAt = now.nanos();
        this.boundAt = now.nanos();
    }

    HostView(HostView other) {
        this.host = other.host;
        this.unmetAt = other.unmetAt;
        this.status = other.status;
        this.askedAt = other.askedAt;
        this.heardAt = other.heardAt;
        this.answeredPoll = other.answeredPoll;
        this.failure = other.failure;
        this.fails = other.fails;
        this.sick = other.sick;
        this.sickCountedAt = other.sickCountedAt;
        this.goneSince = other.goneSince;
        this.goneConfirmed = other.goneConfirmed;
        this.slotBefore = other.slotBefore;
        this.granted = other.granted;
        this.grantedAt = other.grantedAt;
        this.fenceCapable = other.fenceCapable;
        this.pauseKnown = other.pauseKnown;
        this.toGrant = other.toGrant;
        this.grantSave = other.grantSave;
        this.newTerms = other.newTerms;
        this.newTermsAt = other.newTermsAt;
        this.offeredAt = other.offeredAt;
        this.toldAt = other.toldAt;
        this.told = other.told;
        this.boundAt = other.boundAt;
        this.givenUp = other.givenUp;
        this.notBegun = other.notBegun;
        this.busyWith = other.busyWith;
        this.busySince = other.busySince;
        this.stuck = other.stuck;
        this.grantSaveBy = other.grantSaveBy;
        this.said = other.said;
    }

    boolean everAnswered() {
        return status != null;
    }

    Duration silentFor(ClockReading now) {
        return now.since(heardAt);
    }

    /** Its newest poll was answered, and not long ago. */
    boolean answers(ManagerOptions rules, ClockReading now) {
        return status != null && failure == null
                && silentFor(now).compareTo(rules.heartbeatInterval().plus(rules.requestTimeout())) <= 0;
    }

    /** Its newest answer is of the time before the last change of roles. */
    boolean outdated(long rolesChangedAt) {
        return status != null && askedAt - rolesChangedAt < 0;
    }

    /**
     * It holds the identity without a lease by its newest answer: where it falls silent nothing over there ends by itself (E2, E4). One
     * that says the epoch that was issued to it last has taken that lease, and has lost it since, or doubts it: that is ended over there.
     *
     * @param issued the highest epoch at which it was ever granted the identity; 0 when never
     */
    boolean unleased(long issued) {
        return ours() && status.isActive() && !status.dryRun() && !changing() && status.lease() != null && status.lease().leftMs() == 0
                && (issued == 0 || status.epoch() != issued);
    }

    /** Why its agent takes nothing from this manager, by its newest answer; {@code null} when it does, or does not say (E12). */
    String refusal() {
        return status == null || status.lease() == null ? null : status.lease().refused();
    }

    /** For so long it will refuse to be promoted on the other's silence, by its newest word (E7). */
    Duration boundFor(ClockReading now) {
        if (status == null || status.lease() == null) {
            return Duration.ZERO;
        }
        Duration left = Duration.ofMillis(status.lease().boundMs()).minus(now.since(heardAt));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** The agent is ours, not an original: it knows epochs and verifies. */
    boolean ours() {
        return status != null && status.fromOurs();
    }

    /**
     * A change of role is under way there: what it says of its role is about to change. Not believed for longer than such a change may
     * take: an agent whose disk hangs in it would be left alone for ever.
     */
    boolean busy() {
        return changing() && !stuck;
    }

    /** It says that a change of role is under way. */
    boolean changing() {
        return status != null && status.operation() != null && !status.operation().isEmpty();
    }

    /** A new answer says whether a change is under way, and since when. */
    void busyFor(StatusResponse said, ClockReading now, ManagerOptions rules) {
        if (!changing()) {
            busySince = 0;
            stuck = false;
            return;
        }
        busySince = busySince == 0 || !said.operation().equals(busyWith) ? now.nanos() : busySince;
        busyWith = said.operation();
        Duration limit = (Action.BECOME_PASSIVE.wire().equals(busyWith) ? rules.demotionTimeout()
                : Action.BECOME_ACTIVE.wire().equals(busyWith) ? rules.promotionTimeout()
                : rules.promotionTimeout().plus(rules.demotionTimeout())).plus(rules.heartbeatInterval());
        stuck = now.since(busySince).compareTo(limit) > 0 || said.operationMs() > limit.toMillis();
    }

    /** Forget readings made before a change of role. */
    void forgetReadings() {
        sick = 0;
        goneSince = 0;
        goneConfirmed = false;
    }
}
