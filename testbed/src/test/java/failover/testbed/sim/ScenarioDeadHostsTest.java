package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;

import failover.testbed.sim.Fault.Kind;
import org.junit.jupiter.api.Test;

/** Hosts and validators that die, and come back. */
class ScenarioDeadHostsTest {
    @Test
    void scenario9AHostThatLosesItsPowerIsReplacedAfterE3AndComesBackPassive() {
        play(Scenario.of("9 host A loses its power").fencers().at(60, s -> s.powerLoss(A)).at(200, s -> s.powerBack(A))
                .promoted(B, 60, 68, 74).signs("B", 74, 260).moves(1).until(260));
    }

    /** Its successor gives the identity up by itself: it is no failover when that gets it back, and no cooldown keeps it. */
    @Test
    void scenario9TheSuccessorOfADeadHostGetsTheIdentityBackAfterTheManagerWasAway() {
        play(Scenario.of("9 A loses its power, and M is away for half a minute later").fencers().at(60, s -> s.powerLoss(A))
                .at(120, Stage::killManager).at(150, Stage::startManager).promoted(B, 60, 68, 74).signs("B", 74, 123)
                .promoted(B, 130, 150, 180).signs("B", 180, 300).moves(2).until(300));
    }

    @Test
    void scenario10AValidatorThatDiesBesideItsAgentIsReplacedAtOnce() {
        play(Scenario.of("10 A's validator dies").at(60, s -> s.crashValidator(A, 30)).promoted(B, 60, 60, 64.5).signs("B", 64.5, 120)
                .moves(1));
    }

    @Test
    void scenario11AValidatorInACrashLoopIsReplacedOnce() {
        play(Scenario.of("11 A's validator dies every 40 s").at(60, s -> s.crashValidator(A, 3)).at(100, s -> s.crashValidator(A, 3))
                .at(140, s -> s.crashValidator(A, 3)).at(180, s -> s.crashValidator(A, 3)).moves(1).signs("B", 70, 240).until(240));
    }

    @Test
    void scenario31AFullyIsolatedActiveDemotesItselfAndComesBackPassive() {
        play(Scenario.of("31 A is cut off from everything for ten minutes").at(60, s -> {
            s.isolate(A);
            s.open(Kind.VALIDATOR_ISOLATED, A, 600);
        }).at(660, Stage::healAll).says("A", "FENCING THIS HOST").promoted(B, 60, 68, 76).signs("B", 76, 720).moves(1).until(720));
    }

    @Test
    void scenario32AZombieIsNeverReplacedWhereAFencerIsRequired() {
        play(Scenario.of("32 the same, the agent is dead, no fencer, and one is required").fencingRequired().at(60, s -> {
            s.isolate(A);
            s.open(Kind.VALIDATOR_ISOLATED, A, 300);
            s.killAgent(A);
        }).at(360, Stage::healAll).verdict("active_dead_unfenced", 75, 300).stays().until(420));
    }

    @Test
    void scenario32AZombieWithAFencerIsDeadBeforeItIsReplaced() {
        play(Scenario.of("32 the same with a fencer").fencingRequired().fencers().at(60, s -> {
            s.isolate(A);
            s.open(Kind.VALIDATOR_ISOLATED, A, 300);
            s.killAgent(A);
        }).at(360, Stage::healAll).says("A", "fencer has fenced").promoted(B, 60, 68, 76).signs("B", 76, 420).until(420));
    }

    /** The residue of safety.md: nobody can stop such a host, and best_effort goes by what is seen. */
    @Test
    void scenario32WithoutAFencerAndWithoutRequiringOneTheResidueIsAsItIsStated() {
        play(Scenario.of("32 under best_effort").judgedAs(RunClass.FENCER_FAILS).at(60, s -> {
            s.isolate(A);
            s.open(Kind.VALIDATOR_ISOLATED, A, 300);
            s.killAgent(A);
        }).promoted(B, 60, 68, 76).until(420).at(360, Stage::healAll).signs("AB", 100, 420));
    }

    @Test
    void scenario60OfTwoHostsThatBootStakedOneIsMadePassive() {
        play(Scenario.of("60 both boot with the staked identity").judgedAs(RunClass.FENCER_FAILS).fencers().at(60, s -> {
            s.powerLoss(A);
            s.powerLoss(B);
            s.bootStaked(A);
            s.bootStaked(B);
        }).at(100, s -> {
            s.powerBack(A);
            s.powerBack(B);
        }).until(200).expect(play -> play.longestBoth() < 20 ? null : "two can sign for " + play.longestBoth() + " s")
                .expect(play -> play.signersAt(200).length() == 1 ? null : "able to sign in the end: " + play.signersAt(200)));
    }

    @Test
    void scenario61AnAgentWithoutItsMemoryDoesNotTakeTheIdentityBack() {
        play(Scenario.of("61 A comes back without its state file").at(60, Stage::failover).at(90, s -> s.restartAgentWithoutMemory(A, 2))
                .signs("B", 63, 180).moves(1).until(180));
    }
}
