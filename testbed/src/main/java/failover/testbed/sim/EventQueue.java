package failover.testbed.sim;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** Virtual time. What is due runs in the order of its instants, and, where these are equal, in the order of posting. */
final class EventQueue {
    private final LongConsumer trace;
    /** A binary heap in three columns: a run has ten thousands of entries, and no object need be made for one. */
    private long[] instants = new long[256];
    private long[] numbers = new long[256];
    private Runnable[] works = new Runnable[256];
    private int size;
    private long now;
    private long posted;
    private long done;

    /** An empty one; {@code trace} is told the number of each event before it runs. */
    EventQueue(LongConsumer trace) {
        this.trace = trace;
    }

    /** The world's clock, nanoseconds since the beginning of the run. No host can read it. */
    long now() {
        return now;
    }

    /** How many things have been run. */
    long done() {
        return done;
    }

    void after(long nanos, Runnable work) {
        if (size == works.length) {
            instants = Arrays.copyOf(instants, size * 2);
            numbers = Arrays.copyOf(numbers, size * 2);
            works = Arrays.copyOf(works, size * 2);
        }
        long at = now + Math.max(0, nanos);
        long number = ++posted;
        int place = size++;
        while (place > 0) {
            int above = (place - 1) / 2;
            if (!before(at, number, above)) {
                break;
            }
            move(above, place);
            place = above;
        }
        put(place, at, number, work);
    }

    /** Runs the next thing that is due; false when nothing is left before {@code end}, which it then is. */
    boolean runNext(long end) {
        if (size == 0 || instants[0] > end) {
            now = end;
            return false;
        }
        now = instants[0];
        long number = numbers[0];
        Runnable work = works[0];
        removeFirst();
        done++;
        trace.accept(number);
        work.run();
        return true;
    }

    private void removeFirst() {
        int last = --size;
        long at = instants[last];
        long number = numbers[last];
        Runnable work = works[last];
        works[last] = null;
        int place = 0;
        while (place * 2 + 1 < last) {
            int below = place * 2 + 1;
            if (below + 1 < last && before(instants[below + 1], numbers[below + 1], below)) {
                below++;
            }
            if (before(at, number, below)) {
                break;
            }
            move(below, place);
            place = below;
        }
        if (last > 0) {
            put(place, at, number, work);
        }
    }

    private boolean before(long at, long number, int place) {
        return at != instants[place] ? at < instants[place] : number < numbers[place];
    }

    private void move(int from, int to) {
        put(to, instants[from], numbers[from], works[from]);
    }

    private void put(int place, long at, long number, Runnable work) {
        instants[place] = at;
        numbers[place] = number;
        works[place] = work;
    }
}
