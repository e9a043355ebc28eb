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
    private final List<String> urls;

    LabCluster(List<String> command, Map<String, String> environment, Path directory, Path log, List<Integer> ports,
        List<String> urls) {
        super("cluster", command, environment, directory, log);
        this.ports = ports;
        this.urls = urls;
    }

    /** The first RPC endpoint, which also serves slots, votes and the judge. */
    public String url() {
        return url(0);
    }

    /** An RPC endpoint by its number. */
    public String url(int observer) {
        return urls.get(observer);
    }

    int port(int observer) {
        return ports.get(observer);
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
