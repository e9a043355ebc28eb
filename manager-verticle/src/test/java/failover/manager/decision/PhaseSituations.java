package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import failover.manager.decision.Failure.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** How an operation is brought to each of its phases, there and on the way back. */
final class PhaseSituations {
    static final String BACK = "back: ";

    /** How an operation is brought to a phase. */
    static final Map<String, Consumer<ManagerAtWork>> SITUATIONS = new TreeMap<>(Map.ofEntries(
            Map.entry("PERSISTING_DEMOTION", m -> hanging(m, ManagerAtWork::ask)),
            Map.entry("DEMOTING", ManagerAtWork::ask),
            Map.entry("FINAL_CHECK", PhaseSituations::finalCheck),
            Map.entry("PERSISTING_PROMOTION", m -> {
                m.ask();
                hanging(m, it -> it.reply("done"));
            }),
            Map.entry("PROMOTING", PhaseSituations::promoting),
            Map.entry("READING_OUTCOME", m -> readingOutcome(m, PhaseSituations::promoting)),
            Map.entry("PERSISTING_CLEARING", m -> hanging(m, it -> clearing(it, PhaseSituations::promoting))),
            Map.entry("CLEARING", m -> clearing(m, PhaseSituations::promoting)),
            Map.entry("AWAITING_RETRY", m -> {
                clearing(m, PhaseSituations::promoting);
                m.noReply(Kind.NO_ANSWER);
            }),
            Map.entry(BACK + "PERSISTING_PROMOTION", m -> {
                promoting(m);
                hanging(m, it -> it.reply("refused"));
            }),
            Map.entry(BACK + "PROMOTING", PhaseSituations::back),
            Map.entry(BACK + "READING_OUTCOME", m -> readingOutcome(m, PhaseSituations::back)),
            Map.entry(BACK + "PERSISTING_CLEARING", m -> hanging(m, it -> clearing(it, PhaseSituations::back))),
            Map.entry(BACK + "CLEARING", m -> clearing(m, PhaseSituations::back)),
            Map.entry(BACK + "AWAITING_RETRY", m -> {
                clearing(m, PhaseSituations::back);
                m.noReply(Kind.NO_ANSWER);
            })));

    private PhaseSituations() {
    }

    /** A pair whose operation is in that phase; two sources see that nobody votes, and an {@link OperationWatch} sees all. */
    static ManagerAtWork at(String situation) {
        ManagerAtWork manager = new ManagerAtWork();
        manager.sources = List.of("one", "two");
        manager.votes.put("one", 900L);
        manager.votes.put("two", 900L);
        manager.leased();
        new OperationWatch(manager, false);
        SITUATIONS.get(situation).accept(manager);
        assertEquals(situation, where(manager));
        return manager;
    }

    /** The phase of its operation, or who has the identity where that is over. */
    static String where(ManagerAtWork manager) {
        Operation move = manager.state.move;
        return move == null ? "over: " + manager.state.holder : (move.back() ? BACK : "") + move.phase;
    }

    private static void hanging(ManagerAtWork manager, Consumer<ManagerAtWork> step) {
        manager.diskHangs = true;
        step.accept(manager);
        assertEquals(1, manager.hanging.size());
    }

    private static void promoting(ManagerAtWork manager) {
        manager.ask();
        manager.reply("done");
    }

    private static void back(ManagerAtWork manager) {
        promoting(manager);
        manager.reply("refused");
    }

    private static void clearing(ManagerAtWork manager, Consumer<ManagerAtWork> before) {
        boolean hangs = manager.diskHangs;
        manager.diskHangs = false;
        before.accept(manager);
        manager.diskHangs = hangs;
        manager.reply("unknown");
    }

    private static void readingOutcome(ManagerAtWork manager, Consumer<ManagerAtWork> before) {
        before.accept(manager);
        manager.noReply(Kind.NO_ANSWER);
    }

    private static void finalCheck(ManagerAtWork manager) {
        manager.a().answers = false;
        manager.a().active = false;
        for (int i = 0; i < 12 && manager.commands.isEmpty(); i++) {
            manager.clusterSlot += 5;
            manager.beats(1);
        }
        manager.noReply(Kind.NO_ANSWER);
    }
}
