package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send too much, too slowly or from elsewhere harm nobody (OM0-13, OM-17). */
@Timeout(90)
class BadClientsIT {
    @TempDir
    static Path directory;
    private static TestAgent agent;

    @BeforeAll
    static void start() throws Exception {
        agent = new TestAgent(directory).withValidator().start(new JsonObject());
    }

    @AfterAll
    static void end() throws Exception {
        agent.close();
    }

    @Test
    void tenMebibytesAreRefusedAtOnceAndTheConnectionCloses() throws Exception {
        try (Socket socket = agent.connect()) {
            write(socket, "POST /failover HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n");
            String answer = TestAgent.readToEnd(socket);
            assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
        }
    }

    @Test
    void aBodyThatOnlyTurnsOutTooLargeIsRefusedToo() throws Exception {
        try (Socket socket = agent.connect()) {
            write(socket, "POST /failover HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            // To the limit, and one byte: what is not sent cannot be answered with a reset that hides the answer.
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            write(socket, chunk.repeat(AgentHttp.LARGEST_CHANGE / 0x10000) + "1\r\nx\r\n");
            String answer = TestAgent.readToEnd(socket);
            assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
        }
    }

    @Test
    void om0x13ASlowLorisIsCutOffAfterTenSeconds() throws Exception {
        try (Socket headers = agent.connect(); Socket body = agent.connect()) {
            write(headers, "POST /failover HTTP/1.1\r\nHo");
            write(body, "POST /failover HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
            long begun = System.nanoTime();
            assertEquals("", TestAgent.readToEnd(headers));
            TestAgent.readToEnd(body);
            long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
            assertTrue(seconds >= 8 && seconds <= 14, seconds + " s");
        }
    }

    @Test
    void om0x13AThousandIdleConnectionsHarmNobody() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1_100; i++) {
                idle.add(agent.connect());
            }
            long begun = System.nanoTime();
            assertTrue(agent.status().processRunning());
            assertTrue(Duration.ofNanos(System.nanoTime() - begun).toMillis() < 8_000);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void whatIsNoHttpIsAnsweredOrClosed() throws Exception {
        String answer = agent.exchange("\u0016\u0003\u0001 this is no HTTP\r\n\r\n");
        assertTrue(answer.matches("HTTP/1\\.[01] 400 (?s).*"), answer);
        assertTrue(agent.status().processRunning());
    }

    @Test
    void om17AnAddressThatIsNotListedIsForbidden(@TempDir Path other) throws Exception {
        try (TestAgent strict = new TestAgent(other).start(new JsonObject().put("allowed_ips", new JsonArray().add("10.1.2.0/24")))) {
            for (String path : new String[] {"/status", "/failover", "/shutdown", "/peer-status"}) {
                String answer = strict.exchange("POST " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                assertTrue(answer.startsWith("HTTP/1.1 403 Forbidden\r\n"), answer);
                assertTrue(answer.endsWith("\r\n\r\nForbidden\n"), answer);
            }
            // The method is looked at first, as the original does; health is open to all.
            assertTrue(strict.exchange("PUT /status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").startsWith("HTTP/1.1 405 "));
            assertTrue(strict.exchange("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").startsWith("HTTP/1.1 200 "));
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
