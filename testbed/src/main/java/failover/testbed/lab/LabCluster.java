package failover.testbed.lab;

import failover.testbed.Http;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The cluster process of a lab. */
public final class LabCluster extends ManagedProcess {
    private final List<Integer> ports;

    LabCluster(List<String> command, Map<String, String> environment, Path directory, Path log, List<Integer> ports) {
        super("cluster", command, environment, directory, log);
        this.ports = ports;
    }

    /** The first RPC endpoint, which also serves slots, votes and the judge. */
    public String url() {
        return url(0);
    }

    /** An RPC endpoint by its number. */
    public String url(int observer) {
        return "http://127.0.0.1:" + ports.get(observer);
    }

    int port() {
        return ports.get(0);
    }

    /** Sets a fault, in the words of docs/testbed.md: {@code fault("rpc-freeze", "1")}; {@code fault("clear")} mends all. */
    public JsonObject fault(String... words) {
        try {
            return Http.post(url() + "/fault/" + String.join("/", words), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tip of the chain. */
    public long slot() {
        return fault("show").getJsonObject("faults").getLong("slot");
    }
}
