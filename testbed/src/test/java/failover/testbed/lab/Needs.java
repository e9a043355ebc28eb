package failover.testbed.lab;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine and may not get; then it is skipped and says why. */
public final class Needs {
    private static String network;

    private Needs() {
    }

    /** Network namespaces. */
    public static synchronized void namespaces() {
        if (network == null) {
            network = Network.refusal();
        }
        orSkip(network);
    }

    /** A disk that can be frozen, on that directory. */
    public static FrozenDisk disk(Path directory) {
        try {
            return FrozenDisk.on(directory);
        } catch (NotHere e) {
            orSkip(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** An empty reason is none. */
    public static void orSkip(String reason) {
        if (!reason.isEmpty()) {
            System.err.println("skipped: " + reason);
        }
        Assumptions.assumeTrue(reason.isEmpty(), reason);
    }
}
