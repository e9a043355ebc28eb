package failover.protocol;

import failover.protocol.config.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Resolves host names so that a failover does not depend on a name server at that moment: where it does not answer soon, or fails, the last
 * address is used. A change is seen within a second or so. A literal address needs no lookup. Used on one context.
 */
public final class HostResolver {
    /** A change of {@code /etc/hosts} or of DNS is seen after that. */
    private static final Duration FRESH = Duration.ofSeconds(1);
    /** So long an answer is waited for where an older one would do. */
    private static final Duration PATIENCE = Duration.ofMillis(250);
    /** A later answer is too late for this caller, but is used for the next one. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Function<String, Future<InetAddress>> lookUp;
    private final LongSupplier nanos;
    private final Map<String, Known> known = new HashMap<>();

    private static final class Known {
        private InetAddress good;
        private long goodAt;
        private Future<InetAddress> underWay;
    }

    /** Asks as Vert.x does, and, where that gives nothing, as the host itself does. */
    public HostResolver(Vertx vertx) {
        this(vertx, new SystemResolver(vertx));
    }

    private HostResolver(Vertx vertx, SystemResolver host) {
        this(vertx, name -> ((VertxInternal) vertx).nameResolver().resolve(name).recover(cause -> host.resolve(name, cause)),
                System::nanoTime);
    }

    HostResolver(Vertx vertx, Function<String, Future<InetAddress>> lookUp, LongSupplier nanos) {
        this.vertx = vertx;
        this.nanos = nanos;
        this.lookUp = lookUp;
    }

    /** The resolver options of our Vert.x: {@code /etc/hosts} re-read each second, DNS by its TTL but never longer than that. */
    public static AddressResolverOptions options() {
        return new AddressResolverOptions().setHostsRefreshPeriod((int) FRESH.toSeconds()).setHostsRefreshPeriodUnit(TimeUnit.SECONDS)
                .setCacheMaxTimeToLive((int) FRESH.toSeconds()).setCacheNegativeTimeToLive(0).setQueryTimeout(FRESH.toMillis());
    }

    /** Where a server is to be connected to; fails when its name was never resolved and cannot be now. */
    public Future<SocketAddress> server(Endpoint endpoint) {
        return address(endpoint.host()).map(found -> server(found, endpoint.port()));
    }

    /** In brackets, because a pooled client of Vert.x makes a URL's authority of it; a zone has no place in one. */
    private static SocketAddress server(InetAddress found, int port) {
        return found instanceof Inet6Address six && six.getScopeId() == 0 && six.getScopedInterface() == null
                ? SocketAddress.inetSocketAddress(port, "[" + found.getHostAddress() + "]")
                : SocketAddress.inetSocketAddress(new InetSocketAddress(found, port));
    }

    /** The address of a host. */
    public Future<InetAddress> address(String host) {
        Optional<InetAddress> literal = Endpoint.literal(host);
        if (literal.isPresent()) {
            return Future.succeededFuture(literal.get());
        }
        Known entry = known.computeIfAbsent(host, name -> new Known());
        if (entry.good != null && nanos.getAsLong() - entry.goodAt < FRESH.toNanos()) {
            return Future.succeededFuture(entry.good);
        }
        Future<InetAddress> answer = entry.underWay == null ? ask(host, entry) : entry.underWay;
        return entry.good == null ? answer : soon(answer, entry);
    }

    /** Where that host was found last; empty before it was, and for an address. */
    public Optional<InetAddress> last(String host) {
        return Optional.ofNullable(known.get(host)).map(entry -> entry.good);
    }

    private Future<InetAddress> ask(String host, Known entry) {
        Future<InetAddress> asked = Future.<Void>succeededFuture().compose(begin -> lookUp.apply(host))
                .timeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(new UnknownHostException(host + (cause instanceof TimeoutException
                        ? ": no name server answers" : " cannot be resolved: " + cause.getMessage()))));
        entry.underWay = asked;
        return asked.onComplete(done -> {
            entry.underWay = null;
            if (done.succeeded()) {
                entry.good = done.result();
                entry.goodAt = nanos.getAsLong();
            }
        });
    }

    /** The answer, or the last good one when it does not come soon. */
    private Future<InetAddress> soon(Future<InetAddress> answer, Known entry) {
        Promise<InetAddress> first = Promise.promise();
        long timer = vertx.setTimer(PATIENCE.toMillis(), late -> first.tryComplete(entry.good));
        answer.onComplete(done -> {
            vertx.cancelTimer(timer);
            first.tryComplete(done.succeeded() ? done.result() : entry.good);
        });
        return first.future();
    }
}
