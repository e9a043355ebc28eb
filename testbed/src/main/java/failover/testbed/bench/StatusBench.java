package failover.testbed.bench;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** {@code POST /status} of a real agent that looks after a real simulated validator, every probe on. */
final class StatusBench {
    private static final int MANY = 16;
    private static final Duration SOON = Duration.ofSeconds(20);

    private StatusBench() {
    }

    /** Measures for this long on one connection, then as long on sixteen; before each a warm-up of a third of it. */
    static List<Row> run(Duration measured, List<String> notes) throws IOException {
        try (Lab lab = Lab.create().withAgents().start()) {
            Await.until("every probe of the agent finds what it looks for", SOON, () -> probed(lab.agent("a").status()),
                () -> lab.agent("a").status().encode() + lab.agent("a").tail());
            notes.add("agent: " + flags(lab.agent("a").pid()));
            URI url = URI.create(lab.agent("a").url());
            InetSocketAddress to = new InetSocketAddress(url.getHost(), url.getPort());
            Duration warmUp = measured.dividedBy(3);
            List<Row> rows = new ArrayList<>();
            rows.add(Row.of("agent resident before the load", resident(lab.agent("a").pid()) + " MB"));
            LoadGenerator.Figures one = LoadGenerator.run(to, request(url), 1, warmUp, measured);
            rows.add(Row.atMost("/status, 1 connection: p50", one.latencies().quantile(0.5), Duration.ofMillis(1)));
            rows.add(Row.atMost("/status, 1 connection: p99", one.latencies().quantile(0.99), Duration.ofMillis(5)));
            rows.add(Row.of("/status, 1 connection: answers/s", Math.round(one.perSecond()) + ""));
            LoadGenerator.Figures many = LoadGenerator.run(to, request(url), MANY, warmUp, measured);
            rows.add(Row.atLeast("/status, " + MANY + " connections: answers/s", many.perSecond(), 5000));
            rows.add(Row.of("/status, " + MANY + " connections: p50", millis(many.latencies().quantile(0.5))));
            rows.add(Row.of("/status, " + MANY + " connections: p99", millis(many.latencies().quantile(0.99))));
            rows.add(Row.atMost("agent resident after the load", resident(lab.agent("a").pid()), 130, "MB"));
            if (!probed(lab.agent("a").status())) {
                throw new IllegalStateException("the agent lost sight of its validator during the measurement" + lab.agent("a").tail());
            }
            return rows;
        }
    }

    private static boolean probed(JsonObject status) {
        return status.getBoolean("process_running") && status.getBoolean("is_healthy") && status.getBoolean("is_active")
            && status.getBoolean("identity_verified") && status.getLong("validator_slot") > 0;
    }

    private static byte[] request(URI url) {
        String body = new JsonObject().put("timestamp", System.currentTimeMillis() / 1000).encode();
        return ("POST /status HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    /** VmRSS, in millions of bytes as the original's figures are. */
    private static long resident(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst()
                .orElseThrow() * 1024 / 1_000_000;
        }
    }

    /** The JVM's flags, as the process has them. */
    private static String flags(long pid) throws IOException {
        List<String> words = List.of(Files.readString(Path.of("/proc", String.valueOf(pid), "cmdline")).split("\0"));
        return String.join(" ", words.stream().filter(word -> word.startsWith("-X") && !word.startsWith("-Xlog"))
            .map(word -> word.replaceAll("=/.*/", "=")).toList());
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.2f ms", duration.toNanos() / 1e6);
    }
}
