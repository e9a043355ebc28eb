package failover.protocol.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.Draw;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The watchdog's terms of E1, E2 and E4. */
class WatchdogTimingTest {
    private static final Pattern MOST = Pattern.compile("time-out to at most ([0-9.]+)s");

    private static WatchdogTiming watchdog(long timeoutMs, long stopMs) {
        return new WatchdogTiming(Duration.ofMillis(timeoutMs), Duration.ofMillis(stopMs));
    }

    private static String refusal(WatchdogTiming dog, LeaseTiming lease) {
        return dog.refusal(lease.heartbeat(), lease.lease(), lease.fence(), lease.jitter());
    }

    /** The figures of docs/fencer.md, for 2 s × 5. */
    @ParameterizedTest
    @CsvSource({"1000, 0, 1", "2000, 0, 0", "900, 1000, 1", "1000, 1000, 0", "2000, 1000, -1"})
    void heartbeatsThatMayBeLostWithTheOriginalsNumbers(long timeoutMs, long stopMs, int misses) {
        LeaseTiming lease = LeaseTiming.of(Duration.ofSeconds(2), 5);
        WatchdogTiming dog = watchdog(timeoutMs, stopMs);
        assertEquals(misses, dog.misses(lease.heartbeat(), lease.lease(), lease.fence(), lease.jitter()));
        assertEquals(misses < 0, refusal(dog, lease) != null);
    }

    @Test
    void aRefusalNamesTheRuleTheNumbersAndWhatWouldDo() {
        LeaseTiming lease = LeaseTiming.of(Duration.ofSeconds(2), 5);
        String why = refusal(watchdog(2000, 1000), lease);
        assertTrue(why.contains("E1: 2P + max(D+J, (2W+D_w)(1+r)) + J = 9.525s > Q=9.405s"), why);
        assertTrue(why.contains("set the watchdog's time-out to at most 1.940s"), why);
        assertNull(refusal(watchdog(1940, 1000), lease));
        assertTrue(refusal(watchdog(1000, 9000), lease).contains("shorten watchdog_stop_timeout"));
    }

    @Test
    void whatFitsIsDeadBeforeTheLeaseEndsAndWhatDoesNotNamesWhatWould() {
        Draw.cases(5_000, draw -> fitsOrNamesWhatWould(draw.number(200, 10_000), draw.number(3, 20), draw.number(100, 5_000),
            draw.number(0, 5_000)));
    }

    private static void fitsOrNamesWhatWould(int heartbeatMs, int misses, int timeoutMs, int stopMs) {
        LeaseTiming lease = LeaseTiming.of(Duration.ofMillis(heartbeatMs), misses);
        WatchdogTiming dog = watchdog(timeoutMs, stopMs);
        String why = refusal(dog, lease);
        if (why != null) {
            Matcher most = MOST.matcher(why);
            if (most.find()) {
                long named = Math.round(Double.parseDouble(most.group(1)) * 1000);
                assertNull(refusal(watchdog(named, stopMs), lease), why);
            }
            return;
        }
        // The last keepalive, decided on with the reserve left, may go out W later; from there W and D_w on clocks that are slow.
        Duration worst = dog.timeout().multipliedBy(2).plus(dog.stop());
        assertTrue(worst.toNanos() * (1 + LeaseTiming.CLOCK_RATE) <= dog.reserve().toNanos() + 1);
        // The fence begins before that, and has its time before the watchdog fires.
        Duration lead = dog.lead(lease.fence(), lease.jitter());
        assertTrue(lead.minus(dog.reserve()).compareTo(lease.jitter()) >= 0);
        assertTrue(dog.ownFence(lease.fence(), lease.jitter()).compareTo(lease.jitter()) >= 0);
        assertTrue(lead.plus(lease.heartbeat().multipliedBy(2)).compareTo(lease.lease()) <= 0, why);
    }
}
