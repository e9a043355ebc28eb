package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.decision.VoteFinding.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every combination of what nought to three sources can say: INV-6, and that more proof of life never helps a promotion. */
class EvidenceMatrixTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TIP = 1_000;
    private static final long DEMOTION_FAILED = 8 * SECOND;
    private static final long NOW = 11 * SECOND;

    /** What a source says, from the most proof of death to the most proof of life. */
    private enum Says { NO_PROGRESS, OLD, NOT_YET, LAGGING, FROZEN, ERROR, NEVER_ASKED, PROGRESS }

    private static Evidence with(Evidence before, String name, Says says) {
        return switch (says) {
            case NO_PROGRESS -> read(read(before, name, 900, 0), name, 900, 10);
            case OLD -> read(read(before, name, 900, 0), name, 900, 8);
            case NOT_YET -> read(before, name, 900, 10);
            case LAGGING -> before.with(name, new VoteReading("acc", 500, 900, 0))
                    .with(name, new VoteReading("acc", 500, 925, 10 * SECOND));
            case FROZEN -> before.with(name, new VoteReading("acc", 900, TIP, 0))
                    .with(name, new VoteReading("acc", 900, TIP, 10 * SECOND));
            case ERROR -> read(read(before, name, 900, 0), name, 900, 9).failed(name, "HTTP 429", 10 * SECOND);
            case NEVER_ASKED -> before;
            case PROGRESS -> read(read(before, name, 900, 0), name, 1_020, 10);
        };
    }

    private static Evidence read(Evidence before, String name, long vote, int second) {
        return before.with(name, new VoteReading("acc", vote, TIP + second * 25L / 10, second * SECOND));
    }

    private static VoteFinding judge(List<Says> all) {
        // The host that is suspected has a source too: it advances the tip, and is not asked for its word.
        Evidence evidence = read(read(Evidence.NONE, "[primary]", 900, 0), "[primary]", 1_024, 10);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            names.add("source" + i);
            evidence = with(evidence, "source" + i, all.get(i));
        }
        return evidence.judge(names, DEMOTION_FAILED, NOW);
    }

    private static List<List<Says>> everything(int sources) {
        if (sources == 0) {
            return List.of(List.of());
        }
        List<List<Says>> all = new ArrayList<>();
        for (List<Says> fewer : everything(sources - 1)) {
            for (Says says : Says.values()) {
                List<Says> more = new ArrayList<>(fewer);
                more.add(says);
                all.add(more);
            }
        }
        return all;
    }

    private static List<List<Says>> everything() {
        return IntStream.rangeClosed(0, 3).mapToObj(EvidenceMatrixTest::everything).flatMap(List::stream).toList();
    }

    @Test
    void inv6NoProgressOnlyWithoutAnyProgressAndByEnoughSources() {
        assertEquals(1 + 8 + 64 + 512, everything().size());
        for (List<Says> all : everything()) {
            VoteFinding found = judge(all);
            long silent = all.stream().filter(Says.NO_PROGRESS::equals).count();
            boolean progress = all.contains(Says.PROGRESS);
            Word expected = progress ? Word.PROGRESS
                    : !all.isEmpty() && silent >= Math.min(2, all.size()) ? Word.NO_PROGRESS : Word.UNKNOWN;
            assertEquals(expected, found.word(), all + " " + found.why());
            for (int i = 0; i < all.size(); i++) {
                assertTrue(found.why().contains("source" + i + " "), found.why());
            }
            boolean halted = !all.isEmpty() && all.stream().allMatch(each -> each == Says.FROZEN || each == Says.LAGGING);
            assertEquals(halted, found.clusterHalted(), all + " " + found.why());
        }
    }

    @Test
    void inv6MoreProofOfLifeNeverTurnsTheResultIntoNoProgress() {
        int tried = 0;
        for (List<Says> all : everything()) {
            if (judge(all).word() == Word.NO_PROGRESS) {
                continue;
            }
            for (int i = 0; i < all.size(); i++) {
                for (Says alive : Says.values()) {
                    if (alive.compareTo(all.get(i)) > 0) {
                        List<Says> changed = new ArrayList<>(all);
                        changed.set(i, alive);
                        assertNotEquals(Word.NO_PROGRESS, judge(changed).word(), all + " to " + changed);
                        tried++;
                    }
                }
            }
        }
        assertTrue(tried > 100, "tried " + tried);
    }

    @Test
    void aSourceMoreNeverTurnsProgressIntoAnythingElse() {
        int tried = 0;
        for (List<Says> all : everything()) {
            if (all.size() < 3 && judge(all).word() == Word.PROGRESS) {
                for (Says more : Says.values()) {
                    List<Says> changed = new ArrayList<>(all);
                    changed.add(more);
                    assertEquals(Word.PROGRESS, judge(changed).word(), changed.toString());
                    tried++;
                }
            }
        }
        assertTrue(tried > 10, "tried " + tried);
    }
}
