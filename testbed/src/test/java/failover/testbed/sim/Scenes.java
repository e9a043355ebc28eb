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

    /**
     * What the contract promises and the programs do not keep yet: it fails as soon as they do, and whoever mended them says
     * {@link #play(Scenario)} instead.
     *
     * @param kept what would have to be so
     */
    static void notYet(String kept, Scenario scenario) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            String trouble = scenario.trouble(Mutant.NONE, seed);
            if (trouble != null) {
                System.out.println("NOT YET: " + kept + ": " + scenario.name() + ", seed " + seed + ": " + trouble);
                return;
            }
        }
        fail(scenario.name() + " is well now: say play(...) instead of notYet(...), so that it stays so (" + kept + ")");
    }
}
