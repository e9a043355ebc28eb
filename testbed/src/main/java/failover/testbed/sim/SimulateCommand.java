package failover.testbed.sim;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulate}: seeded runs of the whole pair in virtual time. Exit code 0 when all was well, 1 when a run failed. */
@Command(name = "simulate", mixinStandardHelpOptions = true,
        description = "Run manager, agents and validators in virtual time with faults, and look for two voters.")
public final class SimulateCommand implements Callable<Integer> {
    private static final int PROGRESS = 500;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seeds", description = "How many seeds (${DEFAULT-VALUE}).", defaultValue = "1000")
    private long seeds;

    @Option(names = "--from", description = "The first seed (${DEFAULT-VALUE}).", defaultValue = "1")
    private long from;

    @Option(names = "--class", description = "What may happen: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).", defaultValue = "HOSTS_ANSWER")
    private RunClass runClass;

    @Option(names = "--replay", description = "Print everything that happens in the run of this seed, and nothing else.")
    private Long replay;

    @Option(names = "--shrink", description = "With --replay: leave out faults, and shorten them, as long as the run still fails.")
    private boolean shrink;

    @Option(names = "--mutant",
            description = "With --replay or --mutants: take that rule away, alone (${COMPLETION-CANDIDATES}).", defaultValue = "NONE")
    private Mutant mutant;

    @Option(names = "--with", split = ",", paramLabel = "KIND",
            description = "With --replay or in runs: let these faults happen, too, which the class does not have.")
    private Set<Fault.Kind> with = EnumSet.noneOf(Fault.Kind.class);

    @Option(names = "--threads", description = "On how many cores (all there are).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--mutants", description = "Take one rule away at a time, and say how many seeds it takes to notice.")
    private boolean mutants;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (replay != null) {
            return replay(out);
        }
        return mutants ? mutants(out) : runs(out);
    }

    private int replay(PrintWriter out) {
        PrintStream listing = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<Fault> plan = Simulation.plan(replay, runClass, with);
        if (shrink) {
            RunResult whole = Simulation.run(replay, runClass, mutant, plan, null);
            if (whole.ok()) {
                out.println("seed " + replay + " (" + runClass + ") does not fail: there is nothing to shrink");
                out.flush();
                return 0;
            }
            Shrinker shrinker = new Shrinker(fewer -> whole.sameViolation(Simulation.run(replay, runClass, mutant, fewer, null)));
            plan = shrinker.shrink(plan);
            out.println("seed " + replay + " (" + runClass + "): " + whole.violation() + "; after " + shrinker.runs() + " runs "
                    + plan.size() + " faults are left:");
            plan.forEach(fault -> out.println("  " + fault.words()));
            out.flush();
        }
        RunResult result = Simulation.run(replay, runClass, mutant, plan, listing);
        out.println(Campaign.line(runClass, result));
        out.flush();
        return result.ok() ? 0 : 1;
    }

    private int runs(PrintWriter out) {
        Batch batch = new Batch(runClass, with);
        for (long seed = from; seed < from + seeds; seed += PROGRESS) {
            int before = batch.failures().size();
            batch.run(seed, Math.min(PROGRESS, from + seeds - seed), threads);
            batch.failures().stream().skip(before).forEach(result -> out.println(Campaign.line(runClass, result)));
            if (seed + PROGRESS < from + seeds) {
                out.println("so far, to seed " + (seed + PROGRESS - 1) + " of " + (from + seeds - 1) + ": " + batch.summary());
                out.flush();
            }
        }
        out.println(batch.summary());
        out.flush();
        return batch.failures().isEmpty() ? 0 : 1;
    }

    private int mutants(PrintWriter out) {
        int alive = 0;
        for (Mutant mutant : Mutant.values()) {
            if (mutant == Mutant.NONE || this.mutant != Mutant.NONE && mutant != this.mutant) {
                continue;
            }
            RunResult caught = Batch.firstCaught(mutant, from, seeds);
            alive += caught == null ? 1 : 0;
            out.printf("%-32s %s: %s%n", mutant, mutant.words(), caught == null ? "NOT NOTICED in " + seeds + " seeds"
                    : "noticed after " + (caught.seed() - from + 1) + " seeds, " + caught.violation());
            out.flush();
        }
        return alive == 0 ? 0 : 1;
    }
}
