package failover.testbed.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * One line of the table.
 *
 * @param what   was measured
 * @param figure that came out, with its unit
 * @param toReach the project's goal; empty if there is none
 * @param reached "yes", "NO", or empty without a goal
 */
record Row(String what, String figure, String toReach, String reached) {
    /** Without a goal. */
    static Row of(String what, String figure) {
        return new Row(what, figure, "", "");
    }

    static Row atMost(String what, Duration measured, Duration limit) {
        return new Row(what, text(measured), "≤ " + text(limit), yes(measured.compareTo(limit) <= 0));
    }

    static Row atMost(String what, long measured, long limit, String unit) {
        return new Row(what, measured + " " + unit, "≤ " + limit + " " + unit, yes(measured <= limit));
    }

    static Row atLeast(String what, double measured, double limit) {
        return new Row(what, String.format(Locale.ROOT, "%.0f", measured), String.format(Locale.ROOT, "≥ %.0f", limit),
            yes(measured >= limit));
    }

    /** The least, the middle and the greatest of several; the greatest is what has to stay within the limit ({@code null}: none). */
    static Row spread(String what, List<Duration> measured, Duration limit) {
        List<Duration> sorted = measured.stream().sorted().toList();
        Duration greatest = sorted.get(sorted.size() - 1);
        String figure = millis(sorted.get(0)) + " / " + millis(sorted.get(sorted.size() / 2)) + " / " + millis(greatest) + " ms";
        return limit == null ? of(what, figure)
            : new Row(what, figure, "≤ " + millis(limit) + " ms", yes(greatest.compareTo(limit) <= 0));
    }

    private static String millis(Duration duration) {
        return String.valueOf(Math.round(duration.toNanos() / 1e6));
    }

    private static String text(Duration duration) {
        return String.format(Locale.ROOT, "%.2f ms", duration.toNanos() / 1e6);
    }

    private static String yes(boolean reached) {
        return reached ? "yes" : "NO";
    }

    @Override
    public String toString() {
        return "| " + what + " | " + figure + " | " + toReach + " | " + reached + " |";
    }
}
