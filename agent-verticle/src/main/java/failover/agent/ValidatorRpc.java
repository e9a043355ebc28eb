package failover.agent;

import failover.protocol.Bounds;
import failover.protocol.Names;
import failover.protocol.config.Endpoint;
import failover.protocol.solana.Pubkey;
import failover.protocol.solana.VoteAccounts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The validator's own JSON-RPC. Each question has its deadline and its own connection, so that one that hangs or fails spoils no other;
 * whatever comes back (garbage, HTML, half an answer) becomes a sentence. Used on one Vert.x context.
 */
final class ValidatorRpc {
    private static final int LARGEST_ANSWER = 64 * 1024;
    private static final int CONNECTIONS = 24;
    private static final int LONGEST_READ = 2_000;
    private static final Duration LIST_TIME = Duration.ofSeconds(10);
    private final HttpClient client;
    private final Names names;
    private final Endpoint endpoint;
    private final Duration limit;

    ValidatorRpc(Vertx vertx, Endpoint endpoint, Duration limit) {
        this.endpoint = endpoint;
        this.limit = limit;
        this.names = new Names(vertx);
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(endpoint.ssl())
                .setConnectTimeout((int) limit.toMillis())
                .setKeepAliveTimeout(10)
                .setName("validator-rpc"),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(CONNECTIONS));
    }

    /**
     * What the validator says of itself.
     *
     * @param slot processed slot; 0 when it did not say
     * @param slotError why not, in the original's words; else {@code null}
     * @param healthy {@code getHealth} is ok
     * @param identity base58; {@code null} when it did not say
     * @param identityError why not; else {@code null}
     */
    record Answers(long slot, String slotError, boolean healthy, String identity, String identityError) {
    }

    /** Asks the three questions at once; never fails, ends within the limit. */
    Future<Answers> ask() {
        Future<Long> slot = call("getSlot", new JsonArray().add(new JsonObject().put("commitment", "processed"))).map(ValidatorRpc::slot);
        Future<Boolean> health = call("getHealth", null).map("ok"::equals);
        Future<String> identity = call("getIdentity", null).map(ValidatorRpc::identity);
        return Future.join(slot, health, identity).transform(joined -> Future.succeededFuture(new Answers(
            slot.succeeded() ? slot.result() : 0,
            slot.succeeded() ? null : "failed to get slot: " + why(slot.cause()),
            health.succeeded() && health.result(),
            identity.succeeded() ? identity.result() : null,
            identity.succeeded() ? null : "failed to get identity: " + why(identity.cause()))));
    }

    /** Whether a vote account belongs to that identity; {@code null} when nobody could say. Never fails. */
    Future<Boolean> hasVoteAccount(String identity) {
        return voteAccount(identity).map(Optional::isPresent).otherwise((Boolean) null);
    }

    /** The vote account of that identity; fails when nobody could say. */
    Future<Optional<String>> voteAccount(String identity) {
        return call("getVoteAccounts", VoteAccounts.findParams(), VoteAccounts.LARGEST_LIST,
            LIST_TIME.compareTo(limit) > 0 ? LIST_TIME : limit).map(result -> VoteAccounts.find(result, identity));
    }

    /** The last vote in that account of that identity; fails with {@link OtherAccount} when it is not the identity's vote account. */
    Future<VoteAccounts.Votes> votes(String account, String identity) {
        return call("getAccountInfo", VoteAccounts.votesParams(account)).map(result -> {
            try {
                return VoteAccounts.votes(result, account, identity);
            } catch (IllegalArgumentException e) {
                throw new OtherAccount(e.getMessage());
            }
        });
    }

    private static Long slot(Object result) {
        if ((result instanceof Integer || result instanceof Long) && ((Number) result).longValue() >= 0
                && ((Number) result).longValue() <= Bounds.HIGHEST_SLOT) {
            return ((Number) result).longValue();
        }
        throw new BadAnswer("the result is no slot: " + shortened(String.valueOf(result)));
    }

    private static String identity(Object result) {
        if (result instanceof JsonObject object && object.getValue("identity") instanceof String text) {
            try {
                return Pubkey.parse(text).toString();
            } catch (IllegalArgumentException e) {
                throw new BadAnswer(e.getMessage());
            }
        }
        throw new BadAnswer("the result names no identity: " + shortened(String.valueOf(result)));
    }

    private Future<Object> call(String method, JsonArray params) {
        return call(method, params, LARGEST_ANSWER, limit);
    }

    private Future<Object> call(String method, JsonArray params, int largest, Duration time) {
        JsonObject question = new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method);
        if (params != null) {
            question.put("params", params);
        }
        Buffer body = question.toBuffer();
        return send(body, largest, time)
            // The server closed a kept connection under our hands: a question that changes nothing is asked once more, on a new one.
            .recover(failure -> failure instanceof HttpClosedException ? send(body, largest, time) : Future.failedFuture(failure))
            .timeout(time.toMillis(), TimeUnit.MILLISECONDS)
            .map(ValidatorRpc::result);
    }

    private Future<Buffer> send(Buffer body, int largest, Duration time) {
        return names.server(endpoint).compose(server -> client.request(new RequestOptions().setMethod(HttpMethod.POST).setServer(server)
                .setHost(endpoint.authority()).setPort(endpoint.port()).setURI(endpoint.target(""))
                .putHeader("Content-Type", "application/json")))
            .compose(request -> {
                // Failures come back by the future; without a handler they would be logged besides.
                request.exceptionHandler(failure -> { });
                return exchange(request, body, largest).timeout(time.toMillis(), TimeUnit.MILLISECONDS)
                    .onFailure(failure -> request.reset());
            });
    }

    private static Future<Buffer> exchange(HttpClientRequest request, Buffer body, int largest) {
        return request.send(body).compose(response -> {
            if (response.statusCode() != 200) {
                return Future.failedFuture(new BadAnswer("HTTP " + response.statusCode()));
            }
            return BoundedBody.read(response, largest)
                .recover(failure -> Future.failedFuture(failure instanceof BoundedBody.TooLarge
                    ? new BadAnswer("the answer is larger than " + largest + " bytes") : failure));
        });
    }

    private static Object result(Buffer answer) {
        JsonObject object;
        try {
            object = new JsonObject(answer);
        } catch (DecodeException | ClassCastException e) {
            throw new BadAnswer("the answer is no JSON-RPC: " + shortened(answer.toString()));
        }
        if (object.getValue("error") instanceof JsonObject error) {
            throw new BadAnswer("RPC error " + error.getValue("code") + ": " + shortened(String.valueOf(error.getValue("message"))));
        }
        if (!object.containsKey("result")) {
            throw new BadAnswer("the answer has no result: " + shortened(answer.toString()));
        }
        return object.getValue("result");
    }

    /** A failure of a question in a sentence. */
    String why(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return endpoint + " did not answer within " + limit.toMillis() + " ms";
        }
        String message = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return message.toLowerCase(Locale.ROOT).contains(endpoint.host()) ? message : endpoint + ": " + message;
    }

    static String shortened(String text) {
        return Bounds.line(text.length() <= LONGEST_READ ? text : text.substring(0, LONGEST_READ), LONGEST_READ).replaceAll("\\s+", " ")
            .trim().transform(line -> line.length() <= 120 ? line : Bounds.line(line, 121));
    }

    /** The account is not a vote account of the identity. */
    static final class OtherAccount extends RuntimeException {
        OtherAccount(String message) {
            super(message, null, false, false);
        }
    }

    /** The validator answered, and not what was asked; costs no stack trace. */
    private static final class BadAnswer extends RuntimeException {
        BadAnswer(String message) {
            super(message, null, false, false);
        }
    }
}
