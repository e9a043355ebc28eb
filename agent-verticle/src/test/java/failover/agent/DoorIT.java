package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent with the heap of production, as a process, while others come in crowds: it lives, and no poll of its manager is lost. The whole
 * of it (20,000 connections) with -Dfailover.long=true.
 */
@Timeout(240)
class DoorIT {
    private static final boolean LONG = Boolean.getBoolean("failover.long");
    /** Who may call; the crowd comes from elsewhere. */
    private static final String MANAGER = "127.0.0.2";
    private final List<Process> processes = new ArrayList<>();
    @TempDir
    Path directory;
    private Process agent;
    private int port;

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    private void start(String heap, JsonObject settings) throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(directory.resolve("agent.json"), new JsonObject().put("listen_addr", "127.0.0.1:" + port)
            .put("local_rpc", "http://127.0.0.1:1").put("process_name", "nosuchprocess").put("dry_run", false)
            .put("state_dir", directory.resolve("state").toString()).mergeIn(settings).encode());
        agent = java(List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"),
            "failover.agent.AgentMain", "--config", config.toString());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        BufferedReader lines = new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); !line.contains("Agent listens"); line = lines.readLine()) {
            assertTrue(System.nanoTime() < end, line);
        }
        // What it says from now on goes nowhere: the pipe is read by a thread that the test leaves behind.
        Thread reader = new Thread(() -> lines.lines().forEach(line -> { }), "reads the agent");
        reader.setDaemon(true);
        reader.start();
    }

    private Process java(List<String> options, String main, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    private Process flood(String from, int connections, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(from, Integer.toString(port), Integer.toString(connections)));
        args.addAll(List.of(more));
        return java(List.of("-Xmx64m"), "failover.agent.Flood", args.toArray(String[]::new));
    }

    /** Polls as a manager does, each on a connection of its own, until the crowd is there and a while longer; the slowest answer. */
    private Duration pollUntilDone(List<Process> crowd) throws Exception {
        long slowest = 0;
        int polls = 0;
        for (int after = 0; after < 10;) {
            long begun = System.nanoTime();
            String answer = poll();
            slowest = Math.max(slowest, System.nanoTime() - begun);
            assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.contains("\"token\":\""), answer);
            polls++;
            boolean there = true;
            for (Process each : crowd) {
                there &= each.getInputStream().available() > 0 || !each.isAlive();
            }
            after += there ? 1 : 0;
        }
        assertTrue(polls >= 10 && agent.isAlive());
        return Duration.ofNanos(slowest);
    }

    private String poll() throws IOException {
        String body = "{\"timestamp\":1,\"manager_id\":\"m\",\"lease\":{\"manager_start\":1,\"heartbeat_ms\":2000,\"lease_ms\":9405,"
            + "\"fence_ms\":2000,\"jitter_ms\":500}}";
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(5_000);
            socket.bind(new InetSocketAddress(MANAGER, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
            socket.getOutputStream().write(("POST /status HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            return TestAgent.readToEnd(socket);
        }
    }

    @Test
    void silentConnectionsFromARefusedAddressHarmNobody() throws Exception {
        start(LONG ? "64m" : "28m", new JsonObject().put("allowed_ips", new JsonArray().add(MANAGER)));
        int each = LONG ? 10_000 : 2_500;
        Duration slowest = pollUntilDone(List.of(flood("127.0.0.66", each), flood("127.0.0.67", each)));
        assertTrue(slowest.toMillis() < 5_000, slowest.toString());
        assertTrue(descriptors() < 300, "descriptors: " + descriptors());
    }

    @Test
    void silentConnectionsFromAnAddressThatMayCallHarmNobody() throws Exception {
        start(LONG ? "64m" : "28m", new JsonObject());
        int each = LONG ? 10_000 : 2_500;
        Duration slowest = pollUntilDone(List.of(flood("127.0.0.66", each), flood("127.0.0.67", each)));
        assertTrue(slowest.toMillis() < 5_000, slowest.toString());
        assertTrue(descriptors() < 300, "descriptors: " + descriptors());
    }

    @Test
    void twoHundredUnfinishedBodiesHarmNobody() throws Exception {
        start(LONG ? "64m" : "32m", new JsonObject());
        // Ten addresses have more connections than there are places for strangers: a manager is none once it has polled.
        assertTrue(poll().startsWith("HTTP/1.1 200 "));
        List<Process> crowd = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            crowd.add(flood("127.0.0." + (70 + i), 20, Integer.toString(AgentHttp.LARGEST_CHANGE - 200)));
        }
        Duration slowest = pollUntilDone(crowd);
        assertTrue(slowest.toMillis() < 5_000, slowest.toString());
    }

    private long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc", Long.toString(agent.pid()), "fd"))) {
            return open.count();
        }
    }

    @Test
    void aBodyLongerThanItsRouteTakesIsRefused() throws Exception {
        start("64m", new JsonObject());
        for (String path : List.of("/status 4097", "/peer-status 4097", "/shutdown 1025", "/failover 131073")) {
            String[] parts = path.split(" ");
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream().write(("POST " + parts[0] + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + parts[1] + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
                assertEquals("HTTP/1.1 413 Request Entity Too Large", TestAgent.readToEnd(socket).split("\r\n")[0], path);
            }
        }
    }
}
