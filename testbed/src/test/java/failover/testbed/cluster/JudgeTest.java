package failover.testbed.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import failover.testbed.cli.JudgeCommand;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final long SLOT = 400_000_000L;
    private final Judge judge = new Judge(0);

    private void votes(String who, int from, int to) {
        for (int slot = from; slot <= to; slot++) {
            judge.signed(who, slot, slot * SLOT);
        }
    }

    private JsonObject report(long slot) {
        return judge.report(slot * SLOT);
    }

    @Test
    void aCleanHandoverIsClean() {
        judge.takes("a", OptionalLong.empty(), 0);
        votes("a", 1, 10);
        judge.drops("a", 10 * SLOT + 1);
        judge.takes("b", OptionalLong.of(10), 10 * SLOT + 2);
        votes("b", 12, 20);
        JsonObject report = report(20);
        assertEquals("clean", report.getString("verdict"));
        assertEquals(new JsonObject().put("a", 10).put("b", 9).encode(), report.getJsonObject("votes").encode());
        assertEquals(800, report.getJsonObject("longest_gap").getLong("ms"));
        assertEquals(1, report.getJsonObject("longest_gap").getLong("slots_missed"));
        assertNull(report.getJsonObject("last_gap"), "two slots are not a gap worth listing");
        JsonObject handover = report.getJsonObject("last_handover");
        assertEquals(800, handover.getLong("ms"), "but a handover it is");
        assertEquals("a to b", handover.getString("from") + " to " + handover.getString("to"));
        assertEquals(0, report.getJsonArray("takeovers").getJsonObject(1).getLong("tower_behind"));
    }

    @Test
    void theSameSlotFromTwoIsADoubleVote() {
        votes("a", 1, 5);
        assertNull(report(5).getJsonObject("last_handover"), "there was none yet");
        judge.signed("b", 5, 5 * SLOT + 1000);
        JsonObject report = report(6);
        assertEquals("guilty", report.getString("verdict"));
        assertEquals(1, report.getLong("double_votes"));
        assertEquals(new JsonArray().add(5), new JsonArray(report.getJsonArray("double_voted_slots").encode()));
    }

    @Test
    void alternatingVotesThatGoBackAreAViolation() {
        votes("a", 1, 10);
        judge.signed("b", 9, 11 * SLOT);
        assertEquals(1, report(11).getLong("lockout_violations"));
        assertEquals("guilty", report(11).getString("verdict"));
    }

    @Test
    void aValidatorThatForgetsItsOwnVotesIsConvicted() {
        votes("a", 1, 10);
        judge.signed("a", 10, 12 * SLOT);
        assertEquals(1, report(12).getLong("lockout_violations"));
    }

    @Test
    void aLateReportOfAnEarlierVoteIsNoViolation() {
        judge.signed("a", 10, 10 * SLOT);
        judge.signed("b", 12, 12 * SLOT);
        judge.signed("a", 11, 11 * SLOT);
        assertEquals(0, report(12).getLong("lockout_violations"));
    }

    @Test
    void twoCarriersAreGuiltyEvenIfNeitherVotes() {
        judge.takes("a", OptionalLong.empty(), 0);
        judge.takes("b", OptionalLong.empty(), 5 * SLOT);
        assertEquals(400, report(6).getLong("dual_identity_ms"));
        judge.drops("a", 7 * SLOT);
        assertEquals(800, report(100).getLong("dual_identity_ms"));
        assertEquals("guilty", report(100).getString("verdict"));
    }

    @Test
    void aGapIsListedWithItsEndsAndItsSlots() {
        votes("a", 1, 10);
        votes("b", 20, 22);
        JsonObject gap = report(22).getJsonObject("last_gap");
        assertEquals(4000, gap.getLong("ms"));
        assertEquals(4000, gap.getLong("start_ms"));
        assertEquals(8000, gap.getLong("end_ms"));
        assertEquals(9, gap.getLong("slots_missed"));
        assertEquals("a to b", gap.getString("from") + " to " + gap.getString("to"));
    }

    @Test
    void aTowerThatIsBehindIsMeasured() {
        votes("a", 1, 10);
        judge.takes("b", OptionalLong.of(4), 11 * SLOT);
        assertEquals(6, report(11).getJsonArray("takeovers").getJsonObject(0).getLong("tower_behind"));
    }

    @Test
    void aResetForgetsVotesButNotWhoCarriesTheIdentity() {
        judge.takes("a", OptionalLong.empty(), 0);
        votes("a", 1, 10);
        Judge fresh = judge.reset(10 * SLOT);
        fresh.takes("b", OptionalLong.empty(), 11 * SLOT);
        JsonObject report = fresh.report(12 * SLOT);
        assertEquals(0, report.getJsonObject("votes").size());
        assertEquals(400, report.getLong("dual_identity_ms"));
    }

    @Test
    void theReportForPeopleIsAFewLines() {
        assertEquals(3, JudgeCommand.text(report(0)).lines().count());
        votes("a", 1, 10);
        votes("b", 20, 22);
        assertEquals(7, JudgeCommand.text(report(22)).lines().count());
    }
}
