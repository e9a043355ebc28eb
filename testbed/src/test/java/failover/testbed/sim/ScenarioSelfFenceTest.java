package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;

import org.junit.jupiter.api.Test;

/** A self-fence that depends on nothing: not on the event loop, a log, a disk, a thread, a process, or an answer. */
class ScenarioSelfFenceTest {
    @Test
    void aHolderWhoseEventLoopStandsStillFencesItself() {
        play(TargetedFences.loopStandsStill());
    }

    @Test
    void aHolderWhoseLogNobodyReadsFencesItself() {
        play(TargetedFences.nobodyReadsTheLog());
    }

    @Test
    void aHolderWhoseLooksDripFencesItself() {
        play(TargetedFences.looksDrip());
    }

    @Test
    void aHolderThatCanMakeNoThreadFencesItself() {
        play(TargetedFences.noThreads());
    }

    @Test
    void aHolderWhoseCommandsAreStuckFencesItself() {
        play(TargetedFences.commandsStuck());
    }

    @Test
    void aHolderWhoseDiskHangsFencesItself() {
        play(TargetedFences.diskHangs());
    }

    @Test
    void aHolderThatHasNothingLeftFencesItself() {
        play(TargetedFences.allAtOnce());
    }

    @Test
    void aHolderThatIsToldToGoLeavesNoVoterUnguarded() {
        play(TargetedFences.toldToGo());
    }
}
