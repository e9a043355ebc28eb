package failover.agent.validator;

import failover.agent.http.BodyReader;
import failover.protocol.Bounds;
import failover.protocol.HostResolver;
import failover.protocol.config.Endpoint;
import failover.protocol.solana.Pubkey;
import failover.protocol.solana.VoteAccountList;
import failover.protocol.solana.VoteAccounts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The validator's own JSON-RPC. Each question has its deadline and its own connection, so that one that hangs or fails spoils no other;
 * whatever comes back (garbage, HTML, half an answer) becomes a sentence. Used on one Vert.x context.
 */
public final class ValidatorRpc {
    private static final int LARGEST_ANSWER = 64 * 1024;
    private static final int CONNECTIONS = 24;
    private static final int NO_SUCH_METHOD = -32601;
    private static final Duration LIST_TIME = Duration.ofSeconds(10);
    private final HttpClient client;
    /** Keeps no connections: for a question that a kept one has lost. */
    private final HttpClient fresh;
    private final HostResolver names;
    private final Endpoint endpoint;
    private final Duration limit;

    public ValidatorRpc(Vertx vertx, Endpoint endpoint, Duration limit) {
        this.endpoint = endpoint;
        this.limit = limit;
        this.names = new HostResolver(vertx);
        PoolOptions pool = new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(CONNECTIONS);
        this.client = vertx.createHttpClient(options().setKeepAliveTimeout(10), pool);
        this.fresh = vertx.createHttpClient(options().setKeepAlive(false), pool);
    }

    private HttpClientOptions options() {
        return new HttpClientOptions().setSsl(endpoint.ssl()).setConnectTimeout((int) limit.toMillis()).setName("validator-rpc");
    }

    /**
     * The validator's state as its RPC reports it.
     *
     * @param slot processed slot; 0 when unknown
     * @param slotError why not, in the original's words; else {@code null}
     * @param healthy {@code getHealth} is ok
     * @param identity base58; {@code null} when unknown
     * @param identityError why not; else {@code null}
     */
    public record Answers(long slot, String slotError, boolean healthy, String identity, String identityError) {
    }

    /** Asks the three questions at once; never fails, ends within the limit. */
    public Future<Answers> ask() {
        Future<Long> slot = call("getSlot", VoteAccounts.slotParams()).map(ValidatorRpc::slot);
        Future<Boolean> health = call("getHealth", null).map("ok"::equals);
        Future<String> identity = call("getIdentity", null).map(ValidatorRpc::identity);
        return Future.join(slot, health, identity).transform(joined -> Future.succeededFuture(new Answers(
            slot.succeeded() ? slot.result() : 0,
            slot.succeeded() ? null : "failed to get slot: " + why(slot.cause()),
            health.succeeded() && health.result(),
            identity.succeeded() ? identity.result() : null,
            identity.succeeded() ? null : "failed to get identity: " + why(identity.cause()))));
    }

    /** Whether a vote account belongs to that identity; {@code null} when unknown. Never fails. */
    Future<Boolean> hasVoteAccount(String identity) {
        return voteAccounts(identity).map(found -> !found.isEmpty()).otherwise((Boolean) null);
    }

    /**
     * The vote accounts of that identity, the one with the most stake first; fails when that cannot be found out. The list of all is
     * megabytes: it is read as it arrives and never held.
     */
    Future<List<String>> voteAccounts(String identity) {
        Duration time = LIST_TIME.compareTo(limit) > 0 ? LIST_TIME : limit;
        VoteAccountList list = new VoteAccountList(identity);
        return send(question("getVoteAccounts", VoteAccounts.findParams()), response -> stream(response, list), time)
            .timeout(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * The votes of an identity as this node reports them.
     *
     * @param lastVote the newest slot voted for with any of the accounts; 0 when none
     * @param slot the node's own, not newer than the vote
     * @param slotAfter the node's own, not older than the vote; {@code slot} where both are from one answer
     */
    record Seen(long lastVote, long slot, long slotAfter) {
    }

    /**
     * The newest vote in those accounts of that identity, with its witness in one answer; fails with {@link NoMethod} where the node serves
     * the minimal API only, with {@link OtherAccount} when one is not the identity's vote account.
     */
    Future<Seen> votes(List<String> accounts, String identity) {
        return call(VoteAccounts.votesMethod(accounts), VoteAccounts.votesParams(accounts)).map(result -> own(() -> {
            VoteAccounts.Votes votes = VoteAccounts.votes(result, accounts, identity);
            return new Seen(votes.lastVote(), votes.slot(), votes.slot());
        }));
    }

    /**
     * The same with the minimal API: the node's slot before the votes are read and after it, one question after the other to one process.
     * The vote is then of a bank between the two slots, so that it is never taken for newer or older than it is. Fails where the slot went
     * back in between: the node changed forks, and nothing can be said of which slot the vote is.
     */
    Future<Seen> votesByMinimalApi(List<String> accounts, String identity) {
        long end = System.nanoTime() + limit.toNanos();
        return slotNow(end).compose(before -> lastVote(accounts, 0, 0, identity, end).compose(last -> slotNow(end).map(after -> {
            if (after < before) {
                throw new BadAnswer("its slot went back from " + before + " to " + after + " while the votes were read: it changed forks");
            }
            if (last > after) {
                throw new BadAnswer("its last vote " + last + " is newer than its own slot " + after);
            }
            return new Seen(last, before, after);
        })));
    }

    private Future<Long> slotNow(long end) {
        return call("getSlot", VoteAccounts.slotParams(), LARGEST_ANSWER, left(end)).map(ValidatorRpc::slot);
    }

    private Future<Long> lastVote(List<String> accounts, int next, long newest, String identity, long end) {
        if (next == accounts.size()) {
            return Future.succeededFuture(newest);
        }
        String account = accounts.get(next);
        return call("getVoteAccounts", VoteAccounts.onlyParams(account), LARGEST_ANSWER, left(end))
            .map(result -> own(() -> VoteAccounts.lastVote(result, account, identity)))
            .compose(last -> lastVote(accounts, next + 1, Math.max(newest, last), identity, end));
    }

    private static Duration left(long end) {
        return Duration.ofNanos(Math.max(1_000_000L, end - System.nanoTime()));
    }

    private static <T> T own(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw new OtherAccount(e.getMessage());
        }
    }

    private static Long slot(Object result) {
        try {
            return VoteAccounts.slot(result);
        } catch (IllegalArgumentException e) {
            throw new BadAnswer("the result is no slot: " + Bounds.brief(String.valueOf(result)));
        }
    }

    private static String identity(Object result) {
        if (result instanceof JsonObject object && object.getValue("identity") instanceof String text) {
            try {
                return Pubkey.parse(text).toString();
            } catch (IllegalArgumentException e) {
                throw new BadAnswer(e.getMessage());
            }
        }
        throw new BadAnswer("the result names no identity: " + Bounds.brief(String.valueOf(result)));
    }

    private Future<Object> call(String method, JsonArray params) {
        return call(method, params, LARGEST_ANSWER, limit);
    }

    private Future<Object> call(String method, JsonArray params, int largest, Duration time) {
        return send(question(method, params), response -> BodyReader.read(response, largest)
                .recover(failure -> Future.failedFuture(failure instanceof BodyReader.TooLarge
                    ? new BadAnswer("the answer is larger than " + largest + " bytes") : failure)), time)
            .timeout(time.toMillis(), TimeUnit.MILLISECONDS)
            .map(ValidatorRpc::result);
    }

    private static Buffer question(String method, JsonArray params) {
        JsonObject question = new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method);
        if (params != null) {
            question.put("params", params);
        }
        return question.toBuffer();
    }

    private <T> Future<T> send(Buffer body, Function<HttpClientResponse, Future<T>> read, Duration time) {
        return once(client, body, read, time)
            // The server, or whatever stands between, closed a kept connection under our hands, in good order or with a reset: a question
            // that changes nothing is asked once more, on a new one.
            .recover(failure -> cut(failure) ? once(fresh, body, read, time) : Future.failedFuture(failure));
    }

    private static boolean cut(Throwable failure) {
        return failure instanceof HttpClosedException || failure instanceof IOException && !(failure instanceof ConnectException)
            && !(failure instanceof UnknownHostException);
    }

    private <T> Future<T> once(HttpClient by, Buffer body, Function<HttpClientResponse, Future<T>> read, Duration time) {
        return names.server(endpoint).compose(server -> by.request(new RequestOptions().setMethod(HttpMethod.POST).setServer(server)
                .setHost(endpoint.authority()).setPort(endpoint.port()).setURI(endpoint.target(""))
                .putHeader("Content-Type", "application/json")))
            .compose(request -> {
                // Failures come back by the future; without a handler they would be logged besides.
                request.exceptionHandler(failure -> { });
                return exchange(request, body, read).timeout(time.toMillis(), TimeUnit.MILLISECONDS)
                    .onFailure(failure -> request.reset());
            });
    }

    private static <T> Future<T> exchange(HttpClientRequest request, Buffer body, Function<HttpClientResponse, Future<T>> read) {
        return request.send(body).compose(response -> response.statusCode() == 200 ? read.apply(response)
            : Future.failedFuture(new BadAnswer("HTTP " + response.statusCode())));
    }

    private static Future<List<String>> stream(HttpClientResponse response, VoteAccountList list) {
        Promise<List<String>> whole = Promise.promise();
        long[] size = {0};
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> ending(whole, list));
        response.handler(part -> {
            size[0] += part.length();
            if (whole.future().isComplete()) {
                return;
            }
            if (size[0] > VoteAccountList.LARGEST) {
                whole.tryFail(new BadAnswer("the list of vote accounts is larger than " + VoteAccountList.LARGEST + " bytes"));
                return;
            }
            try {
                list.feed(part.getBytes());
            } catch (IllegalArgumentException e) {
                whole.tryFail(new BadAnswer(Bounds.brief(e.getMessage())));
            }
        });
        return whole.future();
    }

    private static void ending(Promise<List<String>> whole, VoteAccountList list) {
        try {
            if (!whole.future().isComplete()) {
                whole.tryComplete(list.end());
            }
        } catch (IllegalArgumentException e) {
            whole.tryFail(new BadAnswer(Bounds.brief(e.getMessage())));
        }
    }

    private static Object result(Buffer answer) {
        JsonObject object;
        try {
            object = new JsonObject(answer);
        } catch (DecodeException | ClassCastException e) {
            throw new BadAnswer("the answer is no JSON-RPC: " + Bounds.brief(answer.toString()));
        }
        if (object.getValue("error") instanceof JsonObject error) {
            String words = "RPC error " + error.getValue("code") + ": " + Bounds.brief(String.valueOf(error.getValue("message")));
            throw Integer.valueOf(NO_SUCH_METHOD).equals(error.getValue("code")) ? new NoMethod(words) : new BadAnswer(words);
        }
        if (!object.containsKey("result")) {
            throw new BadAnswer("the answer has no result: " + Bounds.brief(answer.toString()));
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

    /** The account is not a vote account of the identity. */
    static final class OtherAccount extends RuntimeException {
        OtherAccount(String message) {
            super(message, null, false, false);
        }
    }

    /** The node serves no such method: it runs without {@code --full-rpc-api}. */
    static final class NoMethod extends BadAnswer {
        NoMethod(String message) {
            super(message);
        }
    }

    /** The validator answered, and not what was asked; costs no stack trace. */
    private static class BadAnswer extends RuntimeException {
        BadAnswer(String message) {
            super(message, null, false, false);
        }
    }
}
