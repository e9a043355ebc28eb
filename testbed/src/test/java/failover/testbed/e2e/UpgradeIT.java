package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Builds;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.ManagedProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A pair that runs the first version is upgraded one host at a time, and taken back, while the active votes: every mixture on the way
 * is polled for a while, and moves the identity in a planned failover. Fails where a program does not understand what the other version
 * says or has written, where a restart costs a lease, or where anybody is fenced.
 */
@ExtendWith(LabLogs.class)
class UpgradeIT {
    /** Several polls, grants and promises. */
    private static final Duration A_WHILE = Duration.ofSeconds(2);
    /** A slot is 400 ms; the rest is for a machine that is busy. */
    private static final Duration NO_GAP = Duration.ofSeconds(3);

    private Chaos chaos;
    private Lab lab;
    private Path first;
    private String active = "a";

    @Test
    void theManagerFirstAndItLastOnTheWayBack() throws Exception {
        pair(() -> {
            manager(null);
            host("b", null);
            move();
            host("a", null);
            host("a", first);
            move();
            host("b", first);
            manager(first);
        });
    }

    @Test
    void theManagerLastAndItFirstOnTheWayBack() throws Exception {
        pair(() -> {
            host("b", null);
            move();
            host("a", null);
            manager(null);
            manager(first);
            move();
            host("b", first);
            host("a", first);
        });
    }

    private interface Steps {
        void run() throws Exception;
    }

    private void pair(Steps steps) throws Exception {
        first = Builds.of(Builds.FIRST);
        // S of ten seconds, as with the defaults: a restart fits into a lease, on a machine that is busy, too.
        try (Chaos begun = Chaos.fenced(made -> made.build("manager", first).build("agent-a", first).build("agent-b", first)
                .build("fencer-a", first).build("fencer-b", first)
                .configure("manager", json -> json.put("heartbeat_interval", "1s").put("misses_before_failover", 10)))) {
            chaos = begun;
            lab = begun.lab();
            for (String name : new String[] {"manager", "agent-a", "agent-b"}) {
                runs(name, first);
            }
            steps.run();
            chaos.ends(active);
            for (String host : new String[] {"a", "b"}) {
                assertFalse(lab.fencer(host).output().contains("event=fenced"), lab.fencer(host)::tail);
                assertFalse(lab.agent(host).output().contains("=== FENCING THIS HOST ==="), lab.agent(host)::tail);
                assertTrue(lab.validator(host).alive());
            }
        }
    }

    private void manager(Path build) throws Exception {
        restart(build, "manager");
    }

    /** What an operator does on a host: the fencer, then the agent. */
    private void host(String host, Path build) throws Exception {
        restart(build, "fencer-" + host, "agent-" + host);
    }

    private void restart(Path build, String... programs) throws Exception {
        lab.judge().reset();
        lab.judge().awaitVotesFrom(active, Pair.SOON);
        for (String name : programs) {
            lab.build(name, build);
            lab.process(name).restart();
        }
        polled();
        for (String name : programs) {
            runs(name, build);
        }
        assertTrue(lab.judge().longestGap().compareTo(NO_GAP) < 0, lab.judge()::text);
        assertEquals(0, lab.judge().votes(other()), lab.judge()::text);
        assertTrue(lab.judge().report().getJsonArray("takeovers").isEmpty(), lab.judge()::text);
    }

    /** All is well, the active holds its lease and both fencers are attested; and so it stays. */
    private void polled() throws Exception {
        Pair.settled(lab, "a".equals(active) ? "primary" : "secondary");
        for (String host : new String[] {"a", "b"}) {
            Await.until("agent " + host + " attests its fencer", Pair.SOON, () -> chaos.lease(host).getBoolean("fence_capable", false),
                () -> chaos.lease(host).encode());
        }
        Await.until("host " + active + " holds its lease", Pair.SOON, () -> held(), () -> chaos.lease(active).encode());
        Await.never("the lease is lost", A_WHILE, () -> !held() || lab.judge().votes(other()) > 0);
        lab.judge().awaitVotesFrom(active, Pair.SOON);
        chaos.innocent();
    }

    private boolean held() {
        return chaos.lease(active).getLong("left_ms", 0L) > 0;
    }

    private String other() {
        return "a".equals(active) ? "b" : "a";
    }

    private void move() throws Exception {
        HttpResponse<String> answer = Pair.failover(lab);
        assertEquals(200, answer.statusCode(), answer.body());
        active = other();
        Pair.movedTo(lab, active);
        Pair.lastTowerWasTheNewest(lab);
        chaos.innocent();
        lab.judge().reset();
        polled();
    }

    /** The process that answers is the one of that build. */
    private void runs(String name, Path build) throws IOException {
        ManagedProcess process = lab.process(name);
        String command = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' ');
        assertEquals(build != null, command.contains(first.toString()), command);
    }
}
