package failover.agent;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds what slow or idle clients can hold: a first request must be there ten seconds after the connection, a body ten seconds after its
 * headers, a further request two minutes after the answer (longer than clients keep idle connections, so that none is closed under the
 * hands of a manager). Above the bound of connections, the longest idle one goes. Used on the agent's context only.
 */
final class Connections {
    static final Duration SLOW = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofMinutes(2);
    private static final int MOST = 1024;
    private static final long WORKING = Long.MAX_VALUE;
    /** In the order of their last sign of life. */
    private final Map<HttpConnection, Long> deadlines = new LinkedHashMap<>(64, 0.75f, true);

    void sweepEverySecond(Vertx vertx) {
        vertx.setPeriodic(1000, timer -> sweep(System.nanoTime()));
    }

    void opened(HttpConnection connection) {
        if (deadlines.size() >= MOST) {
            longestIdle().close();
        }
        connection.closeHandler(closed -> deadlines.remove(connection));
        set(connection, SLOW);
    }

    /** Headers are there, the body is awaited. */
    void reading(HttpConnection connection) {
        set(connection, SLOW);
    }

    /** The request is complete: from here it is our own deadlines that count. */
    void working(HttpConnection connection) {
        deadlines.replace(connection, WORKING);
    }

    /** Answered; another request may follow. */
    void answered(HttpConnection connection) {
        set(connection, IDLE);
    }

    private void set(HttpConnection connection, Duration limit) {
        deadlines.put(connection, System.nanoTime() + limit.toNanos());
    }

    private HttpConnection longestIdle() {
        return deadlines.entrySet().stream().filter(entry -> entry.getValue() != WORKING).findFirst()
            .orElseGet(() -> deadlines.entrySet().iterator().next()).getKey();
    }

    private void sweep(long now) {
        List<HttpConnection> late = new ArrayList<>();
        deadlines.forEach((connection, deadline) -> {
            if (deadline != WORKING && deadline - now <= 0) {
                late.add(connection);
            }
        });
        late.forEach(HttpConnection::close);
    }
}
