package failover.testbed.sim;

import java.util.SplittableRandom;

/**
 * The chance of one concern on one host: a source of its own for each, so that one more throw for a disk does not change the network's,
 * and what a fault throws for itself changes nobody's.
 */
final class RandomStream {
    /** What chance decides on. */
    enum Concern { CONFIGURATION, FAULTS, NETWORK, DISK, VALIDATORS, COMMANDS, CLOCKS, OPERATORS, CLUSTER, FENCERS, NUMBERS }

    private final SplittableRandom random;

    RandomStream(long seed, long stream) {
        random = new SplittableRandom(mix(seed) + stream * 0xBF58476D1CE4E5B9L);
    }

    /** Spreads neighbours apart: for a throw that must be the same whenever it is asked for. */
    static long mix(long number) {
        long mixed = (number + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Uniform, both ends included. */
    long between(long low, long high) {
        return low + random.nextLong(high - low + 1);
    }

    /** Milliseconds, uniform, as nanoseconds with a fraction, so that instants seldom coincide. */
    long millis(long low, long high) {
        return between(low * 1_000_000L, high * 1_000_000L);
    }

    @SafeVarargs
    final <T> T one(T... of) {
        return of[random.nextInt(of.length)];
    }
}
