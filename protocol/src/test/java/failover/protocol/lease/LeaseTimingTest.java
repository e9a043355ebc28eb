package failover.protocol.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.Bounds;
import failover.protocol.Draw;
import failover.protocol.config.GoDuration;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers of safety.md. */
class LeaseTimingTest {
    private static final Pattern NEAREST = Pattern.compile("write a (lease_ttl|fence_timeout) of|raise misses_before_failover to [0-9]+");
    private static final Pattern AT_MOST = Pattern.compile("write at most \"?([0-9a-z.]+)");
    private static final Pattern SECONDS = Pattern.compile("write (?:a [a-z_]+ of )?at (?:most|least) ([0-9.]+)s");

    @Test
    void theOriginalsTwoSecondsTimesFiveReplacesASilentHostAtTenSeconds() {
        LeaseTiming numbers = LeaseTiming.of(Duration.ofSeconds(2), 5);
        assertEquals(Duration.ofSeconds(10), numbers.silence());
        assertEquals(9.405, numbers.lease().toNanos() / 1e9, 0.001);
        assertEquals(Duration.ofSeconds(2), numbers.fence());
        assertEquals(1, numbers.misses());
        assertEquals(10.0, numbers.grantorWait().toNanos() / 1e9, 1e-6);
        assertEquals(Duration.ofMillis(2500), numbers.fenceLead());
    }

    @ParameterizedTest
    @CsvSource({"400, 5, 1", "1000, 5, 1", "5000, 3, 0", "2000, 5, 1"})
    void lossesThatMayHappenBetweenThreeGoodHeartbeats(long heartbeatMs, int misses, int expected) {
        assertEquals(expected, LeaseTiming.of(Duration.ofMillis(heartbeatMs), misses).misses());
    }

    @Test
    void twoSecondsTimesThreeIsTooLittleAndRaisedToTheSmallestThatFits() {
        LeaseTiming numbers = LeaseTiming.of(Duration.ofSeconds(2), 3);
        assertTrue(numbers.raised());
        assertEquals(Duration.ofMillis(6300), numbers.silence());
        assertTrue(numbers.arithmetic().contains("raised from P×N=6.000s"), numbers.arithmetic());
    }

    @Test
    void theHolderHasStoppedBeforeTheGrantorActsWhateverTheNumbers() {
        Draw.cases(2_000, draw -> theHolderHasStoppedBeforeTheGrantorActs(draw.number(50, 60_000), draw.number(1, 100)));
    }

    private static void theHolderHasStoppedBeforeTheGrantorActs(int heartbeatMs, int misses) {
        LeaseTiming numbers;
        try {
            numbers = LeaseTiming.of(Duration.ofMillis(heartbeatMs), misses);
        } catch (LeaseTiming.Refused e) {
            assertTrue(takenByWhatIsNamed(e, heartbeatMs, misses, Optional.empty()).lease().compareTo(Bounds.LONGEST_LEASE) <= 0);
            return;
        }
        assertTrue(LeaseTiming.told(numbers.lease(), numbers.fence()).compareTo(Bounds.LONGEST_LEASE) <= 0, numbers.arithmetic());
        double r = LeaseTiming.CLOCK_RATE;
        // The slowest holder's lease, seen on the fastest grantor's clock, ends before the grantor's wait does.
        double holderEnds = numbers.lease().toNanos() * (1 + r) / (1 - r);
        assertTrue(holderEnds < numbers.grantorWait().toNanos());
        // E1: m lost heartbeats, the fence and its jitter fit into a lease.
        Duration spent = numbers.heartbeat().multipliedBy(numbers.misses() + 2L).plus(numbers.fenceLead()).plus(numbers.jitter());
        assertTrue(spent.compareTo(numbers.lease()) <= 0, numbers.arithmetic());
    }

    /** The numbers with the value that the refusal names in the place of the one that was refused. */
    private static LeaseTiming takenByWhatIsNamed(LeaseTiming.Refused e, long heartbeatMs, int misses, Optional<Duration> fence) {
        Matcher named = AT_MOST.matcher(e.why());
        assertTrue(named.find(), e.getMessage());
        boolean ofMisses = e.key().equals("misses_before_failover");
        assertTrue(ofMisses || e.key().equals("heartbeat_interval"), e.getMessage());
        if (e.why().contains(", with a heartbeat_interval of \"2s\"")) {
            return LeaseTiming.of(Duration.ofSeconds(2), Integer.parseInt(named.group(1)));
        }
        return LeaseTiming.of(ofMisses ? Duration.ofMillis(heartbeatMs) : GoDuration.parse(named.group(1)),
                ofMisses ? Integer.parseInt(named.group(1)) : misses, Optional.empty(), fence);
    }

    @ParameterizedTest
    @CsvSource({"2000, 400, misses_before_failover, write at most 303", "2000, 1000000000, misses_before_failover, write at most 303",
        "1, 1000000000, misses_before_failover, write at most 606", "600000, 1, heartbeat_interval, write at most \"4m",
        "600000, 400, heartbeat_interval, write at most \"1.", "600000, 1000000000, misses_before_failover, write at most 153"})
    void aLeaseThatNoFencerTakesIsRefusedWithTheNearestNumber(long heartbeatMs, int misses, String key, String nearest) {
        LeaseTiming.Refused e = assertThrows(LeaseTiming.Refused.class, () -> LeaseTiming.of(Duration.ofMillis(heartbeatMs), misses));
        assertEquals(key, e.key());
        assertTrue(e.why().contains(nearest) && e.why().contains("longer than 600.000s, the most that a fencer takes"), e.getMessage());
        takenByWhatIsNamed(e, heartbeatMs, misses, Optional.empty());
    }

    @Test
    void thePracticalLimitIsTheFencersToTheLastMiss() {
        LeaseTiming longest = LeaseTiming.of(Duration.ofSeconds(2), 303);
        assertTrue(longest.lease().compareTo(Bounds.LONGEST_LEASE) <= 0);
        assertThrows(LeaseTiming.Refused.class, () -> LeaseTiming.of(Duration.ofSeconds(2), 304));
        // A lease by hand, beside a short fence of which the fencer is told a later end.
        Optional<Duration> shortFence = Optional.of(Duration.ofMillis(400));
        LeaseTiming.Refused e = assertThrows(LeaseTiming.Refused.class,
                () -> LeaseTiming.of(Duration.ofSeconds(2), 400, Optional.of(Bounds.LONGEST_LEASE), shortFence));
        assertEquals("lease_ttl", e.key());
        assertTrue(e.why().contains("write at most 599.196s"), e.getMessage());
        LeaseTiming.of(Duration.ofSeconds(2), 400, Optional.of(Duration.ofMillis(599_196)), shortFence);
        assertThrows(LeaseTiming.Refused.class,
                () -> LeaseTiming.of(Duration.ofSeconds(2), 400, Optional.empty(), shortFence));
        assertThrows(LeaseTiming.Refused.class, () -> LeaseTiming.of(Duration.ofMinutes(10), 1_000_000_000,
                Optional.of(Duration.ofSeconds(9)), Optional.empty()), "nothing wraps");
    }

    /** Whatever is accepted keeps E1 and E3; whatever is refused names a setting that is accepted. */
    @Test
    void whatIsSetByHandKeepsTheRulesOrIsRefusedWithWhatWouldDo() {
        Draw.cases(5_000, draw -> keepsTheRulesOrIsRefusedWithWhatWouldDo(draw.number(100, 10_000), draw.number(1, 30),
            draw.number(0, 900_000), draw.number(0, 700_000)));
    }

    private static void keepsTheRulesOrIsRefusedWithWhatWouldDo(int heartbeatMs, int misses, int leaseMs, int fenceMs) {
        Duration heartbeat = Duration.ofMillis(heartbeatMs);
        Optional<Duration> lease = Optional.of(leaseMs).filter(ms -> ms > 0).map(Duration::ofMillis);
        Optional<Duration> fence = Optional.of(fenceMs).filter(ms -> ms > 0).map(Duration::ofMillis);
        LeaseTiming numbers;
        try {
            numbers = LeaseTiming.of(heartbeat, misses, lease, fence);
        } catch (IllegalArgumentException e) {
            Matcher nearest = NEAREST.matcher(e.getMessage());
            assertTrue(nearest.find() || e.getMessage().contains("write at "), e.getMessage());
            return;
        }
        Duration spent = heartbeat.multipliedBy(numbers.misses() + 2L).plus(numbers.fenceLead()).plus(numbers.jitter());
        assertTrue(numbers.misses() >= 0 && spent.compareTo(numbers.lease()) <= 0, numbers.arithmetic());
        assertTrue(numbers.grantorWait().minusMillis(1).compareTo(numbers.silence()) <= 0, numbers.arithmetic());
        lease.ifPresent(asked -> assertEquals(asked, numbers.lease()));
        fence.ifPresent(asked -> assertEquals(asked, numbers.fence()));
    }

    @ParameterizedTest
    @CsvSource({"0, 5000", "0, 100", "6000, 0", "12000, 0", "7500, 3000", "9405, 4406"})
    void theNearestSettingThatIsNamedDoes(long leaseMs, long fenceMs) {
        Optional<Duration> lease = Optional.of(leaseMs).filter(ms -> ms > 0).map(Duration::ofMillis);
        Optional<Duration> fence = Optional.of(fenceMs).filter(ms -> ms > 0).map(Duration::ofMillis);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> LeaseTiming.of(Duration.ofSeconds(2), 5, lease, fence));
        Matcher value = SECONDS.matcher(e.getMessage());
        assertTrue(value.find(), e.getMessage());
        Optional<Duration> named = Optional.of(Duration.ofMillis(Math.round(Double.parseDouble(value.group(1)) * 1000)));
        boolean ofLease = e.getMessage().contains("lease_ttl of") || e.getMessage().startsWith("lease_ttl: is too long");
        LeaseTiming taken = LeaseTiming.of(Duration.ofSeconds(2), 5, ofLease ? named : lease, ofLease ? fence : named);
        assertEquals(named.get(), ofLease ? taken.lease() : taken.fence(), e.getMessage());
    }

    @Test
    void aFenceThatNoLeaseHoldsNamesTheMissesThatWouldDo() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> LeaseTiming.of(Duration.ofSeconds(2), 2, Optional.empty(), Optional.of(Duration.ofSeconds(1))));
        assertTrue(e.getMessage().contains("raise misses_before_failover to 3"), e.getMessage());
        LeaseTiming.of(Duration.ofSeconds(2), 3, Optional.empty(), Optional.of(Duration.ofSeconds(1)));
    }

    @Test
    void theTimeForAKillThatIsPrintedIsTheOneInForceHoweverShortTheFence() {
        LeaseTiming numbers = LeaseTiming.of(Duration.ofMillis(400), 10);
        assertEquals(Duration.ofMillis(800), numbers.fence());
        assertTrue(numbers.arithmetic().contains(" K=0.300s "), numbers.arithmetic());
        assertEquals(Duration.ofMillis(300), LeaseTiming.KILL);
    }
}
