package failover.agent.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.CommandResult;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** E2: what runs is cut, what comes is refused, and afterwards commands may begin again. */
class CommandGateTest {
    private final CommandGate gate = new CommandGate();

    private static CommandResult result() {
        return new CommandResult(CommandResult.How.EXITED, 0, "", Duration.ZERO);
    }

    @Test
    void aFenceCutsWhatRuns() {
        CancellationToken first = new CancellationToken();
        CancellationToken second = new CancellationToken();
        CancellationToken over = new CancellationToken();
        AtomicInteger woken = new AtomicInteger();
        first.onCut(woken::incrementAndGet);
        assertTrue(gate.enter(first) && gate.enter(second) && gate.enter(over));
        gate.leave(over);
        gate.close();
        assertTrue(first.isCut() && second.isCut());
        assertFalse(over.isCut(), "it has ended");
        assertEquals(1, woken.get(), "whoever watches over it is woken");
    }

    @Test
    void whileAFenceRunsNothingBegins() {
        gate.close();
        assertFalse(gate.enter(new CancellationToken()));
        AtomicInteger ran = new AtomicInteger();
        CommandResult refused = CommandWorker.throughGate(gate, new CancellationToken(), () -> {
            ran.incrementAndGet();
            return result();
        });
        assertEquals(CommandResult.How.NOT_STARTED, refused.how());
        assertEquals(0, ran.get());
        gate.open();
        assertTrue(gate.enter(new CancellationToken()));
    }

    @Test
    void aCommandThatPassesCanBeCutAndLeavesWhenItEndsWhateverItsEnd() {
        CancellationToken cut = new CancellationToken();
        CommandWorker.throughGate(gate, cut, () -> {
            gate.close();
            gate.open();
            return result();
        });
        assertTrue(cut.isCut(), "the gate cuts the command that runs");
        CancellationToken thrown = new CancellationToken();
        try {
            CommandWorker.throughGate(gate, thrown, () -> {
                throw new IllegalStateException("no memory");
            });
        } catch (IllegalStateException expected) {
            gate.close();
        }
        assertFalse(thrown.isCut());
    }

    @Test
    void whatIsCutBeforeItsWatcherComesIsKnownToIt() {
        CancellationToken cut = new CancellationToken();
        cut.cut();
        AtomicInteger woken = new AtomicInteger();
        cut.onCut(woken::incrementAndGet);
        assertEquals(1, woken.get());
    }
}
