package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.Grant;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.Role;
import failover.protocol.wire.StatusRequest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Java 17 has no exhaustive switch over sealed types: this is what replaces it. */
class SealedTypesTest {

    @Test
    void everyKindOfEventIsHandled() {
        AgentAtWork agent = new AgentAtWork().passive();
        List<AgentEvent> events = List.of(new AgentEvent.Tick(), new AgentEvent.ManagerPolled(StatusRequest.EMPTY),
                new AgentEvent.Observed(agent.look()), new AgentEvent.ChangeAsked(1, new failover.protocol.wire.FailoverRequest("x", "",
                        false, 0, null, 0, 0, false)), new AgentEvent.TaskDone(new TaskResult.Waited()),
                new AgentEvent.PeerAnswered(AgentAtWork.peer(false, null)), new AgentEvent.PeerSilent("x"),
                new AgentEvent.InternetChecked(true), new AgentEvent.BackedUp(AgentAtWork.exit(0)),
                new AgentEvent.VoteAccountLooked("x", true), new AgentEvent.FencerSeen(true),
                new AgentEvent.StayAsked(7, new PeerStatusRequest("p", 0, "peer", 0, new PromiseRequest(1, 9405, 500))),
                new AgentEvent.LeaveAsked(8, new PeerStatusRequest("p", 0, "peer", 0, null, new LeaveRequest("n", 1, null, 1))),
                new AgentEvent.LeaveAnswered(new LeaveRequest("n", 1, null, 1), null), new AgentEvent.Kept(99, null),
                new AgentEvent.TowerSeen(agent.tower, 0), new AgentEvent.Forget(true, true),
                new AgentEvent.StayAnswered(new PromiseRequest(1, 9405, 500), agent.now(), null), new AgentEvent.LeaseDoubted(),
                new AgentEvent.FenceBegun(),
                new AgentEvent.Fenced(agent.memory(), new FailoverResponse(true, "", false, 0, null, "done", true, null, false, 0, 0)));
        assertEquals(Set.of(AgentEvent.class.getPermittedSubclasses()), classes(events.stream()));
        events.forEach(event -> assertDoesNotThrow(() -> agent.post(event)));
    }

    @Test
    void theTasksAndEffectsThatTheseTestsKnowAreAllThereAre() {
        AgentAtWork agent = new AgentAtWork();
        agent.configured.add(CommandKind.ACTIVE_SYMLINK);
        agent.passive();
        agent.results.put(CommandKind.IDENTITY_CHANGE, AgentAtWork.ended(CommandResult.How.TIMED_OUT));
        agent.change(Action.BECOME_ACTIVE, 0, false);
        agent.change(Action.BECOME_PASSIVE, 0, false);
        AgentAtWork second = new AgentAtWork().active();
        second.change(Action.BECOME_PASSIVE, 5, false);
        AgentAtWork third = new AgentAtWork().passive();
        String token = third.core.status(third.state, third.look(), 0, third.now()).lease().token();
        third.post(new AgentEvent.ChangeAsked(1, new FailoverRequest("become_active", "", false, 0, "op", 9, 0, false,
                new Grant(token, "manager", 1, 9405, 2000, 500, true, false, true), new FinalTower(41, "AAAA"))));
        third.work();
        Set<Class<?>> tasks = classes(Stream.of(agent.tasks, second.tasks, third.tasks).flatMap(List::stream));
        // Of a fence alone: LeaseTest and SelfFenceTest.
        tasks.add(Task.KillAll.class);
        assertEquals(Set.of(Task.class.getPermittedSubclasses()), tasks);
        assertEquals(Role.PASSIVE, second.memory().role());
    }

    private static Set<Class<?>> classes(Stream<?> values) {
        return values.map(Object::getClass).collect(Collectors.toSet());
    }
}
