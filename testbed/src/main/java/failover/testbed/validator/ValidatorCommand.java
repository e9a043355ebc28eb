package failover.testbed.validator;

import failover.testbed.Simulators;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code failover-testbed validator}: flags named like Agave's where Agave has them. */
@Command(name = "validator", mixinStandardHelpOptions = true, description = "Runs a simulated validator until it is told to exit.")
public final class ValidatorCommand implements Callable<Integer> {
    @Option(names = "--name", required = true, description = "Who this is, for the judge.")
    private String name;
    @Option(names = {"-l", "--ledger"}, required = true, description = "Directory of admin.rpc and of the tower file; is created.")
    private Path ledger;
    @Option(names = {"-i", "--identity"}, required = true, description = "Keypair file, or a symbolic link to one.")
    private Path identity;
    @Option(names = "--authorized-voter", description = "Keypair file; may be given several times.")
    private List<Path> authorizedVoters = List.of();
    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Where its RPC listens (${DEFAULT-VALUE}).")
    private String host;
    @Option(names = "--rpc-port", defaultValue = "8899", description = "On that host (${DEFAULT-VALUE}).")
    private int rpcPort;
    @Option(names = "--cluster", required = true, description = "URL of the cluster's first port; may lead through a link.")
    private URI cluster;
    @Option(names = "--judge", description = "URL of the cluster for the judge, never through a link (as --cluster).")
    private URI judge;
    @Option(names = "--comm", defaultValue = "agave-validator",
        description = "Name of the process (${DEFAULT-VALUE}); 15 characters count.")
    private String comm;
    @Option(names = "--set-identity-ms", defaultValue = "20", description = "How long set-identity takes (${DEFAULT-VALUE}).")
    private long setIdentityMs;
    @Option(names = "--agave", defaultValue = "2.3.6",
        description = "Version it claims (${DEFAULT-VALUE}); from 4.2 on setIdentity has three parameters.")
    private String version;
    @Option(names = "--full-rpc-api",
        description = "Its RPC serves getAccountInfo and its like; without it the minimal API only, as Agave's.")
    private boolean fullRpcApi;

    @Override
    public Integer call() throws Exception {
        if (!version.matches("[0-9]{1,3}\\.[0-9]{1,3}(\\..*)?")) {
            throw new IllegalArgumentException("--agave " + version + ": a version such as 2.3.6 or 4.2 is needed");
        }
        Files.createDirectories(ledger);
        // The kernel's name of the process's first thread is what pgrep and ps show.
        Files.write(Path.of("/proc/self/comm"), comm.getBytes(StandardCharsets.UTF_8));
        return Simulators.run(new SimulatedValidator(new SimulatedValidator.Options(name, ledger.toAbsolutePath(), identity,
            authorizedVoters, host, rpcPort, cluster, judge == null ? cluster : judge, Duration.ofMillis(setIdentityMs), version,
            fullRpcApi)));
    }
}
