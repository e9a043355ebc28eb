package failover.agent.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

/**
 * One budget for all bodies that are being read: clients that send much and never end hold no more than this, and what manager and peer
 * send has a budget of its own. Used on the agent's context only.
 */
public final class BodyBudget {
    static final int MOST_BYTES = 4 * 1024 * 1024;
    private final long[] held = new long[2];

    /**
     * The whole body; fails with {@link BodyReader.TooLarge} above {@code largest}, with {@link Full} when there is no room for more.
     *
     * @param partner whose budget: the one of manager and peer, or the others'
     */
    public Future<Buffer> read(ReadStream<Buffer> stream, int largest, boolean partner) {
        int whose = partner ? 1 : 0;
        long[] mine = {0};
        return BodyReader.read(stream, largest, more -> {
            if (held[whose] + more > MOST_BYTES) {
                return false;
            }
            held[whose] += more;
            mine[0] += more;
            return true;
        }).onComplete(done -> held[whose] -= mine[0]);
    }

    /** No room for this body now. */
    public static final class Full extends RuntimeException {
        Full() {
            super("too many bodies at once", null, false, false);
        }
    }
}
