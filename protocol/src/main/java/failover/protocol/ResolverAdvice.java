package failover.protocol;

import failover.protocol.config.Endpoint;
import failover.protocol.config.LoadedConfig.Setting;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The checks of {@code --check-config} on host names: a failover depends on their resolver. Blocks for some seconds. */
final class ResolverAdvice {
    /** Where the programs of the pair and the validator are reached. */
    private static final Set<String> KEYS = Set.of("peer_endpoint", "local_rpc", "active_validator", "passive_validator",
            "validator1.endpoint", "validator2.endpoint");
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private ResolverAdvice() {
    }

    /** A line for each such key. */
    static List<String> of(Vertx vertx, List<Setting> settings) {
        List<String> lines = new ArrayList<>();
        HostResolver names = new HostResolver(vertx);
        for (Setting each : settings) {
            if (KEYS.contains(each.key())) {
                Endpoint endpoint = Endpoint.parse(each.value());
                if (endpoint.byName()) {
                    lines.add(each.key() + " names its host by a name, " + endpoint.host() + found(names, endpoint)
                            + "; a program that starts while no name server answers does not reach it, one that runs goes on with the last"
                            + " address; write an address, or put the name into /etc/hosts");
                }
            }
        }
        return lines;
    }

    private static String found(HostResolver names, Endpoint endpoint) {
        try {
            return " (now " + names.address(endpoint.host()).await(LIMIT.toMillis(), TimeUnit.MILLISECONDS).getHostAddress() + ")";
        } catch (TimeoutException e) {
            return ", which cannot be resolved now: no answer within " + LIMIT.toSeconds() + " s";
        } catch (Exception e) {
            // await throws the lookup's failure, checked or not.
            return ", which cannot be resolved now";
        }
    }
}
