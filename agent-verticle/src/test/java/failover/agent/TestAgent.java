package failover.agent;

import failover.agent.config.AgentConfig;
import failover.protocol.wire.StatusResponse;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A deployed agent beside a process that bears the validator's name and a fake RPC; talked to over raw sockets. */
final class TestAgent implements AutoCloseable {
    final Vertx vertx = Vertx.vertx();
    final FakeRpc rpc;
    final String processName = "simv" + ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000);
    private final Path directory;
    private AgentVerticle verticle;
    private String deployment;
    private Process validator;

    TestAgent(Path directory) throws Exception {
        this.directory = directory;
        this.rpc = FakeRpc.start(vertx);
    }

    /** Starts a process of the validator's name. */
    TestAgent withValidator() throws IOException {
        Path program = directory.resolve(processName);
        Files.copy(Path.of("/bin/sleep"), program, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        validator = new ProcessBuilder(program.toString(), "1000").start();
        return this;
    }

    Process validator() {
        return validator;
    }

    TestAgent start(JsonObject settings) throws Exception {
        return start(settings, null);
    }

    TestAgent start(JsonObject settings, Runnable onShutdown) throws Exception {
        AgentConfig config = Configs.of(directory, new JsonObject().put("process_name", processName).put("min_process_uptime", "1ms")
            .put("local_rpc", "http://127.0.0.1:" + rpc.port()).mergeIn(settings));
        verticle = new AgentVerticle(config, onShutdown);
        deployment = vertx.deployVerticle(verticle).await(30, TimeUnit.SECONDS);
        return this;
    }

    void stop() throws Exception {
        vertx.undeploy(deployment).await(20, TimeUnit.SECONDS);
    }

    int port() {
        return verticle.port();
    }

    /** One request with a body, as curl sends it; the answer's body. */
    String post(String path, String body) throws IOException {
        String whole = exchange("POST " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
            + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
        return whole.substring(whole.indexOf("\r\n\r\n") + 4);
    }

    StatusResponse status() throws Exception {
        return failover.protocol.wire.GoJson.decode(io.vertx.core.buffer.Buffer.buffer(post("/status", "")), StatusResponse.class);
    }

    /** Sends these bytes and reads to the end of the connection. */
    String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return readToEnd(socket);
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    static String readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (validator != null) {
            validator.destroyForcibly();
        }
        try {
            vertx.close().await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the agent does not stop", e);
        }
    }
}
