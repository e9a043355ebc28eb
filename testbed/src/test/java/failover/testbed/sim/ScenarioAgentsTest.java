package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.M;
import static failover.testbed.sim.Stage.slow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents that die, stand still, sleep or misread the time. */
class ScenarioAgentsTest {
    @Test
    void scenario12AFencerEndsWhatADeadAgentLeavesVoting() {
        play(Scenario.of("12 agent A is killed, a fencer stands behind it").fencers().at(60, s -> s.killAgent(A))
                .says("A", "fencer has fenced").promoted(B, 60, 68, 86).completed(1));
    }

    @Test
    void scenario12WithoutAFencerAVotingHostIsLeftAlone() {
        play(Scenario.of("12 agent A is killed, no fencer").at(60, s -> s.killAgent(A)).stays()
                .verdict("agent_down_validator_voting", 75, 200)
                .until(200));
    }

    @Test
    void scenario12bAnAgentThatRestartsWithinItsLeaseChangesNothing() {
        play(Scenario.of("12b agent A restarts").fencers().at(60, s -> s.restartAgent(A, 1)).at(80, s -> s.restartAgent(A, 2)).stays());
    }

    @Test
    void scenario13AFrozenAgentIsFencedThenReplacedAndDoesNoHarmAfterwards() {
        play(Scenario.of("13 agent A stands still for ten minutes").fencers().at(60, s -> s.freezeAgent(A, 600))
                .says("A", "fencer has fenced")
                .promoted(B, 60, 68, 90).signs("B", 90, 700).moves(1).until(700));
        play(Targeted.fencerActs());
    }

    /** What ends an agent ends its validator, and a passive host is fed for ever. */
    @Test
    void scenario13AFrozenAgentIsKilledByItsWatchdogAndItsValidatorWithIt() {
        play(Targeted.watchdogActs());
        play(Scenario.of("12 agent A is killed, its validator is bound to it").watchdogs().at(60, s -> s.killAgent(A)).signs("", 61.2, 62)
                .promoted(B, 60, 61, 86));
        play(Scenario.of("2 an operator switches between hosts with watchdogs").watchdogs().at(60, s -> s.failover()).moves(1).completed(1)
                .promoted(B, 60, 60, 62).signs("B", 62, 120).neverSays("A", "watchdog fires").neverSays("B", "watchdog fires"));
        play(Targeted.fenceMayNotKill());
    }

    @Test
    void scenario14WithoutAFencerTheEvidenceDecidesOrAnOperator() {
        play(Targeted.nobodyFences());
        play(Scenario.of("14 the same under best_effort, its votes land").at(50, s -> s.freezeAgent(A, 600)).stays()
                .verdict("manager_path_lost", 62, 120));
    }

    /** Before, while and after set-identity runs on B. */
    @ParameterizedTest
    @ValueSource(doubles = {60.05, 60.1, 60.2, 60.3, 60.4, 60.5, 60.7, 60.9})
    void scenario15AnAgentThatStopsBetweenCheckAndActHoldsNoExpiredLease(double when) {
        play(Scenario.of("15 agent B stands still at " + when).fencers().at(60, Stage::failover).at(when, s -> s.freezeAgent(B, 60))
                .until(240).expect(play -> play.signersAt(240).length() == 1 ? null : "able to sign: " + play.signersAt(240)), 2);
        play(Scenario.of("15 without fencers, agent B stands still at " + when).at(60, Stage::failover)
                .at(when, s -> s.freezeAgent(B, 60)).until(240)
                .expect(play -> play.signersAt(240).length() == 1 ? null : "able to sign: " + play.signersAt(240)), 2);
    }

    @Test
    void scenario16AShortPauseChangesNothing() {
        play(Scenario.of("16 agents stand still for two seconds").fencers().at(60, s -> s.freezeAgent(A, 2))
                .at(80, s -> s.freezeAgent(A, 2))
                .at(100, s -> s.freezeAgent(B, 2)).stays());
    }

    @Test
    void scenario17AHostThatWakesIsDemotedWithinTheMomentItsFenceNeeds() {
        play(Targeted.hostSleeps());
        play(Scenario.of("17 host A sleeps for five minutes").fencers().judgedAs(RunClass.SUSPENDS).at(60, s -> s.suspendHost(A, 300))
                .promoted(B, 60, 68, 78).signs("B", 364, 420).until(420)
                .expect(play -> play.longestBoth() <= 2.5 ? null : "two can sign for " + play.longestBoth() + " s"));
    }

    @Test
    void scenario38AnAgentThatRestartedAfterAPromiseRefuses() {
        play(Targeted.peerHasForgottenItsPromise());
    }

    @Test
    void scenario39AHostThatIsBeingPromotedPromisesNothing() {
        play(Scenario.of("39 A reaches B again while B takes the identity").evidenceOff().at(40, s -> s.cutBoth(A, B))
                .at(55, s -> s.cut(A, M)).at(57, s -> s.cut(M, A)).at(55, s -> s.setting(B, slow(3))).at(64.8, s -> s.healBoth(A, B))
                .promoted(B, 60, 66, 71).signs("B", 71, 120));
    }

    @Test
    void scenario18AWallClockThatIsSetMakesNoTwoVoters() {
        play(Scenario.of("18 A's wall clock goes back").at(60, s -> s.stepWall(A, -60)).stays());
        play(Scenario.of("18 B's wall clock goes back and forth").at(60, s -> s.stepWall(B, -60)).at(90, s -> s.stepWall(B, 60)).stays());
        play(Scenario.of("18 M's wall clock goes back and forth").at(60, s -> s.stepWall(M, -60)).at(90, s -> s.stepWall(M, 60)).stays());
        play(Scenario.of("18 A's wall clock goes forward").at(60, s -> s.stepWall(A, 60)).until(140)
                .expect(play -> play.signersAt(130).length() == 1 ? null : "able to sign: " + play.signersAt(130)));
        play(Targeted.wallClockGoesBack());
    }
}
