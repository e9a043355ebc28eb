package failover.manager;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import failover.manager.config.ManagerConfig;
import failover.manager.config.ManagerSettings;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.FailoverMachine;
import failover.manager.decision.ManagerOptions;
import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import failover.protocol.config.ConfigException;
import failover.protocol.config.ConfigLayers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every setting at its extremes: it is refused by its name, or can be worked with. Our own seeds; more with -Dfailover.seeds=N. */
class SettingsBordersTest {
    private static final List<String> KEYS = List.of("active_validator", "passive_validator", "validator1", "validator2",
        "cluster_rpc", "dry_run", "log_file", "state_dir", "api_listen",
        "staked_identity_pubkey", "vote_evidence", "fencing", "hold_while_voting", "misses_before_failover",
        "unhealthy_checks_before_failover", "slot_diff_threshold", "heartbeat_interval", "request_timeout", "slot_check_interval",
        "failover_cooldown", "demotion_timeout", "promotion_timeout", "startup_grace_period", "lease_ttl", "fence_timeout",
        "telegram_bot_token", "secure_identity_mode");
    private static final List<Object> VALUES = List.of("", "0", "1ns", "1ms", "2s", "9m59s", "10m", "10m0.000000001s", "24h", "24h1ns",
        "2562047h",
        "9223372036854775807ns", "99999999999999999999999h", "-1s", "1e9s", "1h".repeat(40_000), "A".repeat(20_000), "\u202e",
        "\ud800", "off",
        "http://[::1]:8080", "http://[::1%25lo]:8080", "http://h:99999", "http://u:p@h/k?x=y", "https://h", "[::1]:0", ":65535",
        ":65536", "a:b:c",
        "127.0.0.1:1", "0.0.0.0/0", "::/0", "::ffff:0:0/96", "/", "~/x", "%", "systemd", "/dev/watchdog0", "required",
        "check_internet", "auto",
        0, 1, -1, 400, 303, 1_000_000_000, 1_000_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 1e300, -1e300, 0.5,
        Double.MAX_VALUE, new BigInteger("9".repeat(300)), true, false, new JsonArray(), new JsonObject(),
        new JsonArray().add(1).add("x"),
        new JsonObject().put("endpoint", "http://[::1]:1").put("x", 1), new JsonArray().add("::1").add("http://h"), 600_000_000_000L);

    @Test
    void everySettingAtItsExtremesIsRefusedByNameOrCanBeWorkedWith() {
        int taken = 0;
        for (int seed = 0; seed < Integer.getInteger("failover.seeds", 2_000); seed++) {
            Random random = new Random(seed);
            JsonObject json = new JsonObject().put("active_validator", "http://a:1").put("passive_validator", "http://b:1");
            for (int i = random.nextInt(2); i >= 0; i--) {
                String key = KEYS.get(random.nextInt(KEYS.size()));
                json.put(key, random.nextBoolean() ? VALUES.get(random.nextInt(VALUES.size())) : ofItsKind(key, random));
            }
            try {
                used(json);
                taken++;
            } catch (ConfigException e) {
                assertFalse(e.problems().isEmpty());
                e.problems().forEach(problem -> assertTrue(problem.toString().length() < 2_000 && problem.message().length() > 5
                    && !problem.toString().contains("\n"), problem.toString()));
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + seed, e);
            }
        }
        assertTrue(taken > 40, "hardly anything is taken: " + taken);
    }

    /** A value of the sort that the key wants, near its ends. */
    private static Object ofItsKind(String key, Random random) {
        if (key.matches(".*(interval|timeout|cooldown|period|ttl).*")) {
            return List.of("1ms", "2s", "3s", "9m59s", "10m", "1s", 2_000_000_000L, "24h").get(random.nextInt(8));
        }
        if (key.matches(".*(misses|checks|threshold).*")) {
            return List.of(1, 5, 303, 304, 1_000_000_000, 2).get(random.nextInt(6));
        }
        if (key.matches(".*(dry_run|hold|secure).*")) {
            return random.nextBoolean();
        }
        return key.matches(".*(_validator|_rpc).*") ? "http://[::1]:" + (8_080 + random.nextInt(9))
                : key.contains("listen") ? "[::1]:0" : "/x";
    }

    private static void used(JsonObject json) {
        ManagerConfig config = ManagerSettings.read(ConfigLayers.ofFile(json, "test.json"), Map.of()).config();
        config.toString();
        ManagerOptions rules = OptionsFactory.rules(config, List.of("c"));
        OptionsFactory.banner(config, rules);
        assertTrue(rules.policy().numbers().lease().compareTo(Bounds.LONGEST_LEASE) <= 0);
        new FailoverMachine(rules).start(DurableManagerState.fresh("m"), "run", new ClockReading(0, 0));
    }
}
