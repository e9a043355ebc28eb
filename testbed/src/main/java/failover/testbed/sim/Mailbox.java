package failover.testbed.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The only door to a core, as in the programs' own shells: what is raised while another event is worked off waits until that is done.
 *
 * @param <E> what the core is told
 */
final class Mailbox<E> {
    private final SimProcess program;
    private final Consumer<E> work;
    private final Deque<E> events = new ArrayDeque<>();
    private boolean working;

    Mailbox(SimProcess program, Consumer<E> work) {
        this.program = program;
        this.work = work;
    }

    /** The program starts: this first, then whatever it raises. */
    void begin(Runnable first) {
        working = true;
        first.run();
        drain();
    }

    void post(E event) {
        events.add(event);
        if (!working) {
            drain();
        }
    }

    private void drain() {
        working = true;
        int life = program.life();
        while (life == program.life() && !events.isEmpty()) {
            work.accept(events.poll());
        }
        if (life == program.life()) {
            working = false;
        }
    }

    /** The program is dead, and what was in it with it. */
    void die() {
        events.clear();
        working = false;
    }
}
