package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.manager.decision.Host;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.protocol.Level;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two runs that differ have different traces; one that is the same keeps its trace when a type gets another name. */
class TraceTest {
    @Test
    void everyKindHasANumberOfItsOwn() {
        Map<Long, Class<?>> seen = new HashMap<>();
        Stream.of(AgentEvent.class, AgentEffect.class, Task.class, TaskResult.class, ManagerEvent.class, ManagerEffect.class)
                .flatMap(kind -> Stream.of(kind.getPermittedSubclasses())).forEach(type -> {
                    assertTrue(TraceNumbers.of(type) > 0, () -> type + " has no number in TraceNumbers");
                    assertEquals(null, seen.put(TraceNumbers.of(type), type), () -> type + " has another one's number");
                });
    }

    private record One(String what) {
    }

    private record Other(String name) {
    }

    @Test
    void theNamesOfATypeAndOfItsPartsAreNoPartOfIt() {
        assertEquals(Trace.of(new One("x")), Trace.of(new Other("x")));
        assertNotEquals(Trace.of(new One("x")), Trace.of(new One("y")));
    }

    @Test
    void allThatAnEventSaysIsPartOfIt() {
        assertNotEquals(Trace.of(new ManagerEvent.Saved(7, null)), Trace.of(new ManagerEvent.Saved(7, "full")));
        assertNotEquals(Trace.of(new ManagerEvent.Saved(7, null)), Trace.of(new ManagerEvent.CommandFailed(7, null)));
        assertNotEquals(Trace.of(new AgentEvent.Forget(true, false)), Trace.of(new AgentEvent.Forget(false, true)));
        assertNotEquals(Trace.of(new ManagerEffect.Say(Level.INFO, "a")), Trace.of(new ManagerEffect.Say(Level.ERROR, "a")));
        assertNotEquals(Trace.of(new ManagerEvent.VotesUnknown("a", "b", 1, true)),
                Trace.of(new ManagerEvent.VotesUnknown("a", "b", 1, false)));
        assertNotEquals(Trace.of(List.of(Host.PRIMARY, Host.SECONDARY)), Trace.of(List.of(Host.SECONDARY, Host.PRIMARY)));
        assertEquals(Trace.of(new LinkedHashSet<>(List.of("a", "b"))), Trace.of(new LinkedHashSet<>(List.of("b", "a"))));
        assertNotEquals(Trace.of(Set.of("a")), Trace.of(Set.of("b")));
    }

    /** Else its address in memory, or its names, would be the trace. */
    @Test
    void whatItDoesNotKnowIsAnError() {
        assertThrows(AssertionError.class, () -> Trace.of(new Object()));
    }
}
