package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BoundsTest {

    @Test
    void anEpochIsReachableUpToALeapAndNeverAboveTheHighest() {
        assertTrue(Bounds.reachable(0, 1));
        assertTrue(Bounds.reachable(0, Bounds.LARGEST_LEAP));
        assertFalse(Bounds.reachable(0, Bounds.LARGEST_LEAP + 1));
        assertTrue(Bounds.reachable(7, Bounds.LARGEST_LEAP + 7));
        assertFalse(Bounds.reachable(7, Bounds.LARGEST_LEAP + 8));
        assertTrue(Bounds.reachable(Bounds.HIGHEST_COUNT, Bounds.HIGHEST_COUNT));
        assertFalse(Bounds.reachable(Bounds.HIGHEST_COUNT, Bounds.HIGHEST_COUNT + 1));
        assertFalse(Bounds.reachable(Long.MIN_VALUE, Long.MAX_VALUE));
        assertFalse(Bounds.reachable(Long.MAX_VALUE, Long.MAX_VALUE));
        assertTrue(Bounds.reachable(5, Long.MIN_VALUE + Bounds.LARGEST_LEAP), "lower is for others to judge");
    }

    @Test
    void aLineIsShortAndHasNothingThatForgesAnother() {
        assertNull(Bounds.line(null));
        String plain = "passive is 3 slots behind … é 😀 \u00a0";
        assertSame("x", Bounds.line("x"));
        assertEquals(plain, Bounds.line(plain));
        assertEquals("a b c d e f", Bounds.line("a\nb\u2028c\u202ed\u200be\u0085f"));
        assertEquals("a b", Bounds.line("a\ud800b"));
        assertEquals("xxxx…", Bounds.line("x".repeat(6), 5));
        assertEquals("x".repeat(5), Bounds.line("x".repeat(5), 5));
        assertEquals("xxx…", Bounds.line("xxx😀y", 5), "a pair is not cut in two");
        Random random = new Random(12);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(40); j > 0; j--) {
                text.append((char) (random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(0x80)));
            }
            int longest = 1 + random.nextInt(30);
            String line = Bounds.line(text.toString(), longest);
            assertTrue(line.length() <= longest, line);
            assertTrue(line.codePoints().noneMatch(Bounds::forges), line);
            assertEquals(line, Bounds.line(line, longest));
        }
    }

    @Test
    void aStateKeepsATextThatCanBeWritten() {
        assertNull(Bounds.kept(null));
        assertEquals("a\n\"b\" 😀", Bounds.kept("a\n\"b\" 😀"));
        assertEquals("a b", Bounds.kept("a\ud800b"));
        assertEquals(Bounds.LONGEST_TEXT, Bounds.kept("x".repeat(9_999)).length());
        String cutInTwo = Bounds.kept("x".repeat(498) + "😀y");
        assertEquals("x".repeat(498) + " …", cutInTwo);
    }

    @Test
    void noClockMakesATimeWrap() {
        long[] extremes = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1_700_000_000_000L};
        for (long nanos : extremes) {
            for (long wall : extremes) {
                Duration since = new ClockReading(5, 1_700_000_000_000L, 5).longestSince(new ClockReading(nanos, wall, nanos));
                assertTrue(since.compareTo(Duration.ofMillis(1_700_000_000_000L).minusMillis(wall)) >= 0, since + " " + nanos + " " + wall);
            }
        }
        assertTrue(new ClockReading(0, 0).plus(Duration.ofSeconds(Long.MAX_VALUE)) > 0);
    }
}
