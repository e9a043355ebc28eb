package failover.testbed.validator;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.TowerReading;
import failover.testbed.chain.RpcError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The admin methods of Agave that this project uses, with Agave's arities, checks and error texts. Owned by one event loop. */
final class AdminMethods {
    private final Vertx vertx;
    private final Voter voter;
    private final ValidatorFaults faults;
    private final long latencyMs;
    private final boolean voteHistory;
    private final String rpcAddress;
    private final Consumer<Keypair> becomes;
    private final long startMillis = System.currentTimeMillis();

    /**
     * @param voteHistory whether setIdentity takes the third parameter of Agave 4.2
     * @param becomes     what happens when an identity takes effect
     */
    AdminMethods(Vertx vertx, Voter voter, ValidatorFaults faults, long latencyMs, boolean voteHistory, String rpcAddress,
        Consumer<Keypair> becomes) {
        this.vertx = vertx;
        this.voter = voter;
        this.faults = faults;
        this.latencyMs = latencyMs;
        this.voteHistory = voteHistory;
        this.rpcAddress = rpcAddress;
        this.becomes = becomes;
    }

    Future<Object> call(String method, JsonArray params) {
        return switch (method) {
            case "setIdentity" -> {
                arity(params, voteHistory ? 3 : 2);
                Keypair pair = keypair(params.getString(0), "identity");
                yield setIdentity(pair, params.getBoolean(1));
            }
            case "setIdentityFromBytes" -> {
                arity(params, voteHistory ? 3 : 2);
                yield setIdentity(keypair(params.getJsonArray(0), "identity"), params.getBoolean(1));
            }
            case "addAuthorizedVoter" -> {
                arity(params, 1);
                yield addVoter(keypair(params.getString(0), "authorized voter"));
            }
            case "addAuthorizedVoterFromBytes" -> {
                arity(params, 1);
                yield addVoter(keypair(params.getJsonArray(0), "authorized voter"));
            }
            case "removeAllAuthorizedVoters" -> {
                voter.removeAllAuthorizedVoters();
                yield Future.succeededFuture();
            }
            case "contactInfo" -> Future.succeededFuture(contactInfo());
            case "startProgress" -> Future.succeededFuture(faults.starting ? "LoadingLedger" : "Running");
            case "startTime" -> Future.succeededFuture(new JsonObject().put("secs_since_epoch", startMillis / 1000)
                .put("nanos_since_epoch", startMillis % 1000 * 1_000_000));
            case "pid" -> Future.succeededFuture(ProcessHandle.current().pid());
            case "rpcAddress" -> Future.succeededFuture(faults.starting ? null : rpcAddress);
            case "exit" -> {
                vertx.setTimer(20, t -> System.exit(0));
                yield Future.succeededFuture();
            }
            default -> throw RpcError.noMethod();
        };
    }

    private static void arity(JsonArray params, int wanted) {
        if (params.size() < wanted) {
            throw new RpcError(RpcError.INVALID_PARAMS,
                "Invalid params: invalid length " + params.size() + ", expected a tuple of size " + wanted + ".");
        }
        if (params.size() > wanted) {
            throw new RpcError(RpcError.INVALID_PARAMS,
                "Invalid params: invalid length " + params.size() + ", expected fewer elements in array.");
        }
    }

    private void started() {
        if (faults.starting) {
            throw new RpcError(RpcError.INVALID_PARAMS, "Retry once validator start up is complete");
        }
    }

    private static Keypair keypair(String file, String role) {
        try {
            return Keypair.read(Path.of(file));
        } catch (IOException e) {
            throw new RpcError(RpcError.INVALID_PARAMS, "Failed to read " + role + " keypair from " + file + ": " + e.getMessage());
        }
    }

    private static Keypair keypair(JsonArray numbers, String role) {
        byte[] bytes = new byte[numbers.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = numbers.getInteger(i).byteValue();
        }
        try {
            return Keypair.of(bytes);
        } catch (IllegalArgumentException e) {
            throw new RpcError(RpcError.INVALID_PARAMS, "Failed to read " + role + " keypair from provided byte array: " + e.getMessage());
        }
    }

    private Future<Object> addVoter(Keypair pair) {
        if (!voter.addAuthorizedVoter(pair)) {
            throw new RpcError(RpcError.INVALID_PARAMS, "Authorized voter already present");
        }
        return Future.succeededFuture();
    }

    private Future<Object> setIdentity(Keypair pair, boolean requireTower) {
        started();
        if (faults.setIdentity == ValidatorFaults.SetIdentity.REFUSE) {
            throw new RpcError(RpcError.INVALID_PARAMS, "Unable to load tower file for identity " + pair.pubkey()
                + ": a fault of the testbed");
        }
        if (requireTower) {
            TowerReading reading = voter.tower(pair.pubkey());
            if (!reading.valid()) {
                throw new RpcError(RpcError.INVALID_PARAMS, "Unable to load tower file for identity " + pair.pubkey() + ": "
                    + reason(reading));
            }
        }
        Promise<Object> answered = Promise.promise();
        switch (faults.setIdentity) {
            case LATE -> {
                answered.complete();
                after(faults.setIdentityMs, () -> becomes.accept(pair));
            }
            case HANG -> {
                if (faults.setIdentityMs >= 0) {
                    after(faults.setIdentityMs, () -> becomes.accept(pair));
                }
            }
            default -> after(faults.setIdentity == ValidatorFaults.SetIdentity.SLOW ? faults.setIdentityMs : latencyMs, () -> {
                becomes.accept(pair);
                answered.complete();
            });
        }
        return answered.future();
    }

    private void after(long ms, Runnable action) {
        vertx.setTimer(Math.max(1, ms), t -> action.run());
    }

    private static String reason(TowerReading reading) {
        return switch (reading.fault()) {
            case MISSING -> "IO Error: No such file or directory (os error 2)";
            case BAD_SIGNATURE -> "The signature on the saved tower is invalid";
            case OTHER_NODE -> "The tower does not match this validator: " + reading.reason();
            default -> "Serialization Error: " + reading.reason();
        };
    }

    private JsonObject contactInfo() {
        started();
        return new JsonObject().put("id", voter.identity().toString()).put("gossip", "127.0.0.1:8001").put("tvu", "127.0.0.1:8002")
            .put("rpc", rpcAddress).put("rpcPubsub", "127.0.0.1:8900").put("serveRepair", "127.0.0.1:8008")
            .put("lastUpdatedTimestamp", startMillis).put("shredVersion", 1);
    }
}
