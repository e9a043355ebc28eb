package failover.testbed.soak;

import failover.testbed.Log;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code failover-testbed soak}: random faults on real processes (scenario 64). Exit code 0 when nothing was wrong. */
@Command(name = "soak", mixinStandardHelpOptions = true,
    description = "Real manager, agents and fencers under random faults: nobody may vote twice, and the pair must recover each time.")
public final class SoakCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Option(names = "--minutes", defaultValue = "15", description = "How long (${DEFAULT-VALUE}).")
    private double minutes;
    @Option(names = "--seed", description = "What is drawn (default: by the clock; printed).")
    private Long seed;
    @Option(names = "--only", split = ",", description = "Draw from these troubles alone: ${COMPLETION-CANDIDATES}.")
    private Set<Trouble> only = EnumSet.allOf(Trouble.class);
    @Option(names = "--recovery-seconds", defaultValue = "90",
        description = "Within which one voter and a content manager must be there after mending (${DEFAULT-VALUE}).")
    private int recoverySeconds;

    @Override
    public Integer call() {
        if (!(minutes > 0 && minutes <= 10_080) || recoverySeconds < 10) {
            throw new ParameterException(spec.commandLine(), "--minutes must be above 0 and at most 10080 (a week), "
                + "--recovery-seconds at least 10");
        }
        long drawn = seed == null ? System.currentTimeMillis() : seed;
        // Most validators serve the minimal API only.
        boolean fullRpc = drawn % 4 == 0;
        Log.print("soak: seed " + drawn + ", " + minutes + " minutes, the validators serve " + (fullRpc ? "the full" : "the minimal")
            + " RPC API");
        return soak(fullRpc, drawn);
    }

    private int soak(boolean fullRpc, long drawn) {
        try (Rig rig = Rig.start(fullRpc, Log::print)) {
            return soak(rig, drawn);
        }
    }

    private int soak(Rig rig, long drawn) {
        Soak soak = new Soak(rig, List.copyOf(only), drawn, Duration.ofSeconds(recoverySeconds), Log::print);
        try {
            soak.run(Duration.ofMillis((long) (minutes * 60_000)));
        } catch (AssertionError wrong) {
            Log.print("FAILED, seed " + drawn + ": " + wrong.getMessage());
            return 1;
        }
        Log.print("soak: " + soak.rounds() + " rounds, the identity moved in " + soak.moves() + ", double votes "
            + rig.lab().judge().doubleVotes() + ", seed " + drawn);
        Log.print(rig.lab().judge().text());
        return 0;
    }
}
