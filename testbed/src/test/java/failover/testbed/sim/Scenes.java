package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.fail;

/** Plays scenarios for tests. */
final class Scenes {
    private static final long SEEDS = 3;

    private Scenes() {
    }

    /** All is as expected, whatever the delays and the clocks are. */
    static void play(Scenario scenario) {
        play(scenario, SEEDS);
    }

    static void play(Scenario scenario, long seeds) {
        for (long seed = 1; seed <= seeds; seed++) {
            Play play = scenario.play(Mutant.NONE, seed, null);
            String trouble = Scenario.trouble(scenario, play);
            if (trouble != null) {
                fail(scenario.name() + ", seed " + seed + ": " + trouble + play.story());
            }
        }
    }
}
