package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.lease.WatchdogTiming;
import java.time.Duration;

/**
 * A lease as it stands: until when this host may carry the identity at an epoch (E0, E2, E9). It counts from an instant at which this host
 * itself sent something, and on whichever of the three clocks runs fastest.
 *
 * @param epoch of the lease
 * @param base when the token that was echoed was issued, or the promise that was given was asked for
 * @param worth Q, or what was left of it when the agent started again
 * @param fence D, the longest a fence may take
 * @param jitter J
 * @param watchdog the watchdog that stands behind this host in a fencer's place; {@code null} when none does
 */
public record HeldLease(long epoch, ClockReading base, Duration worth, Duration fence, Duration jitter, WatchdogTiming watchdog) {

    /** Less than that within one lease is a wall clock that is steered, not set. */
    private static final Duration MOVED = Duration.ofMillis(100);

    /** A lease without a watchdog. */
    public HeldLease(long epoch, ClockReading base, Duration worth, Duration fence, Duration jitter) {
        this(epoch, base, worth, fence, jitter, null);
    }

    /** What is left of it; never negative. */
    public Duration left(ClockReading now) {
        Duration left = worth.minus(now.longestSince(base));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** It has run out, and is never revived (E0). */
    public boolean ended(ClockReading now) {
        return left(now).isZero();
    }

    /**
     * E9: it has expired by the clocks that cannot be set. One that has expired by the wall clock alone is no longer trusted, but an answer
     * requested since then may still renew it: it is given after the clock was moved.
     */
    public boolean over(ClockReading now) {
        return worth.compareTo(now.awakeSince(base)) <= 0;
    }

    /**
     * E9: {@link #due} holds by the wall clock alone: it was set, or this machine was paused. One that is a few milliseconds ahead, as any
     * is that is being steered, is no such thing: the lease ends by it like any other.
     */
    public boolean doubtful(ClockReading now) {
        boolean moved = now.longestSince(base).minus(now.awakeSince(base)).compareTo(MOVED) >= 0;
        return due(now) && moved && worth.minus(now.awakeSince(base)).compareTo(lead()) > 0;
    }

    /** The instant of E2 has come: what is left is only enough to fence. */
    public boolean due(ClockReading now) {
        return left(now).compareTo(lead()) <= 0;
    }

    /** E2: how long before its end the fence begins. */
    public Duration lead() {
        return watchdog == null ? fence.plus(jitter) : watchdog.lead(fence, jitter);
    }

    /** E4: the watchdog may be fed, since it would still fire, and the validator be dead, before the lease ends. */
    public boolean mayFeed(ClockReading now) {
        return watchdog == null || left(now).compareTo(watchdog.reserve()) >= 0;
    }

    /** How long the agent's own fence may take: it is done before the fencer or the watchdog behind it fires. */
    public Duration ownFence() {
        return watchdog != null ? watchdog.ownFence(fence, jitter) : fence.plus(jitter).minus(drifted(LeaseTiming.fencer(fence)));
    }

    /**
     * How much later than the lease's end the fencer's deadline lies: of a short lease it gets half of D, so that the agent has the first
     * try, while the program always reckons with a second. Nothing for a D of two seconds or more.
     */
    public static Duration toldLater(Duration fence) {
        return drifted(LeaseTiming.MAX_FENCER).minus(drifted(LeaseTiming.fencer(fence)));
    }

    /** E4: the deadline for the fencer, on the boot clock, by one reading of the clocks. */
    public long deadline(ClockReading now) {
        return now.bootNanos() + left(now).plus(toldLater(fence)).toNanos();
    }

    /**
     * When the guard behind agent and fencer has to act, on the boot clock, so that the validator is dead before the lease ends: after both
     * have had their time, or most of it.
     */
    public long last(ClockReading now) {
        return now.bootNanos() + left(now).minus(LeaseTiming.fencer(fence).multipliedBy(3).dividedBy(4)).toNanos();
    }

    /** The fencer fires its D_w and the clocks' drift before the deadline it receives. */
    private static Duration drifted(Duration time) {
        return time.plus(time.dividedBy(200));
    }

    /** The same lease counted from a later instant, by what it is worth then; from an earlier one it stays as it is. */
    HeldLease from(ClockReading later, Duration newWorth, Duration newFence, Duration newJitter) {
        return later.nanos() - base.nanos() > 0 ? new HeldLease(epoch, later, newWorth, newFence, newJitter, watchdog) : this;
    }

    /**
     * The same lease with a grant's numbers: counted from a later instant, or from an earlier one by other numbers, where they leave any
     * time. A peer's answers, which are newer than a manager's grant, would otherwise keep the old numbers alive.
     */
    HeldLease granted(ClockReading issued, Duration newWorth, Duration newFence, Duration newJitter, ClockReading now) {
        if (worth.equals(newWorth) && fence.equals(newFence) && jitter.equals(newJitter)) {
            return from(issued, newWorth, newFence, newJitter);
        }
        HeldLease other = new HeldLease(epoch, issued, newWorth, newFence, newJitter, watchdog);
        return other.due(now) ? this : other;
    }

    /** The same lease at its end, for the fence: what is left is what that needs, so that it begins now and has its time. */
    HeldLease givenUp(ClockReading now) {
        return due(now) ? this : new HeldLease(epoch, now, lead(), fence, jitter, watchdog);
    }

    /** The same lease under a newer epoch. */
    HeldLease at(long newEpoch) {
        return new HeldLease(newEpoch, base, worth, fence, jitter, watchdog);
    }
}
