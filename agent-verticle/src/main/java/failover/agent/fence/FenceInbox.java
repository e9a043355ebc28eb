package failover.agent.fence;

import failover.agent.decision.FenceEvent;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The input of the dead-man's thread: one slot for each kind of event, which holds the newest. No method blocks. Any thread may put; only
 * the dead-man's thread takes.
 */
final class FenceInbox {
    private final AtomicReference<FenceEvent.Published> published = new AtomicReference<>();
    private final AtomicReference<FenceEvent.FencerSaid> said = new AtomicReference<>();
    private final AtomicReference<FenceEvent.Done> done = new AtomicReference<>();
    /** The last publication that was taken; dead-man's thread only. */
    private FenceEvent.Published taken;

    void put(FenceEvent.Published next) {
        published.set(next);
    }

    void put(FenceEvent.FencerSaid next) {
        said.set(next);
    }

    /** The result of a task. One of an earlier task, which may arrive late, does not replace one of a later task. */
    void put(FenceEvent.Done next) {
        done.accumulateAndGet(next, (held, come) -> held != null && held.number() > come.number() ? held : come);
    }

    /** The next event, results of tasks first; {@code null} when there is none. */
    FenceEvent take() {
        FenceEvent.Done answer = done.getAndSet(null);
        if (answer != null) {
            return answer;
        }
        FenceEvent.Published newest = published.get();
        if (newest != taken) {
            taken = newest;
            return newest;
        }
        return said.getAndSet(null);
    }

    /** Whether a result of a task waits. */
    boolean hasAnswer() {
        return done.get() != null;
    }
}
