package failover.testbed.validator;

import failover.protocol.solana.Keypair;
import failover.testbed.Log;
import failover.testbed.chain.ChainRpc;
import failover.testbed.chain.ChainView;
import failover.testbed.chain.JsonRpc;
import failover.testbed.chain.RpcError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.parsetools.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** A validator in all that this project can see of one. One event loop owns everything. */
public final class SimulatedValidator extends VerticleBase {
    /** Agave answers getHealth with an error from this many slots on. */
    private static final long HEALTHY_WITHIN = 128;

    /**
     * How a validator starts.
     *
     * @param name             for the judge
     * @param ledger           directory of admin.rpc and the tower
     * @param identity         what --identity says: a keypair file, or a symbolic link that is followed once, at start
     * @param authorizedVoters keypair files; none means the boot identity
     * @param host             where its RPC listens
     * @param rpcPort          on that host
     * @param cluster          the network; may lead through a link proxy
     * @param judge            the same process, never through a proxy
     * @param setIdentity      how long set-identity takes
     * @param version          of Agave; from 4.2 on setIdentity has three parameters
     * @param fullRpcApi       its RPC serves more than the minimal API, as with {@code --full-rpc-api}
     */
    public record Options(String name, Path ledger, Path identity, List<Path> authorizedVoters, String host, int rpcPort, URI cluster,
        URI judge, Duration setIdentity, String version, boolean fullRpcApi) {
        boolean voteHistory() {
            String[] parts = version.split("\\.", 3);
            int major = Integer.parseInt(parts[0]);
            return major > 4 || major == 4 && Integer.parseInt(parts[1]) >= 2;
        }
    }

    private final Options options;
    private final ValidatorFaults faults = new ValidatorFaults();
    private final Voter voter;
    private ClusterLink link;
    private AdminMethods admin;
    private ChainView view;
    private boolean carrying;

    /** Reads the keypairs. Blocks. */
    public SimulatedValidator(Options options) throws IOException {
        this.options = options;
        List<Keypair> voters = new java.util.ArrayList<>();
        for (Path file : options.authorizedVoters()) {
            voters.add(Keypair.read(file));
        }
        this.voter = new Voter(options.ledger(), Keypair.read(options.identity()), voters);
    }

    @Override
    public Future<?> start() {
        link = new ClusterLink(vertx, options.name(), options.cluster(), options.judge(), this::onSlot);
        admin = new AdminMethods(vertx, voter, faults, options.setIdentity().toMillis(), options.voteHistory(),
            "127.0.0.1:" + options.rpcPort(), this::become);
        Path socket = options.ledger().resolve("admin.rpc");
        return vertx.createHttpServer().requestHandler(this::route).listen(options.rpcPort(), options.host())
            .compose(http -> {
                try {
                    Files.deleteIfExists(socket);
                } catch (IOException e) {
                    return Future.failedFuture(e);
                }
                return vertx.createNetServer().connectHandler(this::adminConnection)
                    .listen(SocketAddress.domainSocketAddress(socket.toString()));
            })
            .compose(net -> {
                try {
                    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
                } catch (IOException e) {
                    return Future.failedFuture(e);
                }
                link.start();
                Log.say("validator " + options.name() + " started with identity " + voter.identity() + " rpc 127.0.0.1:" + options.rpcPort()
                    + " ledger " + options.ledger());
                return Future.succeededFuture();
            });
    }

    private void become(Keypair pair) {
        voter.become(pair);
        Log.say("Identity set to " + voter.identity() + " tower " + voter.towerSlot());
        tellWhoWeAre(true);
    }

    /** Tells the judge when the staked identity comes or goes; {@code anew} also when it was set again, with another tower. */
    private void tellWhoWeAre(boolean anew) {
        boolean carries = view != null && voter.carries(view);
        if (carries && (anew || !carrying)) {
            JsonObject event = new JsonObject().put("event", "takes");
            voter.towerSlot().ifPresent(slot -> event.put("tower", slot));
            link.testify(event);
        } else if (!carries && carrying) {
            link.testify(new JsonObject().put("event", "drops"));
        }
        carrying = carries;
    }

    private void onSlot(ChainView seen) {
        if (faults.frozen) {
            return;
        }
        view = seen.atSlot(Math.max(0, seen.slot() - faults.lag));
        tellWhoWeAre(false);
        if (faults.stalled || faults.starting || !voter.mayVote(seen)) {
            return;
        }
        try {
            // On-chain state as of the slot that was replayed: a lagging validator has not seen the newest votes either.
            if (voter.vote(seen, view.slot(), !faults.losesTower)) {
                link.testify(new JsonObject().put("event", "vote").put("slot", view.slot()));
                link.sendVote(voter.identity().toString(), view.slot());
            }
        } catch (IOException e) {
            // Agave panics when it cannot save its tower.
            Log.say("Unable to save tower: " + e);
            Runtime.getRuntime().halt(101);
        }
    }

    private void adminConnection(NetSocket socket) {
        JsonParser parser = JsonParser.newParser().objectValueMode();
        parser.handler(event -> JsonRpc.one(event.mapTo(JsonObject.class), admin::call)
            .onSuccess(answer -> socket.write(answer.encode() + "\n").onFailure(gone -> { })));
        JsonObject noJson = JsonRpc.error(null, new RpcError(RpcError.PARSE, "Parse error"));
        parser.exceptionHandler(e -> socket.end(noJson.toBuffer().appendString("\n")));
        socket.exceptionHandler(gone -> { });
        socket.handler(parser);
    }

    private void route(HttpServerRequest request) {
        String path = request.path();
        if (path.startsWith("/fault/")) {
            fault(request, path.substring("/fault/".length()).split("/", -1));
        } else if ("/state".equals(path)) {
            request.response().putHeader("Content-Type", "application/json").end(state().encode() + "\n");
        } else if (faults.rpcHangs) {
            request.resume();
        } else if (faults.rpcErrors) {
            request.response().setStatusCode(500).end("<html><body>Internal Server Error</body></html>");
        } else if (faults.rpcDripMs > 0) {
            drip(request);
        } else {
            JsonRpc.serve(request, this::method);
        }
    }

    /** There is always one more byte on its way, so no limit for a single read ever ends it. */
    private void drip(HttpServerRequest request) {
        HttpServerResponse response = request.resume().response().setStatusCode(200).putHeader("Content-Type", "application/json")
            .putHeader("Content-Length", "60000");
        long timer = vertx.setPeriodic(1, faults.rpcDripMs, t -> response.write(" ").onFailure(gone -> { }));
        response.exceptionHandler(gone -> vertx.cancelTimer(timer));
        response.closeHandler(gone -> vertx.cancelTimer(timer));
    }

    private void fault(HttpServerRequest request, String[] words) {
        String argument = words.length > 1 ? words[1] : "";
        if ("crash".equals(words[0])) {
            Log.say("crash");
            Runtime.getRuntime().halt(134);
        }
        if ("exit".equals(words[0])) {
            vertx.setTimer(20, t -> System.exit(argument.matches("[0-9]{1,3}") ? Integer.parseInt(argument) : 0));
        } else if (!faults.apply(words[0], argument)) {
            request.response().setStatusCode(400)
                .end("unknown fault or missing number: " + String.join(" ", words) + "; see docs/testbed.md\n");
            return;
        }
        Log.say("fault " + String.join(" ", words));
        request.response().end(state().encode() + "\n");
    }

    private JsonObject state() {
        return new JsonObject().put("name", options.name()).put("pid", ProcessHandle.current().pid())
            .put("identity", voter.identity().toString())
            .put("staked", carrying).put("slot", view == null ? null : view.slot()).put("last_vote", voter.lastVote())
            .put("faults", faults.toJson());
    }

    private Future<Object> method(String method, JsonArray params) {
        if (faults.rpcDelayMs <= 0) {
            return Future.succeededFuture(answer(method, params));
        }
        Promise<Object> later = Promise.promise();
        vertx.setTimer(faults.rpcDelayMs, t -> {
            try {
                later.complete(answer(method, params));
            } catch (RpcError e) {
                later.fail(e);
            }
        });
        return later.future();
    }

    private Object answer(String method, JsonArray params) {
        if (!options.fullRpcApi() && !ChainRpc.minimal(method)) {
            throw RpcError.noMethod();
        }
        if ("getIdentity".equals(method)) {
            return new JsonObject().put("identity", voter.identity().toString());
        }
        if (view == null || faults.starting) {
            throw new RpcError(RpcError.UNHEALTHY, "Node is unhealthy", new JsonObject().put("numSlotsBehind", null));
        }
        if ("getHealth".equals(method)) {
            if (faults.unhealthy) {
                throw new RpcError(RpcError.UNHEALTHY, "Node is unhealthy", new JsonObject().put("numSlotsBehind", null));
            }
            if (faults.lag >= HEALTHY_WITHIN) {
                throw new RpcError(RpcError.UNHEALTHY, "Node is behind by " + faults.lag + " slots",
                    new JsonObject().put("numSlotsBehind", faults.lag));
            }
            return "ok";
        }
        return ChainRpc.answer(view, options.version(), method, params);
    }
}
