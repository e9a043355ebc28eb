package failover.protocol;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Bounds what clients can hold, however many come: a first request must be there ten seconds after the connection, a body ten seconds after
 * its headers, a further request two minutes after the answer (longer than clients keep idle connections, so that none is closed under the
 * hands of a manager). There are so many places for each address, for all addresses, and few for those that are refused anyway; partners
 * have places of their own. Where all are taken, the longest idle of the same sort goes; one whose request is being worked on never does,
 * then the newcomer is closed. A place is free as soon as its connection is being closed. Used on one context only.
 */
public final class ConnectionSlots {
    private static final Duration SLOW = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofMinutes(2);

    private final int eachAddress;
    private final int most;
    private final int mostRefused;

    /**
     * Places.
     *
     * @param eachAddress for one address
     * @param most for all that may call and are no partners
     * @param mostRefused for all that may not
     */
    public ConnectionSlots(int eachAddress, int most, int mostRefused) {
        this.eachAddress = eachAddress;
        this.most = most;
        this.mostRefused = mostRefused;
    }

    /** Whose connection it is. */
    public enum Sort {
        /** Of another program of the pair: it takes no place of the others. */
        PARTNER,
        /** Of an address that may call. */
        ALLOWED,
        /** Of an address that is not allowed, and gets a 403. */
        REFUSED
    }

    private static final class Place {
        private final Sort sort;
        private final String address;
        private long deadline;
        private boolean working;

        Place(Sort sort, String address) {
            this.sort = sort;
            this.address = address;
        }
    }

    /** In the order of their last sign of life. */
    private final Map<HttpConnection, Place> places = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<String, Integer> byAddress = new HashMap<>();
    private final int[] bySort = new int[Sort.values().length];

    /** Ends from now on whatever is late. */
    public void sweepEverySecond(Vertx vertx) {
        vertx.setPeriodic(1000, timer -> sweep(System.nanoTime()));
    }

    /** A new one, before it has sent anything; false: there is no place for it, and it is being closed. */
    public boolean opened(HttpConnection connection, Sort sort, String address) {
        boolean room = true;
        if (byAddress.getOrDefault(address, 0) >= eachAddress) {
            room = endLongestIdle(place -> place.address.equals(address));
        }
        int limit = sort == Sort.REFUSED ? mostRefused : sort == Sort.ALLOWED ? most : Integer.MAX_VALUE;
        if (room && bySort[sort.ordinal()] >= limit) {
            room = endLongestIdle(place -> place.sort == sort);
        }
        if (!room) {
            connection.close();
            return false;
        }
        Place place = new Place(sort, address);
        places.put(connection, place);
        byAddress.merge(address, 1, Integer::sum);
        bySort[sort.ordinal()]++;
        place.deadline = System.nanoTime() + SLOW.toNanos();
        connection.closeHandler(closed -> leave(connection));
        return true;
    }

    /** How many there are. */
    public int open() {
        return places.size();
    }

    /** Headers are there, the body is awaited. */
    public void reading(HttpConnection connection) {
        set(connection, SLOW);
    }

    /** The request is complete: from here it is our own deadlines that count. */
    public void working(HttpConnection connection) {
        Place place = places.get(connection);
        if (place != null) {
            place.working = true;
        }
    }

    /** Answered; another request may follow. */
    public void answered(HttpConnection connection) {
        set(connection, IDLE);
    }

    private void set(HttpConnection connection, Duration limit) {
        Place place = places.get(connection);
        if (place != null) {
            place.working = false;
            place.deadline = System.nanoTime() + limit.toNanos();
        }
    }

    private boolean endLongestIdle(Predicate<Place> which) {
        for (Map.Entry<HttpConnection, Place> each : places.entrySet()) {
            if (!each.getValue().working && which.test(each.getValue())) {
                end(each.getKey());
                return true;
            }
        }
        return false;
    }

    private void end(HttpConnection connection) {
        leave(connection);
        connection.close();
    }

    /** Once for each connection, whichever side closes it. */
    private void leave(HttpConnection connection) {
        Place place = places.remove(connection);
        if (place != null) {
            byAddress.computeIfPresent(place.address, (address, count) -> count == 1 ? null : count - 1);
            bySort[place.sort.ordinal()]--;
        }
    }

    private void sweep(long now) {
        List<HttpConnection> late = new ArrayList<>();
        places.forEach((connection, place) -> {
            if (!place.working && place.deadline - now <= 0) {
                late.add(connection);
            }
        });
        late.forEach(this::end);
    }
}
