package failover.testbed.sim;

import static failover.testbed.sim.Scenes.play;
import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;
import static failover.testbed.sim.Stage.M;

import failover.testbed.sim.Fault.Kind;
import org.junit.jupiter.api.Test;

/** Who may sign is granted by somebody who meets everybody that must have let go for anyone else: lengths, managers and memories. */
class ScenarioGrantorsTest {
    private static Scenario shorterLeases(String name) {
        return Scenario.of(name).heartbeat(5, 5).at(40, s -> s.cutBoth(A, M)).at(41, s -> s.restartManager(0.2, 0.5, 8));
    }

    static Scenario promisesOutliveTheManagersNumbers() {
        return shorterLeases("M comes back with shorter leases and never "
                + "hears A again; A stays by B's promises of the old length; B restarts").evidenceOff()
                .at(90, s -> {
                    s.cutBoth(A, B);
                    s.restartAgent(B, 0.3);
                }).until(140);
    }

    /** A asked for its promises at its own, longer terms; what B waits for after its start must be that length, not the manager's. */
    @Test
    void aPromiseOfTheOldLengthHoldsABThatRestartsUnderAManagerWithShorterLeases() {
        play(promisesOutliveTheManagersNumbers());
        play(shorterLeases("the same with evidence required, A isolated from "
                + "the cluster as well").evidenceRequired()
                .at(90, s -> {
                    s.cutBoth(A, B);
                    s.open(Kind.VALIDATOR_ISOLATED, A);
                    s.restartAgent(B, 0.3);
                }).until(140));
    }

    @Test
    void aPromiseOfTheOldLengthHoldsABWithTheUsualNumbersHalvedToo() {
        play(Scenario.of("2 s x 5 becomes 1 s x 4 while A stays by B's word; "
                + "B restarts").heartbeat(2, 5).evidenceOff()
                .at(40, s -> s.cutBoth(A, M)).at(41, s -> s.restartManager(0.2, 1, 4))
                .at(90, s -> {
                    s.cutBoth(A, B);
                    s.restartAgent(B, 0.1);
                }).until(140));
    }

    /** A fencer changes nothing: A is within its lease. */
    @Test
    void notForAnInstantCanTwoSignAfterAManagerHasComeBackWithShorterLeases() {
        play(shorterLeases("shorter leases, fencers on both hosts, counted")
                .evidenceOff().judgedAs(RunClass.FENCER_FAILS).fencers()
                .at(90, s -> {
                    s.cutBoth(A, B);
                    s.restartAgent(B, 0.3);
                }).until(140).expect(play -> play.longestBoth() == 0 ? null : "two can sign for " + play.longestBoth() + " s"));
    }

    /** B's word that the manager has been silent lets A change managers: then B is bound by it, too. */
    @Test
    void whoLetsItsPeerChangeManagersIsBoundByThat() {
        play(Scenario.of("M1 is away, M2 reaches A only, and A is bound to it by B's word; then "
                + "{M2, A} | {M1, B}").evidenceOff()
                .at(30, s -> s.restartManager(50))
                .at(32, s -> s.startSecondManager(true, false))
                .at(79, s -> {
                    s.cutBoth(A, B);
                    s.cutBoth(A, M);
                }).until(140));
    }

    /** Two machines with one manager's state, a virtual machine restored elsewhere while the old one runs: same id, same start. */
    @Test
    void twoManagersOfOneIdAreNotBothObeyed() {
        play(managerIsCloned());
    }

    static Scenario managerIsCloned() {
        return Scenario.of("the manager's machine is cloned; {M, A} | {M', B}").evidenceOff()
                .at(40, s -> s.cloneManager(false, true)).at(60, s -> {
                    s.cutBoth(A, B);
                    s.cutBoth(B, M);
                }).until(120);
    }

    /** Each host has met another manager, and nobody has told them of each other but they themselves. */
    @Test
    void hostsThatObeyTwoManagersAreNotBothActive() {
        play(Scenario.of("M1 reaches A only, M2 reaches B only, from the beginning; {M1, A} | {M2, B}").evidenceOff().withoutManager()
                .at(1, s -> {
                    s.cutBoth(B, M);
                    s.startManager();
                }).at(1.5, s -> s.startSecondManager(false, true)).at(60, s -> s.cutBoth(A, B)).until(140));
        play(Scenario.of("M1 is away, M2 reaches B only, and M1 comes back to A only").evidenceOff()
                .at(30, s -> s.restartManager(50)).at(32, s -> s.startSecondManager(false, true))
                .at(79, s -> {
                    s.cutBoth(A, B);
                    s.cutBoth(B, M);
                }).until(140));
    }

    /** What a host has seen of a copy of its manager outlasts its own restart. */
    @Test
    void aRestartDoesNotForgetThatThereAreTwoOfOneManager() {
        play(Scenario.of("the manager's machine is cloned, B has heard both and starts anew; {M, A} | {M', B}").evidenceOff()
                .at(40, s -> s.cloneManager(false, true)).at(60, s -> s.cutBoth(B, M)).at(61, s -> s.restartAgent(B, 0.3))
                .at(70, s -> s.cutBoth(A, B)).until(140));
    }

    /** Its lease file is there: whoever was leased is leased to the end of that, or gives the identity up. */
    @Test
    void aHolderWhoseStateFileIsLostKeepsToItsLeaseFile() {
        play(stateFileIsLost());
    }

    static Scenario stateFileIsLost() {
        return Scenario.of("A, without a fencer, is cut off, and its agent "
                + "restarts without its state file").evidenceOff()
                .at(50, s -> s.isolate(A)).at(51, s -> s.restartAgentWithoutMemory(A, 0.5)).until(120);
    }

    /**
     * E14 of a host that was never demoted, as every passive host of a fresh installation is. A validator that starts answers nobody for up
     * to four seconds here, and nobody can know sooner with which key it came.
     */
    @Test
    void aHostThatWasNeverDemotedKeepsNoIdentityThatNobodyGranted() {
        play(Scenario.of("B, never demoted, is cut off, and its validator is "
                + "restarted with the staked key").judgedAs(RunClass.FENCER_FAILS)
                .at(50, s -> s.isolate(B)).at(55, s -> s.bootStaked(B)).at(55, s -> s.crashValidator(B, 1)).until(180)
                .expect(play -> play.longestBoth() < 5 ? null : "two validators can sign for " + play.longestBoth() + " s"));
    }

    /** An old backup of the manager's state_dir: its start is older than the one that the agents obey. */
    @Test
    void aManagerRestoredFromABackupIsObeyedAgain() {
        play(Scenario.of("the manager starts from last week's "
                + "backup, and B's host dies").fencers().cooldown(5)
                .at(12, s -> s.backUpManager()).at(15, s -> s.restartManager(0.5)).at(25, s -> s.restartManager(0.5))
                .at(35, s -> s.restartManager(0.5)).at(50, s -> s.restoreManager(1)).at(120, s -> s.powerLoss(B)).until(400)
                .signs("A", 60, 400));
    }

    /** A stays by the word of the B of old, and the manager would promote the new one, which has promised nothing. */
    @Test
    void aHostThatIsNotTheHoldersPeerIsNotPromotedOnItsSilence() {
        play(peerIsAnotherHost());
    }

    static Scenario peerIsAnotherHost() {
        return Scenario.of("B is replaced by C, A's peer_endpoint still leads to the old B; M loses A").evidenceOff()
                .at(30, Stage::replaceB).at(70, s -> s.cutBoth(A, M)).until(140);
    }

    /** The same, and A stays by the manager's word; C is promoted by hand while the manager is away. */
    @Test
    void aPlannedMoveToAHostThatIsNotTheHoldersPeerEndsWithOneVoterToo() {
        play(Scenario.of("B is replaced by C, and an operator switches to it").evidenceOff()
                .at(30, Stage::replaceB).at(70, Stage::failover).until(140));
    }
}
