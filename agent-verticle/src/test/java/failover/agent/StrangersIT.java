package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import failover.agent.validator.ProbeCache;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Requests that no program of the pair sends: malformed ones, out of bounds, and those that a web page has its reader's browser send. */
@Timeout(90)
class StrangersIT {
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

    private static String send(String first, String headers, String body) throws Exception {
        return agent.exchange(first + "\r\n" + headers + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /%zz HTTP/1.1", "GET /%2 HTTP/1.1", "GET /status% HTTP/1.1", "GET http://evil/%zz HTTP/1.1",
        "OPTIONS * HTTP/1.1", "GET status HTTP/1.1"})
    void aPathThatIsNoneIs400(String first) throws Exception {
        assertTrue(send(first, "Host: a\r\n", "").startsWith("HTTP/1.1 400 Bad Request\r\n"));
    }

    @Test
    void aMissingHostIs400ButForTheOldestHttp() throws Exception {
        assertTrue(send("GET /status HTTP/1.1", "", "").startsWith("HTTP/1.1 400 Bad Request\r\n"));
        assertTrue(send("GET /status HTTP/1.0", "", "").startsWith("HTTP/1.0 200 OK\r\n"));
        assertTrue(send("GET /status?x=% HTTP/1.1", "Host: a\r\n", "").startsWith("HTTP/1.1 200 OK\r\n"));
    }

    @Test
    void whoKnocksOftenFillsNoLog() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        long begun = System.nanoTime();
        try {
            // The second in which somebody else was told of may not be over yet.
            for (int i = 0; i < 300 || System.nanoTime() - begun < 1_100_000_000L; i++) {
                send(i % 3 == 0 ? "GET /%zz HTTP/1.1" : "GET /status HTTP/1.1", i % 3 == 1 ? "" : "Host: a\r\nOrigin: http://evil\r\n", "");
            }
        } finally {
            root.detachAppender(lines);
        }
        long seconds = (System.nanoTime() - begun) / 1_000_000_000L + 1;
        long refusals = lines.list.stream().filter(line -> line.getLoggerName().startsWith("failover.agent.A")
            || line.getLoggerName().contains("vertx")).count();
        assertTrue(refusals > 0 && refusals <= 2 * seconds, refusals + " lines in " + seconds + " s");
        assertTrue(lines.list.stream().allMatch(line -> line.getThrowableProxy() == null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Origin: https://evil.example|403", "Origin: null|403", "Sec-Fetch-Site: cross-site|403", "Sec-Fetch-Site: same-origin|403",
        "Content-Type: text/plain|403", "Content-Type: TEXT/PLAIN;charset=UTF-8|403", "Content-Type: multipart/form-data; boundary=x|403",
        "Content-Type: application/json|200", "Content-Type: application/x-www-form-urlencoded|200", "Sec-Fetch-Site: none|200",
        "User-Agent: curl/7.88.1|200", "User-Agent: Go-http-client/1.1|200", "X: y|200"})
    void aWebPageIsRefusedAndAProgramIsNot(String header, int status) throws Exception {
        for (String path : new String[] {"/status", "/failover", "/peer-status"}) {
            String answer = send("POST " + path + " HTTP/1.1", "Host: a\r\n" + header + "\r\n", "{\"action\":\"x\"}");
            assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), path + ": " + answer);
        }
        String answer = send("GET /status HTTP/1.1", "Host: a\r\n" + header + "\r\n", "");
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    }

    @ParameterizedTest
    @CsvSource({"evil.example:8080, 403", "agent-a.internal, 403", "10.0.0.1:8080, 200", "[::1]:8080, 200",
        "localhost, 200", "a:8080, 200"})
    void aBrowserIsNotLedHereByANameOfThePagesOwn(String host, int status) throws Exception {
        String browser = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n";
        assertTrue(send("GET /status HTTP/1.1", "Host: " + host + "\r\n" + browser, "").startsWith("HTTP/1.1 " + status + " "));
        assertTrue(send("GET /status HTTP/1.1", "Host: " + host + "\r\n", "").startsWith("HTTP/1.1 200 "), "a program may use any name");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/failover|{\"action\":\"become_passive\",\"epoch\":9223372036854775807}|epoch",
        "/failover|{\"action\":\"become_passive\",\"operation_id\":\"a b\"}|operation_id",
        "/failover|{\"action\":\"become_active\",\"grant\":{\"lease_ms\":600001}}|grant.lease_ms",
        "/status|{\"timestamp\":1,\"lease\":{\"lease_ms\":86400000}}|lease.lease_ms",
        "/status|{\"timestamp\":1,\"manager_id\":\"a b\"}|manager_id",
        "/peer-status|{\"stay\":{\"epoch\":4611686018427387904}}|stay.epoch",
        "/peer-status|{\"stay\":{\"lease_ms\":100000000000}}|stay.lease_ms"})
    void whatLiesOutsideItsBoundsIs400WithItsName(String path, String body, String field) throws Exception {
        String answer = send("POST " + path + " HTTP/1.1", "Host: a\r\n", body);
        assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
        assertTrue(answer.contains("\r\n\r\nInvalid request body: " + field + " "), answer);
    }

    @Test
    void anEpochALeapAboveTheKnownOneIsNotObeyed() throws Exception {
        String answer = agent.post("/failover", "{\"action\":\"become_passive\",\"epoch\":1000001}");
        assertTrue(answer.contains("\"outcome\":\"refused\"") && answer.contains("lies more than 1000000 above 0"), answer);
        assertEquals(0, agent.status().epoch());
    }

    @Test
    void theValidatorIsAskedNoMoreOftenForIdentityThanForStatus() throws Exception {
        agent.status();
        int before = agent.rpc.asked("getIdentity");
        long begun = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertTrue(agent.exchange("GET /identity HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").contains(FakeRpc.IDENTITY));
        }
        long looks = (System.nanoTime() - begun) / ProbeCache.FRESH.toNanos() + 4;
        int asked = agent.rpc.asked("getIdentity") - before;
        // Its own second-by-second look is among them.
        assertTrue(asked <= looks * 2, asked + " questions in " + looks + " looks");
    }
}
