package failover.protocol.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import failover.protocol.Draw;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    /** The values are Go's own (strconv of time.ParseDuration, and Duration.String of the result). */
    @ParameterizedTest
    @CsvSource({"0,0,0s", "+0,0,0s", "0s,0,0s", "5s,5000000000,5s", "1m30s,90000000000,1m30s", "500ms,500000000,500ms",
            "1.5h,5400000000000,1h30m0s", "-2s,-2000000000,-2s", "2m,120000000000,2m0s", "1h,3600000000000,1h0m0s",
            "1µs,1000,1µs", "1μs,1000,1µs", "1us,1000,1µs", "1.5us,1500,1.5µs", "100ns,100,100ns", "1.5ms,1500000,1.5ms",
            ".5s,500000000,500ms", "1.s,1000000000,1s", "1h0m0.5s,3600500000000,1h0m0.5s",
            "0.3333333333333333333h,1199999999999,19m59.999999999s",
            "9223372036854775807ns,9223372036854775807,2562047h47m16.854775807s"})
    void whatGoReadsIsReadAndWrittenAsGoDoes(String text, long nanos, String written) {
        assertEquals(Duration.ofNanos(nanos), GoDuration.parse(text));
        assertEquals(written, GoDuration.format(Duration.ofNanos(nanos)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-", "+", "s", ".", ".s", "-.", "1..5s", "5 s", "1x", "5sec", "1e9s", "3m-1s", "300y",
            "9223372036854775808ns", "٣s", "0x1s"})
    void whatGoRefusesIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> GoDuration.parse(text));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Draw.cases(5_000, draw -> {
            long nanos = draw.anyLong();
            if (nanos != Long.MIN_VALUE) {
                Duration duration = Duration.ofNanos(nanos);
                assertEquals(duration, GoDuration.parse(GoDuration.format(duration)));
            }
        });
    }
}
