package failover.manager.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * E10: a manager ends after each single effect of every sequence an operation can take, and begins anew with what was durable then. It
 * finishes the operation or undoes it, and never has two on the way ({@link OperationWatch}).
 */
class CrashTest {
    /** How the operation comes about, and how its commands are answered, the rest of them with done. */
    private record Sequence(Consumer<ManagerAtWork> begin, List<String> answers, Set<String> passes) {
        static Sequence of(Consumer<ManagerAtWork> begin, String answers, String passes) {
            return new Sequence(begin, answers.isEmpty() ? List.of() : List.of(answers.split(", ")), Set.of(passes.split(" ")));
        }
    }

    /** The process ends here. */
    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** What becomes of a command that is out when the manager ends. */
    private enum Fate { LOST, OBEYED, LATE }

    private static final String THERE = "PERSISTING_DEMOTION DEMOTING PERSISTING_PROMOTION PROMOTING";
    private static final String CLEARED = THERE + " PERSISTING_CLEARING CLEARING";

    private static final Map<String, Sequence> SEQUENCES = new TreeMap<>(Map.ofEntries(
            Map.entry("planned move", Sequence.of(ManagerAtWork::ask, "", THERE)),
            Map.entry("silent holder", Sequence.of(CrashTest::silent, "silent", THERE + " FINAL_CHECK")),
            Map.entry("sick holder", Sequence.of(CrashTest::sick, "", THERE)),
            Map.entry("vacancy", Sequence.of(m -> m.a().active = false, "", THERE)),
            Map.entry("two actives", Sequence.of(CrashTest::twoActives, "", "PERSISTING_DEMOTION DEMOTING")),
            Map.entry("way back", Sequence.of(ManagerAtWork::ask, "done, refused", THERE)),
            Map.entry("way back, unanswered", Sequence.of(ManagerAtWork::ask, "done, refused, obeyed", THERE + " READING_OUTCOME")),
            Map.entry("outcome read", Sequence.of(ManagerAtWork::ask, "done, obeyed", THERE + " READING_OUTCOME")),
            Map.entry("outcome unknown", Sequence.of(ManagerAtWork::ask, "done, slow", CLEARED + " READING_OUTCOME")),
            Map.entry("clearing", Sequence.of(ManagerAtWork::ask, "done, unknown", CLEARED)),
            Map.entry("clearing, unanswered", Sequence.of(ManagerAtWork::ask, "done, slow, lost, lost",
                    CLEARED + " READING_OUTCOME AWAITING_RETRY")),
            Map.entry("way back, unknown", Sequence.of(ManagerAtWork::ask, "done, refused, slow", CLEARED + " READING_OUTCOME")),
            Map.entry("clearing of the old holder", Sequence.of(ManagerAtWork::ask, "done, refused, unknown", CLEARED))));

    private static void silent(ManagerAtWork manager) {
        manager.a().answers = false;
        manager.a().active = false;
    }

    private static void sick(ManagerAtWork manager) {
        manager.a().healthy = false;
    }

    private static void twoActives(ManagerAtWork manager) {
        manager.b().active = true;
        manager.b().epoch = 2;
    }

    private static Set<String> sequences() {
        return SEQUENCES.keySet();
    }

    private static ManagerAtWork pair() {
        ManagerAtWork manager = new ManagerAtWork();
        manager.sources = List.of("one", "two");
        manager.votes.put("one", 900L);
        manager.votes.put("two", 900L);
        return manager.leased();
    }

    /** Plays it until the operation is over; false where the manager ended before. */
    private static boolean play(ManagerAtWork manager, OperationWatch watch, Sequence sequence, Set<String> passed) {
        Deque<String> answers = new ArrayDeque<>(sequence.answers());
        boolean begun = false;
        try {
            sequence.begin().accept(manager);
            for (int i = 0; i < 40; i++) {
                if (begun && manager.state.move == null) {
                    return true;
                }
                begun |= manager.state.move != null;
                if (manager.commands.isEmpty()) {
                    manager.clusterSlot += 5;
                    manager.beats(1);
                } else {
                    answer(manager, watch, answers.isEmpty() ? "done" : answers.remove());
                }
            }
        } catch (Crash e) {
            return false;
        }
        throw new AssertionError("it does not end: " + manager.state.judgement + " " + passed);
    }

    private static void answer(ManagerAtWork manager, OperationWatch watch, String answer) {
        ManagerEffect.Command command = manager.commands.peek();
        switch (answer) {
            case "done":
                assertTrue(watch.obey(command), command.toString());
                manager.reply("done");
                break;
            case "obeyed":
                assertTrue(watch.obey(command), command.toString());
                manager.noReply(Failure.Kind.NO_ANSWER);
                break;
            case "slow":
                // Nobody waits for it any more, and it is on its way still.
                watch.underWay(List.of(command));
                manager.noReply(Failure.Kind.NO_ANSWER);
                break;
            case "lost":
            case "silent":
                manager.noReply(Failure.Kind.NO_ANSWER);
                break;
            default:
                manager.reply(answer);
        }
    }

    @ParameterizedTest
    @MethodSource("sequences")
    void aManagerThatEndsAfterAnyEffectOfAnOperationComesToOneHolder(String name) {
        int effects = 0;
        while (crashed(name, effects + 1, Fate.LOST)) {
            effects++;
            crashed(name, effects, Fate.OBEYED);
            crashed(name, effects, Fate.LATE);
        }
        assertTrue(effects > 10, name + " has so few effects: " + effects);
    }

    /** The manager ends after that effect and begins anew; false where the sequence has not so many. */
    private static boolean crashed(String name, int after, Fate fate) {
        String where = name + ", ended after effect " + after + ", what was out is " + fate;
        ManagerAtWork manager = pair();
        OperationWatch watch = new OperationWatch(manager, "two actives".equals(name));
        int[] count = {0};
        manager.watch = effect -> {
            watch.accept(effect);
            if (++count[0] == after) {
                throw new Crash();
            }
        };
        try {
            if (play(manager, watch, SEQUENCES.get(name), new TreeSet<>())) {
                return false;
            }
            watch.underWay(List.copyOf(manager.commands));
            if (fate == Fate.LOST) {
                watch.lost();
            } else if (fate == Fate.OBEYED) {
                watch.arrives();
            }
            manager.watch = watch;
            manager.commands.clear();
            manager.memory = manager.saved;
            manager.run = "run-2";
            manager.begin().beats(3);
            watch.arrives();
            watch.settle(300);
        } catch (AssertionError e) {
            throw new AssertionError(where + ": " + e.getMessage() + "\n" + String.join("\n", manager.lines), e);
        }
        return true;
    }

    /** So that none of the sequences becomes another one unseen; together they pass every phase. */
    @Test
    void eachSequencePassesThePhasesItIsThereFor() {
        Set<String> all = new TreeSet<>();
        SEQUENCES.forEach((name, sequence) -> {
            ManagerAtWork manager = pair();
            OperationWatch watch = new OperationWatch(manager, "two actives".equals(name));
            Set<String> passed = new TreeSet<>();
            manager.watch = effect -> {
                watch.accept(effect);
                if (manager.state.move != null) {
                    passed.add(manager.state.move.phase.name());
                }
            };
            assertTrue(play(manager, watch, sequence, passed), name);
            assertNull(manager.saved.intent(), name);
            assertEquals(new TreeSet<>(sequence.passes()), passed, name);
            watch.arrives();
            watch.settle(300);
            all.addAll(passed);
        });
        for (Phase phase : Phase.values()) {
            assertTrue(all.contains(phase.name()), phase.name());
        }
    }
}
