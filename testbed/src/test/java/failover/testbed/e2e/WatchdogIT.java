package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Real agents under a watchdog in the fencer's place: a script plays systemd's part, kills what does not feed it, and stops the validator
 * that is bound to it. The judge has the last word.
 */
@ExtendWith(LabLogs.class)
class WatchdogIT {
    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final Duration STOP = Duration.ofMillis(500);
    /** What the script and a busy machine add to W and to D_w. */
    private static final Duration SLACK = Duration.ofMillis(1500);

    private static Lab watched() {
        return watched(TIMEOUT, lab -> { });
    }

    private static Lab watched(Duration timeout, Consumer<Lab> more) {
        Path script = Path.of("src/test/resources/watchdog/systemd.pl").toAbsolutePath();
        Lab lab = Lab.create().withManager();
        for (String host : List.of("a", "b")) {
            lab.configure("agent-" + host, json -> json.put("watchdog", "systemd").put("watchdog_stop_timeout", "700ms"));
            lab.under("agent-" + host, () -> List.of("perl", script.toString(), String.valueOf(timeout.toMillis()),
                    String.valueOf(STOP.toMillis()), String.valueOf(lab.validator(host).pid())));
        }
        more.accept(lab);
        lab.start();
        Pair.settled(lab, "primary");
        for (String host : List.of("a", "b")) {
            Await.until("agent " + host + " attests its watchdog", Pair.SOON, () -> "watchdog".equals(lease(lab, host)
                    .getString("fenced_by")) && lease(lab, host).getBoolean("fence_capable", false), () -> lease(lab, host).encode());
        }
        Await.until("host a holds a lease", Pair.SOON, () -> lease(lab, "a").getLong("left_ms", 0L) > 0);
        lab.judge().reset();
        lab.judge().awaitVotesFrom("a", Pair.SOON);
        return lab;
    }

    private static JsonObject lease(Lab lab, String host) {
        return lab.agent(host).status().getJsonObject("lease", new JsonObject());
    }

    private static void signal(Lab lab, String host, String signal) throws Exception {
        String pid = lab.agent(host).awaitLog("agent_pid=(\\d+)", Pair.SOON);
        assertEquals(0, new ProcessBuilder("kill", "-" + signal, pid).start().waitFor());
    }

    private static long deadAfter(Lab lab, String since) {
        return Long.parseLong(lab.agent("a").awaitLog("validator dead .*" + since + "_ms=(\\d+)", Pair.SOON));
    }

    private static void replaced(Lab lab) {
        Pair.movedTo(lab, "b");
        assertFalse(lab.validator("a").alive());
        assertEquals(0, lab.judge().doubleVotes(), lab.judge()::text);
    }

    @Test
    void aFrozenAgentIsKilledAndItsValidatorWithIt() throws Exception {
        try (Lab lab = watched()) {
            signal(lab, "a", "STOP");
            long took = deadAfter(lab, "after_keepalive");
            System.out.println("SIGSTOP of the agent, W=300 ms: validator dead " + took + " ms after the last keepalive");
            assertTrue(took <= TIMEOUT.plus(STOP).plus(SLACK).toMillis(), () -> took + " ms" + lab.agent("a").tail());
            replaced(lab);
        }
    }

    @Test
    void aKilledAgentTakesItsValidatorAlong() throws Exception {
        try (Lab lab = watched()) {
            signal(lab, "a", "KILL");
            long took = deadAfter(lab, "after_agent");
            System.out.println("kill -9 of the agent: validator dead " + took + " ms after it");
            assertTrue(took <= STOP.plus(SLACK).toMillis(), () -> took + " ms" + lab.agent("a").tail());
            replaced(lab);
        }
    }

    /** E4: the agent lives and fences itself in time; a passive host, and one that is demoted, is fed for ever. */
    @Test
    void anIsolatedHolderFencesItselfAndIsFedAgain() throws Exception {
        // So long that a busy machine does not keep an agent from feeding its watchdog.
        try (Lab lab = watched(Duration.ofSeconds(2), pair -> pair.configure("manager",
                json -> json.put("heartbeat_interval", "1s").put("misses_before_failover", 8)))) {
            lab.link("manager", "a").cut();
            lab.link("a", "b").cut();
            lab.link("b", "a").cut();
            lab.agent("a").awaitLog("FENCING THIS HOST", Pair.SOON);
            lab.agent("a").awaitLog(Pattern.quote("=== NOW PASSIVE ==="), Pair.SOON);
            Pair.movedTo(lab, "b");
            Await.never("a watchdog fires", Duration.ofSeconds(2), () -> lab.agent("a").output().contains("watchdog fires")
                    || lab.agent("b").output().contains("watchdog fires"));
            assertTrue(lab.validator("a").alive());
            assertEquals(0, lab.judge().doubleVotes());
        }
    }

    /** A stop in good order: the identity comes off first, then the validator goes with its agent. */
    @Test
    void anAgentThatStopsDemotesFirst() throws Exception {
        try (Lab lab = watched()) {
            signal(lab, "a", "TERM");
            lab.agent("a").awaitLog(Pattern.quote("this agent stops, and what its watchdog kills with it"), Pair.SOON);
            lab.agent("a").awaitLog(Pattern.quote("=== NOW PASSIVE ==="), Pair.SOON);
            deadAfter(lab, "after_agent");
            replaced(lab);
        }
    }
}
