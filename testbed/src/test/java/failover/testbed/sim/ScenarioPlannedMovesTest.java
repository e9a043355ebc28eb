package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.HANGS;
import static failover.testbed.sim.Stage.M;
import static failover.testbed.sim.Stage.REFUSED;
import static failover.testbed.sim.Stage.WORKS;
import static failover.testbed.sim.Stage.landsLate;

import failover.agent.decision.CommandKind;
import failover.protocol.wire.Action;
import failover.testbed.sim.Fault.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planned moves, and what can go wrong in them. */
class ScenarioPlannedMovesTest {
    @Test
    void scenario2AnOperatorSwitchesAndNobodyMissesMoreThanAMomentOfVotes() {
        play(Targeted.plannedSwitchover().says("M", "=== FAILOVER COMPLETE === (op=manager1-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"VALIDATOR_SICK", "VALIDATOR_LAGS", "VALIDATOR_MUTE"})
    void scenario3AnUnfitTargetIsRefusedAndNothingIsSentToA(Kind kind) {
        play(Scenario.of("3 the target is unfit").at(45, s -> s.open(kind, B)).at(60, Stage::failover).stays().operatorsAreAnswered(503)
                .neverSays("A", "=== BECOMING"));
    }

    @Test
    void scenario4ADemotionThatFailsLeavesAWhereItIs() {
        play(Scenario.of("4 A's validator refuses").at(50, s -> s.removing(A, REFUSED)).at(60, Stage::failover).signs("A", 0, 120).moves(1)
                .completed(0).operatorsAreAnswered(500).neverSays("B", "=== BECOMING"));
    }

    @Test
    void scenario5ADemotionThatTakesEffectLateIsVerifiedBeforeAnybodyIsPromoted() {
        play(Scenario.of("5 A gives the identity up 20 s late").at(50, s -> s.removing(A, landsLate(20))).at(60, Stage::failover)
                .at(75, s -> s.removing(A, WORKS)).operatorsAreAnswered(500).signs("A", 0, 79).until(160)
                .expect(play -> play.signersAt(160).length() == 1 ? null : "in the end able to sign: " + play.signersAt(160)));
    }

    @Test
    void scenario6APromotionThatIsRefusedGivesTheIdentityBackWithAsOwnTower() {
        play(Scenario.of("6 B cannot restore a tower").at(50, s -> s.open(Fault.Kind.TOWER_BAD, B))
                .at(50, s -> s.command(B, CommandKind.TOWER_RESTORE, REFUSED)).at(60, Stage::failover)
                .moves(1).completed(0).operatorsAreAnswered(500).gap(2.5).signs("A", 64, 120)
                .says("A", "the tower of this host is the newest")
                .says("A", "=== NOW ACTIVE === op=manager1-"));
    }

    @Test
    void scenario7ALostAnswerIsReadFromBAndNothingIsRepeated() {
        play(Scenario.of("7 B's answer is lost").fencers().at(60, s -> {
            s.cut(B, M);
            s.failover();
        }).at(95, s -> s.heal(B, M)).signs("B", 63, 160).moves(1).completed(1).until(160).neverSays("A", "=== BECOMING ACTIVE")
                .expect(play -> play.said("B", "=== BECOMING ACTIVE") == 1 ? null : "become_active is repeated"));
    }

    @Test
    void scenario48ABootIdentityThatCannotBeSwitchedStopsTheMove() {
        play(Scenario.of("48 the boot identity cannot be made unstaked").symlinks()
                .at(50, s -> s.command(A, CommandKind.PASSIVE_SYMLINK, REFUSED)).at(60, Stage::failover).signs("A", 0, 120)
                .operatorsAreAnswered(500).neverSays("B", "=== BECOMING ACTIVE"));
        play(Scenario.of("48 the boot identity cannot be made staked").symlinks()
                .at(50, s -> s.command(B, CommandKind.ACTIVE_SYMLINK, REFUSED)).at(60, Stage::failover).gap(2.5).signs("A", 64, 120)
                .operatorsAreAnswered(500));
    }

    @Test
    void scenario49AnIdentityCommandThatHangsIsKilledAndThenTheValidator() {
        play(Scenario.of("49 set-identity never returns on a sick active").at(50, s -> s.removing(A, HANGS))
                .at(60, s -> s.open(Kind.VALIDATOR_SICK, A)).says("A", "killing the validator").promoted(B, 60, 68, 84).completed(1));
    }

    @Test
    void scenario56OfTwoCommandsAtOnceOneWins() {
        play(Scenario.of("56 two operators").at(60, Stage::failover).at(60.05, Stage::failover).moves(1).completed(1).signs("B", 63, 120)
                .expect(play -> play.operatorsAnswers().containsAll(java.util.List.of(503, 200)) ? null : "" + play.operatorsAnswers()));
        play(Scenario.of("56 an operator at the manager, another at A's agent").at(60, Stage::failover)
                .at(60.02, s -> s.bare(A, Action.BECOME_PASSIVE)).moves(1).signs("B", 63, 120));
        play(Scenario.of("E13 a bare become_active once a manager is known").at(60, s -> s.bare(B, Action.BECOME_ACTIVE)).stays());
    }

    @Test
    void scenario56ABarePassiveIsObeyedAndTheManagerFillsTheGap() {
        play(Scenario.of("a bare become_passive").at(60, s -> s.bare(A, Action.BECOME_PASSIVE)).until(120).gap(12)
                .expect(play -> play.signersAt(90).length() == 1 ? null : "able to sign: " + play.signersAt(90)));
    }
}
