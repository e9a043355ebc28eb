package failover.manager;

import failover.manager.decision.Failure;
import failover.manager.decision.Failure.Kind;
import failover.protocol.HostResolver;
import failover.protocol.config.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * POSTs to one server, each with one deadline over connecting, asking and reading the whole answer (OM0-1, OM0-7). The link owns its
 * connections: nothing waits in a queue behind another request, a request is given up by closing its connection, and whether it can have
 * been delivered is known. After a failure the next request gets a fresh connection. To be used on one context only.
 */
final class HttpTransport {
    /** An answer larger than this is nobody's. */
    static final int LARGEST_ANSWER = 1 << 20;
    /** An idle connection older than this may have been forgotten by a firewall. */
    private static final Duration FRESH = Duration.ofSeconds(15);

    private final Vertx vertx;
    private final HttpClientAgent client;
    private final Endpoint server;
    private final HostResolver names;
    private final int atOnce;
    private final boolean reuse;
    private final String authorization;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private int out;
    private boolean closed;

    /**
     * A link.
     *
     * @param client shared: it only opens connections
     * @param server its path is put before every target
     * @param atOnce so many requests may be out; one more fails at once
     * @param reuse keep connections, and repeat a request once if a kept one turns out to be closed: for questions, never for commands
     */
    HttpTransport(Vertx vertx, HttpClientAgent client, Endpoint server, int atOnce, boolean reuse) {
        this(vertx, client, new HostResolver(vertx), server, atOnce, reuse);
    }

    /** The same with what is known of names: what one link has found out serves all that share it. */
    HttpTransport(Vertx vertx, HttpClientAgent client, HostResolver names, Endpoint server, int atOnce, boolean reuse) {
        this.vertx = vertx;
        this.client = client;
        this.server = server;
        this.names = names;
        this.atOnce = atOnce;
        this.reuse = reuse;
        String user = server.uri().getRawUserInfo();
        this.authorization = user == null ? null : "Basic " + Base64.getEncoder().encodeToString(
                URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A whole answer, of whatever status.
     *
     * @param status of HTTP
     * @param headers of HTTP
     * @param body at most as large as was allowed
     */
    record Answer(int status, MultiMap headers, Buffer body) {
    }

    /** There is no whole answer. */
    static final class NoAnswer extends Exception {
        private final transient Failure failure;

        NoAnswer(Failure failure) {
            super(failure.detail(), null, false, false);
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }
    }

    private record Idle(HttpClientConnection connection, long since) {
    }

    /** Sends the JSON; fails with {@link NoAnswer} only. */
    Future<Answer> post(String path, Buffer json, Duration limit) {
        return post(path, json, limit, LARGEST_ANSWER);
    }

    /** The same where an answer may have up to {@code largest} bytes. */
    Future<Answer> post(String path, Buffer json, Duration limit, int largest) {
        return post(path, json, limit, largest, null);
    }

    /**
     * The same where the body of an answer with status 200 is handed on as it comes and not kept; of any other it is kept as usual.
     *
     * @param taker gets the parts in order; when it throws an {@link IllegalArgumentException}, the answer is none for that reason;
     *     {@code null}: the body is kept
     */
    Future<Answer> post(String path, Buffer json, Duration limit, int largest, Consumer<Buffer> taker) {
        if (out >= atOnce) {
            return Future.failedFuture(new NoAnswer(new Failure(Kind.NOT_DELIVERED, "not asked: " + out + " requests are unanswered")));
        }
        out++;
        return new Exchange(path, json, limit, largest, taker).begin().onComplete(done -> out--);
    }

    /** The end: no request is repeated from now on, connections in use close with their answers. */
    void close() {
        closed = true;
        dropIdle();
    }

    private void dropIdle() {
        List<Idle> all = new ArrayList<>(idle);
        idle.clear();
        all.forEach(each -> each.connection().close());
    }

    /** The first characters of something that should not be there, fit for a log. */
    static String excerpt(Buffer body) {
        String text = body.getString(0, Math.min(body.length(), 400));
        StringBuilder shown = new StringBuilder();
        text.codePoints().map(c -> Character.isISOControl(c) || !Character.isDefined(c) || c == 0xFFFD ? ' ' : c)
                .limit(80).forEach(shown::appendCodePoint);
        return shown.toString().strip();
    }

    private enum Phase { CONNECTING, ASKED, ANSWERING, DONE }

    /** One request and what comes of it. */
    private final class Exchange {
        private final String path;
        private final Buffer json;
        private final Duration limit;
        private final int largest;
        private final Consumer<Buffer> taker;
        private long received;
        private final Promise<Answer> promise = Promise.promise();
        private final Buffer body = Buffer.buffer();
        private Phase phase = Phase.CONNECTING;
        private HttpClientConnection connection;
        private boolean kept;
        private long timer;

        Exchange(String path, Buffer json, Duration limit, int largest, Consumer<Buffer> taker) {
            this.taker = taker;
            this.path = path;
            this.json = json;
            this.limit = limit;
            this.largest = largest;
        }

        Future<Answer> begin() {
            timer = vertx.setTimer(Math.max(1, limit.toMillis()), id -> expire());
            HttpClientConnection old = takeIdle();
            if (old == null) {
                connect();
            } else {
                kept = true;
                ask(old);
            }
            return promise.future();
        }

        private void connect() {
            kept = false;
            names.server(server).compose(address -> {
                HttpConnectOptions options = new HttpConnectOptions().setServer(address).setHost(server.authority())
                        .setPort(server.port()).setConnectTimeout(Math.max(1, limit.toMillis()));
                if (server.ssl()) {
                    options.setSsl(true).setSslOptions(new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS"));
                }
                return client.connect(options);
            }).onComplete(opened -> {
                if (phase == Phase.DONE) {
                    opened.close();
                } else {
                    ask(opened);
                }
            }, cause -> fail(Kind.NOT_DELIVERED, "no connection: " + words(cause)));
        }

        private void ask(HttpClientConnection opened) {
            connection = opened;
            opened.exceptionHandler(ignored -> { });
            // Within a future, so that whatever is thrown while the request is built is a request that failed.
            Future.<Void>succeededFuture().compose(begin -> opened.request(options())).onComplete(this::send, cause -> broken(cause));
        }

        private RequestOptions options() {
            RequestOptions options = new RequestOptions().setMethod(HttpMethod.POST).setHost(server.authority()).setPort(server.port())
                    .setSsl(server.ssl()).setURI(server.target(path)).putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
            if (authorization != null) {
                options.putHeader(HttpHeaders.AUTHORIZATION, authorization);
            }
            if (!reuse) {
                options.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
            return options;
        }

        private void send(HttpClientRequest request) {
            if (phase == Phase.DONE) {
                return;
            }
            phase = Phase.ASKED;
            request.exceptionHandler(ignored -> { });
            request.send(json).onComplete(this::read, this::broken);
        }

        private void read(HttpClientResponse response) {
            if (phase == Phase.DONE) {
                return;
            }
            phase = Phase.ANSWERING;
            response.exceptionHandler(this::broken);
            boolean handedOn = taker != null && response.statusCode() == 200;
            int most = handedOn ? largest : Math.min(largest, LARGEST_ANSWER);
            response.handler(chunk -> {
                received += chunk.length();
                if (received > most) {
                    fail(Kind.GARBAGE, "an answer of more than " + most + " bytes: " + excerpt(body));
                } else if (handedOn) {
                    hand(chunk);
                } else {
                    body.appendBuffer(chunk);
                }
            });
            response.endHandler(end -> succeed(new Answer(response.statusCode(), response.headers(), body)));
        }

        private void hand(Buffer chunk) {
            try {
                if (phase == Phase.ANSWERING) {
                    taker.accept(chunk);
                }
            } catch (IllegalArgumentException e) {
                fail(Kind.GARBAGE, e.getMessage());
            }
        }

        private void expire() {
            String within = " within " + limit.toMillis() + " ms";
            switch (phase) {
                case CONNECTING -> fail(Kind.NOT_DELIVERED, "no connection" + within);
                case ASKED -> fail(Kind.NO_ANSWER, "no answer" + within);
                case ANSWERING -> fail(Kind.NO_ANSWER, "the answer did not end" + within);
                default -> { }
            }
        }

        private void broken(Throwable cause) {
            if (phase == Phase.DONE) {
                return;
            }
            boolean cut = cause instanceof IOException || cause instanceof VertxException;
            if (cut && kept && !closed && phase != Phase.ANSWERING) {
                // The server had closed the kept connection: that says nothing about the server.
                closeQuietly();
                phase = Phase.CONNECTING;
                connect();
            } else if (phase == Phase.ANSWERING) {
                fail(Kind.GARBAGE, "half an answer (" + words(cause) + "): " + excerpt(body));
            } else if (phase == Phase.CONNECTING) {
                fail(Kind.NOT_DELIVERED, "no connection: " + words(cause));
            } else if (cut) {
                fail(Kind.NO_ANSWER, "no answer: " + words(cause));
            } else {
                fail(Kind.GARBAGE, "not HTTP: " + excerpt(Buffer.buffer(words(cause))));
            }
        }

        private void fail(Kind kind, String detail) {
            if (finish()) {
                closeQuietly();
                dropIdle();
                promise.fail(new NoAnswer(new Failure(kind, detail)));
            }
        }

        private void succeed(Answer answer) {
            if (finish()) {
                boolean last = answer.headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true);
                if (reuse && !last && !closed) {
                    keep(connection);
                } else {
                    closeQuietly();
                }
                promise.complete(answer);
            }
        }

        private boolean finish() {
            if (phase == Phase.DONE) {
                return false;
            }
            phase = Phase.DONE;
            vertx.cancelTimer(timer);
            return true;
        }

        private void closeQuietly() {
            if (connection != null) {
                connection.close();
                connection = null;
            }
        }
    }

    private void keep(HttpClientConnection connection) {
        connection.closeHandler(gone -> idle.removeIf(each -> each.connection() == connection));
        idle.push(new Idle(connection, System.nanoTime()));
    }

    private HttpClientConnection takeIdle() {
        while (!idle.isEmpty()) {
            Idle newest = idle.pop();
            if (System.nanoTime() - newest.since() < FRESH.toNanos()) {
                return newest.connection();
            }
            newest.connection().close();
        }
        return null;
    }

    private static String words(Throwable cause) {
        // The native transport puts its own call in front of the system's words.
        return cause.getMessage() == null ? cause.getClass().getSimpleName()
                : cause.getMessage().replaceFirst("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ", "");
    }
}
