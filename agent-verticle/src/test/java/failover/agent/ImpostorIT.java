package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import failover.agent.config.AgentConfig;
import failover.agent.decision.Observation;
import failover.agent.process.ValidatorUsers;
import failover.agent.validator.BlockingProbe;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user of the host who has nothing to do with the validator takes its name, and its RPC port. */
class ImpostorIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String IMPOSTOR = """
        import java.net.*; import java.nio.charset.StandardCharsets;
        public class Impostor {
            public static void main(String[] a) throws Exception {
                try (ServerSocket server = new ServerSocket(Integer.parseInt(a[0]), 50, InetAddress.getByName("127.0.0.1"))) {
                    System.out.println("listening");
                    while (true) {
                        try (Socket socket = server.accept()) {
                            socket.getInputStream().read(new byte[4096]);
                            String body = "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":1,\\"result\\":{\\"identity\\":"
                                + "\\"11111111111111111111111111111112\\"}}";
                            socket.getOutputStream().write(("HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: "
                                + body.length() + "\\r\\nConnection: close\\r\\n\\r\\n" + body).getBytes(StandardCharsets.US_ASCII));
                        }
                    }
                }
            }
        }
        """;

    @TempDir
    private Path dir;
    private final List<Process> started = new ArrayList<>();
    private String name;
    private int port;
    private Path ledger;

    @BeforeEach
    void ledgerOfRoot() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to be two users");
        name = "fi" + ProcessHandle.current().pid() % 100_000 + "-" + System.nanoTime() % 1_000;
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        ledger = Files.createDirectories(dir.resolve("ledger"));
        Files.writeString(ledger.resolve("admin.rpc"), "");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private BlockingProbe eyes() {
        BlockingProbe eyes = new BlockingProbe(AgentConfig.fromVertx(new JsonObject().put("process_name", name)
            .put("local_rpc", "http://127.0.0.1:" + port).put("ledger_path", ledger.toString())
            .put("state_dir", dir.resolve("s").toString()), Map.of()));
        ValidatorUsers.of(Path.of("/proc"), java.util.Optional.of(ledger)).refresh();
        eyes.start();
        return eyes;
    }

    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    private Path named() throws IOException {
        Path shell = dir.resolve(name);
        if (!Files.exists(shell)) {
            Files.copy(Path.of("/bin/sh"), shell);
            Files.setPosixFilePermissions(shell, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return shell;
    }

    private Observation until(BlockingProbe eyes, boolean running) {
        long end = System.nanoTime() + LIMIT.toNanos();
        Observation seen = eyes.look(Duration.ofSeconds(2));
        while (seen.process().running() != running) {
            assertTrue(System.nanoTime() < end, seen.toString());
            seen = eyes.look(Duration.ofSeconds(2));
        }
        return seen;
    }

    @Test
    void whoTakesTheValidatorsNameIsNotTheValidator() throws Exception {
        start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", named().toString(), "-c", "sleep 600; :");
        long end = System.nanoTime() + LIMIT.toNanos();
        while (ProcessHandle.allProcesses().noneMatch(each -> comm(each.pid()).equals(name))) {
            assertTrue(System.nanoTime() < end, "it never bore the name");
        }
        BlockingProbe eyes = eyes();
        assertFalse(eyes.look(Duration.ofSeconds(2)).process().running());
        Process validator = start(named().toString(), "-c", "sleep 600; :");
        assertEquals(validator.pid(), until(eyes, true).process().pid());
        validator.destroyForcibly().waitFor();
        assertNotNull(until(eyes, false));
    }

    private static String comm(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void whoTakesTheRpcPortIsNotBelieved() throws Exception {
        Path source = Files.writeString(dir.resolve("Impostor.java"), IMPOSTOR);
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r--r--"));
        Process impostor = start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), source.toString(), Integer.toString(port));
        assertEquals("listening", impostor.inputReader().readLine());
        start(named().toString(), "-c", "sleep 600; :", "x", "--rpc-port", Integer.toString(port));
        Observation seen = until(eyes(), true);
        assertNull(seen.identity(), seen.toString());
        assertTrue(seen.identityError().contains("is held by user 65534, who cannot be the validator"), seen.identityError());
    }
}
