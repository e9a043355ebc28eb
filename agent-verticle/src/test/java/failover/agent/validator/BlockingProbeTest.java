package failover.agent.validator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.Configs;
import failover.agent.config.AgentConfig;
import failover.agent.decision.Observation;
import failover.agent.process.ProcStat;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dead-man's look has one end, whatever the validator's RPC does. */
@Timeout(60)
class BlockingProbeTest {
    private static final Duration LIMIT = Duration.ofMillis(250);
    /** The machine is shared; what these answers would take without a limit is minutes. */
    private static final long GENEROUS_MILLIS = 5_000;
    private static final String IDENTITY = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";
    private static final String BODY = "{\"jsonrpc\":\"2.0\",\"result\":{\"identity\":\"" + IDENTITY + "\"},\"id\":1}";

    @TempDir
    Path directory;

    private interface Rpc {
        void answer(Socket socket, OutputStream out) throws IOException;
    }

    private static void pause(long millis) {
        long until = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static ServerSocket serve(Rpc rpc) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    rpc.answer(socket, socket.getOutputStream());
                } catch (IOException over) {
                    continue;
                }
            }
        }, "fake-rpc");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private BlockingProbe eyes(ServerSocket server, JsonObject more) {
        AgentConfig config = Configs.of(directory, new JsonObject().put("local_rpc", "http://127.0.0.1:" + server.getLocalPort())
            .put("process_name", ProcStat.read(Path.of("/proc"), ProcessHandle.current().pid()).orElseThrow().comm()).mergeIn(more));
        return new BlockingProbe(config);
    }

    private static Observation timed(BlockingProbe eyes) {
        long begun = System.nanoTime();
        Observation seen = eyes.look(LIMIT);
        long took = (System.nanoTime() - begun) / 1_000_000;
        assertTrue(took < GENEROUS_MILLIS, "a look of " + LIMIT.toMillis() + " ms took " + took + " ms");
        return seen;
    }

    @ParameterizedTest
    @ValueSource(strings = {"silent", "drips", "drips headers", "headers without end", "1xx without end", "no length", "drips a body",
        "chunks without end", "says a lot", "half"})
    void itEndsInItsTimeAndKnowsNothing(String how) throws IOException {
        String ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        try (ServerSocket server = serve((socket, out) -> {
            switch (how) {
                case "silent":
                    pause(20_000);
                    break;
                case "drips":
                    drip(out, ok + "Content-Length: 4000\r\n\r\n" + " ".repeat(4000));
                    break;
                case "drips headers":
                    drip(out, ok + "X: " + "y".repeat(4000));
                    break;
                case "headers without end":
                    flood(out, ok, "X-Header: y\r\n");
                    break;
                case "1xx without end":
                    flood(out, "", "HTTP/1.1 100 Continue\r\n\r\n");
                    break;
                case "no length":
                    write(out, ok + "\r\n" + BODY.substring(0, 20));
                    pause(20_000);
                    break;
                case "drips a body":
                    write(out, ok + "Content-Length: 100\r\n\r\n");
                    drip(out, BODY);
                    break;
                case "chunks without end":
                    flood(out, ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n");
                    break;
                case "says a lot":
                    flood(out, ok + "\r\n", "{".repeat(1000));
                    break;
                default:
                    write(out, ok + "Content-Length: 100\r\n\r\n" + BODY.substring(0, 20));
                    break;
            }
        })) {
            Observation seen = timed(eyes(server, new JsonObject()));
            assertTrue(seen.process().running());
            assertNull(seen.identity());
            assertNotNull(seen.identityError());
        }
    }

    private static void drip(OutputStream out, String text) throws IOException {
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            out.write(each);
            out.flush();
            pause(100);
        }
    }

    private static void flood(OutputStream out, String head, String again) throws IOException {
        write(out, head);
        for (int i = 0; i < 10_000; i++) {
            write(out, again);
            pause(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "chunked", "end", "after a 100"})
    void whatIsSaidInTimeIsHeard(String how) throws IOException {
        String ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        String whole = switch (how) {
            case "length" -> ok + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY;
            case "chunked" -> ok + "Transfer-Encoding: chunked\r\n\r\na\r\n" + BODY.substring(0, 10) + "\r\n"
                + Integer.toHexString(BODY.length() - 10) + "\r\n" + BODY.substring(10) + "\r\n0\r\n\r\n";
            case "end" -> ok + "\r\n" + BODY;
            default -> "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY;
        };
        try (ServerSocket server = serve((socket, out) -> {
            socket.getInputStream().read(new byte[4096]);
            write(out, whole);
        })) {
            BlockingProbe eyes = eyes(server, new JsonObject());
            // Whoever is slow on a busy machine is asked again.
            String said = null;
            for (int i = 0; i < 20 && said == null; i++) {
                said = eyes.look(Duration.ofSeconds(2)).identity();
            }
            assertEquals(IDENTITY, said);
        }
    }

    @Test
    void theCommandThatIsAskedInsteadEndsInTheSameTime() throws IOException {
        try (ServerSocket server = serve((socket, out) -> socket.close())) {
            BlockingProbe eyes = eyes(server, new JsonObject().put("identity_check_command", "trap '' TERM; sleep 1000; :"));
            assertNull(timed(eyes).identity());
        }
    }

    @Test
    void aNameIsNeverWaitedFor() throws IOException {
        LocalAddress literal = new LocalAddress("127.0.0.1");
        assertEquals(1, literal.addresses().length);
        assertEquals(2, new LocalAddress("LocalHost").addresses().length);
        assertEquals(1, new LocalAddress("::1").addresses().length);
        LocalAddress name = new LocalAddress("a-name-that-nobody-has.invalid");
        name.start();
        long begun = System.nanoTime();
        assertEquals(0, name.addresses().length);
        assertTrue(System.nanoTime() - begun < GENEROUS_MILLIS * 1_000_000);
    }
}
