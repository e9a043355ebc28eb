package failover.testbed.sim;

import java.util.ArrayList;
import java.util.List;

/** One host: its clocks, and its sleep. Whatever runs on it, runs by its timers, which stand still while it sleeps. */
final class Machine {
    private final SimContext world;
    private final int host;
    private final HostClock clock;
    private final List<Timer> due = new ArrayList<>();
    private long wokeAt = -1;
    private long resumedAt = -1;
    private Runnable onSleep = () -> { };
    private Runnable onWake = () -> { };

    private record Timer(long at, long slept, Runnable work) {
    }

    Machine(SimContext world, int host, HostClock clock) {
        this.world = world;
        this.host = host;
        this.clock = clock;
    }

    HostClock clock() {
        return clock;
    }

    boolean asleep() {
        return clock.asleep();
    }

    /** It slept, and woke no longer ago than that. */
    boolean wokeWithin(long nanos) {
        return wokeAt >= 0 && world.agenda().now() - wokeAt <= nanos;
    }

    /** Its virtual machine was paused until no longer ago than that. */
    boolean pauseEndedWithin(long nanos) {
        return resumedAt >= 0 && world.agenda().now() - resumedAt <= nanos;
    }

    /** Who wants to know that it falls asleep or wakes. */
    void onSleep(Runnable told) {
        onSleep = told;
    }

    /** Who has something to do right after a wake. */
    void onWake(Runnable work) {
        onWake = work;
    }

    /** Does that after so much time of the world, in which the host is awake. */
    void after(long nanos, Runnable work) {
        long now = world.agenda().now();
        at(new Timer(now + Math.max(0, nanos), clock.slept(now), work));
    }

    private void at(Timer timer) {
        world.agenda().after(timer.at - world.agenda().now(), () -> {
            if (clock.asleep()) {
                due.add(timer);
                return;
            }
            long slept = clock.slept(world.agenda().now());
            if (slept == timer.slept) {
                timer.work.run();
            } else {
                at(new Timer(timer.at + slept - timer.slept, slept, timer.work));
            }
        });
    }

    /** The whole host stands still: validator, agent, fencer and commands. Wall and boot clock go on. */
    void suspend(long nanos) {
        suspend(nanos, false);
    }

    /** The same to a virtual machine that is paused: no clock of it goes on. */
    void pause(long nanos) {
        suspend(nanos, true);
    }

    private void suspend(long nanos, boolean pause) {
        if (clock.asleep()) {
            return;
        }
        clock.sleep(world.agenda().now(), pause);
        world.say(host, () -> "host sleeps");
        onSleep.run();
        world.agenda().after(nanos, () -> {
            clock.wake(world.agenda().now());
            wokeAt = world.agenda().now();
            resumedAt = pause ? wokeAt : resumedAt;
            world.say(host, () -> "host wakes");
            List<Timer> late = List.copyOf(due);
            due.clear();
            long slept = clock.slept(world.agenda().now());
            late.forEach(timer -> at(new Timer(timer.at + slept - timer.slept, slept, timer.work)));
            onSleep.run();
            onWake.run();
        });
    }
}
