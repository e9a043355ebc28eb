package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.StatusRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whatever is sent to an agent, it answers or closes, logs no fault, and goes on. Our own seeds; longer with -Dfailover.long=true. */
@Timeout(300)
class AgentFuzzIT {
    private static final String[] PATHS = {"/status", "/peer-status", "/failover", "/identity", "/active", "/health", "/", "//status",
        "/%zz",
        "/status/", "/status?x=%", "*", "http://a/status", "/x/../status"};
    private static final String[] HEADERS = {"", "Host: a\r\n", "Host: a\r\n", "Host: a\r\n", "Host: \r\n", "Host: a b\r\n",
        "Host: a\r\nOrigin: x\r\n", "Host: a\r\nHost: b\r\n", "Host: a\r\nX: " + "x".repeat(9_000) + "\r\n",
        "Host: a\r\nTransfer-Encoding: chunked\r\n", "Host: a\r\nExpect: 100-continue\r\n", "Host: a\r\nContent-Type: text/html\r\n"};
    private static final long[] NUMBERS = {0, 1, -1, 600_000, 600_001, Integer.MAX_VALUE, 1L << 53, (1L << 53) + 1, 1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE, 1_000_001};
    private static final String[] TEXTS = {"", "become_passive", "x\\ny", "\\u202e", "\\ud800", "A".repeat(65), "A".repeat(5_000)};
    private final Random random = new Random(20261128);

    @Test
    void whateverIsSentIsAnsweredOrClosedAndTheAgentGoesOn(@TempDir Path directory) throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        int answered = 0;
        // Dry: a change of role that is taken runs for as long as its limits allow.
        try (TestAgent agent = new TestAgent(directory).withValidator().start(new JsonObject().put("dry_run", true))) {
            root.addAppender(lines);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Boolean.getBoolean("failover.long") ? 150 : 8);
            for (int i = 0; i < 400 || System.nanoTime() < end; i++) {
                String request = request();
                try {
                    String answer = agent.exchange(request);
                    assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] (100|200|301|4[0-9][0-9]|503) .*"), request
                        + "\n" + answer);
                    answered += answer.isEmpty() ? 0 : 1;
                } catch (IOException closed) {
                    // With bytes unread: a reset.
                    continue;
                }
            }
            assertTrue(agent.status().processRunning());
        } finally {
            root.detachAppender(lines);
        }
        assertTrue(answered > 200, "answers: " + answered);
        List<ILoggingEvent> faults = lines.list.stream().filter(line -> line.getThrowableProxy() != null
            || line.getLevel() == Level.ERROR && line.getFormattedMessage().contains("failed")).toList();
        assertEquals(List.of(), faults, () -> faults.get(0).getFormattedMessage());
    }

    private String request() {
        String body = body();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String method = new String[] {"GET", "POST", "POST", "POST", "HEAD", "PUT", "X"}[random.nextInt(7)];
        return method + " " + PATHS[random.nextInt(PATHS.length)] + " HTTP/1." + (random.nextInt(9) == 0 ? 0 : 1) + "\r\n"
            + HEADERS[random.nextInt(HEADERS.length)] + "Connection: close\r\n"
            + (random.nextInt(9) == 0 ? "" : "Content-Length: " + (random.nextInt(9) == 0 ? bytes.length / 2 : bytes.length) + "\r\n")
            + "\r\n" + body;
    }

    private String body() {
        switch (random.nextInt(6)) {
            case 0:
                return new String[] {"", "[]", "null", "{", "{\"action\":", "[".repeat(3_000), "{\"a\":1e999999999}",
                    "\u0000"}[random.nextInt(8)];
            case 1:
                return any(StatusRequest.class);
            case 2:
                return any(PeerStatusRequest.class);
            default:
                return any(FailoverRequest.class);
        }
    }

    private String any(Class<?> type) {
        StringBuilder json = new StringBuilder("{\"unknown\":[{}]");
        for (RecordComponent each : type.getRecordComponents()) {
            if (random.nextInt(4) == 0) {
                continue;
            }
            String value = each.getType() == long.class ? Long.toString(random.nextInt(6) > 0 ? random.nextInt(5)
                : NUMBERS[random.nextInt(NUMBERS.length)]) : each.getType() == boolean.class ? Boolean.toString(random.nextBoolean())
                : each.getType().isRecord() ? any(each.getType()) : '"' + (random.nextInt(6) > 0 ? "t"
                    : TEXTS[random.nextInt(TEXTS.length)]) + '"';
            json.append(",\"").append(each.getAccessor().getAnnotation(com.fasterxml.jackson.annotation.JsonProperty.class).value())
                .append("\":").append(random.nextInt(40) == 0 ? "1.5" : value);
        }
        return json.append('}').toString();
    }
}
