package failover.testbed;

import failover.testbed.bench.BenchCommand;
import failover.testbed.cli.FaultCommand;
import failover.testbed.cli.JudgeCommand;
import failover.testbed.cli.KeygenCommand;
import failover.testbed.cli.LabCommand;
import failover.testbed.cluster.ClusterCommand;
import failover.testbed.link.LinkCommand;
import failover.testbed.original.OriginalCommand;
import failover.testbed.sim.CampaignCommand;
import failover.testbed.sim.SimulateCommand;
import failover.testbed.sim.TracesCommand;
import failover.testbed.soak.SoakCommand;
import failover.testbed.validator.ValidatorCommand;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The laboratory's program. See docs/testbed.md. */
@Command(name = "failover-testbed", mixinStandardHelpOptions = true, version = "failover-testbed 1.0.0",
    description = "Simulated validators, a simulated cluster with a judge, and links that break: the laboratory of the failover system.",
    subcommands = {ClusterCommand.class, ValidatorCommand.class, LinkCommand.class, LabCommand.class, FaultCommand.class,
        JudgeCommand.class, KeygenCommand.class, SimulateCommand.class, CampaignCommand.class, TracesCommand.class, SoakCommand.class,
        BenchCommand.class, OriginalCommand.class})
public final class TestbedMain {
    private TestbedMain() {
    }

    /** Exit codes: 0 done, 1 could not run, 2 bad usage. */
    public static void main(String[] args) {
        // The simulators start in half a second because no logging library is loaded; Vert.x and Netty warn through the JDK.
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.JULLogDelegateFactory");
        System.setProperty("vertx.disableDnsResolver", "true");
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        CommandLine line = new CommandLine(new TestbedMain());
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            System.err.println(command.getCommandName() + ": " + (failure.getMessage() == null ? failure : failure.getMessage()));
            return 1;
        });
        int code = line.execute(args);
        if (code != RUNNING) {
            System.exit(code);
        }
    }

    /** What a command returns whose threads go on after {@code main}. */
    public static final int RUNNING = -1;
}
