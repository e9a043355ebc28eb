package failover.testbed.link;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.Deque;

/** One direction of one connection: bytes wait here for their delay, for their share of the throughput, and while the direction is cut. */
final class Pipe {
    private static final long TICK_MS = 10;
    private static final int ENOUGH = 1 << 20;

    /** What a direction does to every connection. Changed and read on one event loop. */
    static final class Condition {
        boolean cut;
        long delayMs;
        /** Bytes per second; 0 is without limit. */
        long throttle;

        void clear() {
            cut = false;
            delayMs = 0;
            throttle = 0;
        }
    }

    private record Chunk(Buffer bytes, long due) {
    }

    private final Vertx vertx;
    private final NetSocket in;
    private final NetSocket out;
    private final Condition condition;
    private final Deque<Chunk> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean ended;
    private boolean timer;
    private boolean closed;

    Pipe(Vertx vertx, NetSocket in, NetSocket out, Condition condition) {
        this.vertx = vertx;
        this.in = in;
        this.out = out;
        this.condition = condition;
        in.handler(this::arrived);
        in.endHandler(end -> {
            ended = true;
            pump();
        });
        in.exceptionHandler(e -> { });
        out.closeHandler(gone -> {
            closed = true;
            waiting.clear();
        });
    }

    private void arrived(Buffer bytes) {
        waiting.add(new Chunk(bytes, System.nanoTime() + condition.delayMs * 1_000_000));
        waitingBytes += bytes.length();
        if (waitingBytes > ENOUGH) {
            in.pause();
        }
        pump();
    }

    /** Moves what may move now, and comes back for the rest. A cut direction keeps its bytes, as a network's retransmission would. */
    void pump() {
        long budget = condition.throttle == 0 ? Long.MAX_VALUE : Math.max(1, condition.throttle * TICK_MS / 1000);
        if (timer && condition.throttle > 0) {
            return;
        }
        while (!closed && !condition.cut && budget > 0 && !waiting.isEmpty() && waiting.peek().due - System.nanoTime() <= 0) {
            Chunk chunk = waiting.poll();
            int now = (int) Math.min(budget, chunk.bytes.length());
            out.write(chunk.bytes.slice(0, now));
            budget -= now;
            waitingBytes -= now;
            if (now < chunk.bytes.length()) {
                waiting.addFirst(new Chunk(chunk.bytes.slice(now, chunk.bytes.length()), chunk.due));
            }
        }
        if (waitingBytes < ENOUGH / 2) {
            in.resume();
        }
        if (waiting.isEmpty() && ended && !condition.cut) {
            out.end();
        } else if (!waiting.isEmpty() && !condition.cut && !timer && !closed) {
            timer = true;
            long wait = condition.throttle > 0 ? TICK_MS : (waiting.peek().due - System.nanoTime()) / 1_000_000 + 1;
            vertx.setTimer(Math.max(1, wait), t -> {
                timer = false;
                pump();
            });
        }
    }

    void close() {
        closed = true;
        in.close();
        out.close();
    }
}
