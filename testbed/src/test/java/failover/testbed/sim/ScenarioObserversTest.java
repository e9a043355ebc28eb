package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.M;

import failover.testbed.sim.Fault.Kind;
import org.junit.jupiter.api.Test;

/** Whoever looks at votes fails, or the cluster does. */
class ScenarioObserversTest {
    @Test
    void scenario26WithoutAnyWordOfTheVotesADeadHostIsNotReplacedUntilThereIsOne() {
        play(Scenario.of("26 all sources fail while A dies").fencers().at(50, s -> s.open(Kind.RPC_ERROR, 0)).at(60, s -> s.powerLoss(A))
                .at(120, s -> s.close(Kind.RPC_ERROR, 0)).verdict("observer_blind", 75, 119).signs("", 61, 120).promoted(B, 61, 120, 140)
                .until(160));
    }

    @Test
    void scenario27AFrozenSourceIsNoWitness() {
        play(Scenario.of("27 a source stands still").at(50, s -> s.open(Kind.RPC_FROZEN, 0)).at(60, s -> s.cutBoth(A, M)).stays().until(200));
        play(Targeted.sourceStandsStill());
        play(Targeted.sourceLags());
    }

    @Test
    void scenario28SourcesThatDisagreeMoveNothing() {
        play(Scenario.of("28 B is on a fork and sees no votes, the source sees them").at(50, s -> s.open(Kind.VALIDATOR_FORKED, B))
                .at(60, s -> s.cutBoth(A, M)).stays().verdict("manager_path_lost", 75, 200).until(200));
    }

    @Test
    void scenario29WhenTheClusterHaltsNothingIsMoved() {
        play(Scenario.of("29 the cluster halts, and A falls silent").fencers().at(50, s -> s.open(Kind.CLUSTER_HALTED, 0))
                .at(60, s -> s.cutBoth(A, M)).stays().verdict("cluster_halted", 75, 160).until(160));
        play(Scenario.of("29 the cluster halts, all hosts answer").at(50, s -> s.open(Kind.CLUSTER_HALTED, 0, 200)).stays().until(300));
    }

    @Test
    void scenario30AnActiveWhoseVotesDoNotLandIsSwitched() {
        play(Scenario.of("30 A is cut off from the cluster").at(60, s -> s.open(Kind.VALIDATOR_ISOLATED, A)).promoted(B, 60, 64, 90).completed(1)
                .signs("B", 90, 160).until(160));
        play(Scenario.of("30 A is on a fork").at(60, s -> s.open(Kind.VALIDATOR_FORKED, A)).promoted(B, 60, 64, 90).completed(1)
                .signs("B", 90, 160).until(160));
    }

    @Test
    void anErrorIsNoWord() {
        play(Targeted.sourceGivesErrors());
        play(Targeted.managerLosesAVotingHost());
    }
}
