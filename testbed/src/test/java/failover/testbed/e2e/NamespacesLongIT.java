package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.Needs;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** What takes longer in network namespaces: {@code mvn verify -Dfailover.long=true}. */
@EnabledIfSystemProperty(named = "failover.long", matches = "true")
@ExtendWith(LabLogs.class)
class NamespacesLongIT {
    /** What is promised for 2 s times 5, from the loss of the host to the other one's vote. */
    private static final Duration PROMISED = Duration.ofSeconds(12);

    @BeforeEach
    void theMachineAllowsIt() {
        Needs.namespaces();
    }

    /** As operators run it, with nothing set but what must be. */
    @RepeatedTest(3)
    void scenario9ABlackHoledHostIsReplacedInTwelveSecondsWithTheDefaultNumbers() {
        try (Chaos chaos = Chaos.pair(lab -> asOperatorsRunIt(lab.apart()))) {
            chaos.lab().network().isolate("a");
            long cut = System.nanoTime();
            chaos.ends("b");
            Duration took = Duration.ofNanos(System.nanoTime() - cut);
            System.out.println("2 s x 5: b votes " + took.toMillis() + " ms after a is lost to everybody");
            assertTrue(took.compareTo(PROMISED) <= 0, () -> took + "\n" + chaos.lab().manager().tail());
            chaos.heal();
            chaos.ready("secondary");
            chaos.innocent();
        }
    }

    private static Lab asOperatorsRunIt(Lab lab) {
        return lab.configure("manager", json -> {
            List.of("heartbeat_interval", "misses_before_failover", "slot_check_interval", "request_timeout").forEach(json::remove);
        }).configure("agent-a", NamespacesLongIT::usual).configure("agent-b", NamespacesLongIT::usual);
    }

    private static void usual(JsonObject agent) {
        agent.remove("manager_timeout");
    }

    /** The hardest one, with a fencer: nobody on the host can do anything but it. */
    @Test
    void scenario32AnIsolatedHostWhoseAgentIsFrozenIsFencedBeforeItComesBack() {
        try (Chaos chaos = Chaos.fenced(Lab::apart)) {
            chaos.lab().agent("a").suspend();
            chaos.lab().network().isolate("a");
            chaos.lab().fencer("a").awaitLog("event=fenced .* verified=1", Pair.SOON);
            assertEquals(0, chaos.lab().judge().votes("b"), "a was fenced before anybody else voted");
            chaos.ends("b");
            chaos.heal();
            chaos.lab().validator("a").start();
            chaos.lab().agent("a").start();
            chaos.ready("secondary");
            chaos.innocent();
        }
    }

    /** LIVE-3 with vanishing packets: the cluster's RPC, then the other host, then the manager itself is out of reach; nothing moves. */
    @Test
    void onlyObserversAreLostAndNothingMoves() throws Exception {
        try (Chaos chaos = Chaos.pair(Lab::apart)) {
            chaos.lab().network().cut("manager", "cluster").cut("cluster", "manager");
            nothingMoves(chaos);
            chaos.lab().network().cut("a", "b").cut("b", "a");
            nothingMoves(chaos);
            chaos.lab().network().isolate("manager");
            nothingMoves(chaos);
        }
    }

    private static void nothingMoves(Chaos chaos) throws Exception {
        chaos.stays("a", Chaos.SILENCE.multipliedBy(2));
        assertTrue(chaos.lab().network().vanished() > 0);
        chaos.heal();
        chaos.ready("primary");
        assertFalse(chaos.lab().manager().output().contains("FAILOVER INITIATED"));
    }

    /** So bad a network may cost the identity its place, or a while; never two voters. */
    @Test
    void halfOfAllPacketsAreLostForAMinute() throws Exception {
        try (Chaos chaos = Chaos.pair(Lab::apart)) {
            List<String> hosts = List.of("manager", "a", "b");
            for (String from : hosts) {
                for (String to : hosts) {
                    if (!from.equals(to)) {
                        chaos.lab().network().lose(from, to, 50);
                    }
                }
            }
            Await.never("the judge finds somebody guilty", Duration.ofMinutes(1), () -> !chaos.lab().judge().clean());
            assertTrue(chaos.lab().network().vanished() > 0);
            chaos.heal();
            chaos.endsWithOneVoter();
        }
    }
}
