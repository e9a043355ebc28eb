package failover.testbed.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * A program on a host as its events see it: its timers, and what comes in from outside. While it is frozen (SIGSTOP, a long collection)
 * whatever is due waits, and is worked off after the thaw, in its order and at the thaw's time. While the host sleeps the timers stand
 * still, and what comes in waits at the door. Nothing outlives its death.
 */
final class SimProcess {
    private static final long LOOKS_AGAIN = 50_000_000L;

    private final SimContext world;
    private final Machine machine;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int life;
    private int frozen;

    SimProcess(SimContext world, int host) {
        this.world = world;
        this.machine = world.machine(host);
    }

    /** The clock it reads, now. */
    failover.protocol.ClockReading now() {
        return machine.clock().read(world.agenda().now());
    }

    /** Which of its lives this is. */
    int life() {
        return life;
    }

    boolean frozen() {
        return frozen > 0;
    }

    /** A timer: after that much time of the world with the host awake. */
    void after(long nanos, Runnable work) {
        int mine = life;
        machine.after(nanos, () -> enter(mine, work));
    }

    /** Somebody calls from outside, now. */
    void arrive(Runnable work) {
        if (machine.asleep()) {
            after(0, work);
        } else {
            enter(life, work);
        }
    }

    private void enter(int mine, Runnable work) {
        if (mine != life) {
            return;
        }
        if (frozen > 0 || !waiting.isEmpty()) {
            waiting.add(work);
        } else {
            work.run();
        }
    }

    void freeze(long nanos) {
        int mine = life;
        frozen++;
        world.agenda().after(nanos, () -> {
            if (mine == life && --frozen == 0) {
                workOff(mine);
            }
        });
    }

    /** For as long as that is so. */
    void freezeWhile(BooleanSupplier is) {
        if (is.getAsBoolean()) {
            freeze(LOOKS_AGAIN);
            int mine = life;
            world.agenda().after(LOOKS_AGAIN - 1, () -> {
                if (mine == life) {
                    freezeWhile(is);
                }
            });
        }
    }

    /** One after the other, as events of their own: in between, it may be frozen again, or killed. */
    private void workOff(int mine) {
        world.agenda().after(0, () -> {
            if (mine == life && frozen == 0 && !waiting.isEmpty()) {
                waiting.poll().run();
                if (mine == life && !waiting.isEmpty()) {
                    workOff(mine);
                }
            }
        });
    }

    void die() {
        life++;
        frozen = 0;
        waiting.clear();
    }
}
