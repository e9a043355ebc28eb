package failover.testbed.sim;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code campaign}: the same seeds of every class of which something is demanded. Exit code 0 when all was well, 1 when a run failed. */
@Command(name = "campaign", mixinStandardHelpOptions = true,
        description = "Simulate the same seeds of every class of which something is demanded, or of some, and print a table.")
public final class CampaignCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FROM", description = "The first seed.")
    private long from;

    @Parameters(index = "1", paramLabel = "SEEDS", description = "How many seeds of each class.")
    private long seeds;

    @Parameters(index = "2..*", arity = "0..*", paramLabel = "CLASS", description = "Only these classes.")
    private List<RunClass> classes = List.of();

    @Option(names = "--with", split = ",", paramLabel = "KIND", description = "Let these faults happen, too, which no class allows yet.")
    private Set<Fault.Kind> with = EnumSet.noneOf(Fault.Kind.class);

    @Option(names = "--threads", description = "On how many cores (all there are).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
        for (RunClass each : classes) {
            if (!each.demanding()) {
                throw new ParameterException(spec.commandLine(), "nothing is demanded of " + each + ", so that no run of it fails: "
                        + "use simulate --class " + each);
            }
        }
        if (seeds < 1 || threads < 1) {
            throw new ParameterException(spec.commandLine(), "SEEDS and --threads must be 1 at least");
        }
        Campaign campaign = new Campaign(from, seeds, classes.isEmpty() ? Campaign.ASSERTED : classes, threads,
                Campaign.CHUNK, runClass -> new Batch(runClass, with), System::nanoTime);
        Thread stopped = new Thread(() -> campaign.stopped().forEach(System.out::println), "stopped");
        Runtime.getRuntime().addShutdownHook(stopped);
        boolean well = campaign.run(spec.commandLine().getOut());
        Runtime.getRuntime().removeShutdownHook(stopped);
        return well ? 0 : 1;
    }
}
