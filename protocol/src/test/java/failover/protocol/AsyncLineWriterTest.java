package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AsyncLineWriterTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int CAPACITY = 16 << 10;

    /** Takes nothing until it is let go, and then what it is given. */
    private static final class Held implements AsyncLineWriter.Sink {
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final CountDownLatch go = new CountDownLatch(1);
        private final AtomicInteger failures = new AtomicInteger();

        @Override
        public void write(byte[] bytes) throws IOException {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IOException("No space left on device");
            }
            lines.add(new String(bytes, StandardCharsets.UTF_8).strip());
        }
    }

    private final Held sink = new Held();
    private final AsyncLineWriter queue = new AsyncLineWriter("test", sink, CAPACITY);

    private void say(String line, boolean serious) {
        queue.offer((line + "\n").getBytes(StandardCharsets.UTF_8), serious);
    }

    @Test
    void whoSpeaksNeverWaitsAndWhatFoundNoRoomIsCountedWhereItIsMissing() {
        assertTimeoutPreemptively(LONG, () -> {
            for (int i = 0; i < 100_000; i++) {
                say("line " + i, false);
            }
        });
        assertFalse(queue.flush(Duration.ofMillis(1)));
        sink.go.countDown();
        assertTrue(queue.flush(LONG));
        say("after", false);
        assertTrue(queue.flush(LONG));

        int taken = sink.lines.size() - 2;
        assertTrue(taken > 50 && taken < 1000, "taken " + taken);
        for (int i = 0; i < taken; i++) {
            assertEquals("line " + i, sink.lines.get(i));
        }
        assertTrue(sink.lines.get(taken).contains(
                "WARNING: " + (100_000 - taken) + " lines of the log are missing here: the other end did not take them; the first was of "),
                sink.lines.get(taken));
        assertEquals("after", sink.lines.get(taken + 1));
    }

    @Test
    void theCountIsSaidThoughNobodySpeaksAgain() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            say("line " + i, false);
        }
        sink.go.countDown();
        long end = System.nanoTime() + LONG.toNanos();
        while (sink.lines.stream().noneMatch(line -> line.contains("lines of the log are missing here"))) {
            assertTrue(System.nanoTime() < end, "never said");
            Thread.onSpinWait();
        }
    }

    @Test
    void warningsHaveRoomOfTheirOwn() {
        for (int i = 0; i < 1000; i++) {
            say("chatter", false);
        }
        say("CRITICAL: it burns", true);
        sink.go.countDown();
        assertTrue(queue.flush(LONG));
        assertTrue(sink.lines.get(sink.lines.size() - 2).contains("missing here"), sink.lines.toString());
        assertEquals("CRITICAL: it burns", sink.lines.get(sink.lines.size() - 1));
    }

    @Test
    void whatADestinationRefusesIsCountedWithItsReason() {
        sink.failures.set(3);
        sink.go.countDown();
        for (int i = 0; i < 5; i++) {
            say("line " + i, false);
            assertTrue(queue.flush(LONG));
        }
        // The first refused; with the second the note of it was refused too, and the line behind it not tried.
        assertTrue(sink.lines.get(0).matches(
                ".* WARNING: \\d lines of the log are missing here: No space left on device; the first was of .*"), sink.lines.toString());
        assertEquals("line 4", sink.lines.get(sink.lines.size() - 1));
        assertEquals(5, sink.lines.size() - 1 + Integer.parseInt(sink.lines.get(0).replaceAll(".*WARNING: (\\d) lines.*", "$1")));
    }

    @Test
    void aDestinationThatThrowsAnythingDoesNotEndTheWriter() {
        AtomicInteger calls = new AtomicInteger();
        List<String> lines = new CopyOnWriteArrayList<>();
        AsyncLineWriter fragile = new AsyncLineWriter("fragile", bytes -> {
            if (calls.incrementAndGet() == 1) {
                throw new OutOfMemoryError("Java heap space");
            }
            lines.add(new String(bytes, StandardCharsets.UTF_8));
        }, CAPACITY);
        fragile.offer("a".getBytes(StandardCharsets.UTF_8), false);
        fragile.offer("b".getBytes(StandardCharsets.UTF_8), false);
        assertTrue(fragile.flush(LONG));
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).contains("1 line of the log is missing here: Java heap space"), lines.get(0));
        assertEquals("b", lines.get(1));
        assertTrue(fragile.close(LONG));
    }

    @Test
    void anEndWaitsForADestinationThatHangsNoLongerThanItsLimit() {
        say("unread", true);
        assertFalse(assertTimeoutPreemptively(LONG, () -> queue.close(Duration.ofMillis(50))));
        sink.go.countDown();
    }
}
