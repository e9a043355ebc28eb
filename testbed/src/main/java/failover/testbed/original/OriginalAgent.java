package failover.testbed.original;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import failover.protocol.config.GoDuration;
import failover.testbed.Http;
import failover.testbed.Log;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The original's agent (its first version) in what others see of it: the wire, the order of its commands, and its trust in its own memory.
 * It knows no lease, epoch, identity or time limit, never asks its validator who it is, and calls itself passive only when
 * {@code identity_remove_command} succeeded. Each request blocks a thread of its own, as each blocks a goroutine there.
 */
final class OriginalAgent {
    /** What Go says of the time of a backup that never was. */
    private static final long NO_BACKUP = -62135596800L;
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final JsonObject config;
    private final long healthyAfterSeconds;
    private volatile boolean active;
    private volatile long pingedAt = System.nanoTime();
    private volatile long backedUpAt = NO_BACKUP;

    /**
     * @param config              the file of an agent; keys the original does not know are ignored
     * @param healthyAfterSeconds how old a process must be to count as healthy: 120 in the original
     */
    OriginalAgent(JsonObject config, long healthyAfterSeconds) {
        this.config = config;
        this.healthyAfterSeconds = healthyAfterSeconds;
        this.active = config.getBoolean("is_active_on_start", false);
    }

    void start() throws IOException {
        String listen = config.getString("listen_addr", ":8080");
        int colon = listen.lastIndexOf(':');
        int port = Integer.parseInt(listen.substring(colon + 1));
        HttpServer server = HttpServer.create(colon == 0 ? new InetSocketAddress(port)
            : new InetSocketAddress(listen.substring(0, colon), port), 64);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/status", exchange -> serve(exchange, true, this::status));
        server.createContext("/peer-status", exchange -> serve(exchange, false, body -> peerStatus()));
        server.createContext("/failover", exchange -> serve(exchange, false, this::failover));
        server.createContext("/health", exchange -> answer(exchange, 200, "text/plain; charset=utf-8", "OK"));
        server.start();
        Executors.newSingleThreadScheduledExecutor()
            .scheduleAtFixedRate(this::watch, WATCH.toSeconds(), WATCH.toSeconds(), TimeUnit.SECONDS);
        Log.say("=== Validator Agent Starting === Listen address: " + listen + " Is active on start: " + active);
    }

    /** What a handler makes of a body; {@code null} means that the body is no JSON object. */
    @FunctionalInterface
    private interface Handler {
        JsonObject handle(String body);
    }

    private static void serve(HttpExchange exchange, boolean get, Handler handler) throws IOException {
        String method = exchange.getRequestMethod();
        if (!"POST".equals(method) && !(get && "GET".equals(method))) {
            answer(exchange, 405, "text/plain; charset=utf-8", "Method not allowed\n");
            return;
        }
        JsonObject said = handler.handle(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        if (said == null) {
            answer(exchange, 400, "text/plain; charset=utf-8", "Invalid request body\n");
        } else {
            answer(exchange, 200, "application/json", said.encode() + "\n");
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }

    /** The body is not looked at. */
    private JsonObject status(String body) {
        pingedAt = System.nanoTime();
        JsonObject said = new JsonObject();
        long now = System.currentTimeMillis() / 1000;
        Ran pids = run("pgrep", "-x", config.getString("process_name", "agave-validator"));
        boolean running = pids.ok();
        // Two processes of the name are no number, and then the uptime is not known.
        Ran etimes = running ? run("ps", "-o", "etimes=", "-p", pids.output().strip()) : pids;
        long uptime = running && etimes.ok() ? Long.parseLong(etimes.output().strip()) : 0;
        long slot = 0;
        boolean healthy = false;
        String error = "";
        if (running) {
            try {
                Long result = rpc("getSlot", new JsonArray().add(new JsonObject().put("commitment", "processed"))).getLong("result");
                slot = result == null ? 0 : result;
            } catch (IOException e) {
                error = "failed to get slot: " + e.getMessage();
            }
            try {
                healthy = "ok".equals(rpc("getHealth", new JsonArray()).getValue("result"));
            } catch (IOException e) {
                healthy = false;
            }
        }
        said.put("process_running", running).put("process_uptime", uptime).put("process_healthy", running && uptime >= healthyAfterSeconds)
            .put("validator_slot", slot).put("network_slot", 0).put("slot_diff", 0).put("is_healthy", healthy).put("is_active", active)
            .put("last_tower_backup", backedUpAt);
        if (!error.isEmpty()) {
            said.put("error", error);
        }
        if (active && running) {
            backUp();
        }
        return said.put("timestamp", now);
    }

    private JsonObject rpc(String method, JsonArray params) throws IOException {
        return Http.post(config.getString("local_rpc", "http://127.0.0.1:8899"),
            new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method).put("params", params));
    }

    private JsonObject peerStatus() {
        boolean running = run("pgrep", "-x", config.getString("process_name", "agave-validator")).ok();
        return new JsonObject().put("is_alive", true).put("is_active", active).put("process_running", running)
            .put("timestamp", System.currentTimeMillis() / 1000);
    }

    private JsonObject failover(String body) {
        JsonObject command;
        try {
            command = new JsonObject(body);
        } catch (DecodeException e) {
            return null;
        }
        String action = command.getString("action", "");
        String reason = command.getString("reason", "");
        JsonObject said = new JsonObject();
        long now = System.currentTimeMillis() / 1000;
        String trouble = switch (action) {
            case "become_active" -> becomeActive(reason);
            case "become_passive" -> becomePassive(reason);
            default -> "unknown action: " + action;
        };
        Log.say(trouble.isEmpty() ? "Failover successful: " + action : "Failover failed: " + trouble);
        return said.put("success", trouble.isEmpty()).put("message", trouble.isEmpty() ? "Successfully executed: " + action : trouble)
            .put("dry_run", false).put("timestamp", now);
    }

    /** Empty, or what went wrong. */
    private String becomeActive(String reason) {
        if (active) {
            return "";
        }
        Log.say("=== BECOMING ACTIVE === Reason: " + reason);
        Ran restored = command("tower_restore_command");
        if (!restored.ok()) {
            return "failed to restore tower: tower restore failed: " + restored.output();
        }
        Ran changed = command("identity_change_command");
        if (!changed.ok()) {
            return "failed to change identity: " + changed.output();
        }
        active = true;
        Log.say("=== NOW ACTIVE ===");
        return "";
    }

    private String becomePassive(String reason) {
        if (!active) {
            return "";
        }
        Log.say("=== BECOMING PASSIVE === Reason: " + reason);
        backUp();
        Ran removed = command("identity_remove_command");
        if (!removed.ok()) {
            return "failed to remove identity: " + removed.output();
        }
        active = false;
        Log.say("=== NOW PASSIVE ===");
        return "";
    }

    private void backUp() {
        Ran ran = command("tower_backup_command");
        if (ran.ok()) {
            backedUpAt = System.currentTimeMillis() / 1000;
        } else {
            Log.say("Tower backup warning: tower backup failed: " + ran.output());
        }
    }

    /** Every five seconds, while it is active. */
    private void watch() {
        Duration limit = GoDuration.parse(config.getString("manager_timeout", "30s"));
        if (!active || System.nanoTime() - pingedAt <= limit.toNanos()) {
            return;
        }
        try {
            JsonObject peer = Http.post(config.getString("peer_endpoint", "") + "/peer-status", new JsonObject()
                .put("from_validator", config.getString("listen_addr")).put("timestamp", System.currentTimeMillis() / 1000));
            if (peer.getBoolean("is_active", false)) {
                Log.say(becomePassive("Peer is active, manager down"));
            }
        } catch (IOException | IllegalArgumentException e) {
            Log.say(becomePassive("Network isolation - cannot reach manager or peer"));
        }
    }

    private record Ran(int exit, String output) {
        boolean ok() {
            return exit == 0;
        }
    }

    private Ran command(String key) {
        String command = config.getString(key, "");
        if (command.isEmpty()) {
            return new Ran(1, "command is empty");
        }
        Ran ran = run("bash", "-c", command);
        return ran.ok() ? ran : new Ran(ran.exit(), "command failed: exit status " + ran.exit() + ", output: " + ran.output());
    }

    /** Without any limit of time, as the original does. */
    private static Ran run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(process.waitFor(), output);
        } catch (IOException e) {
            return new Ran(1, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ran(1, "interrupted");
        }
    }
}
