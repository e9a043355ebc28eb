package failover.protocol.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.config.GoFlags.Flag;
import failover.protocol.config.GoFlags.Kind;
import failover.protocol.config.GoFlags.Parsed;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoFlagsTest {
    private final GoFlags flags = new GoFlags("prog", "Does things.", List.of(
            new Flag("dry-run", Kind.SWITCH, "dry_run", "true", "100% dry."),
            new Flag("interval", Kind.DURATION, "heartbeat_interval", "2s", "Interval."),
            new Flag("misses", Kind.INTEGER, "misses_before_failover", "5", "Misses."),
            new Flag("log-file", Kind.TEXT, "log_file", "", "Log."),
            new Flag("help", Kind.SWITCH, "", "", "Help.")));

    @Test
    void oneDashAndTwoDashesAreTheSame() {
        Parsed one = flags.parse("-interval", "3s", "-misses=7", "-dry-run=false");
        assertEquals(one, flags.parse("--interval=3s", "--misses", "7", "--dry-run=false"));
        assertEquals("flag --interval", one.settings().get("heartbeat_interval").where());
    }

    @Test
    void aFlagThatWasNotWrittenIsNotThere() {
        assertTrue(flags.parse().settings().isEmpty());
        assertTrue(flags.parse("--").settings().isEmpty());
    }

    @Test
    void theLastOfTwoWins() {
        assertEquals("9", flags.parse("--misses=7", "-misses=9").values().get("misses"));
    }

    @Test
    void aValueMayLookLikeAFlagOrHoldAnEqualsSignAnAtOrQuotes() {
        for (String value : List.of("-dry-run", "a=b", "@file", "\"quoted\"", "--", "")) {
            assertEquals(value, flags.parse("--log-file", value).values().get("log-file"), value);
        }
        assertEquals("=", flags.parse("--log-file==").values().get("log-file"));
        assertEquals(Optional.empty(), flags.parse("--log-file=").text("log-file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "t", "T", "true", "TRUE", "True"})
    void everyGoWordForTrueCounts(String word) {
        assertTrue(flags.parse("--dry-run=" + word).on("dry-run"));
        assertTrue(flags.parse("--dry-run").on("dry-run"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "f", "F", "false", "FALSE", "False"})
    void everyGoWordForFalseCounts(String word) {
        assertFalse(flags.parse("--dry-run=" + word).on("dry-run"));
    }

    @Test
    void aSwitchWithASpacedValueIsRefusedWithTheHint() {
        String message = refused("--dry-run", "false", "--misses=3");
        assertTrue(message.contains("write --dry-run=false"), message);
    }

    @ParameterizedTest
    @CsvSource({"0x10,16", "1_000,1000", "017,15", "0b11,3", "0o17,15", "0,0", "-3,-3", "+4,4", "0x_f,15", "0_7,7"})
    void integersAreReadAsGoDoes(String text, long value) {
        flags.parse("--misses=" + text);
        assertEquals(Optional.of(value), GoScalars.integer(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "five", "1.0", "_1", "1_", "1__0", "0x", "08", "1e3", "99999999999999999999"})
    void whatIsNoIntegerIsRefused(String text) {
        assertTrue(refused("--misses=" + text).contains("--misses"));
    }

    @Test
    void aDurationNeedsAUnit() {
        assertTrue(refused("--interval", "5").contains("\"5s\""));
    }

    @Test
    void anUnknownFlagNamesTheNearest() {
        assertTrue(refused("--intervall=3s").contains("did you mean --interval?"));
        assertTrue(refused("-").contains("not a flag"));
        assertTrue(refused("---misses=3").contains("unknown flag ---misses; did you mean --misses?"));
        assertTrue(refused("--=3").contains("unknown flag"));
    }

    @Test
    void aFlagWithoutItsValueIsRefused() {
        assertTrue(refused("--misses").contains("--misses=<int>"));
    }

    @Test
    void aWordThatIsNoFlagIsRefusedWhereGoStopsReading() {
        assertTrue(refused("run", "--misses=3").contains("\"run\" is not a flag"));
        assertTrue(refused("--", "x").contains("is not a flag"));
        assertTrue(refused("--dry-run", "no").contains("\"no\" is not a flag"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-h", "--h", "-help", "--help"})
    void helpIsAskedForInFourWays(String word) {
        assertTrue(flags.parse(word).on("help"));
        assertTrue(flags.usage().contains("100% dry. (default true)"), flags.usage());
    }

    private String refused(String... args) {
        return assertThrows(UsageException.class, () -> flags.parse(args)).getMessage();
    }

    @Test
    void aFlagThatMeansNothingByItselfIsRefusedWithTheOneItGoesWith() {
        GoFlags both = new GoFlags("p", "s", List.of(new GoFlags.Flag("now", GoFlags.Kind.SWITCH, "", "", "."),
            new GoFlags.Flag("sure", GoFlags.Kind.SWITCH, "", "", ".", "now")));
        assertTrue(both.parse("--sure", "--now").on("sure"));
        assertTrue(both.parse("--sure=false").values().containsKey("sure"));
        assertEquals("--sure goes with --now, and does nothing without it",
            assertThrows(UsageException.class, () -> both.parse("--sure")).getMessage());
    }
}
