package failover.agent.peer;

import failover.agent.config.AgentConfig.Isolation;
import failover.protocol.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code on_isolation: check_internet}, the newer original's rule: TCP connections to several public endpoints, most must succeed. */
public final class InternetCheck {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private final Vertx vertx;
    private final Isolation isolation;

    public InternetCheck(Vertx vertx, Isolation isolation) {
        this.vertx = vertx;
        this.isolation = isolation;
    }

    /** Whether enough of them accept a connection within two seconds. Never fails. */
    public Future<Boolean> reachable() {
        NetClient client = vertx.createNetClient(new NetClientOptions().setConnectTimeout((int) LIMIT.toMillis()));
        List<Future<Boolean>> tries = isolation.internetEndpoints().stream().map(endpoint -> accepts(client, endpoint)).toList();
        return Future.join(tries)
            .map(all -> tries.stream().filter(Future::result).count() >= isolation.needed())
            .onComplete(done -> client.close());
    }

    private static Future<Boolean> accepts(NetClient client, HostPort endpoint) {
        return client.connect(endpoint.port(), endpoint.host())
            .timeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .map(socket -> {
                socket.close();
                return true;
            })
            .otherwise(false);
    }
}
