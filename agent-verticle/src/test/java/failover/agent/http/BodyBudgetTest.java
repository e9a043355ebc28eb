package failover.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All bodies together hold no more than their budget, and what ends, well or not, gives its share back. */
class BodyBudgetTest {
    private static final int LARGEST = 128 * 1024;
    private final BodyBudget bodies = new BodyBudget();

    /** A body as it comes. */
    private static final class Body implements ReadStream<Buffer> {
        private Handler<Buffer> part;
        private Handler<Void> end;
        private Handler<Throwable> cut;

        @Override
        public ReadStream<Buffer> exceptionHandler(Handler<Throwable> handler) {
            cut = handler;
            return this;
        }

        @Override
        public ReadStream<Buffer> handler(Handler<Buffer> handler) {
            part = handler;
            return this;
        }

        @Override
        public ReadStream<Buffer> endHandler(Handler<Void> handler) {
            end = handler;
            return this;
        }

        @Override
        public ReadStream<Buffer> pause() {
            return this;
        }

        @Override
        public ReadStream<Buffer> resume() {
            return this;
        }

        @Override
        public ReadStream<Buffer> fetch(long amount) {
            return this;
        }

        Body send(int bytes) {
            part.handle(Buffer.buffer(new byte[bytes]));
            return this;
        }
    }

    @Test
    void whenTheBudgetIsSpentTheNextIsRefusedAndAPartnersIsNot() {
        List<Body> crowd = new ArrayList<>();
        List<Future<Buffer>> held = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Body body = new Body();
            held.add(bodies.read(body, LARGEST, false));
            crowd.add(body.send(LARGEST - 1));
        }
        long unfinished = held.stream().filter(each -> !each.isComplete()).count();
        assertTrue(unfinished * (LARGEST - 1) <= BodyBudget.MOST_BYTES && unfinished >= 31, "held: " + unfinished);
        assertTrue(held.get(199).cause() instanceof BodyBudget.Full);
        Body manager = new Body();
        Future<Buffer> tower = bodies.read(manager, LARGEST, true);
        manager.send(90_000).end.handle(null);
        assertEquals(90_000, tower.result().length());
        // One is cut, one ends: there is room for two.
        crowd.get(0).cut.handle(new IllegalStateException("gone"));
        crowd.get(1).end.handle(null);
        assertEquals(LARGEST - 1, held.get(1).result().length());
        for (int i = 0; i < 2; i++) {
            Body body = new Body();
            Future<Buffer> next = bodies.read(body, LARGEST, false);
            body.send(LARGEST - 1);
            assertFalse(next.isComplete(), "there is room again");
        }
    }

    @Test
    void oneThatIsTooLargeGivesItsShareBack() {
        for (int i = 0; i < 1_000; i++) {
            Body body = new Body();
            Future<Buffer> read = bodies.read(body, LARGEST, false);
            body.send(LARGEST).send(1);
            assertTrue(read.cause() instanceof BodyReader.TooLarge, String.valueOf(read.cause()));
        }
    }
}
