package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The checker is checked: each rule that is taken away is noticed, in a scenario that is well with it, or by the random search within a
 * budget of seeds. A rule that another one covers is taken away together with that one.
 */
class MutantTest {
    private static final long SEEDS = 3;
    private static final Map<Mutant, Hunt> HUNTS = new EnumMap<>(Mutant.class);

    /** Where a mutant is noticed. */
    private interface Hunt {
        /** What is seen; {@code null} when nothing is. */
        String caught(Mutant mutant);

        /** For the table: where it is looked for. */
        String words(Mutant mutant);
    }

    static {
        scenario(Mutant.LEASE_FROM_RECEIPT, Targeted.pollsComeLate());
        scenario(Mutant.LEASE_REVIVED_FROM_RECEIPT, Targeted.hostSleeps());
        covered(Mutant.LEASE_REVIVED, Mutant.LEASE_REVIVED_FROM_RECEIPT, Targeted.hostSleeps());
        scenario(Mutant.NO_E3_WAIT, Targeted.silenceEndsNoLease());
        scenario(Mutant.E2_LATE, Targeted.fenceTakesItsTime());
        scenario(Mutant.NO_SIGKILL, Targeted.identityWillNotComeOff());
        scenario(Mutant.NO_PEER_REFUSAL, Targeted.peerHasPromised());
        scenario(Mutant.NO_HOLD_OFF, Targeted.peerHasForgottenItsPromise());
        scenario(Mutant.PROMISE_BINDS_ALWAYS, Targeted.plannedSwitchover());
        scenario(Mutant.NO_E8, Targeted.managerStartsAfterTheCut());
        scenario(Mutant.OLD_NUMBERS_FORGOTTEN, Targeted.managerStartsWithAShorterLease());
        scenario(Mutant.NO_E11_NOR_TOWER_AGE, Targeted.orderFromBeforeTheRestart());
        covered(Mutant.NO_E11, Mutant.NO_E11_NOR_TOWER_AGE, Targeted.orderFromBeforeTheRestart());
        scenario(Mutant.WALL_CLOCK_ONLY, Targeted.wallClockGoesBack());
        scenario(Mutant.MONOTONIC_ONLY, Targeted.hostSleeps());
        scenario(Mutant.EVIDENCE_IGNORED, Targeted.managerLosesAVotingHost());
        scenario(Mutant.RPC_ERROR_MEANS_STILL, Targeted.sourceGivesErrors());
        scenario(Mutant.FROZEN_SOURCE_BELIEVED, Targeted.sourceStandsStill());
        scenario(Mutant.LAGGING_SOURCE_BELIEVED, Targeted.sourceLags());
        scenario(Mutant.OLD_EVIDENCE_BELIEVED, Targeted.votesLandAgainDuringTheLastCall());
        scenario(Mutant.ACTIVE_DEAD_OVER_UNRESOLVED, Targeted.promotedHostFallsSilent());
        scenario(Mutant.NO_ACTIVE_BY_REACHABILITY, Targeted.passiveHostDies());
        scenario(Mutant.STALE_STATUS_BELIEVED, Targeted.statusesComeLate());
        scenario(Mutant.COOLDOWN_NOT_DURABLE, Targeted.cooldownSurvivesARestart());
        scenario(Mutant.BOOT_IDENTITY_STAKED, Targeted.demotedValidatorRestarts());
        scenario(Mutant.ATTESTS_FALSELY, Targeted.nobodyFences());
        scenario(Mutant.FENCER_ARMED_LATE, Targeted.fencerActs());
        scenario(Mutant.WATCHDOG_FED_TOO_LONG, Targeted.fenceMayNotKill());
        scenario(Mutant.GRANTS_ITSELF_TIME, Targeted.restartedHolderHasWhatIsLeft());
        scenario(Mutant.COMMANDS_NOT_CUT, Targeted.commandOutlivesTheLease());
        scenario(Mutant.KILL_BELIEVED, Targeted.processCannotBeKilled());
        scenario(Mutant.HALF_DONE_CHANGE_AND_LEASE_FORGOTTEN, Targeted.agentRestartsInAPromotion());
        covered(Mutant.HALF_DONE_CHANGE_FORGOTTEN, Mutant.HALF_DONE_CHANGE_AND_LEASE_FORGOTTEN, Targeted.agentRestartsInAPromotion());
        scenario(Mutant.PEER_NOT_ASKED, Targeted.twoByHand());
        scenario(Mutant.DEAD_MAN_IN_THE_LOOP, TargetedFences.loopStandsStill());
        scenario(Mutant.LOG_BLOCKS, TargetedFences.nobodyReadsTheLog());
        scenario(Mutant.STEP_WITHOUT_END, TargetedFences.looksDrip());
        scenario(Mutant.FAILED_SET_IDENTITY_BELIEVED, ScenarioOutcomesTest.failsAndLandsLater(124));
        scenario(Mutant.PROMISED_LENGTH_FORGOTTEN_BY_BOTH, ScenarioGrantorsTest.promisesOutliveTheManagersNumbers());
        covered(Mutant.PROMISED_LENGTH_FORGOTTEN, Mutant.PROMISED_LENGTH_FORGOTTEN_BY_BOTH,
                ScenarioGrantorsTest.promisesOutliveTheManagersNumbers());
        scenario(Mutant.SECOND_PROCESS_NOT_NOTICED, ScenarioGrantorsTest.managerIsCloned());
        scenario(Mutant.NEWER_HOLDER_NOT_HEARD, ScenarioHardWorldTest.machineIsPaused());
        scenario(Mutant.PEERS_NOT_COMPARED, ScenarioGrantorsTest.peerIsAnotherHost());
        scenario(Mutant.LEASE_FILE_IGNORED, ScenarioGrantorsTest.stateFileIsLost());
        scenario(Mutant.ONE_NODE_TWICE, ScenarioHardWorldTest.oneNodeUnderTwoNames());
        random(Mutant.FAILED_DEMOTION_BELIEVED, 1, 60);
        random(Mutant.UNANSWERED_DEMOTION_BELIEVED, 1, 60);
        random(Mutant.LOST_PROMOTION_ROLLED_BACK, 1, 60);
        random(Mutant.UNKNOWN_PROMOTION_ROLLED_BACK, 1, 300);
        scenario(Mutant.PASSIVE_FROM_MEMORY, Targeted.bornStaked());
        random(Mutant.EXIT_STATUS_BELIEVED, 1, 60);
        random(Mutant.LATE_EFFECTS_IGNORED, 1, 60);
        scenario(Mutant.EPOCHS_IGNORED_NOR_E11, Targeted.orderOfAnOldEpoch());
        covered(Mutant.EPOCHS_IGNORED, Mutant.EPOCHS_IGNORED_NOR_E11, Targeted.orderOfAnOldEpoch());
        random(Mutant.EPOCH_NOT_DURABLE, 1, 600);
        random(Mutant.PAUSE_NOT_ACKNOWLEDGED, 1, 300);
        random(Mutant.TOWER_COPIED_EARLY, 1, 60);
        scenario(Mutant.STALE_TOWER_ACCEPTED, Targeted.storeIsOld());
    }

    private static void scenario(Mutant mutant, Scenario scenario) {
        HUNTS.put(mutant, new Hunt() {
            @Override
            public String caught(Mutant without) {
                assertWell(scenario);
                return trouble(without, scenario);
            }

            @Override
            public String words(Mutant without) {
                return "scenario: " + scenario.name();
            }
        });
    }

    /** Alone it does no harm, since another rule covers it: with that one taken away as well, the same scenario shows it. */
    private static void covered(Mutant mutant, Mutant both, Scenario scenario) {
        HUNTS.put(mutant, new Hunt() {
            @Override
            public String caught(Mutant without) {
                assertNull(trouble(without, scenario), without + " is noticed alone: it is no longer covered");
                return trouble(both, scenario);
            }

            @Override
            public String words(Mutant without) {
                return "covered by another rule: see " + both;
            }
        });
    }

    private static void random(Mutant mutant, long from, long budget) {
        HUNTS.put(mutant, new Hunt() {
            @Override
            public String caught(Mutant without) {
                RunResult caught = Batch.firstCaught(without, from, budget);
                return caught == null ? null : "after " + (caught.seed() - from + 1) + " seeds: " + caught.violation();
            }

            @Override
            public String words(Mutant without) {
                return "random runs, " + without.runClass() + ", " + budget + " seeds from " + from;
            }
        });
    }

    private static void assertWell(Scenario scenario) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertNull(scenario.trouble(Mutant.NONE, seed), scenario.name() + ", seed " + seed + ", with all rules");
        }
    }

    private static String trouble(Mutant mutant, Scenario scenario) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            String trouble = scenario.trouble(mutant, seed);
            if (trouble != null) {
                return trouble;
            }
        }
        return null;
    }

    @ParameterizedTest
    @EnumSource(value = Mutant.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aMissingRuleIsNoticed(Mutant mutant) {
        Hunt hunt = HUNTS.get(mutant);
        assertNotNull(hunt, mutant + " is looked for nowhere");
        String caught = hunt.caught(mutant);
        assertNotNull(caught, mutant + " (" + mutant.words() + ") is not noticed: " + hunt.words(mutant));
        System.out.println(row(mutant) + " -> " + caught);
    }

    private static String row(Mutant mutant) {
        return "| " + mutant + " | " + mutant.words() + " | " + HUNTS.get(mutant).words(mutant) + " |";
    }

    /** What this test prints is the table of docs/mutants.md, in its order. */
    @Test
    void theDocumentSaysWhereEachIsLookedFor() throws IOException {
        List<String> rows = new ArrayList<>();
        Arrays.stream(Mutant.values()).filter(mutant -> mutant != Mutant.NONE).forEach(mutant -> rows.add(row(mutant)));
        Path page = Path.of("..", "docs", "mutants.md");
        List<String> written = Files.readAllLines(page, StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Mutant")).toList();
        assertEquals(String.join("\n", rows), String.join("\n", written), "docs/mutants.md is out of date");
    }
}
