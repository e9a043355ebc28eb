package failover.testbed.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real etcd with one member, from the distribution's etcd-server and etcd-client, on ports of its own. */
public final class EtcdServer extends ManagedProcess {
    private final int port;

    private EtcdServer(List<String> command, Map<String, String> environment, Path directory, int port) {
        super("etcd", command, environment, directory, directory.resolve("etcd.log"));
        this.port = port;
    }

    static EtcdServer in(Path directory, Map<String, String> environment) {
        int port = Ports.free();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + Ports.free();
        return new EtcdServer(List.of("etcd", "--name", "lab", "--data-dir", directory.resolve("etcd.data").toString(),
            "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", "lab=" + peer, "--log-level", "warn"),
            environment, directory, port);
    }

    /** For {@code --endpoints=}. */
    public String endpoint() {
        return "127.0.0.1:" + port;
    }

    /** The value of a key, "" if there is none. */
    public String get(String key) {
        return BashRunner.run(List.of("etcdctl", "--endpoints=" + endpoint(), "get", key, "--print-value-only")).ok().output().strip();
    }

    /** Waits until it serves. */
    public EtcdServer awaitReady(Duration within) {
        Await.until("etcd serves", within,
            () -> BashRunner.run(List.of("etcdctl", "--endpoints=" + endpoint(), "--command-timeout=1s", "endpoint", "health")).exit() == 0,
            this::tail);
        return this;
    }
}
