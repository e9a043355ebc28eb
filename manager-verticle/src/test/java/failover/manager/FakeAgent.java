package failover.manager;

import failover.protocol.config.Endpoint;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/** A server that sees the very bytes of each request and answers with whatever bytes a test wants. */
final class FakeAgent {
    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    private final NetServer server;
    private volatile BiConsumer<NetSocket, String> behaviour;
    private volatile boolean gets;

    FakeAgent(Vertx vertx, BiConsumer<NetSocket, String> behaviour) {
        this.behaviour = behaviour;
        this.server = vertx.createNetServer().connectHandler(this::connected);
        Await.result(server.listen(0, "127.0.0.1"));
    }

    /** It answers requests without a body, too. */
    FakeAgent answeringGets() {
        gets = true;
        return this;
    }

    /** From now on it behaves otherwise. */
    void behave(BiConsumer<NetSocket, String> other) {
        behaviour = other;
    }

    Endpoint endpoint() {
        return Endpoint.parse("http://127.0.0.1:" + server.actualPort());
    }

    /** Requests to that path. */
    List<String> to(String path) {
        return requests.stream().filter(each -> each.startsWith("POST " + path + " ")).toList();
    }

    /** Nobody listens any more, and nobody else will be given the port's requests. */
    void close() {
        int port = server.actualPort();
        Await.result(server.close());
        // The kernel goes on accepting for the moment until the event loop has let go of the socket.
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            try (Socket probe = new Socket("127.0.0.1", port)) {
                LockSupport.parkNanos(probe.isConnected() ? 5_000_000 : 1_000_000);
            } catch (IOException expected) {
                return;
            }
        }
        throw new AssertionError("port " + port + " still accepts connections");
    }

    static void silence(NetSocket socket, String request) {
        // A black hole: the connection is there, an answer never.
    }

    static BiConsumer<NetSocket, String> always(String bytes) {
        return (socket, request) -> socket.write(bytes);
    }

    static String json(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + Buffer.buffer(body).length() + "\r\n\r\n" + body;
    }

    static String bodyOf(String request) {
        return request.substring(request.indexOf("\r\n\r\n") + 4);
    }

    private void connected(NetSocket socket) {
        connections.incrementAndGet();
        Buffer seen = Buffer.buffer();
        AtomicInteger taken = new AtomicInteger();
        socket.exceptionHandler(ignored -> { });
        socket.handler(chunk -> {
            seen.appendBuffer(chunk);
            String text = seen.toString().substring(taken.get());
            int end = text.indexOf("\r\n\r\n");
            int at = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
            if (gets && end > 0 && text.startsWith("GET ")) {
                taken.addAndGet(end + 4);
                requests.add(text.substring(0, end + 4));
                behaviour.accept(socket, text.substring(0, end + 4));
            }
            if (end > 0 && at > 0) {
                int length = Integer.parseInt(text.substring(at + 16, text.indexOf("\r\n", at)).trim());
                if (text.length() >= end + 4 + length) {
                    taken.addAndGet(end + 4 + length);
                    String request = text.substring(0, end + 4 + length);
                    requests.add(request);
                    behaviour.accept(socket, request);
                }
            }
        });
    }

    /** Waiting with a deadline. */
    static final class Await {
        private static final long SECONDS = 10;

        private Await() {
        }

        static <T> T result(io.vertx.core.Future<T> future) {
            try {
                return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException e) {
                throw new AssertionError(e.getCause().getMessage(), e.getCause());
            } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
                throw new AssertionError("not done within " + SECONDS + " s", e);
            }
        }

        static Throwable failure(io.vertx.core.Future<?> future) {
            try {
                result(future);
            } catch (AssertionError e) {
                if (e.getCause() instanceof java.util.concurrent.TimeoutException) {
                    throw e;
                }
                return e.getCause();
            }
            throw new AssertionError("it succeeded");
        }

        /** Looks every few milliseconds until it is so. */
        static void until(Vertx vertx, String what, java.util.function.BooleanSupplier condition) {
            io.vertx.core.Promise<Void> promise = io.vertx.core.Promise.promise();
            long timer = vertx.setPeriodic(5, id -> {
                if (condition.getAsBoolean()) {
                    promise.tryComplete();
                }
            });
            try {
                result(promise.future());
            } catch (AssertionError e) {
                throw new AssertionError("never: " + what, e);
            } finally {
                vertx.cancelTimer(timer);
            }
        }
    }
}
