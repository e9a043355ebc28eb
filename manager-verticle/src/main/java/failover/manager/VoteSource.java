package failover.manager;

import failover.manager.decision.NodeReport;
import failover.manager.decision.VoteReading;
import failover.protocol.config.Endpoint;
import failover.protocol.solana.Pubkey;
import failover.protocol.solana.VoteAccountList;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One {@code cluster_rpc}. One that says 429 is left alone for as long as it asks. The vote accounts of an identity are looked for once
 * in a while: the list of all is megabytes, read as it comes and never held. One that serves no {@code getAccountInfo} is asked by the
 * minimal API. On the verticle's context only.
 */
final class VoteSource {
    /** A slot, votes, the search for the accounts, who it is, and some of them repeated. */
    private static final int AT_ONCE = 6;
    private static final int NO_SUCH_METHOD = -32601;
    /** HTTP for "not this method": some providers say it so. */
    private static final Set<Integer> REFUSALS = Set.of(403, 404, 405, 410, 501);
    /** No cluster has shorter ones. */
    private static final Duration SHORTEST_SLOT = Duration.ofMillis(100);
    /** By so much a node's own slot may change with the fork that it prefers. */
    private static final long FORKS = 8;
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final Duration SEARCH_LIMIT = Duration.ofSeconds(15);
    /** After a search that found nothing, or failed, there is none for so long. */
    private static final Duration SEARCH_PAUSE = Duration.ofSeconds(30);
    /** An account that was made since is found after so long. */
    private static final Duration SEARCH_AGAIN = Duration.ofMinutes(10);
    /** A node that served the minimal API only may have been started anew with the full one. */
    private static final Duration FULL_AGAIN = Duration.ofMinutes(10);
    private static final Duration GENESIS_AGAIN = Duration.ofMinutes(10);

    final Endpoint endpoint;
    final String name;
    private final HttpTransport link;
    /** {@code vote_account_pubkey}: read without a search, and with whatever a search finds. */
    private final List<String> configured;
    private long silentUntil;
    private boolean silenced;
    private Search search;
    private List<String> found = List.of();
    private boolean doubted;
    private boolean minimal;
    private long minimalSince;
    private String genesis;
    private long genesisAt;

    VoteSource(Vertx vertx, HttpClientAgent client, Endpoint endpoint, String name, Optional<String> voteAccount) {
        this.configured = voteAccount.map(List::of).orElse(List.of());
        this.endpoint = endpoint;
        this.name = name;
        this.link = new HttpTransport(vertx, client, endpoint, AT_ONCE, true);
    }

    /** No slot and no votes, with the reason. */
    static final class NoWord extends RuntimeException {
        private final boolean refused;

        NoWord(String message) {
            this(message, false);
        }

        NoWord(String message, boolean refused) {
            super(message, null, false, false);
            this.refused = refused;
        }

        /** It serves no such method, and will not the next time. */
        boolean refused() {
            return refused;
        }
    }

    /** The search for one identity's vote accounts: under way, or done at {@code doneAt}. */
    private static final class Search {
        private final String identity;
        private Future<List<String>> accounts;
        private long doneAt;

        Search(String identity) {
            this.identity = identity;
        }

        boolean olderThan(Duration time) {
            return accounts.isComplete() && System.nanoTime() - doneAt > time.toNanos();
        }
    }

    void close() {
        link.close();
    }

    /** Its slot; fails with {@link NoWord} or {@link HttpTransport.NoAnswer}. */
    Future<Long> slot(Duration limit) {
        return slot("processed", limit);
    }

    private Future<Long> slot(String commitment, Duration limit) {
        return ask("getSlot", new JsonArray().add(new JsonObject().put("commitment", commitment)), limit).map(result -> {
            long slot = slotOf(result);
            if (slot <= 0) {
                throw new NoWord("slot " + slot);
            }
            return slot;
        });
    }

    private static long slotOf(Object result) {
        try {
            return VoteAccounts.slot(result);
        } catch (IllegalArgumentException e) {
            throw new NoWord("no slot in the answer: " + HttpTransport.excerpt(Buffer.buffer(String.valueOf(result))) + " ("
                    + e.getMessage()
                    + ")");
        }
    }

    /**
     * Who it is, of which cluster, and what that has finalized, as far as it says; never fails. The cluster of a node is asked for once in
     * a while only.
     */
    Future<NodeReport> node(Duration limit) {
        Future<String> identity = text("getIdentity", limit);
        boolean again = genesis == null || System.nanoTime() - genesisAt > GENESIS_AGAIN.toNanos();
        Future<String> cluster = again ? identity.compose(done -> text("getGenesisHash", limit)) : Future.succeededFuture(genesis);
        return cluster.compose(hash -> {
            if (again && hash != null) {
                genesis = hash;
                genesisAt = System.nanoTime();
            }
            return slot("finalized", limit).otherwise(0L).map(slot -> new NodeReport(identity.result(), hash, slot));
        });
    }

    /** A public key or hash in base58; {@code null} when it did not say one. */
    private Future<String> text(String method, Duration limit) {
        return ask(method, new JsonArray(), limit).map(result -> {
            Object text = result instanceof JsonObject object ? object.getValue("identity") : result;
            return text instanceof String word ? Pubkey.parse(word).toString() : null;
        }).otherwise((String) null);
    }

    /** What it says of the votes of {@code identity}; fails with {@link NoWord} only. */
    Future<VoteReading> votes(String identity, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        return accounts(identity).timeout(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(cause instanceof TimeoutException
                        ? new NoWord("still looks for the vote account of " + identity) : cause))
                .compose(all -> read(all, identity, deadline))
                .recover(cause -> Future.failedFuture(cause instanceof NoWord ? cause : new NoWord(String.valueOf(cause.getMessage()))));
    }

    private Future<VoteReading> read(List<String> accounts, String identity, long deadline) {
        if (minimal && System.nanoTime() - minimalSince < FULL_AGAIN.toNanos()) {
            return readByMinimalApi(accounts, identity, deadline);
        }
        long askedAt = System.nanoTime();
        return ask(VoteAccounts.votesMethod(accounts), VoteAccounts.votesParams(accounts), left(deadline)).map(result -> own(() -> {
            VoteAccounts.Votes votes = VoteAccounts.votes(result, accounts, identity);
            minimal = false;
            return new VoteReading(VoteAccounts.name(accounts), votes.lastVote(), votes.slot(), askedAt);
        })).recover(cause -> {
            if (!(cause instanceof NoWord word && word.refused())) {
                return Future.failedFuture(cause);
            }
            minimal = true;
            minimalSince = System.nanoTime();
            return readByMinimalApi(accounts, identity, deadline);
        });
    }

    /**
     * With the minimal API slot and votes are two questions, which behind a load balancer go to two nodes: a stale vote could be paired
     * with a newer slot. They go in one batch, which is one HTTP request and so one node's; in which order that answers them nobody
     * promises, so that the witness is taken for older by what can have passed meanwhile, and the other end for newer.
     */
    private Future<VoteReading> readByMinimalApi(List<String> accounts, String identity, long deadline) {
        JsonArray batch = new JsonArray().add(question("getSlot", VoteAccounts.slotParams(), 0));
        for (int i = 0; i < accounts.size(); i++) {
            batch.add(question("getVoteAccounts", VoteAccounts.onlyParams(accounts.get(i)), i + 1));
        }
        batch.add(question("getSlot", VoteAccounts.slotParams(), accounts.size() + 1));
        long askedAt = System.nanoTime();
        return send(batch.toBuffer(), left(deadline), null).map(answer -> {
            long passed = (System.nanoTime() - askedAt) / SHORTEST_SLOT.toNanos() + 1;
            Object[] results = results(answer.body(), batch.size());
            long first = slotOf(results[0]);
            long second = slotOf(results[batch.size() - 1]);
            return own(() -> {
                long last = 0;
                for (int i = 0; i < accounts.size(); i++) {
                    last = Math.max(last, VoteAccounts.lastVote(results[i + 1], accounts.get(i), identity));
                }
                if (Math.abs(second - first) > 2 * passed + FORKS) {
                    throw new NoWord("its slot is " + first + " and " + second + " in one answer: these are two nodes");
                }
                return new VoteReading(VoteAccounts.name(accounts), last, Math.max(0, Math.min(first, second) - passed), askedAt,
                        Math.max(first, second) + passed);
            });
        });
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000L, deadline - System.nanoTime()));
    }

    /** What is read of the votes, or the reason why it is none; then the accounts are looked for again. */
    private VoteReading own(Supplier<VoteReading> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            doubted = true;
            throw e;
        }
    }

    /** Those that it knows; they are looked for again once in a while, and those known go on to be read meanwhile. */
    private Future<List<String>> accounts(String identity) {
        if (search == null || !search.identity.equals(identity)) {
            found = configured;
            search = search(identity);
        } else if (search.olderThan(found.isEmpty() || search.accounts.failed() || doubted ? SEARCH_PAUSE : SEARCH_AGAIN)) {
            doubted = false;
            search = search(identity);
        }
        return found.isEmpty() ? search.accounts : Future.succeededFuture(found);
    }

    private Search search(String identity) {
        Search begun = new Search(identity);
        VoteAccountList list = new VoteAccountList(identity);
        begun.accounts = send(question("getVoteAccounts", VoteAccounts.findParams(), 1).toBuffer(), SEARCH_LIMIT,
                part -> list.feed(part.getBytes())).map(answer -> {
                    List<String> all = ends(list);
                    if (all.isEmpty()) {
                        throw new NoWord("knows no vote account of " + identity);
                    }
                    if (search == begun) {
                        found = Stream.concat(configured.stream(), all.stream()).distinct().limit(VoteAccountList.MOST_ACCOUNTS).toList();
                    }
                    return found;
                }).onComplete(done -> begun.doneAt = System.nanoTime());
        return begun;
    }

    private static List<String> ends(VoteAccountList list) {
        try {
            return list.end();
        } catch (VoteAccountList.Refused e) {
            throw new NoWord(e.getMessage(), String.valueOf(NO_SUCH_METHOD).equals(e.code()));
        } catch (IllegalArgumentException e) {
            throw new NoWord(e.getMessage());
        }
    }

    private static JsonObject question(String method, JsonArray params, int id) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", id).put("method", method).put("params", params);
    }

    /** One question; the result. */
    private Future<Object> ask(String method, JsonArray params, Duration limit) {
        return send(question(method, params, 1).toBuffer(), limit, null).map(answer -> result(decoded(answer.body()), answer.body()));
    }

    private Future<HttpTransport.Answer> send(Buffer question, Duration limit, Consumer<Buffer> taker) {
        long left = silentUntil - System.nanoTime();
        if (silenced && left > 0) {
            return none("too many requests, asked again in " + (Duration.ofNanos(left).toSeconds() + 1) + " s");
        }
        silenced = false;
        int largest = taker == null ? HttpTransport.LARGEST_ANSWER : VoteAccountList.LARGEST;
        return link.post("", question, limit, largest, taker).compose(answer -> {
            if (answer.status() == 429) {
                Duration pause = pauseOf(answer.headers().get(HttpHeaders.RETRY_AFTER), Instant.now());
                silenced = true;
                silentUntil = System.nanoTime() + pause.toNanos();
                return none("too many requests (HTTP 429), left alone for " + pause.toSeconds() + " s");
            }
            return answer.status() == 200 ? Future.succeededFuture(answer)
                    : Future.failedFuture(new NoWord("HTTP " + answer.status() + shown(answer.body()), REFUSALS.contains(answer.status())));
        });
    }

    private static Object decoded(Buffer body) {
        try {
            return Json.decodeValue(body);
        } catch (DecodeException e) {
            throw new NoWord("not JSON-RPC" + shown(body));
        }
    }

    private static Object result(Object answer, Buffer body) {
        if (!(answer instanceof JsonObject json)) {
            throw new NoWord("not JSON-RPC" + shown(body));
        }
        if (json.getValue("error") instanceof JsonObject error) {
            throw new NoWord("error " + error.getValue("code") + " "
                    + HttpTransport.excerpt(Buffer.buffer(String.valueOf(error.getValue("message")))),
                    Integer.valueOf(NO_SUCH_METHOD).equals(error.getValue("code")));
        }
        return Optional.ofNullable(json.getValue("result")).orElseThrow(() -> new NoWord("no result in the answer" + shown(body)));
    }

    /** The results of a batch, by the number of their question from 0. */
    private static Object[] results(Buffer body, int size) {
        Object decoded = decoded(body);
        if (!(decoded instanceof JsonArray answers)) {
            // One answer to many questions is an error, or none.
            throw new NoWord("serves no getAccountInfo, and no batch of getSlot and getVoteAccounts" + shown(body), true);
        }
        Object[] results = new Object[size];
        for (Object each : answers) {
            if (each instanceof JsonObject one && one.getValue("id") instanceof Integer id && id >= 0 && id < size) {
                results[id] = result(one, body);
            }
        }
        if (Stream.of(results).anyMatch(Objects::isNull)) {
            throw new NoWord("half a batch in the answer" + shown(body));
        }
        return results;
    }

    private static String shown(Buffer body) {
        String excerpt = HttpTransport.excerpt(body);
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
