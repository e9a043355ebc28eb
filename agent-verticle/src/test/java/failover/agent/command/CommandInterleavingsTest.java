package failover.agent.command;

import static failover.agent.Interleavings.begin;
import static failover.agent.Interleavings.check;
import static failover.agent.Interleavings.join;

import failover.agent.Interleavings;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A command that begins while a fence ends all of them (E2), under the interleavings that a model checker tries: it chooses at which
 * access one thread is suspended and the other continues, and prints the interleaving that failed.
 */
class CommandInterleavingsTest {
    @Test
    void aCommandThatBeginsWhileTheGateClosesIsRefusedOrCut() {
        Interleavings.of(() -> {
            CommandGate gate = new CommandGate();
            CancellationToken token = new CancellationToken();
            boolean[] entered = new boolean[1];
            Thread command = begin(() -> entered[0] = gate.enter(token));
            gate.close();
            join(command);
            check(entered[0] == token.isCut(), "entered " + entered[0] + ", cut " + token.isCut());
            check(!gate.enter(new CancellationToken()), "one more begins");
        });
    }

    @Test
    void aCommandThatIsCutWhileItsWatcherComesWakesIt() {
        Interleavings.of(() -> {
            CancellationToken token = new CancellationToken();
            AtomicInteger woken = new AtomicInteger();
            Thread watcher = begin(() -> token.onCut(woken::incrementAndGet));
            token.cut();
            join(watcher);
            check(token.isCut() && woken.get() > 0, "nobody is woken");
        });
    }
}
