package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.M;

import failover.testbed.sim.Fault.Kind;
import org.junit.jupiter.api.Test;

/** What a holder does about what it cannot be certain of: which process is its validator, and what time it is. */
class ScenarioDoubtTest {

    /** Cut off, its set-identity hangs, and which of two processes is the validator is not certain: none of them is left. */
    @Test
    void aFenceThatCannotTellWhichProcessIsTheValidatorLeavesNone() {
        play(Scenario.of("a lost holder cannot tell which process is its validator, and its commands hang").evidenceOff()
                .at(40, s -> s.cutBoth(A, B)).at(50, s -> s.open(Kind.VALIDATOR_AMBIGUOUS, A)).at(50, s -> s.open(Kind.SET_HUNG, A))
                .at(50, s -> s.open(Kind.RESTART_FAILS, A)).at(55, s -> s.cutBoth(A, M)).says("A", "killing all that bear its name")
                .signs("", 63.6, 64).promoted(B, 56, 64.2, 69).until(100));
    }

    /** E9: the wall clock alone takes the trust away; the peer's word, asked for at once, gives it back. */
    @Test
    void aWallClockThatIsSetForwardCostsNoVoteWhereThePeerAnswers() {
        play(Scenario.of("A's wall clock goes forward by a minute, and the peer answers").at(60, s -> s.stepWall(A, 60))
                .says("A", "the wall clock has moved").stays().until(140));
        play(Scenario.of("A's wall clock goes forward by a day, without the manager").at(50, s -> s.cutBoth(A, M))
                .at(60, s -> s.stepWall(A, 86_400)).says("A", "by a word asked for after the wall clock had moved").signs("A", 0, 62)
                .until(64));
    }

    /** And where nobody gives it back in time the host is off, although its other clocks would leave it seven seconds. */
    @Test
    void aWallClockThatIsSetForwardEndsInAFenceWhereNobodyAnswersInTime() {
        play(Scenario.of("A's wall clock goes forward by a minute, and nobody answers").evidenceOff().at(40, s -> s.cutBoth(A, B))
                .at(60, s -> s.cutBoth(A, M)).at(60.1, s -> s.stepWall(A, 60)).says("A", "FENCING THIS HOST").signs("", 63, 64).until(80));
    }
}
