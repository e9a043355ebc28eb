package failover.testbed.original;

import failover.protocol.config.GoDuration;
import failover.testbed.Log;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The original's manager (its first version) in what others see of it: bare polls and bare commands, roles as its file says, one bad answer
 * is enough, a demotion that failed is a warning, and silence is reason enough for the other host. The next check begins a heartbeat after
 * the last one has ended. One thread does everything.
 */
final class OriginalManager {
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Duration heartbeat;
    private final Duration limit;
    private final int misses;
    private final Host[] hosts;
    private int active;

    private static final class Host {
        final String name;
        final String endpoint;
        boolean reachable = true;
        int fails;

        Host(String name, String endpoint) {
            this.name = name;
            this.endpoint = endpoint;
        }
    }

    /** @param config the file of a manager; keys the original does not know are ignored */
    OriginalManager(JsonObject config) {
        heartbeat = GoDuration.parse(config.getString("heartbeat_interval", "2s"));
        limit = GoDuration.parse(config.getString("request_timeout", "5s"));
        misses = config.getInteger("misses_before_failover", 5);
        hosts = new Host[] {new Host("primary", config.getString("active_validator")),
            new Host("secondary", config.getString("passive_validator"))};
    }

    void start() {
        Log.say("=== Failover Manager Starting ===");
        Executors.newSingleThreadScheduledExecutor().scheduleWithFixedDelay(this::check, 0, heartbeat.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void check() {
        Host now = hosts[active];
        Host other = hosts[1 - active];
        // One deadline for both: a slow active eats the time of the other.
        long until = System.nanoTime() + limit.toNanos();
        JsonObject status = status(now, until);
        now.fails = status == null ? now.fails + 1 : 0;
        JsonObject second = status(other, until);
        String reason = "";
        if (now.fails >= misses) {
            reason = "active unreachable for " + now.fails + " consecutive checks";
        } else if (status != null) {
            reason = String.join(", ", sickness(status));
        }
        if (reason.isEmpty()) {
            Log.say("[" + now.name + "] is healthy");
        } else if (second == null) {
            Log.say("CRITICAL: Passive validator is also unreachable. Cannot failover!");
        } else {
            failover(now, other, reason);
        }
    }

    private JsonObject status(Host host, long until) {
        try {
            JsonObject said = post(host, "/status", new JsonObject().put("timestamp", System.currentTimeMillis() / 1000),
                Duration.ofNanos(until - System.nanoTime()));
            host.reachable = true;
            return said;
        } catch (IOException e) {
            host.reachable = false;
            Log.say("[" + host.name + "] UNREACHABLE: " + e.getMessage());
            return null;
        }
    }

    private static List<String> sickness(JsonObject status) {
        List<String> reasons = new ArrayList<>();
        if (!status.getBoolean("process_running", false)) {
            reasons.add("process not running");
        } else if (!status.getBoolean("process_healthy", false)) {
            reasons.add("process recently restarted (uptime: " + status.getLong("process_uptime", 0L) + "s, need 120s)");
        }
        if (!status.getBoolean("is_healthy", false)) {
            reasons.add("RPC unhealthy");
        }
        return reasons;
    }

    private void failover(Host from, Host to, String reason) {
        Log.say("=== FAILOVER INITIATED === Reason: " + reason);
        if (from.reachable) {
            Log.say("Step 1: Sending become_passive to [" + from.name + "]...");
            String trouble = command(from, "become_passive", reason);
            Log.say(trouble.isEmpty() ? "[" + from.name + "] is now passive"
                : "Warning: [" + from.name + "] failed to become passive: " + trouble);
        } else {
            Log.say("Step 1: [" + from.name + "] is unreachable, skipping become_passive");
        }
        Log.say("Step 2: Sending become_active to [" + to.name + "]...");
        String trouble = command(to, "become_active", reason);
        if (trouble.isEmpty()) {
            active = 1 - active;
            Log.say("=== FAILOVER COMPLETE === New active: [" + to.name + "]");
        } else {
            Log.say("CRITICAL: Failover failed: [" + to.name + "] failed to become active: " + trouble);
        }
    }

    /** Empty, or what went wrong. */
    private String command(Host host, String action, String reason) {
        try {
            JsonObject said = post(host, "/failover", new JsonObject().put("action", action).put("reason", reason)
                .put("timestamp", System.currentTimeMillis() / 1000), limit);
            return said.getBoolean("success", false) ? "" : said.getString("message", "");
        } catch (IOException e) {
            return "failed to send command: " + e.getMessage();
        }
    }

    private JsonObject post(Host host, String path, JsonObject body, Duration within) throws IOException {
        if (within.isNegative() || within.isZero()) {
            throw new IOException("context deadline exceeded");
        }
        try {
            HttpResponse<String> said = client.send(HttpRequest.newBuilder(URI.create(host.endpoint + path)).timeout(within)
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body.encode())).build(),
                HttpResponse.BodyHandlers.ofString());
            if (said.statusCode() != 200) {
                throw new IOException("validator returned status " + said.statusCode() + ": " + said.body());
            }
            return new JsonObject(said.body());
        } catch (DecodeException e) {
            throw new IOException("failed to decode response", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
