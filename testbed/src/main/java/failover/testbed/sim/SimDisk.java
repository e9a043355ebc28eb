package failover.testbed.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The state file of one program: one write after the other by a worker of its own, each durable some time after it was asked for. A crash
 * loses what is not durable yet; what a write under way leaves behind is the old file or the new one, never half of either (rename).
 */
final class SimDisk<T> {
    private static final long STILL_HANGS = 50_000_000L;

    private final SimContext world;
    private final SimProcess program;
    private final RandomStream dice;
    private final Fault.Kind full;
    private final int host;
    private final Deque<Pending<T>> queue = new ArrayDeque<>();
    private T durable;
    private long busyUntil;

    private record Pending<T>(T value, long begins, Consumer<String> done) {
    }

    SimDisk(SimContext world, SimProcess program, Fault.Kind full, int host) {
        this.world = world;
        this.program = program;
        this.dice = world.dice(RandomStream.Concern.DISK, host);
        this.full = full;
        this.host = host;
    }

    /** What a program that starts now would read; {@code null} when nothing was ever written. */
    T read() {
        return durable;
    }

    /** Somebody puts another file in its place; {@code null}: it is gone. */
    void restore(T value) {
        durable = value;
    }

    /** Whoever reads or writes now waits until it is well again. */
    boolean hangs() {
        return world.on(Fault.Kind.DISK_HANGS, host);
    }

    /** Begins now where the disk answers, else as soon as it does; whoever has died meanwhile does nothing. */
    void whenItAnswers(Runnable work) {
        if (hangs()) {
            program.after(STILL_HANGS, () -> whenItAnswers(work));
        } else {
            work.run();
        }
    }

    void write(T value, Consumer<String> done) {
        long begins = Math.max(world.agenda().now(), busyUntil);
        busyUntil = begins + (dice.chance(0.02) ? dice.millis(20, 900) : dice.between(50_000, 4_000_000));
        Pending<T> pending = new Pending<>(value, begins, done);
        queue.add(pending);
        program.after(busyUntil - world.agenda().now(), this::written);
    }

    /** One for each write, in their order, also where a sleep of the host has moved some of the timers. */
    private void written() {
        if (hangs()) {
            // What was asked for is done when the disk is well again, whether anybody still waits for it or not.
            program.after(STILL_HANGS, this::written);
            return;
        }
        Pending<T> pending = queue.poll();
        boolean fails = world.on(full, host);
        if (!fails) {
            durable = pending.value;
        }
        pending.done.accept(fails ? "state.json: No space left on device" : null);
    }

    /** The program is gone: the write at the head of the queue may or may not have made it, the rest has not. */
    void crash() {
        Pending<T> head = queue.peek();
        boolean made = head != null && dice.chance(0.5);
        if (made && head.begins <= world.agenda().now() && !world.on(full, host)) {
            durable = head.value;
        }
        queue.clear();
        busyUntil = world.agenda().now();
    }
}
