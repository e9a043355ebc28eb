package failover.testbed.link;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A TCP proxy on loopback that misbehaves on command. "To" is the direction from who connects to the target, "from" the way back.
 *
 * <p>A cut direction holds its bytes and hands them over when it heals, as TCP's retransmission does. What a proxy cannot do without a
 * network namespace is to swallow a SYN: while the link is black-holed or cut, connecting succeeds and then nothing comes.
 *
 * <p>Thread-safe; its methods block until the change is in force. Not to be called from its own event loop.
 */
public final class LinkProxy implements AutoCloseable {
    /** A direction of a link. */
    public enum Way {
        /** From who connects to the target. */
        TO,
        /** From the target back. */
        FROM
    }

    private static final String LOOPBACK = "127.0.0.1";

    private final Vertx vertx;
    private final Context context;
    private final NetClient client;
    private final String host;
    private final String target;
    private final int targetPort;
    private final Pipe.Condition to = new Pipe.Condition();
    private final Pipe.Condition from = new Pipe.Condition();
    private final Map<NetSocket, List<Pipe>> connections = new LinkedHashMap<>();
    private NetServer server;
    private int port;
    private boolean blackHole;
    private boolean refusing;

    private LinkProxy(Vertx vertx, String host, String target, int targetPort) {
        this.vertx = vertx;
        this.host = host;
        this.target = target;
        this.context = vertx.getOrCreateContext();
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(5000).setTcpNoDelay(true));
        this.targetPort = targetPort;
    }

    /** Opens a proxy on 127.0.0.1 (port 0: any) to a port of 127.0.0.1, which need not listen yet. Blocks. */
    public static LinkProxy open(Vertx vertx, int port, int targetPort) {
        return open(vertx, LOOPBACK, port, LOOPBACK, targetPort);
    }

    /** The same with other addresses. */
    public static LinkProxy open(Vertx vertx, String host, int port, String target, int targetPort) {
        LinkProxy link = new LinkProxy(vertx, host, target, targetPort);
        link.port = port;
        link.await(link::listen);
        return link;
    }

    /** Where to connect. */
    public int port() {
        return port;
    }

    /** The same as a URL. */
    public String url() {
        return "http://" + host + ":" + port;
    }

    /** Cuts both directions. */
    public LinkProxy cut() {
        return cut(Way.TO).cut(Way.FROM);
    }

    /** Cuts one direction. */
    public LinkProxy cut(Way way) {
        return change(() -> condition(way).cut = true);
    }

    /** Delays both directions by so many milliseconds each. */
    public LinkProxy delay(long ms) {
        return change(() -> {
            to.delayMs = ms;
            from.delayMs = ms;
        });
    }

    /** Limits each direction of each connection. */
    public LinkProxy throttle(long bytesPerSecond) {
        return change(() -> {
            to.throttle = bytesPerSecond;
            from.throttle = bytesPerSecond;
        });
    }

    /** From now on connections are accepted and nothing ever comes; old ones fall silent. */
    public LinkProxy blackHole() {
        return change(() -> {
            blackHole = true;
            to.cut = true;
            from.cut = true;
        });
    }

    /** Refuses connections and closes those there are. */
    public LinkProxy refuse() {
        await(() -> {
            refusing = true;
            return closeAll().compose(done -> server.close());
        });
        return this;
    }

    /** Closes every connection; new ones are served. */
    public LinkProxy reset() {
        await(this::closeAll);
        return this;
    }

    /** Mends everything: held bytes are handed over, black-holed connections closed. */
    public LinkProxy clear() {
        await(() -> {
            to.clear();
            from.clear();
            blackHole = false;
            connections.forEach((socket, pipes) -> {
                if (pipes.isEmpty()) {
                    socket.close();
                }
                pipes.forEach(Pipe::pump);
            });
            if (!refusing) {
                return Future.succeededFuture();
            }
            refusing = false;
            return listen();
        });
        return this;
    }

    /** Applies a command in the words of docs/testbed.md; false if it is not understood. */
    public boolean command(String name, String argument) {
        boolean number = argument.matches("[0-9]{1,9}");
        switch (name) {
            case "cut" -> {
                if (!argument.isEmpty() && !"to".equals(argument) && !"from".equals(argument)) {
                    return false;
                }
                if (argument.isEmpty()) {
                    cut();
                } else {
                    cut("to".equals(argument) ? Way.TO : Way.FROM);
                }
            }
            case "delay", "throttle" -> {
                if (!number) {
                    return false;
                }
                long value = Long.parseLong(argument);
                change("delay".equals(name) ? () -> {
                    to.delayMs = value;
                    from.delayMs = value;
                } : () -> {
                    to.throttle = value;
                    from.throttle = value;
                });
            }
            case "black-hole" -> blackHole();
            case "refuse" -> refuse();
            case "reset" -> reset();
            case "clear" -> clear();
            default -> {
                return "show".equals(name);
            }
        }
        return true;
    }

    /** The state in words. */
    public JsonObject state() {
        return await(() -> Future.succeededFuture(new JsonObject().put("port", port).put("target", targetPort).put("cut_to", to.cut)
            .put("cut_from", from.cut).put("delay_ms", to.delayMs).put("throttle", to.throttle).put("black_hole", blackHole)
            .put("refuse", refusing).put("connections", connections.size())));
    }

    @Override
    public void close() {
        if (!refusing) {
            refuse();
        }
        client.close();
    }

    private Pipe.Condition condition(Way way) {
        return way == Way.TO ? to : from;
    }

    private Future<?> listen() {
        server = vertx.createNetServer();
        return server.connectHandler(this::connected).listen(port, host).onSuccess(listening -> port = listening.actualPort());
    }

    private void connected(NetSocket socket) {
        List<Pipe> pipes = new ArrayList<>();
        connections.put(socket, pipes);
        socket.closeHandler(gone -> connections.remove(socket));
        socket.exceptionHandler(e -> { });
        if (blackHole) {
            socket.handler(swallowed -> { });
            return;
        }
        socket.pause();
        client.connect(targetPort, target).onFailure(refused -> socket.close()).onSuccess(target -> {
            if (!connections.containsKey(socket)) {
                target.close();
                return;
            }
            pipes.add(new Pipe(vertx, socket, target, to));
            pipes.add(new Pipe(vertx, target, socket, from));
            // The last word on closing: whoever goes, the other goes too, unless the way between them is cut.
            socket.closeHandler(gone -> {
                connections.remove(socket);
                if (!to.cut) {
                    target.close();
                }
            });
            socket.resume();
        });
    }

    private Future<Void> closeAll() {
        List<Map.Entry<NetSocket, List<Pipe>>> all = new ArrayList<>(connections.entrySet());
        connections.clear();
        all.forEach(entry -> {
            entry.getValue().forEach(Pipe::close);
            entry.getKey().close();
        });
        return Future.succeededFuture();
    }

    private LinkProxy change(Runnable change) {
        await(() -> {
            change.run();
            connections.values().forEach(pipes -> pipes.forEach(Pipe::pump));
            return Future.succeededFuture();
        });
        return this;
    }

    private <T> T await(Callable<Future<T>> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> {
            try {
                action.call().onComplete(done);
            } catch (Exception e) {
                done.fail(e);
            }
        });
        try {
            return done.future().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("link on port " + port + ": interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("link on port " + port + " to " + targetPort + ": " + e, e);
        }
    }
}
