package failover.testbed.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.Hazelcast;
import failover.testbed.Http;
import failover.testbed.lab.Await;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both programs by the Vert.x application launcher instead of their own main, alone and with {@code -cluster}. */
class VertxLauncherIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final String AGENT = "failover.agent.AgentVerticle";
    private static final String MANAGER = "failover.manager.ManagerVerticle";

    @TempDir
    private Path directory;
    private Process process;

    @AfterEach
    void end() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void theAgentStartsByItsVerticlesName() throws Exception {
        int port = freePort();
        start("agent", AGENT, agentConfig(port), List.of(), List.of(), List.of());
        serves(port);
        endsBySigterm();
    }

    @Test
    void theManagerStartsByItsVerticlesName() throws Exception {
        int port = freePort();
        start("manager", MANAGER, managerConfig(port), List.of(), List.of(), List.of());
        serves(port);
        endsBySigterm();
    }

    @Test
    void theAgentStartsClusteredWithAClusterManagerOnTheClassPath() throws Exception {
        int port = freePort();
        startClustered("agent", AGENT, agentConfig(port));
        serves(port);
        joined();
        endsBySigterm();
    }

    @Test
    void theManagerStartsClusteredWithAClusterManagerOnTheClassPath() throws Exception {
        int port = freePort();
        startClustered("manager", MANAGER, managerConfig(port));
        serves(port);
        joined();
        endsBySigterm();
    }

    private JsonObject agentConfig(int port) {
        return new JsonObject().put("listen_addr", "127.0.0.1:" + port).put("local_rpc", "http://127.0.0.1:1")
            .put("state_dir", directory.resolve("state").toString());
    }

    private JsonObject managerConfig(int port) {
        return new JsonObject().put("active_validator", "http://127.0.0.1:1").put("passive_validator", "http://127.0.0.1:2")
            .put("cluster_rpc", "http://127.0.0.1:1").put("api_listen", "127.0.0.1:" + port)
            .put("state_dir", directory.resolve("state").toString());
    }

    /** A cluster of one on loopback: no multicast, no discovery, nobody told. */
    private void startClustered(String program, String verticle, JsonObject config) throws Exception {
        Path cluster = Files.writeString(directory.resolve("cluster.xml"), """
            <hazelcast xmlns="http://www.hazelcast.com/schema/config">
              <cluster-name>test-%d</cluster-name>
              <properties><property name="hazelcast.phone.home.enabled">false</property></properties>
              <network>
                <port auto-increment="false">%d</port>
                <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
                <join>
                  <auto-detection enabled="false"/>
                  <multicast enabled="false"/>
                  <tcp-ip enabled="true"><member-list/></tcp-ip>
                </join>
              </network>
            </hazelcast>
            """.formatted(ProcessHandle.current().pid(), freePort()));
        start(program, verticle, config, List.of(jarOf(HazelcastClusterManager.class), jarOf(Hazelcast.class)),
            List.of("-Dvertx.hazelcast.config=" + cluster, "-Dhazelcast.local.localAddress=127.0.0.1", "-Djava.net.preferIPv4Stack=true"),
            List.of("-cluster", "-cluster-host", "127.0.0.1"));
    }

    private void start(String program, String verticle, JsonObject config, List<String> jars, List<String> flags, List<String> options)
        throws IOException {
        Path file = Files.writeString(directory.resolve(program + ".json"), config.encode());
        List<String> path = new ArrayList<>(List.of(jar(program).toString()));
        path.addAll(jars);
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", "-Xmx96m"));
        command.addAll(flags);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, path), "io.vertx.launcher.application.VertxApplication", verticle,
            "-conf", file.toString()));
        command.addAll(options);
        process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
            .redirectOutput(directory.resolve("out").toFile()).start();
    }

    private void serves(int port) {
        Await.until("/health answers 200", SOON, () -> {
            if (!process.isAlive()) {
                throw new AssertionError("it has ended with exit code " + process.exitValue() + ":\n" + output());
            }
            return Http.exchange("http://127.0.0.1:" + port + "/health", null).statusCode() == 200;
        }, this::output);
    }

    private void joined() {
        assertTrue(output().matches("(?s).*Members \\{size:1, ver:1\\} \\[\\s+Member \\[127\\.0\\.0\\.1\\]:.*"), this::output);
    }

    private void endsBySigterm() throws InterruptedException {
        process.destroy();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), () -> "still there after SIGTERM:\n" + output());
        assertEquals(143, process.exitValue(), this::output);
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("out"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String jarOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    private static Path jar(String program) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path jar = at.resolve(program + "-verticle/target/failover-" + program + ".jar");
            if (Files.exists(jar)) {
                return jar;
            }
        }
        throw new IllegalStateException("failover-" + program + ".jar is not built: mvn package");
    }
}
