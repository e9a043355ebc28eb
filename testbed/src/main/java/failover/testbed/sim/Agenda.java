package failover.testbed.sim;

import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/** Virtual time. What is due runs in the order of its instants, and, where these are equal, in the order of posting. */
final class Agenda {
    private final PriorityQueue<Entry> queue = new PriorityQueue<>(256);
    private final LongConsumer trace;
    private long now;
    private long posted;
    private long done;

    /** An empty one; {@code trace} is told the number of each event before it runs. */
    Agenda(LongConsumer trace) {
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
        queue.add(new Entry(now + Math.max(0, nanos), ++posted, work));
    }

    /** Runs the next thing that is due; false when nothing is left before {@code end}, which it then is. */
    boolean runNext(long end) {
        Entry next = queue.peek();
        if (next == null || next.at > end) {
            now = end;
            return false;
        }
        queue.poll();
        now = next.at;
        done++;
        trace.accept(next.number);
        next.work.run();
        return true;
    }

    private record Entry(long at, long number, Runnable work) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }
}
