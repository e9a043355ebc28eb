package failover.testbed.cli;

import failover.testbed.Http;
import failover.testbed.Log;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code failover-testbed fault URL WORD [NUMBER]}: breaks a validator, the cluster or a link, or mends it with {@code clear}. */
@Command(name = "fault", mixinStandardHelpOptions = true, description = {"Sets a fault; prints the state afterwards.",
    "Validator (its RPC port): unhealthy, lag SLOTS, stall-votes, freeze, no-tower, starting, rpc-hang, rpc-error, rpc-slow MS,"
        + " set-identity-slow MS, set-identity-late MS, set-identity-hang [MS], set-identity-refuse, crash, exit [CODE], clear, show.",
    "Cluster (its first port): halt, resume, lose-votes [VALIDATOR], keep-votes,"
        + " rpc-error|rpc-limit|rpc-hang|rpc-freeze|rpc-fork|rpc-unhealthy|rpc-ok [OBSERVER], clear, show.",
    "Link (its control port): cut [to|from], delay MS, throttle BYTES, black-hole, refuse, reset, clear, show."})
public final class FaultCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "URL")
    private String url;
    @Parameters(index = "1..*", arity = "1..2", paramLabel = "WORD")
    private List<String> words;

    @Override
    public Integer call() throws Exception {
        String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        Log.print(Http.post(base + "/fault/" + String.join("/", words), null).encode());
        return 0;
    }
}
