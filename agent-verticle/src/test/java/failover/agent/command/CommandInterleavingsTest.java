package failover.agent.command;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * A command that begins while a fence ends all of them (E2), under the interleavings that a model checker tries: it chooses at which
 * access one thread is suspended and the other continues, and prints the interleaving that failed.
 */
class CommandInterleavingsTest {
    private static final int INTERLEAVINGS = 100;

    private static Thread begin(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    @Test
    void aCommandThatBeginsWhileTheGateClosesIsRefusedOrCut() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
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
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            CancellationToken token = new CancellationToken();
            AtomicInteger woken = new AtomicInteger();
            Thread watcher = begin(() -> token.onCut(woken::incrementAndGet));
            token.cut();
            join(watcher);
            check(token.isCut() && woken.get() > 0, "nobody is woken");
        });
    }
}
