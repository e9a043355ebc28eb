package failover.protocol;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded queue and one writing thread between the callers and a pipe, terminal or disk. Callers never wait, whatever happens to the
 * destination; lines that find no room are dropped and counted, and the count is written as soon as the destination accepts anything again.
 * Safe for use by any thread.
 */
final class AsyncLineWriter {
    /** For one destination: some thousand lines, or a few hundred stack traces. */
    static final int CAPACITY_BYTES = 1 << 20;
    /** The overhead of an entry besides its bytes; bounds the number of empty ones. */
    private static final int ENTRY_BYTES = 64;
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Sink sink;
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Entry> entries = new ArrayDeque<>(256);
    private long queuedBytes;
    private long accepted;
    private long done;
    private long dropped;
    private Instant droppedSince;
    private boolean closed;

    /** Where it goes. Only the queue's thread calls; each call may block for ever. */
    interface Sink {
        /** The first call. */
        default void open() {
        }

        /** Writes all of it. After an exception it is lost. */
        void write(byte[] bytes) throws IOException;

        /** About once a second, whether anything is written or not. */
        default void tick() {
        }

        /** The last call. */
        default void close() throws IOException {
        }
    }

    /** Bytes, or (with none) the note that so many lines are missing here. */
    private record Entry(byte[] bytes, long missing, Instant since, String why) {
    }

    /**
     * A queue and its thread, which is a daemon.
     *
     * @param name of the thread
     */
    AsyncLineWriter(String name, Sink sink, int capacity) {
        this.sink = sink;
        this.capacity = capacity;
        Thread writer = new Thread(this::run, name);
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Takes it, or counts it as dropped. Never blocks.
     *
     * @param serious may use the last quarter of the room, which warnings and errors have for themselves
     */
    void offer(byte[] bytes, boolean serious) {
        lock.lock();
        try {
            long size = bytes.length + (long) ENTRY_BYTES;
            long room = (serious ? capacity : capacity - capacity / 4) - queuedBytes;
            if (closed) {
                return;
            }
            if (size > room) {
                droppedSince = dropped++ == 0 ? Instant.now() : droppedSince;
                return;
            }
            noteWhatIsMissing();
            entries.add(new Entry(bytes, 0, null, null));
            queuedBytes += size;
            accepted++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until everything queued so far is written.
     *
     * @return false when the limit came first
     */
    boolean flush(Duration limit) {
        lock.lock();
        try {
            long target = accepted;
            long left = limit.toNanos();
            while (done < target) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, writes what it has, and lets go of the destination; waits for that no longer than the limit. */
    boolean close(Duration limit) {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                accepted++;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        return flush(limit);
    }

    private void noteWhatIsMissing() {
        if (dropped > 0) {
            entries.add(new Entry(null, dropped, droppedSince, "the other end did not take them"));
            accepted++;
            dropped = 0;
        }
    }

    /** The writer: nothing that a destination does may end it. */
    private void run() {
        guarded(sink::open);
        Entry missing = null;
        long ticked = System.nanoTime();
        while (true) {
            Entry next = null;
            boolean last = false;
            try {
                next = take();
                last = next == null && isEmptyAndClosed();
                if (System.nanoTime() - ticked >= TICK_NANOS) {
                    ticked = System.nanoTime();
                    guarded(sink::tick);
                }
                if (missing != null) {
                    sink.write(LogLine.missing(missing.missing, missing.since, missing.why));
                    missing = null;
                }
                if (next != null) {
                    sink.write(next.bytes == null ? LogLine.missing(next.missing, next.since, next.why) : next.bytes);
                }
                if (last) {
                    sink.close();
                }
            } catch (Throwable e) {
                // Not the disk, not the heap: the next line may fit again.
                missing = plus(missing, next, e);
            } finally {
                if (next != null || last) {
                    written();
                }
            }
            if (last) {
                return;
            }
        }
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            // What it was about is tried again within a second, and what cannot be written meanwhile is counted.
            return;
        }
    }

    private static Entry plus(Entry missing, Entry lost, Throwable why) {
        long more = lost == null ? 0 : Math.max(1, lost.missing);
        if (missing == null && more == 0) {
            return null;
        }
        String reason = why.getMessage() == null ? why.toString() : why.getMessage();
        Instant since = missing != null ? missing.since : lost.since != null ? lost.since : Instant.now();
        return new Entry(null, more + (missing == null ? 0 : missing.missing), since, reason);
    }

    /** The next entry; {@code null} after a second without any, or at once when there will be none. */
    private Entry take() throws InterruptedException {
        lock.lock();
        try {
            long left = TICK_NANOS;
            while (entries.isEmpty() && dropped == 0 && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (entries.isEmpty()) {
                noteWhatIsMissing();
            }
            return entries.peek();
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmptyAndClosed() {
        lock.lock();
        try {
            return closed && entries.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** The entry at the head is dealt with; its room was taken until now. */
    private void written() {
        lock.lock();
        try {
            Entry head = entries.poll();
            if (head != null && head.bytes != null) {
                queuedBytes -= head.bytes.length + (long) ENTRY_BYTES;
            }
            done++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
