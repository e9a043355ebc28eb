package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.CommandResult.How;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** E15. The texts are those of agave-validator 4.2.2 and 4.4.0. */
class DefiniteRefusalTest {
    private static final String ASKING = "New validator identity path: /keys/staked.json\n";
    private static final String FAILED = "Validator command failed: admin rpc error: ";
    private static final String REFUSED = FAILED + "Server returned rpc error Invalid params: Unable to load tower file for identity X: "
            + "IO Error: No such file or directory (os error 2)\n";

    private static boolean saidNo(int exit, String output) {
        return DefiniteRefusal.of(new CommandResult(How.EXITED, exit, output, Duration.ZERO));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Server returned rpc error Invalid params: Unable to load tower file for identity X: The signature on the saved tower is invalid",
        "Server returned rpc error Invalid params: Unable to load vote history file for identity X: IO Error: No such file or directory",
        "Server returned rpc error Invalid params: Failed to read identity keypair from /keys/staked.json: Permission denied",
        "Server returned rpc error Invalid params: Retry once validator start up is complete",
        "Server returned rpc error Invalid params: invalid length 2, expected a tuple of size 3.",
        "Connection refused (os error 111)",
        "Client error: ledger/admin.rpc does not exist"})
    void theValidatorsOwnWordsAreAnAnswer(String words) {
        assertTrue(saidNo(1, ASKING + FAILED + words + "\n"), words);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        // The request was read, and nothing came back.
        "oneshot canceled",
        "Server returned rpc error Internal error: Failed to apply new identity to tpu",
        "Server returned rpc error Internal error: an identity update is already in progress",
        "Connection reset by peer (os error 104)",
        "Broken pipe (os error 32)",
        ""})
    void whateverElseAClientSaysIsNone(String words) {
        assertFalse(saidNo(1, ASKING + FAILED + words + "\n"), words);
    }

    /** timeout 124, its own trouble 125, not executable 126, not found 127 (after a {@code &&}, perhaps), signals, ssh 255. */
    @ParameterizedTest
    @ValueSource(ints = {0, 124, 125, 126, 127, 130, 137, 143, 255})
    void aStatusOfAWrapperProvesNothingWhateverWasPrinted(int exit) {
        assertFalse(saidNo(exit, ASKING + REFUSED));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 123})
    void aStatusWithoutWordsProvesNothing(int exit) {
        assertFalse(saidNo(exit, ""));
        assertFalse(saidNo(exit, "Terminated\n"));
    }

    @Test
    void ofSeveralTriesEachMustHaveBeenRefused() {
        assertTrue(saidNo(1, ASKING + REFUSED + ASKING + REFUSED));
        assertFalse(saidNo(1, ASKING + FAILED + "oneshot canceled\n" + ASKING + REFUSED), "the first may still land");
        assertFalse(saidNo(1, ASKING + ASKING + REFUSED), "the first was killed without a word");
        assertFalse(saidNo(1, ASKING + REFUSED + ASKING + "Terminated\n"), "the last one was killed");
    }

    @ParameterizedTest
    @CsvSource({"TIMED_OUT", "CANCELLED", "NOT_STARTED"})
    void onlyACommandThatEndedByItselfHasAnswered(How how) {
        assertFalse(DefiniteRefusal.of(new CommandResult(how, -1, ASKING + REFUSED, Duration.ZERO)));
    }

    @Test
    void whatWasLeftOutOfALongOutputIsNotKnown() {
        assertEquals(false, saidNo(1, ASKING + REFUSED + "… 70000 bytes more"));
    }
}
