package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;

import failover.protocol.lease.LeaseTiming;
import failover.testbed.sim.Fault.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Managers that restart, and hours in which nothing happens. */
class ScenarioRestartsTest {
    /** Q less two heartbeats: a token is echoed by the poll after the one it answered. Four hours here; {@code -Dsteady.hours=24}. */
    @Test
    void scenario1ForHoursNothingHappensAndTheLeaseNeverComesNearItsEnd() {
        double hours = Double.parseDouble(System.getProperty("steady.hours", "4"));
        Scenario steady = Scenario.of("1 steady").sources(2).fencers().clocks(1.005, 0.995, 1).watchingTheLease().stays()
                .until(hours * 3600);
        LeaseTiming numbers = steady.numbers();
        Duration slack = numbers.fenceLead().plus(numbers.jitter()).plus(numbers.heartbeat().multipliedBy(numbers.misses()));
        play(steady.expect(play -> play.leastLease().compareTo(slack) >= 0 ? null
                : "the lease had no more than " + play.leastLease() + " left, E1 leaves " + slack), 1);
    }

    /** It dies after each effect of a move in turn, for a moment or for long. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void scenario36AManagerThatStopsInAMoveFinishesItOrTakesItBack(int effects) {
        for (double down : new double[] {1, 40}) {
            play(Scenario.of("36 M dies after " + effects + " effects for " + down + " s").fencers().at(60, s -> {
                s.killManagerInMove(effects, down);
                s.failover();
            }).until(240).expect(play -> play.signersAt(240).length() == 1 ? null : "able to sign: " + play.signersAt(240)), 2);
            // B gives the identity up when neither M nor A is there to grant it: to get it back from M it needs a cooldown that is over.
            play(Scenario.of("36 the same, A is dead").fencers().cooldown(20).at(60, s -> {
                s.powerLoss(A);
                s.killManagerInMove(effects, down);
            }).signs("B", 180, 240).until(240), 2);
        }
    }

    @Test
    void scenario37AManagerThatForgotWhenItHeardAWaits() {
        play(Scenario.of("37 M restarts right after A died").at(60, s -> s.powerLoss(A)).at(61, s -> s.restartManager(1))
                .promoted(B, 60, 71.5, 77).signs("B", 77, 140).until(140));
        play(Targeted.managerStartsAfterTheCut());
    }

    /** The longer lease is waited for, whichever start of the manager granted it, and the pair lives on by the new numbers. */
    @Test
    void scenario58AManagerWithOtherNumbersWaitsForTheOldOnes() {
        play(Targeted.managerStartsWithAShorterLease());
        play(Scenario.of("58 shorter, then A dies").heartbeat(5, 5).at(80, s -> s.restartManager(0.2, 0.5, 8)).at(140, s -> s.powerLoss(A))
                .signs("A", 0, 139).promoted(B, 140, 144, 152).signs("B", 152, 200).until(200));
        play(Scenario.of("58 longer, then A dies").heartbeat(0.5, 8).at(80, s -> s.restartManager(0.2, 5, 5)).at(140, s -> s.powerLoss(A))
                .signs("A", 0, 139).promoted(B, 140, 159, 176).signs("B", 176, 240).until(240));
        play(Scenario.of("58 longer, and its disk is full, so that the next start knows nothing of it").heartbeat(0.5, 8).evidenceOff()
                .at(70, s -> s.cutBoth(A, B)).at(79, s -> s.open(Kind.MANAGER_DISK_FULL, Stage.M))
                .at(80, s -> s.restartManager(0.2, 0.5, 20)).at(87.9, s -> s.cutBoth(A, Stage.M))
                .at(88, s -> s.close(Kind.MANAGER_DISK_FULL, Stage.M)).at(88, s -> s.restartManager(0.2, 0.5, 8))
                .signs("A", 0, 88).promoted(B, 88, 92, 95).until(140));
    }

    @Test
    void scenario50AfterAFailoverTheNextOneIsAnOperators() {
        play(Scenario.of("50 A dies, and B within the cooldown").fencers().at(60, s -> s.powerLoss(A)).at(100, s -> s.powerBack(A))
                .at(290, s -> s.powerLoss(B)).signs("B", 74, 289).signs("", 291, 330).verdict("active_dead", 305, 330)
                .at(330, Stage::failover).promoted(A, 300, 330, 335).moves(2).until(400));
    }

    @Test
    void scenario51TheCooldownSurvivesARestart() {
        play(Targeted.cooldownSurvivesARestart());
    }
}
