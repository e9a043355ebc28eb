package failover.testbed.e2e;

import failover.testbed.lab.Lab;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Scrapes {@code /active} of both agents, past every link, each 100 ms (scenario 63). Two hosts have said 200 at once if the first says so
 * before and after the second did.
 */
final class ActiveWatch implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final Duration EVERY = Duration.ofMillis(100);
    /** A host may go on saying so for as long as it takes to notice that its validator has gone. */
    private static final Duration UNTRUE = Duration.ofSeconds(3);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();
    private final Lab lab;
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "active-watch");
    private final long[] untrueSince = new long[2];
    private volatile long longestUntrue;
    private volatile int seen;
    private volatile boolean closed;

    private ActiveWatch(Lab lab) {
        this.lab = lab;
    }

    static ActiveWatch of(Lab lab) {
        ActiveWatch watch = new ActiveWatch(lab);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    private void run() {
        while (!closed) {
            try {
                look();
            } catch (IOException e) {
                // The judge is going down with the lab.
                untrueSince[0] = 0;
                untrueSince[1] = 0;
            } catch (InterruptedException e) {
                return;
            }
            LockSupport.parkNanos(EVERY.toNanos());
        }
    }

    private void look() throws IOException, InterruptedException {
        List<?> before = carriers();
        boolean first = says("a");
        boolean second = says("b");
        boolean both = first && second && says("a");
        List<?> after = carriers();
        if (both) {
            wrong.add("both hosts say 200 at " + System.currentTimeMillis());
        }
        untrue(0, first && !before.contains("a") && !after.contains("a"));
        untrue(1, second && !before.contains("b") && !after.contains("b"));
        seen += first || second ? 1 : 0;
    }

    private void untrue(int host, boolean is) {
        if (!is) {
            untrueSince[host] = 0;
        } else if (untrueSince[host] == 0) {
            untrueSince[host] = System.nanoTime();
        } else {
            longestUntrue = Math.max(longestUntrue, System.nanoTime() - untrueSince[host]);
        }
    }

    private List<?> carriers() throws IOException {
        try {
            return lab.judge().report().getJsonArray("carriers").getList();
        } catch (RuntimeException e) {
            throw new IOException(e);
        }
    }

    private boolean says(String host) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(lab.agent(host).url() + "/active")).timeout(LIMIT).GET().build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException | IllegalStateException e) {
            return false;
        }
    }

    /** How often one of them said it is active. */
    int seen() {
        return seen;
    }

    /** Never both, and never for long what is not so. */
    String trouble() {
        Duration longest = Duration.ofNanos(longestUntrue);
        return longest.compareTo(UNTRUE) > 0 ? wrong + ", said 200 for " + longest.toMillis() + " ms although it did not carry the identity"
            : wrong.isEmpty() ? "" : wrong.toString();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
