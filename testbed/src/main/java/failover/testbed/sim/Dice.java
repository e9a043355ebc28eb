package failover.testbed.sim;

import java.util.SplittableRandom;

/** The chance of one concern: a source of its own per concern, so that one more throw for the disk does not change the network's. */
final class Dice {
    /** What chance decides on. */
    enum Concern { CONFIGURATION, FAULTS, NETWORK, DISK, VALIDATORS, COMMANDS, CLOCKS }

    private final SplittableRandom random;

    Dice(long seed, Concern concern) {
        random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + concern.ordinal() * 0xBF58476D1CE4E5B9L);
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
