package failover.testbed.link;

import failover.testbed.Log;
import failover.testbed.Simulators;
import failover.testbed.TestbedMain;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code failover-testbed link}: a proxy for use from a shell, broken and mended by {@code fault}. */
@Command(name = "link", mixinStandardHelpOptions = true, description = "Runs a TCP proxy to loopback that can be broken on command.")
public final class LinkCommand implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Where to listen (${DEFAULT-VALUE}).")
    private String host;
    @Option(names = "--listen", required = true, paramLabel = "PORT", description = "On that host.")
    private int listen;
    @Option(names = "--to", required = true, paramLabel = "PORT", description = "On 127.0.0.1.")
    private int target;
    @Option(names = "--control", required = true, paramLabel = "PORT", description = "For failover-testbed fault http://127.0.0.1:PORT.")
    private int control;

    @Override
    public Integer call() throws Exception {
        LinkProxy link = LinkProxy.open(Simulators.vertx(), host, listen, "127.0.0.1", target);
        // The proxy's methods block until its event loop has obeyed, so the control port lives in a Vert.x of its own.
        Vertx door = Simulators.vertx();
        door.createHttpServer().requestHandler(request -> serve(door, link, request)).listen(control, "127.0.0.1")
            .toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        Log.say("link " + host + ":" + link.port() + " -> 127.0.0.1:" + target + " control http://127.0.0.1:" + control);
        return TestbedMain.RUNNING;
    }

    private static void serve(Vertx door, LinkProxy link, HttpServerRequest request) {
        String[] path = request.path().split("/", -1);
        if (path.length < 3 || !"fault".equals(path[1])) {
            request.response().setStatusCode(404).end("use /fault/WORD[/ARGUMENT]\n");
            return;
        }
        door.executeBlocking(() -> link.command(path[2], path.length > 3 ? path[3] : "") ? link.state().encode() : null)
            .onSuccess(state -> request.response().setStatusCode(state == null ? 400 : 200)
                .end(state == null ? "unknown command; see docs/testbed.md\n" : state + "\n"))
            .onFailure(e -> request.response().setStatusCode(500).end(e + "\n"));
    }
}
