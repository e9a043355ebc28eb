package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.Needs;
import failover.testbed.lab.Network;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hosts in network namespaces of their own, and packets that vanish: connecting meets silence, too. {@code /active} is scraped (63). */
@ExtendWith(LabLogs.class)
class NamespacesIT {
    /** From the cut to the other host's vote. */
    private static final Duration REPLACED = Duration.ofSeconds(12);

    @BeforeEach
    void theMachineAllowsIt() {
        Needs.namespaces();
    }

    @Test
    void scenario31AnActiveThatIsFullyIsolatedDemotesItselfAndComesBackAsPassive() throws Exception {
        try (Chaos chaos = Chaos.pair(Lab::apart)) {
            Network network = chaos.lab().network().isolate("a");
            long cut = System.nanoTime();
            chaos.lab().agent("a").awaitLog("=== NOW PASSIVE ===", Pair.SOON);
            assertEquals(0, chaos.lab().judge().votes("b"), "a was passive before anybody else voted");
            chaos.ends("b");
            Duration took = Duration.ofNanos(System.nanoTime() - cut);
            System.out.println("scenario 31: b voted " + took.toMillis() + " ms after the cut");
            assertTrue(took.compareTo(REPLACED) < 0, () -> took + "\n" + chaos.lab().judge().text());
            assertTrue(network.vanished() > 0);
            assertEquals("passive", chaos.lab().agent("a").status().getString("role"));
            chaos.heal();
            chaos.ready("secondary");
            chaos.stays("b", Chaos.SILENCE);
            assertEquals("passive", chaos.lab().agent("a").status().getString("role"));
        }
    }

    @Test
    void scenarios22And23OneWayOfTheManagersPathIsLostAndNothingMoves() throws Exception {
        try (Chaos chaos = Chaos.pair(Lab::apart)) {
            oneWay(chaos, "manager", "a");
            oneWay(chaos, "a", "manager");
        }
    }

    private static void oneWay(Chaos chaos, String from, String to) throws Exception {
        chaos.lab().network().cut(from, to);
        chaos.awaitVerdict(Chaos.VOTING);
        chaos.stays("a", Chaos.SILENCE.plusSeconds(2));
        assertTrue(chaos.lab().network().vanished() > 0);
        assertFalse(chaos.lab().manager().output().contains("FAILOVER INITIATED"));
        chaos.heal();
        chaos.ready("primary");
        chaos.innocent();
    }

    @Test
    void aThirdOfThePacketsBetweenManagerAndHostsIsLostAndNothingMoves() throws Exception {
        try (Chaos chaos = Chaos.pair(Lab::apart)) {
            for (String host : new String[] {"a", "b"}) {
                chaos.lab().network().lose("manager", host, 33).lose(host, "manager", 33);
            }
            chaos.stays("a", Chaos.SILENCE.multipliedBy(2));
            assertTrue(chaos.lab().network().vanished() > 0);
            assertFalse(chaos.lab().manager().output().contains("FAILOVER INITIATED"));
            chaos.heal();
            chaos.ready("primary");
            chaos.innocent();
        }
    }
}
