package failover.testbed.sim;

import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import failover.protocol.wire.PauseResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Whoever has asked one manager for a failover or a pause: it gets an answer, and one only. */
final class Operators {
    private final SimContext world;
    private final Consumer<ManagerEvent> ask;
    private final Map<Long, Boolean> tickets = new HashMap<>();
    private final List<Integer> answers = new ArrayList<>();
    private long lastTicket;
    /** The ticket of the newest pause that nobody has resumed since; 0 when there is none. */
    private long pauseWanted;

    /** {@code ask}: how a question reaches the manager. */
    Operators(SimContext world, Consumer<ManagerEvent> ask) {
        this.world = world;
        this.ask = ask;
    }

    /** {@code fenced}: the operator states that the active cannot sign. */
    void failover(String reason, boolean fenced) {
        long ticket = ++lastTicket;
        tickets.put(ticket, true);
        world.say(SimContext.MANAGER, () -> "operator asks: " + reason);
        ask.accept(new ManagerEvent.FailoverAsked(ticket, reason, fenced, false));
    }

    /** Pauses or resumes. */
    void pause(boolean pause) {
        long ticket = ++lastTicket;
        pauseWanted = pause ? ticket : 0;
        tickets.put(ticket, true);
        world.say(SimContext.MANAGER, () -> "operator asks to " + (pause ? "pause" : "resume"));
        ask.accept(new ManagerEvent.PauseAsked(ticket, pause, "sim"));
    }

    /** Nobody waits for a pause any more. */
    void noPause() {
        pauseWanted = 0;
    }

    void answer(ManagerEffect.Answer answer) {
        answers.add(answer.answer().status());
        if (tickets.remove(answer.ticket()) == null) {
            world.violated("the operator is answered twice: ticket " + answer.ticket());
        }
        if (pauseWanted == answer.ticket() && answer.answer().response() instanceof PauseResponse said && said.inForce()) {
            world.paused(true);
        }
    }

    /** What they were answered, as HTTP status codes, oldest first. */
    List<Integer> answers() {
        return List.copyOf(answers);
    }

    int unanswered() {
        return tickets.size();
    }

    /** The manager is dead, and nobody who asked it waits any more. */
    void broken() {
        tickets.clear();
    }
}
