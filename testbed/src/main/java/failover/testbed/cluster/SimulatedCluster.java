package failover.testbed.cluster;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.Pubkey;
import failover.testbed.Log;
import failover.testbed.chain.ChainRpc;
import failover.testbed.chain.ChainView;
import failover.testbed.chain.JsonRpc;
import failover.testbed.chain.RpcError;
import failover.testbed.chain.VoteState;
import failover.testbed.cluster.RpcFaults.Mode;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The chain, its RPC endpoints and the judge in one process. The first port serves everything; the others are further observers, RPC
 * only, each with faults of its own. One event loop owns all state.
 */
public final class SimulatedCluster extends VerticleBase {
    private static final String VERSION = "2.3.6";

    /**
     * How a cluster starts.
     *
     * @param host        to listen on
     * @param ports       one RPC endpoint each; the first also serves slots, votes, judge and faults
     * @param voteAccount address of the one vote account
     * @param node        the staked identity
     * @param firstSlot   the tip at start
     * @param slotTime    between slots
     */
    public record Options(String host, List<Integer> ports, Pubkey voteAccount, Pubkey node, long firstSlot, Duration slotTime) {
    }

    private final Options options;
    private final Set<HttpServerResponse> listeners = new LinkedHashSet<>();
    private final Set<String> lost = new HashSet<>();
    private final List<RpcFaults> faults = new ArrayList<>();
    private ChainView view;
    private Judge judge = new Judge(System.nanoTime());
    private boolean halted;
    /** The tip when the cluster ceased to finalize; -1 while it does not. */
    private long finalizedUpTo = -1;
    /** Each endpoint is a node of its own. */
    private final List<Pubkey> nodes = new ArrayList<>();

    /** A cluster that starts when it is deployed. */
    public SimulatedCluster(Options options) {
        this.options = options;
        this.view = new ChainView(options.firstSlot(), options.voteAccount(), options.node(), VoteState.EMPTY, 0);
    }

    @Override
    public Future<?> start() {
        List<Future<?>> listening = new ArrayList<>();
        for (int i = 0; i < options.ports().size(); i++) {
            int observer = i;
            faults.add(RpcFaults.NONE);
            nodes.add(Keypair.generate().pubkey());
            listening.add(vertx.createHttpServer().requestHandler(request -> route(observer, request))
                .listen(options.ports().get(i), options.host())
                .onSuccess(server -> Log.say("cluster listens on http://" + options.host() + ":" + server.actualPort())));
        }
        vertx.setPeriodic(options.slotTime().toMillis(), timer -> nextSlot());
        return Future.all(listening);
    }

    private void nextSlot() {
        if (halted) {
            return;
        }
        view = view.atSlot(view.slot() + 1);
        String line = view.toJson().encode() + "\n";
        listeners.forEach(listener -> {
            // A listener that does not read (a stopped process) misses slots rather than fill our memory.
            if (!listener.writeQueueFull()) {
                listener.write(line);
            }
        });
    }

    private void route(int observer, HttpServerRequest request) {
        String path = request.path();
        if ("/".equals(path)) {
            rpc(observer, request);
        } else if (observer > 0) {
            request.response().setStatusCode(404).end("this port is an RPC observer; use the cluster's first port\n");
        } else if ("/slots".equals(path)) {
            slots(request);
        } else if ("/vote".equals(path)) {
            request.body().onSuccess(body -> vote(request.response(), body.toJsonObject()));
        } else if ("/judge".equals(path)) {
            json(request, judge.report(System.nanoTime()).put("slot", view.slot()));
        } else if ("/judge/reset".equals(path)) {
            judge = judge.reset(System.nanoTime());
            json(request, new JsonObject().put("reset", true));
        } else if ("/judge/witness".equals(path)) {
            witness(request);
        } else if (path.startsWith("/fault/")) {
            request.response().setStatusCode(fault(path.substring("/fault/".length()).split("/", -1)) ? 200 : 400)
                .end(new JsonObject().put("faults", describe()).encode() + "\n");
        } else {
            request.response().setStatusCode(404).end("404 page not found\n");
        }
    }

    private static void json(HttpServerRequest request, JsonObject body) {
        request.response().putHeader("Content-Type", "application/json").end(body.encode() + "\n");
    }

    private void rpc(int observer, HttpServerRequest request) {
        RpcFaults fault = faults.get(observer);
        switch (fault.mode()) {
            case HANG -> { }
            case ERROR -> request.response().setStatusCode(503).end("<html><body>503 Service Unavailable</body></html>");
            case LIMIT -> request.response().setStatusCode(429).putHeader("Retry-After", "5")
                .putHeader("Content-Type", "application/json").end("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":429,\"message\":"
                    + "\"Too many requests for a specific RPC call\"}}\n");
            default -> JsonRpc.serve(request, (method, params) -> Future.succeededFuture(method(observer, fault, method, params)));
        }
    }

    private Object method(int observer, RpcFaults fault, String method, JsonArray params) {
        if ("getHealth".equals(method)) {
            if (fault.mode() == Mode.UNHEALTHY) {
                throw new RpcError(RpcError.UNHEALTHY, "Node is unhealthy", new JsonObject().put("numSlotsBehind", null));
            }
            return "ok";
        }
        if ("getIdentity".equals(method)) {
            return new JsonObject().put("identity", nodes.get(observer).toString());
        }
        ChainView seen = fault.sees(view);
        boolean finalized = "getSlot".equals(method) && !params.isEmpty() && params.getValue(0) instanceof JsonObject options
            && "finalized".equals(options.getString("commitment"));
        // What was finalized stays so, and nothing more is.
        return ChainRpc.answer(finalized && finalizedUpTo >= 0 ? seen.atSlot(Math.min(finalizedUpTo, seen.slot())) : seen, VERSION, method,
            params);
    }

    private void slots(HttpServerRequest request) {
        HttpServerResponse response = request.response().setChunked(true);
        listeners.add(response);
        response.exceptionHandler(ignored -> listeners.remove(response));
        response.closeHandler(closed -> listeners.remove(response));
        response.write(view.toJson().encode() + "\n");
    }

    private void vote(HttpServerResponse response, JsonObject vote) {
        boolean lands = !halted && !lost.contains(vote.getString("validator")) && !lost.contains("*");
        if (lands && view.node().toString().equals(vote.getString("identity"))) {
            view = view.landed(vote.getLong("slot"));
        }
        response.end();
    }

    /** A validator's own report, on a connection that ends when its process does: what it signs and when it carries the identity. */
    private void witness(HttpServerRequest request) {
        String who = request.getParam("validator");
        Runnable gone = () -> judge.drops(who, System.nanoTime());
        request.connection().closeHandler(closed -> gone.run());
        request.handler(RecordParser.newDelimited("\n", line -> testify(who, line.toJsonObject())));
        request.endHandler(end -> request.response().end());
        request.exceptionHandler(ignored -> gone.run());
    }

    private void testify(String who, JsonObject said) {
        long at = said.getLong("at");
        switch (said.getString("event")) {
            case "vote" -> judge.signed(who, said.getLong("slot"), at);
            case "takes" -> {
                Long tower = said.getLong("tower");
                judge.takes(who, tower == null ? OptionalLong.empty() : OptionalLong.of(tower), at);
            }
            case "drops" -> judge.drops(who, at);
            default -> Log.say("unknown testimony of " + who + ": " + said);
        }
    }

    /** Sets a fault; the words are those of docs/testbed.md. False if they are not understood. */
    private boolean fault(String[] words) {
        String argument = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "clear" -> {
                halted = false;
                finalizedUpTo = -1;
                lost.clear();
                faults.replaceAll(fault -> RpcFaults.NONE);
            }
            case "halt" -> halted = true;
            case "resume" -> halted = false;
            case "stop-finalizing" -> finalizedUpTo = view.slot();
            case "finalize" -> finalizedUpTo = -1;
            case "lose-votes" -> lost.add(argument.isEmpty() ? "*" : argument);
            case "keep-votes" -> lost.clear();
            case "rpc-ok" -> {
                return rpcFault(argument, Mode.OK);
            }
            case "rpc-error" -> {
                return rpcFault(argument, Mode.ERROR);
            }
            case "rpc-limit" -> {
                return rpcFault(argument, Mode.LIMIT);
            }
            case "rpc-hang" -> {
                return rpcFault(argument, Mode.HANG);
            }
            case "rpc-freeze" -> {
                return rpcFault(argument, Mode.FREEZE);
            }
            case "rpc-fork" -> {
                return rpcFault(argument, Mode.FORK);
            }
            case "rpc-unhealthy" -> {
                return rpcFault(argument, Mode.UNHEALTHY);
            }
            default -> {
                return "show".equals(words[0]);
            }
        }
        return true;
    }

    private boolean rpcFault(String observer, Mode mode) {
        RpcFaults fault = new RpcFaults(mode, view);
        if (observer.isEmpty()) {
            faults.replaceAll(old -> fault);
            return true;
        }
        if (!observer.matches("[0-9]{1,3}") || Integer.parseInt(observer) >= faults.size()) {
            return false;
        }
        faults.set(Integer.parseInt(observer), fault);
        return true;
    }

    private JsonObject describe() {
        JsonArray rpc = new JsonArray();
        faults.forEach(fault -> rpc.add(fault.mode().name().toLowerCase(java.util.Locale.ROOT)));
        return new JsonObject().put("halted", halted).put("votes_lost_of", new JsonArray(new ArrayList<>(lost))).put("rpc", rpc)
            .put("slot", view.slot());
    }
}
