package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.link.LinkProxy;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A pair whose every address is an IPv6 literal: both agents listen on {@code [::1]}, allow {@code ::1} alone, ask their validators and
 * each other there, and the manager asks agents and cluster there. The lab itself goes on in IPv4, behind relays.
 */
@Timeout(180)
class Ipv6IT {
    private static final Pattern FOUR = Pattern.compile("127\\.0\\.0\\.1:([0-9]+)");
    private final Vertx vertx = Vertx.vertx();
    private final Set<Integer> relayed = new HashSet<>();

    @AfterEach
    void end() {
        vertx.close().await();
    }

    /** The same port on ::1, from where it goes on to 127.0.0.1. */
    private void six(JsonObject json, String key) {
        Matcher four = FOUR.matcher(json.getString(key));
        assertEquals(true, four.find(), json.encode());
        int port = Integer.parseInt(four.group(1));
        if (relayed.add(port)) {
            LinkProxy.open(vertx, "::1", port, "127.0.0.1", port);
        }
        json.put(key, four.replaceFirst("[::1]:" + port));
    }

    private void agent(JsonObject json) {
        int port = Integer.parseInt(json.getString("listen_addr").replaceFirst(".*:", ""));
        json.put("listen_addr", "[::1]:" + port).put("allowed_ips", new JsonArray().add("::1"));
        // The lab asks at 127.0.0.1 whether it is there.
        LinkProxy.open(vertx, "127.0.0.1", port, "::1", port);
        six(json, "local_rpc");
        six(json, "peer_endpoint");
    }

    private void manager(JsonObject json) {
        six(json, "active_validator");
        six(json, "passive_validator");
        six(json, "cluster_rpc");
    }

    @Test
    void theIdentityIsMovedAndTheHolderHasItsPeersPromise() throws Exception {
        try (Lab lab = Lab.create().withAgents().withFencer().withManager().configure("agent-a", this::agent)
                .configure("agent-b", this::agent).configure("manager", this::manager).start()) {
            Pair.settled(lab, "primary");
            HttpResponse<String> answer = Pair.failover(lab);
            assertEquals(200, answer.statusCode(), answer.body());
            Pair.movedTo(lab, "b");
            // The links of the manager are cut: only what A promises keeps B active now, longer than any lease.
            lab.link("manager", "a").blackHole();
            lab.link("manager", "b").blackHole();
            Pair.stays(lab, "b", "a", Duration.ofSeconds(7));
            lab.heal();
            Pair.settled(lab, "secondary");
            String log = Files.readString(lab.directory().resolve("manager.log"));
            assertFalse(log.contains("Invalid authority") || log.contains("\tat "), log);
            Await.until("nothing wrong was seen", Pair.SOON, () -> lab.judge().clean());
        }
    }
}
