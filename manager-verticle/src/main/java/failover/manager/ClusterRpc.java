package failover.manager;

import failover.protocol.config.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * The network's slot, from every {@code cluster_rpc} at once: the highest wins, because a source can only be behind (OM-19). A source
 * that says 429 is left alone for as long as it asks. Messages name a source by its host only: providers put keys into the rest of the URL.
 * On the verticle's context only.
 */
final class ClusterRpc {
    private static final Buffer GET_SLOT = Buffer.buffer(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getSlot\",\"params\":[{\"commitment\":\"processed\"}]}");
    /** Once one source has answered, the others get no longer than this: an old slot hides a lag. */
    private static final Duration STRAGGLERS = Duration.ofMillis(500);
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final Vertx vertx;
    private final Duration limit;
    private final List<Source> sources;

    ClusterRpc(Vertx vertx, HttpClientAgent client, List<Endpoint> sources, Duration limit) {
        this.vertx = vertx;
        this.limit = limit;
        this.sources = sources.stream().map(each -> new Source(each.host(), new HttpLink(vertx, client, each, 2, true))).toList();
    }

    /** The highest slot; fails with a message that gives each source's reason. */
    Future<Long> slot() {
        return new Round().begin();
    }

    void close() {
        sources.forEach(source -> source.link.close());
    }

    /** No slot, with the reason. */
    static final class NoSlot extends Exception {
        NoSlot(String message) {
            super(message, null, false, false);
        }
    }

    private final class Round {
        private final Promise<Long> promise = Promise.promise();
        private final List<String> failures = new ArrayList<>();
        private int missing = sources.size();
        private long highest = -1;
        private long timer = -1;

        Future<Long> begin() {
            for (Source source : sources) {
                source.slot(limit).onComplete(slot -> {
                    highest = Math.max(highest, slot);
                    answered();
                }, cause -> {
                    failures.add(source.host + ": " + cause.getMessage());
                    answered();
                });
            }
            return promise.future();
        }

        private void answered() {
            missing--;
            if (missing == 0) {
                finish();
            } else if (highest >= 0 && timer < 0) {
                timer = vertx.setTimer(STRAGGLERS.toMillis(), id -> finish());
            }
        }

        private void finish() {
            vertx.cancelTimer(timer);
            if (highest >= 0) {
                promise.tryComplete(highest);
            } else {
                promise.tryFail(new NoSlot(String.join("; ", failures)));
            }
        }
    }

    /** One {@code cluster_rpc}. */
    private static final class Source {
        private final String host;
        private final HttpLink link;
        private long silentUntil;
        private boolean silenced;

        Source(String host, HttpLink link) {
            this.host = host;
            this.link = link;
        }

        Future<Long> slot(Duration limit) {
            long left = silentUntil - System.nanoTime();
            if (silenced && left > 0) {
                return none("too many requests, asked again in " + (Duration.ofNanos(left).toSeconds() + 1) + " s");
            }
            silenced = false;
            return link.post("", GET_SLOT, limit).compose(this::understand);
        }

        private Future<Long> understand(HttpLink.Answer answer) {
            if (answer.status() == 429) {
                Duration pause = pauseOf(answer.headers().get(HttpHeaders.RETRY_AFTER), Instant.now());
                silenced = true;
                silentUntil = System.nanoTime() + pause.toNanos();
                return none("too many requests (HTTP 429), left alone for " + pause.toSeconds() + " s");
            }
            if (answer.status() != 200) {
                return none("HTTP " + answer.status() + shown(answer));
            }
            try {
                if (!(Json.decodeValue(answer.body()) instanceof JsonObject json)) {
                    return none("not JSON-RPC" + shown(answer));
                }
                Object result = json.getValue("result");
                if (result instanceof Integer || result instanceof Long) {
                    long slot = ((Number) result).longValue();
                    return slot > 0 ? Future.succeededFuture(slot) : none("slot " + slot);
                }
                return json.getValue("error") instanceof JsonObject error
                        ? none("error " + error.getValue("code") + " " + excerpt(String.valueOf(error.getValue("message"))))
                        : none("no slot in the answer" + shown(answer));
            } catch (DecodeException e) {
                return none("not JSON-RPC" + shown(answer));
            }
        }

        private static String shown(HttpLink.Answer answer) {
            String excerpt = HttpLink.excerpt(answer.body());
            return excerpt.isEmpty() ? "" : ": " + excerpt;
        }

        private static String excerpt(String text) {
            return HttpLink.excerpt(Buffer.buffer(text));
        }

        private static <T> Future<T> none(String why) {
            return Future.failedFuture(new NoSlot(why));
        }
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
