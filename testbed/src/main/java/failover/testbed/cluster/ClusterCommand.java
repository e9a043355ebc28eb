package failover.testbed.cluster;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.Pubkey;
import failover.testbed.Simulators;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code failover-testbed cluster}. */
@Command(name = "cluster", mixinStandardHelpOptions = true, description = "Runs the simulated cluster: slots, cluster RPC and the judge.")
public final class ClusterCommand implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Where to listen (${DEFAULT-VALUE}).")
    private String host;
    @Option(names = "--rpc-port", description = "On that host (8799). Each further one opens another RPC observer with faults of its own.")
    private List<Integer> ports = List.of(8799);
    @Option(names = "--identity", required = true, description = "The staked identity, in base58.")
    private String identity;
    @Option(names = "--vote-account", description = "Address of its vote account, in base58 (random).")
    private String voteAccount;
    @Option(names = "--slot", defaultValue = "380000000", description = "The first slot (${DEFAULT-VALUE}).")
    private long slot;
    @Option(names = "--slot-ms", defaultValue = "400", description = "Time between slots (${DEFAULT-VALUE}).")
    private long slotMs;

    @Override
    public Integer call() throws Exception {
        Pubkey account = voteAccount == null ? Keypair.generate().pubkey() : Pubkey.parse(voteAccount);
        return Simulators.run(new SimulatedCluster(new SimulatedCluster.Options(host, ports, account, Pubkey.parse(identity), slot,
            Duration.ofMillis(slotMs))));
    }
}
