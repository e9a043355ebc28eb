package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.ConnectionSlots.Sort;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Places are taken by what is open, freed by what is told to close, and the right one goes when there is none left. */
class ConnectionSlotsTest {
    private final ConnectionSlots places = new ConnectionSlots(3, 5, 2);

    /** A connection that is told to close, and is closed only later. */
    private static final class Line {
        private int closes;
        private Handler<Void> onClose;
        private final HttpConnection connection = (HttpConnection) Proxy.newProxyInstance(ConnectionSlotsTest.class.getClassLoader(),
            new Class<?>[] {HttpConnection.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "close":
                        closes++;
                        return Future.succeededFuture();
                    case "closeHandler":
                        @SuppressWarnings("unchecked")
                        Handler<Void> handler = (Handler<Void>) arguments[0];
                        onClose = handler;
                        return proxy;
                    case "hashCode":
                        return System.identityHashCode(proxy);
                    case "equals":
                        return proxy == arguments[0];
                    default:
                        throw new UnsupportedOperationException(method.toString());
                }
            });

        void gone() {
            onClose.handle(null);
        }
    }

    private Line open(Sort sort, String address) {
        Line line = new Line();
        places.opened(line.connection, sort, address);
        return line;
    }

    @Test
    void theLongestIdleOfAnAddressGoesAndItsPlaceIsFreeAtOnce() {
        Line first = open(Sort.ALLOWED, "a");
        Line second = open(Sort.ALLOWED, "a");
        Line third = open(Sort.ALLOWED, "a");
        places.answered(first.connection);
        Line fourth = open(Sort.ALLOWED, "a");
        assertEquals(1, second.closes, "told to close, although it is not closed yet");
        assertEquals(3, places.open());
        open(Sort.ALLOWED, "a");
        assertEquals(List.of(0, 1, 1, 0), List.of(first.closes, second.closes, third.closes, fourth.closes), "not the same one again");
        // They close only now: nothing is counted twice.
        second.gone();
        third.gone();
        assertEquals(3, places.open());
        first.gone();
        assertEquals(2, places.open());
        Line more = open(Sort.ALLOWED, "a");
        assertEquals(0, fourth.closes);
        assertEquals(0, more.closes);
    }

    @Test
    void oneThatIsWorkedOnStaysAndTheNewcomerIsClosed() {
        List<Line> busy = List.of(open(Sort.ALLOWED, "a"), open(Sort.ALLOWED, "a"), open(Sort.ALLOWED, "a"));
        busy.forEach(each -> places.working(each.connection));
        Line late = new Line();
        assertFalse(places.opened(late.connection, Sort.ALLOWED, "a"));
        assertEquals(1, late.closes);
        assertEquals(3, places.open());
        assertTrue(busy.stream().allMatch(each -> each.closes == 0));
        places.reading(busy.get(1).connection);
        assertTrue(places.opened(new Line().connection, Sort.ALLOWED, "a"), "an unfinished body is no work");
        assertEquals(1, busy.get(1).closes);
    }

    @Test
    void strangersTakeNoPlaceOfPartnersAndTheRefusedNoneOfTheAllowed() {
        Line manager = open(Sort.PARTNER, "m");
        Line allowed = open(Sort.ALLOWED, "a");
        List<Line> refused = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            refused.add(open(Sort.REFUSED, "r" + i));
        }
        assertEquals(2 + 2, places.open());
        assertEquals(98, refused.stream().filter(each -> each.closes == 1).count());
        for (int i = 0; i < 100; i++) {
            open(Sort.ALLOWED, "b" + i);
        }
        assertEquals(1 + 5 + 2, places.open());
        assertEquals(1, allowed.closes);
        assertEquals(0, manager.closes);
    }

    @Test
    void whateverComesAndGoesTheNumbersAreRight() {
        Random random = new Random(7);
        List<Line> living = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(3) > 0 || living.isEmpty()) {
                Line line = new Line();
                if (places.opened(line.connection, Sort.values()[random.nextInt(3)], "a" + random.nextInt(4))) {
                    living.add(line);
                }
            } else {
                Line line = living.get(random.nextInt(living.size()));
                switch (random.nextInt(4)) {
                    case 0 -> {
                        line.gone();
                        living.remove(line);
                    }
                    case 1 -> places.working(line.connection);
                    case 2 -> places.answered(line.connection);
                    default -> places.reading(line.connection);
                }
            }
            assertTrue(places.open() <= 4 * 3, "no more than three of each address: " + places.open());
        }
        living.forEach(Line::gone);
        assertEquals(0, places.open());
    }
}
