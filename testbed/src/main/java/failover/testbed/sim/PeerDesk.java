package failover.testbed.sim;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.DurableAgentState;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.PromiseRequest;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Where an agent asks its peer, and is asked: each question has its own answer, which may have to wait for the disk. */
final class PeerDesk {
    private static final Duration KEEP_LIMIT = Duration.ofMillis(1500);

    private final SimContext world;
    private final SimProcess program;
    private final int host;
    private final PeerLink link;
    private final Supplier<String> hostId;
    private final Consumer<AgentEvent> core;
    private final BiConsumer<PromiseAnswer, Consumer<PeerStatusResponse>> status;
    private final Map<Long, Consumer<PeerStatusResponse>> tickets = new TreeMap<>();
    private long lastTicket;

    /**
     * A desk.
     *
     * @param core takes the events
     * @param status answers with what this host is, and with what the core says, if it says anything
     */
    PeerDesk(SimContext world, SimProcess program, int host, PeerLink link, Supplier<String> hostId, Consumer<AgentEvent> core,
            BiConsumer<PromiseAnswer, Consumer<PeerStatusResponse>> status) {
        this.world = world;
        this.program = program;
        this.host = host;
        this.link = link;
        this.hostId = hostId;
        this.core = core;
        this.status = status;
    }

    /** The agent dies: its peer hears nothing. */
    void forget() {
        tickets.clear();
    }

    void asks(PeerStatusRequest request, Consumer<PeerStatusResponse> answer) {
        if (request.stay() == null && request.leave() == null) {
            status.accept(null, answer);
            return;
        }
        long ticket = ++lastTicket;
        tickets.put(ticket, answer);
        core.accept(request.leave() != null ? new AgentEvent.LeaveAsked(ticket, request) : new AgentEvent.StayAsked(ticket, request));
    }

    /** What the core wants of its peer. */
    void perform(AgentEffect effect) {
        if (effect instanceof AgentEffect.AskPeer) {
            ask(null, null, answer -> core.accept(answer == null ? new AgentEvent.PeerSilent("timeout")
                    : new AgentEvent.PeerAnswered(answer)));
        } else if (effect instanceof AgentEffect.AskToStay ask) {
            ask(ask.request(), null, answer -> core.accept(new AgentEvent.StayAnswered(ask.request(), ask.sentAt(), answer)));
        } else if (effect instanceof AgentEffect.AskToLeave ask) {
            ask(null, ask.request(), answer -> core.accept(new AgentEvent.LeaveAnswered(ask.request(), answer)));
        } else if (effect instanceof AgentEffect.AnswerPeer said) {
            answers(said);
        } else {
            throw new AssertionError(effect);
        }
    }

    void ask(PromiseRequest stay, LeaveRequest leave, Consumer<PeerStatusResponse> answer) {
        link.ask(new PeerStatusRequest("peer", 0, hostId.get(), 0, stay, leave), answer);
    }

    private void answers(AgentEffect.AnswerPeer said) {
        Consumer<PeerStatusResponse> asker = tickets.remove(said.ticket());
        if (asker == null) {
            world.violated("the agent answers its peer twice: ticket " + said.ticket());
        } else if (said.answer() != null) {
            status.accept(said.answer(), asker);
        }
    }

    /** Durable, or late: then nobody waits for it any more. */
    void keeps(AgentEffect.Keep keep, SimDisk<DurableAgentState> disk) {
        boolean[] answered = new boolean[1];
        Consumer<String> once = error -> {
            if (!answered[0]) {
                answered[0] = true;
                core.accept(new AgentEvent.Kept(keep.number(), error));
            }
        };
        disk.write(keep.memory(), error -> program.arrive(() -> once.accept(error)));
        program.after(world.clock(host).world(KEEP_LIMIT), () -> once.accept("the disk is late"));
    }
}
