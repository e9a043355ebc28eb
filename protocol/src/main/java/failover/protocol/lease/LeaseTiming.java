package failover.protocol.lease;

import failover.protocol.Bounds;
import failover.protocol.config.GoDuration;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The times of the lease, derived from the heartbeat (safety.md, "Numbers"; rules E1 to E4). Both programs derive them the same way and
 * print the arithmetic at their start.
 *
 * @param heartbeat P, between two polls
 * @param silence S, after which a silent host may be replaced; at least P times the misses allowed
 * @param askedSilence what the configuration asked for, P × N; less than {@link #silence} when that was too little for E1
 * @param jitter J, slack for late timers
 * @param fence D, the longest a fence by the agent may take
 * @param lease Q, how long a token is worth on the holder's own clock
 * @param misses m, heartbeats that may be lost between three successive good ones
 */
public record LeaseTiming(
        Duration heartbeat,
        Duration silence,
        Duration askedSilence,
        Duration jitter,
        Duration fence,
        Duration lease,
        int misses) {

    /** r: the machines' clocks run at rates within this of each other. */
    public static final double CLOCK_RATE = 0.005;

    /** K, what a verified SIGKILL takes, however short the fence: a process does not die sooner because its lease is short. */
    public static final Duration KILL = Duration.ofMillis(300);
    /** The fencer program's default D_w. */
    public static final Duration MAX_FENCER = Duration.ofSeconds(1);
    private static final Duration MAX_JITTER = Duration.ofMillis(500);
    private static final Duration MAX_FENCE = Duration.ofSeconds(5);
    private static final Duration MIN_FENCE = Duration.ofMillis(400);
    private static final Duration USUAL_HEARTBEAT = Duration.ofSeconds(2);
    private static final Duration STEP = Duration.ofMillis(100);
    /** From a longer silence follows a lease that is longer than a fencer takes, whatever else is set. */
    private static final Duration LONGEST_SILENCE = Bounds.LONGEST_LEASE.plus(Bounds.LONGEST_LEASE.dividedBy(50));

    /**
     * The numbers for that heartbeat and that many misses. Where P × N is too little for E1, the silence is raised to the smallest value
     * that fits, in steps of 100 ms.
     *
     * @param heartbeat P, positive
     * @param missesBeforeFailover N, positive
     * @throws Refused when the lease would be longer than a fencer takes ({@link Bounds#LONGEST_LEASE})
     */
    public static LeaseTiming of(Duration heartbeat, int missesBeforeFailover) {
        if (heartbeat.isNegative() || heartbeat.isZero() || missesBeforeFailover < 1) {
            throw new IllegalArgumentException("heartbeat and misses must be positive: " + heartbeat + " × " + missesBeforeFailover);
        }
        LeaseTiming numbers = derived(heartbeat, missesBeforeFailover);
        if (numbers == null) {
            throw tooLong(heartbeat, missesBeforeFailover, Optional.empty());
        }
        return numbers;
    }

    /** The numbers that follow; {@code null} when their lease is longer than a fencer takes. */
    private static LeaseTiming derived(Duration heartbeat, int missesBeforeFailover) {
        Duration asked = heartbeat.multipliedBy(missesBeforeFailover);
        if (asked.compareTo(LONGEST_SILENCE) > 0) {
            return null;
        }
        LeaseTiming numbers = with(heartbeat, asked, asked);
        Duration silence = asked;
        while (numbers.misses < 0 && silence.compareTo(LONGEST_SILENCE) <= 0) {
            silence = silence.plus(STEP);
            numbers = with(heartbeat, silence, asked);
        }
        return numbers.misses < 0 || told(numbers.lease, numbers.fence).compareTo(Bounds.LONGEST_LEASE) > 0 ? null : numbers;
    }

    /** How far ahead the deadline lies that a fencer receives for a lease: of a short fence a little later than the lease's end (E4). */
    public static Duration told(Duration lease, Duration fence) {
        Duration earlier = MAX_FENCER.minus(fencer(fence));
        return lease.plus(earlier).plus(earlier.dividedBy(200));
    }

    /** The refusal of a heartbeat and misses whose lease no fencer takes, with the nearest number that would do. */
    private static Refused tooLong(Duration heartbeat, int misses, Optional<Duration> fence) {
        String why = ": the lease that follows from heartbeat_interval × misses_before_failover (" + GoDuration.format(heartbeat) + " × "
                + misses + ") is longer than " + s(Bounds.LONGEST_LEASE) + ", the most that a fencer takes: it would go by the deadline "
                + "before, and kill a validator that is well (E4); write at most ";
        int most = (int) Math.min(misses, LONGEST_SILENCE.dividedBy(heartbeat));
        while (most > 0 && !fits(heartbeat, most, fence)) {
            most--;
        }
        if (most > 0) {
            return new Refused("misses_before_failover", Integer.toString(misses), "is too many" + why + most);
        }
        long milliseconds = Math.min(LONGEST_SILENCE.toMillis() / 2, heartbeat.toMillis());
        while (milliseconds > 1 && !fits(Duration.ofMillis(milliseconds), misses, fence)) {
            milliseconds = Math.min(milliseconds - 1, milliseconds * 99 / 100);
        }
        if (milliseconds == 1 && !fits(Duration.ofMillis(1), misses, fence)) {
            return new Refused("misses_before_failover", Integer.toString(misses), "is too many" + why
                    + LONGEST_SILENCE.dividedBy(USUAL_HEARTBEAT.multipliedBy(2)) + ", with a heartbeat_interval of \""
                    + GoDuration.format(USUAL_HEARTBEAT) + "\"");
        }
        return new Refused("heartbeat_interval", GoDuration.format(heartbeat), "is too long" + why + "\""
                + GoDuration.format(Duration.ofMillis(milliseconds)) + "\"");
    }

    private static boolean fits(Duration heartbeat, int misses, Optional<Duration> fence) {
        if (fence.isEmpty()) {
            return derived(heartbeat, misses) != null;
        }
        Duration silence = heartbeat.multipliedBy(misses);
        if (silence.compareTo(LONGEST_SILENCE) > 0) {
            return false;
        }
        LeaseTiming numbers = with(heartbeat, silence, silence, with(heartbeat, silence, silence).lease, fence.get());
        return numbers.misses >= 0 && told(numbers.lease, numbers.fence).compareTo(Bounds.LONGEST_LEASE) <= 0;
    }

    /**
     * The numbers where Q or D are set by hand: then nothing is raised in silence.
     *
     * @param lease Q; empty: as long as S allows
     * @param fence D; empty: min(5 s, S/5)
     * @throws Refused naming the rule that is violated, its numbers and the nearest setting that would do
     */
    public static LeaseTiming of(Duration heartbeat, int missesBeforeFailover, Optional<Duration> lease, Optional<Duration> fence) {
        if (lease.isEmpty() && fence.isEmpty()) {
            return of(heartbeat, missesBeforeFailover);
        }
        Duration silence = heartbeat.multipliedBy(missesBeforeFailover);
        if (silence.compareTo(Bounds.LONGEST_SETTING) > 0) {
            throw new Refused("misses_before_failover", Integer.toString(missesBeforeFailover), "times heartbeat_interval ("
                    + GoDuration.format(heartbeat) + ") is longer than " + GoDuration.format(Bounds.LONGEST_SETTING) + "; write at most "
                    + Math.max(1, Bounds.LONGEST_SETTING.dividedBy(heartbeat)));
        }
        LeaseTiming derived = with(heartbeat, silence, silence);
        if (fence.isPresent() && fence.get().compareTo(MIN_FENCE) < 0) {
            throw new Refused("fence_timeout", fence.get(), "is too short: a verified SIGKILL needs its time (E2); write at least "
                    + s(MIN_FENCE));
        }
        Duration fenced = fence.orElse(derived.fence);
        if (lease.isPresent() && told(lease.get(), fenced).compareTo(Bounds.LONGEST_LEASE) > 0) {
            throw new Refused("lease_ttl", lease.get(), "is too long: a fencer takes no deadline further ahead than "
                    + s(Bounds.LONGEST_LEASE) + ", it would go by the one before, and kill a validator that is well (E4); write at most "
                    + down(Bounds.LONGEST_LEASE.minus(told(Duration.ZERO, fenced))));
        }
        if (lease.isEmpty() && told(derived.lease, fenced).compareTo(Bounds.LONGEST_LEASE) > 0) {
            throw tooLong(heartbeat, missesBeforeFailover, fence);
        }
        if (lease.isPresent() && lease.get().compareTo(derived.lease) > 0) {
            throw new Refused("lease_ttl", lease.get(), "is too long: a silent host is replaced after S = " + s(silence) + ", by then "
                    + "its lease must have run out, on the slowest clock too (E3: Q(1+r)/(1-r) + J <= S); "
                    + "write at most " + down(derived.lease)
                    + ", or raise misses_before_failover");
        }
        LeaseTiming numbers = with(heartbeat, silence, silence, lease.orElse(derived.lease), fence.orElse(derived.fence));
        if (numbers.misses < 0) {
            Duration needed = heartbeat.multipliedBy(2).plus(numbers.fence).plus(numbers.jitter.multipliedBy(2));
            Duration room = numbers.lease.minus(needed.minus(numbers.fence));
            String nearest = fence.isPresent() && room.compareTo(MIN_FENCE) >= 0 ? "write a fence_timeout of at most " + down(room)
                    : needed.compareTo(derived.lease) <= 0 ? "write a lease_ttl of at least " + s(needed)
                    : enough(heartbeat, missesBeforeFailover, fence);
            throw new Refused(lease.isPresent() ? "lease_ttl" : "fence_timeout", lease.or(() -> fence).get(), "does not fit: two "
                    + "heartbeats, the fence and its slack do not fit into the lease (E1: 2P + D + 2J = " + s(needed) + " > Q = "
                    + s(numbers.lease) + "); " + nearest);
        }
        return numbers;
    }

    /** A setting by hand that violates a rule. */
    public static final class Refused extends IllegalArgumentException {
        private final String key;
        private final String value;
        private final String why;

        private Refused(String key, Duration value, String why) {
            this(key, GoDuration.format(value), why);
        }

        private Refused(String key, String value, String why) {
            super(key + ": " + why);
            this.key = key;
            this.value = value;
            this.why = why;
        }

        /** The setting's key. */
        public String key() {
            return key;
        }

        /** What was set, as it is written in the settings. */
        public String value() {
            return value;
        }

        /** Rule, numbers and the nearest value that would do; reads on after the value. */
        public String why() {
            return why;
        }
    }

    /** The smallest N at which a fence that long fits into the longest lease; where none is large enough, the longest fence that fits. */
    private static String enough(Duration heartbeat, int misses, Optional<Duration> fence) {
        long most = LONGEST_SILENCE.dividedBy(heartbeat);
        for (int n = misses + 1; n <= most; n++) {
            if (fits(heartbeat, n, fence)) {
                return "raise misses_before_failover to " + n;
            }
        }
        while (most > 1 && !fits(heartbeat, (int) most, Optional.empty())) {
            most--;
        }
        LeaseTiming numbers = of(heartbeat, (int) Math.max(1, most));
        Duration room = numbers.lease.minus(heartbeat.multipliedBy(2)).minus(numbers.jitter.multipliedBy(2));
        return "write a fence_timeout of at most " + down(room) + " and raise misses_before_failover to " + most;
    }

    private static LeaseTiming with(Duration heartbeat, Duration silence, Duration asked) {
        Duration jitter = min(MAX_JITTER, silence.dividedBy(20));
        return with(heartbeat, silence, asked, scale(silence.minus(jitter), (1 - CLOCK_RATE) / (1 + CLOCK_RATE)),
                min(MAX_FENCE, silence.dividedBy(5)));
    }

    private static LeaseTiming with(Duration heartbeat, Duration silence, Duration asked, Duration lease, Duration fence) {
        Duration jitter = min(MAX_JITTER, silence.dividedBy(20));
        Duration room = lease.minus(fence).minus(jitter).minus(jitter);
        int misses = room.isNegative() ? -1 : (int) Math.max(-1, room.toNanos() / heartbeat.toNanos() - 2);
        return new LeaseTiming(heartbeat, silence, asked, jitter, fence, lease, misses);
    }

    /** The configuration asked for less silence than E1 needs. */
    public boolean raised() {
        return silence.compareTo(askedSilence) > 0;
    }

    /** E2: how long before its deadline a holder begins to fence itself, {@code D + J}. */
    public Duration fenceLead() {
        return fence.plus(jitter);
    }

    /** D_w: what the fencer may take; never more than half of D, so that a short lease still leaves the agent the first try. */
    public Duration fencer() {
        return fencer(fence);
    }

    /** D_w of a fence that may take so long. */
    public static Duration fencer(Duration fence) {
        return min(MAX_FENCER, fence.dividedBy(2));
    }

    /** E3: how long the grantor waits on its own clock after it last heard the holder, {@code Q(1+r)/(1−r) + J}. */
    public Duration grantorWait() {
        return grantorWait(lease, jitter);
    }

    /** The same for a lease and a jitter received from another program (E7). */
    public static Duration grantorWait(Duration lease, Duration jitter) {
        return scale(lease, (1 + CLOCK_RATE) / (1 - CLOCK_RATE)).plus(jitter);
    }

    /** E5 and E11: what must be left of a lease, or of a token's worth, for a command of that limit to be run under it. */
    public Duration needed(Duration commandLimit) {
        return commandLimit.plus(fence).plus(jitter);
    }

    /** The derivation in one line, for the log at the start. */
    public String arithmetic() {
        String raise = raised() ? ", raised from P×N=" + s(askedSilence) + " so that E1 holds" : "";
        Duration spent = heartbeat.multipliedBy(misses + 2L).plus(fenceLead()).plus(jitter);
        return String.format(Locale.ROOT, "S=%s (P=%s%s) J=%s D=%s K=%s Q=(S-J)(1-r)/(1+r)=%s m=%d: (m+2)P+D+2J=%s <= Q; "
                + "a holder fences itself %s before its lease ends; a silent host is replaced after Q(1+r)/(1-r)+J=%s",
                s(silence), s(heartbeat), raise, s(jitter), s(fence), s(KILL), s(lease), misses, s(spent), s(fenceLead()),
                s(grantorWait()));
    }

    /** Rounded down, for a largest value that is to be written. */
    private static String down(Duration time) {
        return s(Duration.ofMillis(time.toMillis()));
    }

    private static String s(Duration time) {
        return String.format(Locale.ROOT, "%.3fs", time.toNanos() / 1e9);
    }

    private static Duration scale(Duration time, double factor) {
        return Duration.ofNanos(Math.round(time.toNanos() * factor));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
