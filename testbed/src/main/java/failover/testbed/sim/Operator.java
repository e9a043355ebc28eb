package failover.testbed.sim;

import failover.testbed.sim.RandomStream.Concern;

/** An operator who pauses the pair and resumes it, again and again, and leaves it resumed in the end (INV-7). */
final class Operator {
    private static final long LOOKS_AGAIN = 5_000_000_000L;

    private final SimContext world;
    private final ManagerHost manager;
    private final RandomStream dice;
    private final long until;

    /** Works until that instant of the run, and then only makes sure that nothing stays paused. */
    Operator(SimContext world, ManagerHost manager, long until) {
        this.world = world;
        this.manager = manager;
        this.dice = world.dice(Concern.OPERATORS, 1);
        this.until = until;
    }

    void start() {
        world.agenda().after(dice.millis(5_000, 60_000), this::pause);
    }

    /** Only resumes what the manager has paused by itself. */
    void resumes() {
        leave();
    }

    private void pause() {
        if (world.agenda().now() >= until) {
            leave();
            return;
        }
        manager.pause(true);
        world.agenda().after(dice.millis(500, 40_000), this::resume);
    }

    private void resume() {
        manager.pause(false);
        world.agenda().after(dice.millis(500, 40_000), this::pause);
    }

    private void leave() {
        // A request may have waited in a manager that stood still, or have been refused while another was being written.
        if (manager.pausedOrGone()) {
            manager.pause(false);
        }
        world.agenda().after(LOOKS_AGAIN, this::leave);
    }
}
