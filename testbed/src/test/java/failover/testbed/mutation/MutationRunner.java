package failover.testbed.mutation;

import failover.testbed.mutation.NamedTests.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Takes each rule of the lists out of the code, one at a time, and demands that the tests named there fail; and, once for each test,
 * that it passes as things are. testbed/mutations/run.sh compiles and calls it. Exit code 1: a rule is gone and nobody noticed.
 */
@Command(name = "run.sh", mixinStandardHelpOptions = true, usageHelpAutoWidth = true,
    description = "Applies the entries of testbed/mutations/*.txt one at a time; the tests that each names must fail of it.")
final class MutationRunner implements Callable<Integer> {
    private static final Duration AT_LEAST = Duration.ofSeconds(60);
    private static final int TIMES_SLOWER = 10;
    /** Tests to a JVM. */
    private static final int TOGETHER = 15;

    @Option(names = "--all", description = "every entry of every list")
    private boolean everything;
    @Option(names = "--sample", paramLabel = "N", description = "so many of them, drawn by --seed")
    private int sample;
    @Option(names = "--seed", paramLabel = "S", description = "for --sample; the same draws the same")
    private long seed;
    @Option(names = "--minutes", paramLabel = "M", description = "begin no further entry after so long")
    private int minutes;
    @Option(names = "--jobs", paramLabel = "J", description = "how many at a time; default: one for each processor, at most 4")
    private int jobs = Math.min(4, Runtime.getRuntime().availableProcessors());
    @Option(names = "--check", description = "only whether each entry applies and names tests that there are")
    private boolean check;
    @Parameters(paramLabel = "ID|LIST", description = "these entries, or all of a list (\"agentcore\" for agentcore.txt)")
    private List<String> ids = List.of();

    private final Repository repository = Repository.here();
    private final ClassPaths classPaths = new ClassPaths(repository.root());
    private final Map<String, TestJvm.Result> unmutated = new ConcurrentHashMap<>();
    private final Instant begun = Instant.now();
    private TestJvm jvm;

    private enum Verdict {
        KILLED, HARMLESS, SKIPPED, NOT_RUN, SURVIVED, ERROR
    }

    private record Row(Mutation mutation, Verdict verdict, String by, Duration took) {
        @Override
        public String toString() {
            return String.format("%-9s %-8s %5.1f s  %s%n          %s", verdict, mutation.id(), took.toMillis() / 1000.0,
                mutation.rule(), by);
        }
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new MutationRunner()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        List<Mutation> all = repository.mutations();
        List<Mutation> chosen = check ? all : chosen(all);
        List<String> wrong = repository.complaints(chosen, all);
        wrong.forEach(System.err::println);
        if (check || !wrong.isEmpty()) {
            System.out.println(wrong.size() + " complaints of " + chosen.size() + " entries");
            return wrong.isEmpty() ? 0 : 1;
        }
        if (chosen.isEmpty()) {
            System.err.println("nothing chosen of " + all.size() + " entries: --all, --sample N, an id, or a list's name");
            return 2;
        }
        jvm = new TestJvm(repository, classPaths);
        inParallel(together(chosen));
        List<Row> rows = inParallel(chosen.stream().map(each -> (Callable<Row>) () -> judged(each)).toList());
        return report(rows, all.size());
    }

    private List<Mutation> chosen(List<Mutation> all) {
        if (sample > 0) {
            List<Mutation> shuffled = new ArrayList<>(all);
            Collections.shuffle(shuffled, new Random(seed));
            System.out.println(Math.min(sample, all.size()) + " of " + all.size() + " entries, drawn by the seed " + seed);
            return shuffled.subList(0, Math.min(sample, all.size()));
        }
        Set<String> unknown = new LinkedHashSet<>(ids);
        List<Mutation> found = new ArrayList<>();
        for (Mutation each : all) {
            String list = each.list().getFileName().toString().replaceAll("\\.txt$", "");
            if (everything || ids.contains(each.id()) || ids.contains(list)) {
                found.add(each);
            }
            unknown.remove(each.id());
            unknown.remove(list);
        }
        if (!unknown.isEmpty()) {
            throw new CommandLine.ParameterException(new CommandLine(this), "neither an id nor a list: " + unknown);
        }
        return found;
    }

    private <T> List<T> inParallel(List<Callable<T>> work) throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(jobs);
        try {
            List<T> done = new ArrayList<>();
            for (Future<T> each : pool.invokeAll(work)) {
                done.add(each.get());
            }
            return done;
        } finally {
            pool.shutdownNow();
        }
    }

    /**
     * Runs the tests without real processes as things are, many to a JVM, which is most of what a run would take. Those that do not pass in
     * such company are tried alone, when it is their turn.
     */
    private List<Callable<Integer>> together(List<Mutation> chosen) {
        Map<String, Set<String>> byModule = new TreeMap<>();
        chosen.stream().flatMap(mutation -> mutation.tests().stream()).filter(test -> !test.matches(".*IT(#.*)?"))
            .forEach(test -> byModule.computeIfAbsent(repository.moduleOf(test.replaceAll("#.*", "")).orElseThrow(),
                module -> new LinkedHashSet<>()).add(test));
        List<Callable<Integer>> work = new ArrayList<>();
        byModule.forEach((module, tests) -> {
            List<String> all = List.copyOf(tests);
            for (int from = 0; from < all.size(); from += TOGETHER) {
                List<String> some = all.subList(from, Math.min(from + TOGETHER, all.size()));
                work.add(() -> {
                    try (Overlay nothing = Overlay.none(repository, classPaths)) {
                        jvm.run(module, some, nothing, Duration.ofMinutes(10)).forEach((test, result) -> {
                            if (result.outcome() == Outcome.PASSED) {
                                unmutated.put(test, result);
                            }
                        });
                    }
                    return some.size();
                });
            }
        });
        return work;
    }

    private Row judged(Mutation mutation) throws IOException, InterruptedException {
        Instant from = Instant.now();
        Row row;
        if (minutes > 0 && Duration.between(begun, from).toMinutes() >= minutes) {
            row = new Row(mutation, Verdict.NOT_RUN, "the " + minutes + " minutes are over", Duration.ZERO);
        } else {
            try (Overlay overlay = Overlay.of(mutation, repository, classPaths)) {
                row = !mutation.tests().isEmpty() ? tried(mutation, overlay, from) : new Row(mutation, Verdict.HARMLESS,
                    mutation.harmless() + "; shown by " + mutation.shownBy(), Duration.ZERO);
            } catch (IllegalArgumentException e) {
                row = new Row(mutation, Verdict.ERROR, e.getMessage(), Duration.between(from, Instant.now()));
            }
        }
        System.out.println(row);
        return row;
    }

    private Row tried(Mutation mutation, Overlay overlay, Instant from) throws IOException, InterruptedException {
        List<String> by = new ArrayList<>();
        Verdict verdict = Verdict.KILLED;
        for (String test : mutation.tests()) {
            TestJvm.Result before = unmutated(test);
            String name = test.substring(test.lastIndexOf('.') + 1);
            if (before.outcome() != Outcome.PASSED) {
                verdict = worse(verdict, before.outcome() == Outcome.SKIPPED ? Verdict.SKIPPED : Verdict.ERROR);
                by.add(name + " does not pass as things are: " + before.outcome() + " " + before.says());
                continue;
            }
            Duration limit = before.took().multipliedBy(TIMES_SLOWER).plus(AT_LEAST);
            TestJvm.Result after = run(test, overlay, limit);
            if (after == null) {
                by.add(name + ", which did not end within " + limit.toSeconds() + " s");
            } else if (after.outcome() == Outcome.FAILED) {
                by.add(name + ": " + after.says());
            } else {
                verdict = worse(verdict, after.outcome() == Outcome.BROKEN ? Verdict.ERROR : Verdict.SURVIVED);
                by.add((after.outcome() == Outcome.BROKEN ? "" : "not noticed by ") + name + " " + after.says());
            }
        }
        return new Row(mutation, verdict, String.join("\n          ", by), Duration.between(from, Instant.now()));
    }

    private static Verdict worse(Verdict one, Verdict other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private TestJvm.Result run(String test, Overlay overlay, Duration limit) throws IOException, InterruptedException {
        return jvm.run(repository.moduleOf(test.replaceAll("#.*", "")).orElseThrow(), List.of(test), overlay, limit).get(test);
    }

    /** Once for each test; a second time where it failed, for a machine that is busy. */
    private TestJvm.Result unmutated(String test) throws IOException, InterruptedException {
        TestJvm.Result known = unmutated.get(test);
        for (int i = 0; i < 2 && (known == null || known.outcome() == Outcome.FAILED); i++) {
            try (Overlay nothing = Overlay.none(repository, classPaths)) {
                known = run(test, nothing, Duration.ofMinutes(10));
            }
            if (known == null) {
                known = new TestJvm.Result(Outcome.BROKEN, Duration.ZERO, "did not end within ten minutes");
            }
            unmutated.put(test, known);
        }
        return known;
    }

    private int report(List<Row> rows, int of) {
        Map<Verdict, Integer> counts = new TreeMap<>();
        rows.forEach(row -> counts.merge(row.verdict(), 1, Integer::sum));
        System.out.printf("%n%-9s %-8s %7s  %s%n", "", "id", "seconds", "rule; killed by");
        rows.stream().filter(row -> row.verdict().compareTo(Verdict.SKIPPED) >= 0).forEach(System.out::println);
        Map<String, Integer> summary = new LinkedHashMap<>();
        counts.forEach((verdict, count) -> summary.put(verdict.name().toLowerCase(java.util.Locale.ROOT), count));
        System.out.printf("%d of %d entries in %d s: %s%n", rows.size(), of, Duration.between(begun, Instant.now()).toSeconds(), summary);
        return counts.containsKey(Verdict.SURVIVED) || counts.containsKey(Verdict.ERROR) ? 1 : 0;
    }
}
