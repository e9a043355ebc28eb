package failover.protocol.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;

/** Durations as Go writes and reads them ({@code time.ParseDuration}, {@code Duration.String}); the files of the original use them. */
public final class GoDuration {
    private static final Map<String, Long> NANOS = Map.of("ns", 1L, "us", 1_000L, "µs", 1_000L, "μs", 1_000L, "ms", 1_000_000L,
            "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);
    private static final int LONGEST_TEXT = 100;
    private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

    private GoDuration() {
    }

    /**
     * Reads for example {@code 1m30s}, {@code 500ms}, {@code 1.5h}, {@code 0}, {@code -2s}.
     *
     * @throws IllegalArgumentException with a message that names the fault and a valid value
     */
    public static Duration parse(String text) {
        String rest = text;
        boolean negative = rest.startsWith("-");
        if (negative || rest.startsWith("+")) {
            rest = rest.substring(1);
        }
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        if (rest.isEmpty() || rest.length() > LONGEST_TEXT) {
            throw new IllegalArgumentException("is not a duration; write for example \"30s\" or \"1m30s\"");
        }
        BigDecimal total = BigDecimal.ZERO;
        while (!rest.isEmpty()) {
            int number = span(rest, true);
            int end = number + span(rest.substring(number), false);
            total = total.add(amount(rest.substring(0, number)).multiply(unit(text, rest.substring(number, end))));
            rest = rest.substring(end);
        }
        BigInteger nanos = total.toBigInteger();
        if (nanos.compareTo(LARGEST) > 0) {
            throw new IllegalArgumentException("is longer than 292 years");
        }
        Duration result = Duration.ofNanos(nanos.longValue());
        return negative ? result.negated() : result;
    }

    private static int span(String text, boolean numeric) {
        int end = 0;
        while (end < text.length() && isNumeric(text.charAt(end)) == numeric) {
            end++;
        }
        return end;
    }

    private static boolean isNumeric(char c) {
        return c == '.' || c >= '0' && c <= '9';
    }

    private static BigDecimal amount(String digits) {
        if (digits.isEmpty() || digits.equals(".") || digits.indexOf('.') != digits.lastIndexOf('.') || digits.length() > 40) {
            throw new IllegalArgumentException("is not a duration; write for example \"30s\" or \"1m30s\"");
        }
        return new BigDecimal(digits.startsWith(".") ? "0" + digits : digits);
    }

    private static BigDecimal unit(String text, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("lacks a unit; write for example \"" + text + "s\" for seconds");
        }
        Long nanos = NANOS.get(name);
        if (nanos == null) {
            throw new IllegalArgumentException("has the unknown unit \"" + name + "\"; units are ns, us, ms, s, m, h");
        }
        return BigDecimal.valueOf(nanos);
    }

    /** Writes as Go does: {@code 0s}, {@code 500ms}, {@code 30s}, {@code 2m0s}, {@code 1h0m0.5s}. */
    public static String format(Duration duration) {
        if (duration.isNegative()) {
            return "-" + format(duration.negated());
        }
        long nanos = duration.toNanosPart();
        long seconds = duration.getSeconds();
        if (seconds == 0) {
            if (nanos == 0) {
                return "0s";
            }
            if (nanos < 1_000) {
                return nanos + "ns";
            }
            return nanos < 1_000_000 ? plain(nanos, 3) + "µs" : plain(nanos, 6) + "ms";
        }
        String tail = plain(Math.addExact(Math.multiplyExact(seconds % 60, 1_000_000_000L), nanos), 9) + "s";
        if (seconds < 60) {
            return tail;
        }
        long minutes = seconds / 60;
        return minutes < 60 ? minutes + "m" + tail : minutes / 60 + "h" + minutes % 60 + "m" + tail;
    }

    private static String plain(long value, int scale) {
        BigDecimal exact = BigDecimal.valueOf(value, scale);
        return exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toPlainString();
    }
}
