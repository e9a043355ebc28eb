package failover.protocol.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers of safety.md. */
class LeaseNumbersTest {

    @Test
    void theOriginalsTwoSecondsTimesFiveReplacesASilentHostAtTenSeconds() {
        LeaseNumbers numbers = LeaseNumbers.of(Duration.ofSeconds(2), 5);
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
        assertEquals(expected, LeaseNumbers.of(Duration.ofMillis(heartbeatMs), misses).misses());
    }

    @Test
    void twoSecondsTimesThreeIsTooLittleAndRaisedToTheSmallestThatFits() {
        LeaseNumbers numbers = LeaseNumbers.of(Duration.ofSeconds(2), 3);
        assertTrue(numbers.raised());
        assertEquals(Duration.ofMillis(6300), numbers.silence());
        assertTrue(numbers.arithmetic().contains("raised from P×N=6.000s"), numbers.arithmetic());
    }

    @Property
    void theHolderHasStoppedBeforeTheGrantorActsWhateverTheNumbers(@ForAll @IntRange(min = 50, max = 60_000) int heartbeatMs,
            @ForAll @IntRange(min = 1, max = 100) int misses) {
        LeaseNumbers numbers = LeaseNumbers.of(Duration.ofMillis(heartbeatMs), misses);
        double r = LeaseNumbers.CLOCK_RATE;
        // The slowest holder's lease, seen on the fastest grantor's clock, ends before the grantor's wait does.
        double holderEnds = numbers.lease().toNanos() * (1 + r) / (1 - r);
        assertTrue(holderEnds < numbers.grantorWait().toNanos());
        // E1: m lost heartbeats, the fence and its jitter fit into a lease.
        Duration spent = numbers.heartbeat().multipliedBy(numbers.misses() + 2L).plus(numbers.fenceLead()).plus(numbers.jitter());
        assertTrue(spent.compareTo(numbers.lease()) <= 0, numbers.arithmetic());
    }
}
