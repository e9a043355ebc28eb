package failover.agent.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.config.AgentConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which watchdog there is, and when the start is refused. */
class WatchdogFinderTest {
    private static final long PID = 4711;
    private static final Map<String, String> SYSTEMD = Map.of("WATCHDOG_USEC", "900000", "WATCHDOG_PID", "4711", "NOTIFY_SOCKET",
            "/run/systemd/notify");

    @TempDir
    Path directory;

    private java.util.Optional<WatchdogFinder.Found> find(JsonObject settings, Map<String, String> environment) throws IOException {
        JsonObject all = new JsonObject().put("state_dir", directory.toString()).put("dry_run", false).mergeIn(settings);
        return WatchdogFinder.find(AgentConfig.fromVertx(all, Map.of()), environment, PID, directory);
    }

    private String refusal(JsonObject settings, Map<String, String> environment) {
        return assertThrows(IOException.class, () -> find(settings, environment)).getMessage();
    }

    private static JsonObject systemd() {
        return new JsonObject().put("watchdog", "systemd");
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> changed = new HashMap<>(SYSTEMD);
        changed.put(name, value);
        return changed;
    }

    private JsonObject device(String timeout, String kernelSays) throws IOException {
        Path about = Files.createDirectories(directory.resolve("watchdog0"));
        Files.writeString(about.resolve("timeout"), kernelSays + "\n");
        Path device = directory.resolve("watchdog");
        Files.writeString(device, "");
        return new JsonObject().put("watchdog", device.toString()).put("watchdog_timeout", timeout);
    }

    @Test
    void systemdsTimeIsTakenFromTheEnvironment() throws IOException {
        WatchdogFinder.Found found = find(systemd(), SYSTEMD).orElseThrow();
        assertEquals(Duration.ofMillis(900), found.numbers().timeout());
        assertEquals(Duration.ofSeconds(1), found.numbers().stop());
        assertTrue(find(systemd().put("watchdog_timeout", "900ms"), SYSTEMD).isPresent());
    }

    @Test
    void whoIsNotWatchedIsRefused() {
        assertTrue(refusal(systemd(), Map.of()).contains("WATCHDOG_USEC is not set"));
        assertTrue(refusal(systemd(), with("WATCHDOG_PID", "1")).contains("WATCHDOG_PID 1"));
        assertTrue(refusal(systemd(), with("NOTIFY_SOCKET", "")).contains("NotifyAccess=main"));
        assertTrue(refusal(systemd(), with("WATCHDOG_USEC", "99000")).contains("set at least 100ms"));
        assertTrue(refusal(systemd(), with("WATCHDOG_USEC", "many")).contains("no number of microseconds"));
        assertTrue(refusal(systemd().put("watchdog_timeout", "2s"), SYSTEMD).contains("systemd says WatchdogSec=900ms"));
    }

    /** It would be killed every W, and the validator with it. */
    @Test
    void whoIsWatchedAndWouldNotFeedIsRefused() throws IOException {
        assertTrue(refusal(new JsonObject(), SYSTEMD).contains("watchdog is not \"systemd\""));
        assertTrue(find(new JsonObject(), with("WATCHDOG_PID", "1")).isEmpty(), "somebody else's");
        assertTrue(find(new JsonObject(), Map.of()).isEmpty());
    }

    @Test
    void aDeviceMustHaveTheTimeThatIsWritten() throws IOException {
        WatchdogFinder.Found found = find(device("2s", "2"), Map.of()).orElseThrow();
        assertEquals(Duration.ofSeconds(2), found.numbers().timeout());
        assertEquals(Duration.ZERO, found.numbers().stop());
        String why = refusal(device("2s", "60"), Map.of());
        assertTrue(why.contains("wdctl --settimeout 2") && why.contains("write \"1m0s\""), why);
        Files.delete(directory.resolve("watchdog0").resolve("timeout"));
        JsonObject unknown = new JsonObject().put("watchdog", directory.resolve("watchdog").toString()).put("watchdog_timeout", "2s");
        assertTrue(refusal(unknown, Map.of()).contains("time-out cannot be read"));
    }

    @Test
    void aDeviceIsFedAndCalledOffOnlyWhereThisHostCannotSign() throws IOException {
        WatchdogDevice feeder = find(device("2s", "2"), Map.of()).orElseThrow().feeder();
        feeder.open();
        feeder.feed();
        feeder.feed();
        feeder.leave(false);
        assertEquals("11", Files.readString(directory.resolve("watchdog")));
        feeder.open();
        feeder.feed();
        feeder.leave(true);
        assertEquals("1V", Files.readString(directory.resolve("watchdog")).substring(0, 2));
    }

    @Test
    void aDeviceThatCannotBeOpenedSaysWhy() throws IOException {
        JsonObject settings = device("2s", "2");
        WatchdogDevice feeder = find(settings, Map.of()).orElseThrow().feeder();
        Files.delete(directory.resolve("watchdog"));
        assertTrue(assertThrows(IOException.class, feeder::open).getMessage().contains("RuntimeWatchdogSec="));
    }

    @Test
    void dryRunOpensNoDevice() throws IOException {
        assertTrue(find(device("2s", "2").put("dry_run", true), Map.of()).isEmpty());
    }
}
