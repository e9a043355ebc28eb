package failover.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.manager.config.ManagerConfig;
import failover.manager.decision.ManagerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsFactoryTest {
    private static ManagerConfig config(JsonObject more) {
        return ManagerConfig.fromVertx(new JsonObject().put("active_validator", "http://10.0.0.1:8080/")
                .put("passive_validator", "http://user:hush@10.0.0.2:8080").put("state_dir", "/var/lib/m")
                .put("cluster_rpc", new JsonArray().add("https://rpc.example/v2/0123456789abcdef0123?api-key=hush")).mergeIn(more),
                Map.of());
    }

    @Test
    void theDecisionsGetTheNumbersOfTheConfiguration() {
        ManagerOptions rules = rules(config(new JsonObject().put("heartbeat_interval", "1s").put("misses_before_failover", 4)
                .put("dry_run", false).put("slot_diff_threshold", 50)));
        assertEquals(Duration.ofSeconds(4), rules.silence());
        assertEquals(Duration.ofSeconds(4), rules.startupGrace(), "E8");
        assertEquals("http://10.0.0.1:8080", rules.primaryEndpoint());
        assertEquals(50, rules.slotDiffThreshold());
        assertTrue(rules.rolesConfigured());
        assertFalse(rules.dryRun());
    }

    @Test
    void aStartupGraceThatIsSetIsHonoured() {
        assertEquals(Duration.ofMinutes(2), rules(config(new JsonObject().put("startup_grace_period", "2m"))).startupGrace());
    }

    @Test
    void theBannerSaysWhatFollowsAndNoSecret() {
        ManagerConfig config = config(new JsonObject());
        String banner = String.join("\n", OptionsFactory.banner(config, rules(config)));
        assertTrue(banner.contains("DRY-RUN"), banner);
        assertTrue(banner.contains("counts as gone after 10s of silence"), banner);
        assertTrue(banner.contains("Network slot from: rpc.example every 30s"), banner);
        assertFalse(banner.contains("hush") || banner.contains("0123456789abcdef"), banner);
    }

    private static ManagerOptions rules(ManagerConfig config) {
        return OptionsFactory.rules(config, List.of("rpc.example"));
    }
}
