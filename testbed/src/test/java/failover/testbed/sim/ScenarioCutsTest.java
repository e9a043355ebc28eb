package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.M;

import failover.protocol.wire.Action;
import org.junit.jupiter.api.Test;

/** Links that are cut, one way or both, and messages that come late. */
class ScenarioCutsTest {
    @Test
    void scenario19WithoutAManagerThePairLivesOnPromises() {
        play(Scenario.of("19 M dies for ever").at(60, Stage::killManager).stays().until(1200));
    }

    @Test
    void scenario20AnActiveThatHearsNobodyDemotesItselfAndIsReplaced() {
        play(Scenario.of("20 A hears neither M nor B").at(60, s -> s.isolate(A)).says("A", "FENCING THIS HOST").promoted(B, 60, 68, 84)
                .signs("B", 84, 140).until(140));
    }

    @Test
    void scenario21TheManagersPathToTheActiveIsCut() {
        play(Scenario.of("21 M and A").at(60, s -> s.cutBoth(M, A)).stays().verdict("manager_path_lost", 75, 300).until(300));
        play(Targeted.peerHasPromised());
    }

    @Test
    void scenario22PollsAreLostButAnswersWouldPass() {
        play(Scenario.of("22 M to A").at(60, s -> s.cut(M, A)).stays().verdict("manager_path_lost", 75, 300).until(300));
    }

    @Test
    void scenario23PollsArriveButAnswersAreLost() {
        play(Scenario.of("23 A to M").at(60, s -> s.cut(A, M)).stays().verdict("manager_path_lost", 75, 300).until(300));
    }

    @Test
    void scenario23WithoutAPeerTheLeaseEndsOnTimeAlthoughPollsArrive() {
        play(Scenario.of("23 A to M, and no peer").evidenceOff().at(40, s -> s.cutBoth(A, B)).at(60, s -> s.cut(A, M)).signs("A", 0, 63)
                .says("A", "FENCING THIS HOST").promoted(B, 60, 67, 73));
    }

    @Test
    void scenario24ThePeerLinkAloneChangesNothingButIsSaid() {
        play(Scenario.of("24 A and B").at(60, s -> s.cutBoth(A, B)).stays().says("A", "no promise from the peer").until(300));
    }

    @Test
    void scenario25AnIsolatedManagerDoesNothing() {
        play(Scenario.of("25 M sees neither").at(60, s -> {
            s.cutBoth(M, A);
            s.cutBoth(M, B);
        }).stays().verdict("both_unreachable", 75, 300).until(300).at(300, Stage::healAll));
    }

    @Test
    void scenario33APromotionThatWasHeldForAMinuteIsRefused() {
        play(Scenario.of("33 become_active is held, and M restarts").at(60, s -> {
            s.hold(Action.BECOME_ACTIVE, B, 60);
            s.failover();
        }).at(62, s -> s.restartManager(5)).signs("A", 110, 200).until(200).neverSays("B", "=== BECOMING ACTIVE"));
        play(Targeted.orderFromBeforeTheRestart());
    }

    @Test
    void scenario34APollThatIsLateExtendsNothing() {
        play(Scenario.of("34 a poll is processed 40 s late").evidenceOff().at(40, s -> s.cutBoth(A, B)).at(51, s -> s.slowTo(A, 40))
                .at(60, s -> s.cut(M, A)).at(60, s -> s.cut(A, M)).promoted(B, 55, 60, 65).signs("B", 65, 140).until(140));
        play(Targeted.pollsComeLate());
    }

    @Test
    void scenario35ASecondManagerIsRefused() {
        play(Scenario.of("35 M2 beside M").at(60, s -> s.startSecondManager(true, true)).stays().says("A", "ALARM: a second manager")
                .says("B", "ALARM: a second manager").until(240));
        play(Scenario.of("35 A is reached by M alone, B by M2 alone").at(60, s -> {
            s.cutBoth(M, B);
            s.startSecondManager(false, true);
        }).stays().until(400));
    }
}
