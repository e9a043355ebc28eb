package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.M;

import failover.testbed.sim.Fault.Kind;
import org.junit.jupiter.api.Test;

/** Disks that hang, clocks that were set, machines that are paused, and sources that cannot say. */
class ScenarioHardWorldTest {
    private static final double DAY = 86_400;

    private static Scenario minimal(String name) {
        return Scenario.of(name).fencers().at(0, s -> {
            s.open(Kind.RPC_MINIMAL, A);
            s.open(Kind.RPC_MINIMAL, B);
        }).at(50, s -> s.powerLoss(A));
    }

    /** Agave without --full-rpc-api, which is the rule, knows no getAccountInfo; the default configuration has one cluster_rpc. */
    @Test
    void aSilentHostIsReplacedWithTheDefaultsBesideValidatorsWithoutTheFullRpcApi() {
        play(minimal("validators without --full-rpc-api, one cluster_rpc; A's host dies").signs("B", 75, 200).until(200));
        play(minimal("validators without --full-rpc-api, two cluster_rpc; A's host dies").sources(2).signs("B", 80, 200).until(200));
    }

    @Test
    void aClusterRpcOnTheHostThatDiesDoesNotKeepItFromBeingReplaced() {
        play(Scenario.of("cluster_rpc is A's own RPC, and A's host dies").fencers()
                .at(11, s -> s.sourceIsBeside(0, A)).at(50, s -> s.powerLoss(A)).signs("B", 120, 400).until(400));
    }

    /** A's agent is dead, its validator votes, B is on a fork. */
    @Test
    void oneNodeIsNotTwoWitnesses() {
        play(oneNodeUnderTwoNames());
    }

    static Scenario oneNodeUnderTwoNames() {
        return Scenario.of("cluster_rpc is B's own RPC, B is on a fork, A's agent stands still")
                .at(11, s -> s.sourceIsBeside(0, B)).at(45, s -> s.open(Kind.VALIDATOR_FORKED, B)).at(60, s -> s.freezeAgent(A, 600))
                .until(140).expect(play -> play.longestBoth() == 0 ? null : "two");
    }

    @Test
    void anActiveWhoseDiskHangsAndWhoseVotesDoNotLandIsReplaced() {
        play(Scenario.of("A's disk hangs and its votes do not land any more; its agent answers").fencers()
                .at(50, s -> s.open(Kind.DISK_HANGS, A)).at(51, s -> s.open(Kind.VALIDATOR_ISOLATED, A)).until(600)
                .expect(play -> play.promoted(B, 50) > 0 ? null : "B is never promoted, M: " + play.verdictAt(599)));
    }

    /** Nothing can be begun that is not durable; the operator is told, and once the disk is well the pair moves on. */
    @Test
    void aManagerWhoseDiskHangsForAWhileMovesWhenItIsWellAgain() {
        play(Scenario.of("M's disk hangs for a while, an operator asks for a switchover in it")
                .fencers().at(50, s -> s.open(Kind.DISK_HANGS, M)).at(51, Stage::failover)
                .at(110, s -> s.close(Kind.DISK_HANGS, M)).at(150, Stage::failover).signs("B", 165, 200).until(200)
                .expect(play -> play.operatorsAnswers().size() == 2 ? null : "operators are answered " + play.operatorsAnswers()));
    }

    @Test
    void aClockThatWasADayAheadAtAFailoverDoesNotStopTheNextOne() {
        play(Scenario.of("M's clock is a day ahead at a failover, and is set right; then "
                + "the new active dies").fencers().cooldown(60)
                .at(20, s -> s.stepWall(M, DAY)).at(50, s -> s.powerLoss(A)).at(90, s -> s.powerBack(A))
                .at(150, s -> s.stepWall(M, -DAY)).at(400, s -> s.powerLoss(B)).until(700).signs("A", 450, 700));
    }

    static Scenario machineIsPaused() {
        return Scenario.of("A's virtual machine is paused for a minute").fencers()
                .judgedAs(RunClass.FENCER_FAILS).at(52.5, s -> s.pauseHost(A, 60)).until(150)
                .expect(play -> play.promoted(B, 60) > 0 ? null : "B is not promoted")
                .expect(play -> play.longestBoth() < 3 ? null : "two can sign for " + play.longestBoth() + " s");
    }

    /** The residue of a paused virtual machine is bounded: a heartbeat and what a fence takes. */
    @Test
    void aMachineThatWasPausedSignsForAMomentAtMostBesideItsSuccessor() {
        play(machineIsPaused());
        play(Scenario.of("A's virtual machine is paused for a minute, M does not hear it "
                + "after that; B does").fencers()
                .judgedAs(RunClass.FENCER_FAILS).at(52.5, s -> s.pauseHost(A, 60)).at(53, s -> s.cutBoth(A, M)).until(150)
                .expect(play -> play.promoted(B, 60) > 0 ? null : "B is not promoted")
                .expect(play -> play.longestBoth() < 3 ? null : "two can sign for " + play.longestBoth() + " s"));
    }
}
