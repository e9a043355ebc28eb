package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What packets do in it, seen with UDP: each one is on its own. */
class NetworkIT {
    private static final String MARK = "it-" + ProcessHandle.current().pid();
    /** Prints how many of a hundred datagrams came, once they no longer do. */
    private static final String EAR = "use IO::Socket::INET; my $s = IO::Socket::INET->new(Proto => 'udp', LocalPort => 9) or die;"
        + " my $n = 0; $| = 1; print \"hears\\n\"; my $r = ''; vec($r, fileno($s), 1) = 1; my $left = 1;"
        + " while (select(my $ready = $r, undef, undef, $left)) { $s->recv(my $b, 9); $n++; $left = 0.3 } print \"$n\\n\";";
    private static final String MOUTH = "use IO::Socket::INET; my $s = IO::Socket::INET->new(Proto => 'udp', PeerAddr => $ARGV[0],"
        + " PeerPort => 9) or die; for (1 .. 100) { $s->send('x') or die $!; select(undef, undef, undef, 0.001) }";

    @BeforeEach
    void theMachineAllowsIt() {
        Needs.namespaces();
    }

    @Test
    void packetsVanishOneWayOrInPartAndNothingSaysSo() throws Exception {
        try (Network network = Network.open(MARK, List.of("a", "b", "c"))) {
            assertEquals(100, heard(network, "a", "b"));
            network.cut("a", "b");
            assertEquals(0, heard(network, "a", "b"));
            assertEquals(100, heard(network, "b", "a"));
            assertEquals(100, network.vanished());
            network.lose("a", "b", 30);
            int some = heard(network, "a", "b");
            assertTrue(some > 40 && some < 95, some + " of 100 although 30 were to be lost");
            network.heal();
            assertEquals(100, heard(network, "a", "b"));
            network.isolate("a");
            assertEquals(0, heard(network, "b", "a"));
            assertEquals(0, heard(network, "a", "c"));
            assertEquals(100, heard(network, "b", "c"));
        }
        assertTrue(Namespace.list().stream().noneMatch(name -> name.contains(MARK)));
    }

    @Test
    void whatAKilledTestLeftBehindIsRemovedByTheNext() {
        // No process has so high a number.
        Namespace.add("lab-dead-99999999-a");
        Network.open(MARK, List.of("a")).close();
        assertFalse(Namespace.list().contains("lab-dead-99999999-a"));
    }

    private static int heard(Network network, String from, String to) throws Exception {
        Process ear = new ProcessBuilder(network.inside(to, List.of("perl", "-e", EAR))).start();
        try (var said = ear.inputReader()) {
            assertEquals("hears", said.readLine());
            BashRunner.run(network.inside(from, List.of("perl", "-e", MOUTH, network.address(to)))).ok();
            return Integer.parseInt(said.readLine());
        } finally {
            ear.destroyForcibly();
        }
    }
}
