package failover.protocol.lease;

import java.time.Duration;
import java.util.Locale;

/**
 * A systemd or hardware watchdog in the fencer's place, in numbers (safety.md, E1, E2, E4). What feeds it may be stopped between its
 * decision and its keepalive, for nearly W before the watchdog ends that: so W counts twice.
 *
 * @param timeout W, after which an unfed watchdog fires
 * @param stop D_w, from there until the validator is verifiably dead, stop time-outs included; zero where the whole machine is reset
 */
public record WatchdogTiming(Duration timeout, Duration stop) {
    /** A shorter one would fire on the pauses of a healthy process. */
    public static final Duration SHORTEST = Duration.ofMillis(100);
    /** The longest that is of use to anybody: a lease of an hour would hold it. */
    public static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int FEEDS_PER_TIMEOUT = 4;

    /** How often it is fed. */
    public Duration every() {
        return timeout.dividedBy(FEEDS_PER_TIMEOUT);
    }

    /** E4: what must be left of a lease for a keepalive, {@code (2W + D_w)(1 + r)}. */
    public Duration reserve() {
        return drifted(timeout.multipliedBy(2).plus(stop));
    }

    /** E2: how long before its deadline a holder begins to fence itself, {@code max(D + J, (2W + D_w)(1 + r) + J)}. */
    public Duration lead(Duration fence, Duration jitter) {
        return max(fence, reserve()).plus(jitter);
    }

    /** How long the agent's own fence may take before this can fire: the last keepalive may be one interval older than it need be. */
    public Duration ownFence(Duration fence, Duration jitter) {
        return lead(fence, jitter).minus(drifted(timeout.plus(every()).plus(stop)));
    }

    /** E1: what a lease must hold if no heartbeat is lost, {@code 2P + max(D + J, (2W + D_w)(1 + r)) + J}. */
    public Duration needed(Duration heartbeat, Duration fence, Duration jitter) {
        return heartbeat.multipliedBy(2).plus(max(fence.plus(jitter), reserve())).plus(jitter);
    }

    /** m of E1: heartbeats that may be lost between three successive good ones; negative when the lease is too short for the watchdog. */
    public int misses(Duration heartbeat, Duration lease, Duration fence, Duration jitter) {
        Duration room = lease.minus(needed(heartbeat, fence, jitter));
        return room.isNegative() ? -1 : heartbeat.isZero() ? 0 : (int) room.dividedBy(heartbeat);
    }

    /**
     * Why a lease with those numbers is unusable with this watchdog (E1); {@code null} when it is usable.
     *
     * @param heartbeat P; zero where it is not known
     */
    public String refusal(Duration heartbeat, Duration lease, Duration fence, Duration jitter) {
        if (misses(heartbeat, lease, fence, jitter) >= 0) {
            return null;
        }
        double most = lease.minus(heartbeat.multipliedBy(2)).minus(jitter).toNanos() / (1 + LeaseTiming.CLOCK_RATE);
        long timeoutMillis = (long) ((most - stop.toNanos()) / 2e6);
        boolean ofUse = timeoutMillis >= SHORTEST.toMillis();
        return "it leaves the watchdog too little (E1: 2P + max(D+J, (2W+D_w)(1+r)) + J = " + s(needed(heartbeat, fence, jitter)) + " > Q="
                + s(lease) + ", with P=" + s(heartbeat) + " D=" + s(fence) + " J=" + s(jitter) + " W=" + s(timeout) + " D_w=" + s(stop)
                + "); " + (ofUse && reserve().compareTo(fence.plus(jitter)) > 0
                ? "set the watchdog's time-out to at most " + s(Duration.ofMillis(timeoutMillis))
                : "shorten watchdog_stop_timeout") + ", or raise misses_before_failover at the manager";
    }

    /** The arithmetic in one line, for the log. */
    public String arithmetic(Duration heartbeat, Duration lease, Duration fence, Duration jitter) {
        int lost = misses(heartbeat, lease, fence, jitter);
        Duration spent = needed(heartbeat, fence, jitter).plus(heartbeat.multipliedBy(Math.max(0, lost)));
        return "W=" + s(timeout) + " D_w=" + s(stop) + " m=" + lost + ": (m+2)P + max(D+J, (2W+D_w)(1+r)) + J=" + s(spent) + " <= Q="
                + s(lease) + "; fed while " + s(reserve()) + " of the lease are left, this host fences itself "
                + s(lead(fence, jitter)) + " before its end";
    }

    private static Duration drifted(Duration time) {
        return Duration.ofNanos(Math.round(time.toNanos() * (1 + LeaseTiming.CLOCK_RATE)));
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static String s(Duration time) {
        return String.format(Locale.ROOT, "%.3fs", time.toNanos() / 1e9);
    }
}
