package failover.agent.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Drains what a command prints on a thread of its own, keeps the first 64 KiB and counts the rest. */
final class BoundedOutput {
    static final int KEPT = 64 * 1024;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final CountDownLatch ended = new CountDownLatch(1);
    private long dropped;

    BoundedOutput(InputStream in) {
        Thread reader = new Thread(() -> drain(in), "command-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Whether all writers have closed it; waits up to the limit. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return ended.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    /** What was printed so far. */
    synchronized String text() {
        String text = head.toString(StandardCharsets.UTF_8);
        return dropped == 0 ? text : text + "\n… " + dropped + " bytes more";
    }

    private void drain(InputStream in) {
        byte[] chunk = new byte[8192];
        try (in) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                keep(chunk, read);
            }
        } catch (IOException ignored) {
            // The stream was closed under our hands: nothing more can come.
        } finally {
            ended.countDown();
        }
    }

    private synchronized void keep(byte[] chunk, int read) {
        int room = Math.min(read, KEPT - head.size());
        head.write(chunk, 0, room);
        dropped += read - room;
    }
}
