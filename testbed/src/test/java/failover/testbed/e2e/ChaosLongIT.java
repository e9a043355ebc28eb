package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rarer scenarios with real processes, some minutes more: {@code mvn verify -Dfailover.long=true}. */
@EnabledIfSystemProperty(named = "failover.long", matches = "true")
@ExtendWith(LabLogs.class)
class ChaosLongIT {
    private static final UnaryOperator<Lab> AS_IT_IS = lab -> lab;
    private static final Duration LONG = Chaos.SILENCE.multipliedBy(2).plusSeconds(2);

    @Test
    void scenario14AFrozenHostWithoutAFencerIsNotReplacedWhereOneIsRequired() throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab.configure("agent-a", json -> json.put("fencing", "off")))) {
            // Not before: that nobody attests a fencer is a problem then, and the pair never quite well.
            chaos.lab().manager().reconfigure(json -> json.put("fencing", "required")).restart();
            chaos.lab().manager().awaitListening(Pair.SOON);
            Await.until("host a answers it", Pair.SOON, () -> "primary".equals(Pair.state(chaos.lab()).getString("active"))
                && "no_problem".equals(Pair.state(chaos.lab()).getString("verdict")), () -> Pair.state(chaos.lab()).encode());
            chaos.lab().agent("a").suspend();
            chaos.awaitVerdict(Chaos.VOTING);
            chaos.stays("a", Chaos.SILENCE.multipliedBy(2));
            chaos.lab().validator("a").suspend();
            chaos.awaitVerdict(Set.of("active_dead_unfenced"));
            Await.never("b is promoted", LONG, () -> chaos.lab().judge().votes("b") > 0);
            chaos.innocent();
            // The zombie wakes, and its agent with it: the lease is over, so it fences first.
            chaos.lab().validator("a").resume();
            chaos.lab().agent("a").resume();
            chaos.lab().agent("a").awaitLog("=== NOW PASSIVE ===", Pair.SOON);
            chaos.endsWithOneVoter();
        }
    }

    @Test
    void scenario26AManagerThatCannotSeeVotesWaitsUntilItCan() throws Exception {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            chaos.lab().cluster().fault("rpc-error");
            chaos.lab().agent("a").kill();
            chaos.lab().validator("a").kill();
            chaos.awaitVerdict(Set.of("observer_blind"));
            Await.never("b is promoted", LONG, () -> chaos.lab().judge().votes("b") > 0);
            chaos.lab().cluster().fault("clear");
            chaos.ends("b");
        }
    }

    @Test
    void scenario49AnIdentityCommandThatHangsAtTheLeasesEndEndsWithTheValidator() {
        try (Chaos chaos = Chaos.pair(AS_IT_IS)) {
            chaos.lab().validator("a").fault("set-identity-hang");
            chaos.cutManagerFrom("a");
            chaos.cutPeers();
            chaos.lab().agent("a").awaitLog("=== FENCING THIS HOST ===", Pair.SOON);
            long began = System.nanoTime();
            assertTrue(chaos.lab().validator("a").awaitEnd(Duration.ofSeconds(5)), chaos.lab().agent("a")::tail);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            assertTrue(took.compareTo(Duration.ofSeconds(3)) < 0, () -> "killed only after " + took);
            chaos.ends("b");
            chaos.heal();
            chaos.lab().validator("a").start();
            chaos.ready("secondary");
            chaos.innocent();
        }
    }

    @Test
    void scenario36AManagerKilledWhileItDemotesFinishesOrLeavesNobodyBehind() {
        killedAt("Step 1: Sending become_passive");
    }

    @Test
    void scenario36AManagerKilledWhileItPromotesFinishesOrLeavesNobodyBehind() {
        killedAt("Step 2: Sending become_active");
    }

    private static void killedAt(String step) {
        try (Chaos chaos = Chaos.pair(lab -> lab
            .configure("manager", json -> json.put("misses_before_failover", 20))
            .configure("agent-a", ChaosLongIT::slow).configure("agent-b", ChaosLongIT::slow))) {
            Thread operator = new Thread(() -> {
                try {
                    Pair.failover(chaos.lab());
                } catch (RuntimeException expected) {
                    // The manager dies under it.
                }
            });
            operator.start();
            chaos.lab().manager().awaitLog(step, Pair.SOON);
            chaos.lab().manager().kill();
            chaos.lab().manager().start();
            chaos.lab().manager().awaitListening(Pair.SOON);
            chaos.endsWithOneVoter();
            JsonObject report = chaos.lab().judge().report();
            Pair.settled(chaos.lab(), "a".equals(report.getJsonArray("carriers").getString(0)) ? "primary" : "secondary");
            chaos.endsWithOneVoter();
        }
    }

    /** A second in each command, so that the manager can be caught in it. */
    private static void slow(JsonObject agent) {
        for (String key : new String[] {"identity_change_command", "identity_remove_command"}) {
            agent.put(key, "sleep 1; " + agent.getString(key));
        }
    }

    /** The two addresses lead to the respective other host than before; who is configured as active is a hint and may be exchanged. */
    @Test
    void scenario59SwappedEndpointsAreRefused() throws Exception {
        try (Lab lab = Lab.create().withManager().configure("manager", json -> json.put("misses_before_failover", 50)).start()) {
            Pair.settled(lab, "primary");
            Pair.leaseWritten(lab, "a");
            JsonObject a = new JsonObject(Files.readString(lab.agent("a").config()));
            JsonObject b = new JsonObject(Files.readString(lab.agent("b").config()));
            lab.agent("a").kill();
            lab.agent("b").kill();
            lab.agent("a").reconfigure(json -> takeAddress(json, b)).start();
            lab.agent("b").reconfigure(json -> takeAddress(json, a)).start();
            Await.until("the manager notices", Pair.SOON, () -> "swapped_hosts".equals(Pair.state(lab).getString("verdict")),
                () -> Pair.state(lab).encode());
            Pair.stays(lab, "a", "b", LONG);
            assertEquals("swapped_hosts", Pair.state(lab).getString("verdict"));
            assertFalse(lab.manager().output().contains("FAILOVER INITIATED"));
        }
    }

    private static void takeAddress(JsonObject agent, JsonObject others) {
        for (String key : new String[] {"listen_addr", "peer_endpoint"}) {
            agent.put(key, others.getString(key));
        }
    }
}
