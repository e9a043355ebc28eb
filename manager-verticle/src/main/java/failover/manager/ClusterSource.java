package failover.manager;

import failover.manager.decision.VoteReading;
import failover.protocol.config.Endpoint;
import failover.protocol.solana.VoteAccounts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One {@code cluster_rpc}. One that says 429 is left alone for as long as it asks. The vote account of an identity is looked for once: the
 * list of all is megabytes. On the verticle's context only.
 */
final class ClusterSource {
    /** A slot, votes, the search for the account, and one of them repeated. */
    private static final int AT_ONCE = 4;
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final Duration SEARCH_LIMIT = Duration.ofSeconds(15);
    /** After a search that found nothing, or failed, there is none for so long. */
    private static final Duration SEARCH_PAUSE = Duration.ofSeconds(30);

    final Endpoint endpoint;
    final String name;
    private final Vertx vertx;
    private final HttpLink link;
    private long silentUntil;
    private boolean silenced;
    private Search search;

    ClusterSource(Vertx vertx, HttpClientAgent client, Endpoint endpoint, String name) {
        this.vertx = vertx;
        this.endpoint = endpoint;
        this.name = name;
        this.link = new HttpLink(vertx, client, endpoint, AT_ONCE, true);
    }

    /** No slot and no votes, with the reason. */
    static final class NoWord extends RuntimeException {
        NoWord(String message) {
            super(message, null, false, false);
        }
    }

    /** The search for one identity's vote account: under way, or done at {@code doneAt}. */
    private static final class Search {
        private final String identity;
        private Future<String> account;
        private long doneAt;

        Search(String identity) {
            this.identity = identity;
        }

        boolean overdue() {
            return account.failed() && System.nanoTime() - doneAt > SEARCH_PAUSE.toNanos();
        }
    }

    void close() {
        link.close();
    }

    /** Its slot; fails with {@link NoWord} or {@link HttpLink.NoAnswer}. */
    Future<Long> slot(Duration limit) {
        Buffer question = question("getSlot", new JsonArray().add(new JsonObject().put("commitment", "processed")));
        return ask(question, limit, HttpLink.LARGEST_ANSWER).map(answer -> {
            Object result = result(answer.body(), "slot");
            if (!(result instanceof Integer || result instanceof Long)) {
                throw new NoWord("no slot in the answer" + shown(answer.body()));
            }
            long slot = ((Number) result).longValue();
            if (slot <= 0) {
                throw new NoWord("slot " + slot);
            }
            return slot;
        });
    }

    /** What it says of the votes of {@code identity}; fails with {@link NoWord} only. */
    Future<VoteReading> votes(String identity, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        return account(identity).timeout(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(cause instanceof TimeoutException
                        ? new NoWord("still looks for the vote account of " + identity) : cause))
                .compose(account -> read(account, identity, Duration.ofNanos(deadline - System.nanoTime())))
                .recover(cause -> Future.failedFuture(cause instanceof NoWord ? cause : new NoWord(String.valueOf(cause.getMessage()))));
    }

    private Future<VoteReading> read(String account, String identity, Duration limit) {
        long askedAt = System.nanoTime();
        return ask(question("getAccountInfo", VoteAccounts.votesParams(account)), limit, HttpLink.LARGEST_ANSWER).map(answer -> {
            Object result = result(answer.body(), "vote account");
            try {
                VoteAccounts.Votes votes = VoteAccounts.votes(result, account, identity);
                return new VoteReading(account, votes.lastVote(), votes.slot(), askedAt);
            } catch (IllegalArgumentException e) {
                doubt(account);
                throw e;
            }
        });
    }

    private Future<String> account(String identity) {
        if (search == null || !search.identity.equals(identity) || search.overdue()) {
            Search begun = new Search(identity);
            search = begun;
            begun.account = ask(question("getVoteAccounts", VoteAccounts.findParams()), SEARCH_LIMIT, VoteAccounts.LARGEST_LIST)
                    // Megabytes: not on the event loop.
                    .compose(answer -> vertx.executeBlocking(
                            () -> VoteAccounts.find(result(answer.body(), "list of vote accounts"), identity), false))
                    .map(found -> found.orElseThrow(() -> new NoWord("knows no vote account of " + identity)))
                    .onComplete(done -> begun.doneAt = System.nanoTime());
        }
        return search.account;
    }

    /** The answer was none of a vote account of this identity: unless it has just been found, it is looked for again. */
    private void doubt(String account) {
        if (search != null && search.account.succeeded() && search.account.result().equals(account)
                && System.nanoTime() - search.doneAt > SEARCH_PAUSE.toNanos()) {
            search = null;
        }
    }

    private static Buffer question(String method, JsonArray params) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method).put("params", params).toBuffer();
    }

    private Future<HttpLink.Answer> ask(Buffer question, Duration limit, int largest) {
        long left = silentUntil - System.nanoTime();
        if (silenced && left > 0) {
            return none("too many requests, asked again in " + (Duration.ofNanos(left).toSeconds() + 1) + " s");
        }
        silenced = false;
        return link.post("", question, limit, largest).compose(answer -> {
            if (answer.status() == 429) {
                Duration pause = pauseOf(answer.headers().get(HttpHeaders.RETRY_AFTER), Instant.now());
                silenced = true;
                silentUntil = System.nanoTime() + pause.toNanos();
                return none("too many requests (HTTP 429), left alone for " + pause.toSeconds() + " s");
            }
            return answer.status() == 200 ? Future.succeededFuture(answer) : none("HTTP " + answer.status() + shown(answer.body()));
        });
    }

    private static Object result(Buffer body, String wanted) {
        try {
            if (!(Json.decodeValue(body) instanceof JsonObject json)) {
                throw new NoWord("not JSON-RPC" + shown(body));
            }
            if (json.getValue("error") instanceof JsonObject error) {
                throw new NoWord("error " + error.getValue("code") + " "
                        + HttpLink.excerpt(Buffer.buffer(String.valueOf(error.getValue("message")))));
            }
            return Optional.ofNullable(json.getValue("result"))
                    .orElseThrow(() -> new NoWord("no " + wanted + " in the answer" + shown(body)));
        } catch (DecodeException e) {
            throw new NoWord("not JSON-RPC" + shown(body));
        }
    }

    private static String shown(Buffer body) {
        String excerpt = HttpLink.excerpt(body);
        return excerpt.isEmpty() ? "" : ": " + excerpt;
    }

    private static <T> Future<T> none(String why) {
        return Future.failedFuture(new NoWord(why));
    }

    /** How long a source wants to be left alone: seconds or an HTTP date, within bounds. */
    static Duration pauseOf(String retryAfter, Instant now) {
        Duration asked = DEFAULT_PAUSE;
        if (retryAfter != null && retryAfter.strip().matches("[0-9]{1,9}")) {
            asked = Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
        } else if (retryAfter != null) {
            try {
                asked = Duration.between(now, ZonedDateTime.parse(retryAfter.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            } catch (DateTimeParseException ignored) {
                asked = DEFAULT_PAUSE;
            }
        }
        if (asked.compareTo(Duration.ofSeconds(1)) < 0) {
            return Duration.ofSeconds(1);
        }
        return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
    }
}
