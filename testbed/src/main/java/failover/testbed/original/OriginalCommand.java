package failover.testbed.original;

import failover.testbed.TestbedMain;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code failover-testbed original agent|manager --config FILE}: what the pair looked like before it was replaced. */
@Command(name = "original", mixinStandardHelpOptions = true,
    description = "Runs a stand-in for the original's agent or manager (first version): its wire and its behaviour, no lease.")
public final class OriginalCommand implements Callable<Integer> {
    private enum Which { agent, manager }

    @Parameters(index = "0", paramLabel = "agent|manager")
    private Which which;
    @Option(names = "--config", required = true, description = "A configuration file of that program.")
    private Path config;
    @Option(names = "--healthy-after", defaultValue = "120", paramLabel = "SECONDS",
        description = "How old a validator's process must be for the agent to call it healthy (${DEFAULT-VALUE}, as the original).")
    private long healthyAfter;

    @Override
    public Integer call() throws Exception {
        JsonObject json = new JsonObject(Files.readString(config));
        if (which == Which.agent) {
            new OriginalAgent(json, healthyAfter).start();
        } else {
            new OriginalManager(json).start();
        }
        return TestbedMain.RUNNING;
    }
}
