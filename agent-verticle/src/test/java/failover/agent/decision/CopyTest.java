package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.ClockReading;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Role;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The core works on a copy of its state: a field that is not copied is forgotten with the next event. */
class CopyTest {
    private static final ClockReading NOW = new ClockReading(5_000_000_000L, 7);
    private final AgentAtWork agent = new AgentAtWork().passive();

    private Map<Class<?>, Object> samples() {
        Map<Class<?>, Object> samples = new HashMap<>();
        FailoverRequest request = new FailoverRequest("become_passive", "r", false, 1, "op", 7, 0, false);
        HeldLease hold = new HeldLease(7, NOW, Duration.ofSeconds(9), Duration.ofSeconds(2), Duration.ofMillis(500));
        samples.put(boolean.class, true);
        samples.put(long.class, 77L);
        samples.put(int.class, 7);
        samples.put(String.class, "text");
        samples.put(Duration.class, Duration.ofSeconds(7));
        samples.put(ClockReading.class, NOW);
        samples.put(DurableAgentState.class, AgentAtWork.memory(Role.ACTIVE));
        samples.put(FailoverRequest.class, request);
        samples.put(FailoverResponse.class, new FailoverResponse(true, "m", false, 1, null, "done", true, null, false, 7, 1));
        samples.put(AgentState.Asking.class, AgentState.Asking.INTERNET);
        samples.put(Observation.class, agent.look());
        samples.put(TowerCheck.class, agent.tower);
        samples.put(DurableAgentState.Manager.class, new DurableAgentState.Manager("m", 1, "r"));
        samples.put(SlotDuration.class, new SlotDuration(1, 2, 300));
        samples.put(HeldLease.class, hold);
        samples.put(AgentEffect.Publish.class, new AgentEffect.Publish(hold, AgentAtWork.memory(Role.ACTIVE)));
        samples.put(LeaseState.PeersManager.class, new LeaseState.PeersManager(null, 1, 2));
        samples.put(LeaseState.Former.class, new LeaseState.Former(1, Duration.ofSeconds(2), true));
        samples.put(LeaseState.FirstPoll.class, new LeaseState.FirstPoll(new DurableAgentState.Manager("m", 1, "r"), 1, 2));
        samples.put(List.class, new ArrayList<>(List.of(7L)));
        samples.put(Set.class, Set.of(new DurableAgentState.Manager("m", 1, "r")));
        samples.put(Map.class, new LinkedHashMap<>(Map.of(7L, new LeaseState.Keeping(LeaseState.Keeping.Why.PROMISE, 1, null))));
        samples.put(RoleChange.class, new Demotion(agent.rules, request, AgentAtWork.memory(Role.ACTIVE), true, Duration.ofSeconds(9),
                NOW));
        return samples;
    }

    private void fill(Object state) throws IllegalAccessException {
        Map<Class<?>, Object> samples = samples();
        for (Field field : state.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isFinal(field.getModifiers())) {
                field.setAccessible(true);
                assertNotNull(samples.get(field.getType()), "no example of " + field.getType() + " for " + field.getName());
                field.set(state, samples.get(field.getType()));
            }
        }
    }

    private static void assertSame(Object state, Object copy) throws IllegalAccessException {
        for (Field field : state.getClass().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            field.setAccessible(true);
            Object was = field.get(state);
            Object is = field.get(copy);
            if (was instanceof RoleChange || was instanceof LeaseState) {
                assertTrue(is != null && is != was && is.getClass() == was.getClass(), field.getName());
                assertSame(was, is);
            } else {
                assertEquals(was, is, state.getClass().getSimpleName() + "." + field.getName());
            }
        }
    }

    @Test
    void aCopyOfTheAgentsStateIsWhole() throws Exception {
        AgentState state = agent.state;
        fill(state.lease);
        state.lease.keeping.put(7L, new LeaseState.Keeping(LeaseState.Keeping.Why.LEAVING, 0, null));
        LeaseState lease = state.lease;
        for (Field field : AgentState.class.getDeclaredFields()) {
            assertTrue(Modifier.isStatic(field.getModifiers()) || field.getType() == LeaseState.class
                    || samples().containsKey(field.getType()), "no example of " + field.getType());
        }
        fill(state);
        assertSame(lease, state.lease);
        AgentState copy = state.copy();
        assertSame(state, copy);
        copy.waiters.add(8L);
        copy.lease.keeping.clear();
        assertEquals(1, state.waiters.size(), "and what is in the copy is its own");
        assertEquals(1, state.lease.keeping.size());
    }

    @Test
    void aCopyOfAChangeIsWhole() throws Exception {
        Map<Class<?>, Object> samples = samples();
        FailoverRequest request = (FailoverRequest) samples.get(FailoverRequest.class);
        for (RoleChange change : List.of(new Demotion(agent.rules, request, AgentAtWork.memory(Role.ACTIVE), true, Duration.ofSeconds(9),
                NOW), new Promotion(agent.rules, request, AgentAtWork.memory(Role.PASSIVE), true, 300, Duration.ofSeconds(9), NOW))) {
            for (Class<?> type = change.getClass(); type != Object.class; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    field.setAccessible(true);
                    if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isFinal(field.getModifiers())) {
                        field.set(change, sample(field.getType(), samples));
                    }
                }
            }
            RoleChange copy = change.copy();
            for (Class<?> type = change.getClass(); type != Object.class; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    field.setAccessible(true);
                    if (!Modifier.isStatic(field.getModifiers())) {
                        assertEquals(field.get(change), field.get(copy), type.getSimpleName() + "." + field.getName());
                    }
                }
            }
        }
    }

    private static Object sample(Class<?> type, Map<Class<?>, Object> samples) {
        if (type.isEnum()) {
            return type.getEnumConstants()[type.getEnumConstants().length - 1];
        }
        if (type == RoleChangeResult.class) {
            return new RoleChangeResult(failover.protocol.wire.Outcome.DONE, "m", true, true, "I");
        }
        if (type == CommandResult.class) {
            return AgentAtWork.exit(3);
        }
        if (type == failover.protocol.wire.FinalTower.class) {
            return new failover.protocol.wire.FinalTower(7, "AAAA");
        }
        assertNotNull(samples.get(type), "no example of " + type);
        return samples.get(type);
    }
}
