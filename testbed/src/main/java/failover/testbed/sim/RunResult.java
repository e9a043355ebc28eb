package failover.testbed.sim;

import java.time.Duration;

/**
 * How one run went.
 *
 * @param seed its seed
 * @param violation the first thing that must not be, and the instant; {@code null} when all was well
 * @param hash of its whole trace: equal for equal seeds
 * @param simulated virtual time that went by
 * @param bothAble virtual time during which two validators could sign; more than zero only where a run class allows it
 * @param totals what happened
 */
public record RunResult(long seed, String violation, long hash, Duration simulated, Duration bothAble, Totals totals) {
    /** Nothing happened that must not. */
    public boolean ok() {
        return violation == null;
    }

    /** The other one failed in the same way, at whatever instant. */
    boolean sameViolation(RunResult other) {
        return violation != null && other.violation != null && words(violation).equals(words(other.violation));
    }

    private static String words(String violation) {
        int colon = violation.indexOf(':');
        return colon < 0 ? violation.replaceAll("[0-9.]+", "") : violation.substring(0, colon);
    }
}
