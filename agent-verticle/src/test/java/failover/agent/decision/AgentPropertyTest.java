package failover.agent.decision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import failover.agent.decision.CommandResult.How;
import failover.protocol.wire.Action;
import failover.protocol.wire.StatusRequest;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever happens in whatever order; {@link AgentAtWork} itself refuses two tasks at once and two answers to one ticket. */
class AgentPropertyTest {

    /** Our own seeds; more with -Dfailover.seeds=N. */
    @Test
    void eachTicketIsAnsweredOnceEachChangeEndsAndNothingRunsTwiceAtOnce() {
        for (int seed = 0; seed < Integer.getInteger("failover.seeds", 10_000); seed++) {
            Random random = new Random(seed);
            List<Integer> events = random.ints(random.nextInt(61), 0, 22).boxed().collect(Collectors.toList());
            try {
                eachTicketIsAnsweredOnceEachChangeEndsAndNothingRunsTwiceAtOnce(events);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", events " + events + ": " + e.getMessage(), e);
            }
        }
    }

    private static void eachTicketIsAnsweredOnceEachChangeEndsAndNothingRunsTwiceAtOnce(List<Integer> events) {
        AgentAtWork agent = new AgentAtWork();
        agent.configured.add(CommandKind.VALIDATOR_RESTART);
        agent.start(AgentAtWork.memory(failover.protocol.wire.Role.PASSIVE), false).observed();
        int asked = 0;
        for (int event : events) {
            asked += happens(agent, event);
        }
        agent.results.clear();
        agent.saveError = null;
        agent.work();
        assertEquals(asked, agent.replies.size(), "each ticket is answered");
        assertNull(agent.state.change);
        assertNull(agent.state.next);
    }

    private static int happens(AgentAtWork agent, int event) {
        switch (event) {
            case 0: agent.ask(Action.BECOME_ACTIVE, 0, false); return 1;
            case 1: agent.ask(Action.BECOME_PASSIVE, 0, false); return 1;
            case 2: agent.ask(Action.BECOME_ACTIVE, agent.state.knowledge().epoch() + 1, false); return 1;
            case 3: agent.ask(Action.BECOME_PASSIVE, agent.state.knowledge().epoch() + 1, true); return 1;
            case 4: agent.ask(Action.BECOME_ACTIVE, 2, false); return 1;
            case 5: agent.results.put(CommandKind.IDENTITY_CHANGE, AgentAtWork.ended(How.TIMED_OUT)); break;
            case 6: agent.results.put(CommandKind.IDENTITY_REMOVE, AgentAtWork.exit(1)); break;
            case 7: agent.results.clear(); break;
            case 8: agent.running = !agent.running; break;
            case 9: agent.identity = agent.identity == null ? AgentAtWork.OTHER : null; break;
            case 10: agent.identity = AgentAtWork.STAKED; break;
            case 11: agent.pid++; break;
            case 12: agent.saveError = agent.saveError == null ? "full" : null; break;
            case 13: agent.killable = !agent.killable; break;
            case 14: agent.post(new AgentEvent.ManagerPolled(StatusRequest.EMPTY)); break;
            case 15: agent.post(new AgentEvent.PeerSilent("timeout")); break;
            case 16: agent.post(new AgentEvent.PeerAnswered(AgentAtWork.peer(true, null))); break;
            case 17: agent.nanos += 31_000_000_000L; agent.post(new AgentEvent.Tick()); break;
            case 18: agent.nanos += 300_000_000L; agent.observed(); break;
            case 19: agent.peerSays = agent.peerSays == null ? AgentAtWork.peer(false, null) : null; break;
            default:
                if (agent.out != null) {
                    agent.done();
                }
        }
        return 0;
    }
}
