package failover.testbed.sim;

import failover.agent.decision.AgentEffect;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Whoever waits for one agent's answer to a request for a change: it gets one, and one only, or its connection breaks. */
final class PendingRequests {
    private final SimContext world;
    private final int host;
    private long lastTicket;
    private Map<Long, Asker> waiting = new TreeMap<>();

    private record Asker(boolean promotion, Consumer<FailoverResponse> answer, Runnable broken) {
    }

    PendingRequests(SimContext world, int host) {
        this.world = world;
        this.host = host;
    }

    /** A request has come; its ticket. {@code broken} when the agent dies before its answer. */
    long add(FailoverRequest request, Consumer<FailoverResponse> answer, Runnable broken) {
        boolean forbidden = world.paused() && request.grant() != null && request.grant().automatic();
        waiting.put(++lastTicket, new Asker(Action.BECOME_ACTIVE.wire().equals(request.action()), forbidden ? response -> {
            if (Outcome.of(response.outcome()) != Outcome.REFUSED) {
                world.violated("INV-7: an automatic promotion is obeyed while a pause is in force");
            }
            answer.accept(response);
        } : answer, broken));
        return lastTicket;
    }

    void reply(AgentEffect.Reply reply) {
        Asker asker = waiting.remove(reply.ticket());
        if (asker == null) {
            world.violated("the agent answers twice, or nobody: ticket " + reply.ticket());
        } else {
            if (asker.promotion && reply.response().success()) {
                world.ledger().promoted(host);
            }
            asker.answer.accept(reply.response());
        }
    }

    /** The agent is dead. */
    void broken() {
        Map<Long, Asker> asked = waiting;
        waiting = new TreeMap<>();
        asked.values().forEach(asker -> asker.broken.run());
    }

    int unanswered() {
        return waiting.size();
    }
}
