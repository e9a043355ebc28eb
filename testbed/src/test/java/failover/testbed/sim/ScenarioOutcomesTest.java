package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.REFUSED;
import static failover.testbed.sim.Stage.WORKS;
import static failover.testbed.sim.Stage.failsAndLands;
import static failover.testbed.sim.Stage.landsLate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An exit status is a client's word, not the validator's: what may still land is unknown until the process is dead (E15). */
class ScenarioOutcomesTest {
    /** {@code timeout}, a client that was killed, one that was told to go, {@code ssh}. */
    @ParameterizedTest
    @ValueSource(ints = {124, 125, 137, 143, 255, 1, 2})
    void aSetIdentityThatFailsAndLandsLaterIsNotTakenForRefused(int status) {
        play(failsAndLandsLater(status));
    }

    static Scenario failsAndLandsLater(int status) {
        return Scenario.of("set-identity(staked) at B ends with " + status
                + ", and lands 6 s after it was asked").at(50, s -> {
                    s.setting(B, failsAndLands(status, 6));
                    s.failover();
                }).until(120);
    }

    /** The same, B is cut off right after the move was given up: nobody takes the identity off again. */
    @Test
    void whatLandsAtAHostThatNobodyHearsStaysThereForAMomentAtMost() {
        play(Scenario.of("set-identity(staked) at B ends with 124 and lands, and B "
                + "is cut off before").judgedAs(RunClass.FENCER_FAILS).at(50, s -> {
                    s.setting(B, failsAndLands(124, 6));
                    s.failover();
                }).at(54, s -> s.isolate(B)).until(180)
                .expect(play -> play.longestBoth() < 1 ? null : "two validators can sign for " + play.longestBoth() + " s"));
    }

    /**
     * What the agent of B had begun is only in its lease file, and in no state file: somebody has put an older copy in its place, or the
     * other host's, or it is gone.
     */
    @ParameterizedTest
    @ValueSource(strings = {"older", "of A", "none"})
    void whatALeaseFileKnowsOfIsNotForgottenWithTheStateFile(String file) {
        play(Scenario.of("B's agent dies in set-identity(staked), which lands 30 s later, and starts with another state file: " + file)
                .at(20, s -> s.failover()).at(35, s -> s.failover()).at(45, s -> s.backUpAgent("of A".equals(file) ? A : B))
                .at(50, s -> {
                    s.setting(B, landsLate(30));
                    s.failover();
                }).at(52, s -> {
                    if ("none".equals(file)) {
                        s.restartAgentWithoutMemory(B, 1);
                    } else {
                        s.restoreAgent(B, 1);
                    }
                }).until(140));
    }

    private static Scenario givenBackUnresolved(String name) {
        return Scenario.of(name).at(49, s -> {
            s.setting(B, REFUSED);
            s.setting(A, landsLate(60));
            s.failover();
        }).at(52.5, s -> {
            s.killAgent(A);
            s.setting(B, WORKS);
        }).until(170);
    }

    /** Nobody is taken for dead whose set-identity is still on its way, whoever it was given to and in which step of a move. */
    @Test
    void aHostThatIsGivenTheIdentityBackIsNotTakenForDeadWhileItsSetIdentityMayLand() {
        play(givenBackUnresolved("B refuses, the identity is given back to A whose "
                + "set-identity lands a minute later, and A's agent dies in it"));
        play(givenBackUnresolved("the same, by INV-1 alone").judgedAs(RunClass.HOSTS_ANSWER));
    }

    /** INV-2: A, which is given the identity back, must have every vote that B signed. */
    @Test
    void theTowerOfATargetThatWasClearedGoesBackToTheHolder() {
        long[] towers = new long[2];
        play(Scenario.of("B's set-identity lands while B is cleared, B "
                + "votes for 4 s, and the identity goes back to A").fencers()
                .at(50, s -> {
                    s.setting(B, landsLate(7));
                    s.removing(B, Stage.HANGS);
                    s.setting(A, Stage.slow(2));
                    s.failover();
                }).at(62.6, s -> {
                    towers[A] = s.tower(A);
                    towers[B] = s.tower(B);
                }).signs("B", 58, 60).signs("", 62.3, 62.7).signs("A", 66, 80).until(80)
                .expect(play -> towers[A] >= towers[B] ? null : "A goes on with a tower of slot " + towers[A] + ", B has signed up to slot "
                        + towers[B]));
    }
}
