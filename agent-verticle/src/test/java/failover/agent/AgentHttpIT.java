package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
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

/** The bytes of docs/compatibility.md 4.2 and 4.3 against a running agent. */
@Timeout(60)
class AgentHttpIT {
    private static final String JSON_END = "\r\n\r\n";
    @TempDir
    static Path directory;
    private static TestAgent agent;

    @BeforeAll
    static void start() throws Exception {
        agent = new TestAgent(directory).withValidator().start(new JsonObject().put("allowed_ips", new JsonArray().add("127.0.0.1")));
    }

    @AfterAll
    static void end() throws Exception {
        agent.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"timestamp\":1736000000}", "{\"timestamp\":1736000000,\"last_received_timestamp\":1735999995}", "broken",
        "[]", "{\"timestamp\":\"x\"}", "null"})
    void statusAnswersWhateverTheBody(String body) throws Exception {
        assertGoldenStatus(agent.exchange(request("POST", "/status", body)));
    }

    @Test
    void statusAnswersAGet() throws Exception {
        assertGoldenStatus(agent.exchange(request("GET", "/status", "")));
        assertGoldenStatus(agent.exchange(request("GET", "/status?x=1", "")));
    }

    @ParameterizedTest
    @CsvSource({"DELETE,/status", "PUT,/status", "GET,/failover", "PUT,/failover", "GET,/peer-status", "POST,/identity", "GET,/shutdown"})
    void aWrongMethodIs405(String method, String path) throws Exception {
        assertText(agent.exchange(request(method, path, "")), "405 Method Not Allowed", "Method not allowed\n");
    }

    @Test
    void headOfStatusIs405WithoutABody() throws Exception {
        String answer = agent.exchange(request("HEAD", "/status", ""));
        assertTrue(answer.startsWith("HTTP/1.1 405 Method Not Allowed\r\n"), answer);
        assertTrue(answer.toLowerCase().contains("content-length: 19\r\n"), answer);
        assertTrue(answer.endsWith(JSON_END), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nothing", "/status/", "/Status", "/failover/x"})
    void anUnknownPathIs404(String path) throws Exception {
        assertText(agent.exchange(request("GET", path, "")), "404 Not Found", "404 page not found\n");
    }

    @ParameterizedTest
    @CsvSource({"//status,/status", "/./status,/status", "/x/../status?a=1,/status?a=1"})
    void anUncleanPathIsRedirected(String path, String clean) throws Exception {
        String answer = agent.exchange(request("GET", path, ""));
        assertTrue(answer.startsWith("HTTP/1.1 301 Moved Permanently\r\n"), answer);
        assertTrue(answer.toLowerCase().contains("\r\nlocation: " + clean + "\r\n"), answer);
        assertTrue(answer.endsWith("<a href=\"" + clean + "\">Moved Permanently</a>.\n\n"), answer);
        assertTrue(agent.exchange(request("POST", path, "")).endsWith(JSON_END));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "DELETE"})
    void healthIsTwoBytes(String method) throws Exception {
        String answer = agent.exchange(request(method, "/health", ""));
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertTrue(answer.toLowerCase().contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"), answer);
        assertTrue(answer.endsWith("\r\n\r\nOK"), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "broken", "[]", "5", "\"x\"", "{\"action\":5}", "{\"timestamp\":1.5}", "{\"action\":\"become_active\""})
    void aBodyThatIsNoRequestIs400(String body) throws Exception {
        assertText(agent.exchange(request("POST", "/failover", body)), "400 Bad Request", "Invalid request body\n");
        if (!body.contains("action")) {
            assertText(agent.exchange(request("POST", "/shutdown", body)), "400 Bad Request", "Invalid request body\n");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{} | ''", "null | ''", "{\"action\":\"explode\"} | explode", "{\"ACTION\":\"x\"}trailing | x",
        "{\"action\":\"<&>\",\"unknown\":[1]} | \\u003c\\u0026\\u003e"})
    void anUnknownActionIs200WithTheOriginalsWords(String body, String word) throws Exception {
        String answer = agent.exchange(request("POST", "/failover", body));
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        String golden = "{\"success\":false,\"message\":\"unknown action: " + word + "\",\"dry_run\":false,\"timestamp\":";
        assertTrue(answer.contains(golden), answer);
        assertTrue(answer.endsWith("}\n"), answer);
    }

    @Test
    void peerStatusIsTheOriginalsWithOurFieldsBehind() throws Exception {
        String answer = agent.exchange(request("POST", "/peer-status", "{\"from_validator\":\":8080\",\"timestamp\":1736000000}"));
        String golden = "\\{\"is_alive\":true,\"is_active\":false,\"process_running\":true,\"timestamp\":\\d+,.*}\n";
        assertTrue(body(answer).matches(golden), answer);
    }

    @Test
    void identityIsTheValidatorsOwnWord() throws Exception {
        String answer = agent.exchange(request("GET", "/identity", ""));
        assertTrue(body(answer).matches("\\{\"identity_pubkey\":\"" + FakeRpc.IDENTITY + "\",\"timestamp\":\\d+}\n"), answer);
    }

    @Test
    void aFormFromCurlIsReadAsJson() throws Exception {
        String answer = agent.exchange("POST /failover HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + "Connection: close\r\nContent-Length: 14\r\n\r\n{\"action\":\"x\"}");
        assertTrue(answer.contains("unknown action: x"), answer);
    }

    @Test
    void aChunkedBodyIsRead() throws Exception {
        String answer = agent.exchange("POST /failover HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + "7\r\n{\"actio\r\n7\r\nn\":\"x\"}\r\n0\r\n\r\n");
        assertTrue(answer.contains("unknown action: x"), answer);
    }

    @Test
    void twoRequestsTravelOnOneConnection() throws Exception {
        String answer = agent.exchange("GET /health HTTP/1.1\r\nHost: a\r\n\r\n" + request("GET", "/health", ""));
        assertEquals(3, answer.split("HTTP/1.1 200 OK").length);
        assertFalse(answer.contains("405"));
    }

    private static String request(String method, String path, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf(JSON_END) + JSON_END.length());
    }

    private static void assertText(String answer, String status, String text) {
        String head = answer.toLowerCase();
        assertTrue(answer.startsWith("HTTP/1.1 " + status + "\r\n"), answer);
        assertTrue(head.contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"), answer);
        assertTrue(head.contains("\r\nx-content-type-options: nosniff\r\n"), answer);
        assertEquals(text, body(answer));
    }

    private static void assertGoldenStatus(String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        assertTrue(answer.toLowerCase().contains("\r\ncontent-type: application/json\r\n"), answer);
        assertTrue(body(answer).matches("\\{\"process_running\":true,\"process_uptime\":\\d+,\"process_healthy\":true,"
            + "\"validator_slot\":380000000,\"network_slot\":0,\"slot_diff\":0,\"is_healthy\":true,\"is_active\":false,"
            + "\"last_tower_backup\":-62135596800,\"timestamp\":\\d+,\"host_id\":\"[0-9a-f-]{36}\",.*}\n"), answer);
    }
}
