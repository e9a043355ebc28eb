package failover.testbed.sim;

import failover.testbed.sim.Dice.Concern;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** What all actors of a run share: time, chance, which faults are on, and the trace. */
final class World {
    /** The manager's number where hosts are counted. */
    static final int MANAGER = 2;
    private static final String[] NAMES = {"A", "B", "M"};

    private final Agenda agenda = new Agenda();
    private final Map<Concern, Dice> dice = new EnumMap<>(Concern.class);
    private final int[][] faults = new int[Fault.Kind.values().length][2];
    private final HostClock[] clocks = new HostClock[3];
    private final PrintStream listing;
    private long hash = 17;
    private String violation;
    private long violatedAt;

    /** A world of that seed; {@code listing} gets a line for each thing of note, and is {@code null} when nobody wants to read. */
    World(long seed, PrintStream listing) {
        this.listing = listing;
        for (Concern concern : Concern.values()) {
            dice.put(concern, new Dice(seed, concern));
        }
        for (int i = 0; i < clocks.length; i++) {
            clocks[i] = HostClock.any(dice(Concern.CLOCKS));
        }
    }

    Agenda agenda() {
        return agenda;
    }

    Dice dice(Concern concern) {
        return dice.get(concern);
    }

    HostClock clock(int host) {
        return clocks[host];
    }

    boolean on(Fault.Kind kind, int host) {
        return faults[kind.ordinal()][host % 2] > 0;
    }

    /** Lets that fault last from now for that time; of the same kind several may overlap. */
    void open(Fault.Kind kind, int host, long nanos) {
        faults[kind.ordinal()][host % 2]++;
        agenda.after(nanos, () -> faults[kind.ordinal()][host % 2]--);
    }

    /** A number for the trace: cheap, for what happens all the time. */
    void mark(int what, long number) {
        hash = (hash ^ agenda.now() * 31 + what) * 0x100000001B3L + number;
    }

    /** A line for the trace; it is only made when somebody reads it. */
    void say(int host, Supplier<String> line) {
        mark(host, 7);
        if (listing != null) {
            print(host, line.get());
        }
    }

    private void print(int host, String line) {
        if (listing != null) {
            listing.printf(java.util.Locale.ROOT, "%12.6f %s %s%n", agenda.now() / 1e9, NAMES[host], line);
        }
    }

    /** A line that is part of the trace itself. */
    void note(int host, String line) {
        mark(host, line.hashCode());
        print(host, line);
    }

    void violated(String what) {
        if (violation == null) {
            violation = what;
            violatedAt = agenda.now();
            note(MANAGER, "VIOLATION " + what);
        }
    }

    String violation() {
        return violation;
    }

    long violatedAt() {
        return violatedAt;
    }

    long hash() {
        return hash;
    }
}
