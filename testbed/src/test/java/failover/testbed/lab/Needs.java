package failover.testbed.lab;

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

    /** An empty reason is none. */
    public static void orSkip(String reason) {
        if (!reason.isEmpty()) {
            System.err.println("skipped: " + reason);
        }
        Assumptions.assumeTrue(reason.isEmpty(), reason);
    }
}
