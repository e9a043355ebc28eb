package failover.testbed.cli;

import failover.protocol.solana.Keypair;
import failover.testbed.Log;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code failover-testbed keygen FILE...}: what solana-keygen is used for here. */
@Command(name = "keygen", mixinStandardHelpOptions = true,
    description = "Writes new keypair files (mode 0600, never over an existing one) and prints each public key.")
public final class KeygenCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE")
    private List<Path> files;

    @Override
    public Integer call() throws Exception {
        for (Path file : files) {
            Keypair pair = Keypair.generate();
            pair.write(file);
            Log.print(pair.pubkey().toString());
        }
        return 0;
    }
}
