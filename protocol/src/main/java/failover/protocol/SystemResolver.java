package failover.protocol;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Resolves names as the host itself does: by {@code /etc/nsswitch.conf}, and by {@code /etc/resolv.conf} as it is now. Vert.x reads that
 * once, when the program starts: maybe before the network was there, and it never uses name servers that were added since. A look-up here
 * takes a thread for as long as it takes, half a minute where no name server answers: so it has threads of its own, and each name one. Any
 * thread.
 */
final class SystemResolver {
    private static final String THREADS = "failover-names";
    private static final int AT_ONCE = 4;

    private final WorkerExecutor threads;
    private final Map<String, Future<InetAddress>> underWay = new ConcurrentHashMap<>();

    SystemResolver(Vertx vertx) {
        threads = vertx.createSharedWorkerExecutor(THREADS, AT_ONCE, 1, TimeUnit.HOURS);
    }

    /** Its address; fails with {@code otherwise} where the host does not know it either. */
    Future<InetAddress> resolve(String name, Throwable otherwise) {
        Future<InetAddress> asked = underWay.get(name);
        if (asked == null) {
            asked = threads.executeBlocking(() -> InetAddress.getByName(name), false);
            underWay.put(name, asked);
            asked.onComplete(done -> underWay.remove(name));
        }
        return asked.recover(neither -> Future.failedFuture(otherwise));
    }
}
