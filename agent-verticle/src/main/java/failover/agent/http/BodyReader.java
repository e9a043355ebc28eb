package failover.agent.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.function.IntPredicate;

/** Reads a body up to a size; what comes after is not kept. */
public final class BodyReader {
    private BodyReader() {
    }

    /** The whole body; fails with {@link TooLarge} as soon as it exceeds {@code largest}. Call it before the stream flows. */
    public static Future<Buffer> read(ReadStream<Buffer> stream, int largest) {
        return read(stream, largest, more -> true);
    }

    /** The same where there may be no room for so many more bytes; fails with {@link BodyBudget.Full} then. */
    public static Future<Buffer> read(ReadStream<Buffer> stream, int largest, IntPredicate room) {
        Promise<Buffer> whole = Promise.promise();
        Buffer[] parts = {null};
        stream.exceptionHandler(cut -> {
            parts[0] = null;
            whole.tryFail(cut);
        });
        stream.endHandler(end -> whole.tryComplete(parts[0] == null ? Buffer.buffer() : parts[0]));
        stream.handler(part -> {
            if (whole.future().isComplete()) {
                return;
            }
            if ((parts[0] == null ? 0 : parts[0].length()) + part.length() > largest) {
                parts[0] = null;
                whole.tryFail(new TooLarge());
            } else if (!room.test(part.length())) {
                parts[0] = null;
                whole.tryFail(new BodyBudget.Full());
            } else if (parts[0] == null) {
                parts[0] = part;
            } else {
                parts[0] = parts[0].appendBuffer(part);
            }
        });
        return whole.future();
    }

    /** More bytes than asked for. */
    public static final class TooLarge extends RuntimeException {
        TooLarge() {
            super("body too large", null, false, false);
        }
    }
}
