package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.M;

import failover.testbed.sim.Fault.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A slot is not 400 ms: the same troubles where it is, and where it is shorter, end the same and in the same time. */
class ScenarioSlotsTest {
    private static Scenario of(String name, double slot) {
        return Scenario.of(name + ", a slot takes " + slot + " s").slots(slot);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.4, 0.3, 0.25, 0.2})
    void aHostThatDiesIsReplacedAndOneWhoseVotesLandIsNot(double slot) {
        play(of("A's host dies", slot).fencers().at(120, s -> s.powerLoss(A)).promoted(B, 120, 127, 136).until(160));
        play(of("two sources, A's host dies", slot).sources(2).fencers().at(120, s -> s.powerLoss(A)).promoted(B, 120, 127, 136)
                .until(160));
        play(of("M loses A, whose votes land", slot).at(120, s -> s.cutBoth(A, M)).stays().verdict("manager_path_lost", 135, 300)
                .until(300));
        play(of("A's votes do not land any more", slot).at(120, s -> s.open(Kind.VALIDATOR_ISOLATED, A)).promoted(B, 120, 124, 150)
                .completed(1).until(200));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.4, 0.3, 0.25, 0.2})
    void aSlowHeartbeatMakesNoSourceLag(double slot) {
        play(of("a heartbeat of 5 s, A's host dies", slot).heartbeat(5, 3).sources(2).fencers().at(120, s -> s.powerLoss(A))
                .promoted(B, 120, 130, 150).until(180));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.4, 0.3, 0.25, 0.2})
    void aSourceThatIsFrozenOrLagsIsNone(double slot) {
        play(of("a source stands still, M loses A", slot).at(100, s -> s.open(Kind.RPC_FROZEN, 0)).at(110, s -> s.cutBoth(A, M)).stays()
                .until(250));
    }

    /** The kernel's OOM killer ends A's agent a while after its last backup; its fencer ends what it left voting. */
    private static Scenario killedAt(int when, double slot) {
        return of("A's agent is killed at " + when + " s", slot).fencers().at(when, s -> s.killAgent(A))
                .promoted(B, when, when + 5, when + 25).until(when + 40);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.4, 0.3, 0.25, 0.2})
    void anAgentThatIsKilledBetweenTwoBackupsIsReplaced(double slot) {
        for (int second = 120; second < 136; second += 3) {
            play(killedAt(second, slot));
        }
    }
}
