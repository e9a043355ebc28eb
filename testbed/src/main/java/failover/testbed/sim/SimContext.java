package failover.testbed.sim;

import failover.testbed.sim.RandomStream.Concern;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** What all actors of a run share: time, machines, chance, which faults are on, and the trace. */
final class SimContext {
    /** The manager's number where hosts are counted. */
    static final int MANAGER = 2;
    /** A third host with an agent, which only some scripts have. */
    static final int THIRD = 3;
    /** Whom a fault may hit: all hosts, or as many sources. */
    static final int TARGETS = 4;
    /** The streams of chance are counted by the three hosts that every run has. */
    private static final int USUAL = 3;
    private static final long STREAMS_OF_THIRD = 500;
    private static final String[] NAMES = {"A", "B", "M", "C"};

    private final EventQueue agenda = new EventQueue(this::mark);
    private final long seed;
    private final RandomStream[][] dice = new RandomStream[Concern.values().length][TARGETS];
    private final RandomStream[][] faultDice = new RandomStream[Fault.Kind.values().length][TARGETS];
    private final int[][] faults = new int[Fault.Kind.values().length][TARGETS];
    private final Machine[] machines = new Machine[TARGETS];
    private final PrintStream listing;
    private final LeaseLedger ledger = new LeaseLedger(this);
    private Runnable onFault = () -> { };
    private BiConsumer<Integer, String> onNote = (host, line) -> { };
    private long hash = 17;
    private final Towers towers = new Towers(this);
    private boolean paused;
    private int runs;
    private long slotNanos = 400_000_000L;
    private String violation;
    private long violatedAt;

    /** A world of that seed; {@code listing} gets a line for each thing of note, and is {@code null} when nobody wants to read. */
    SimContext(long seed, PrintStream listing) {
        this(seed, listing, null);
    }

    /** The same with clocks of these rates, those of A, B and the manager; {@code null} for any within the bound. */
    SimContext(long seed, PrintStream listing, double[] rates) {
        this.seed = seed;
        this.listing = listing;
        for (int i = 0; i < TARGETS; i++) {
            HostClock any = HostClock.any(dice(Concern.CLOCKS, i));
            machines[i] = new Machine(this, i, rates == null || i == THIRD ? any : any.at(rates[i]));
        }
    }

    /** How long a slot of the cluster takes. */
    long slotNanos() {
        return slotNanos;
    }

    /** The same, to be said before the cluster is made. */
    void slotNanos(long nanos) {
        slotNanos = nanos;
    }

    /** What each host's tower and the store hold. */
    Towers towers() {
        return towers;
    }

    /** From the word that a pause is in force until somebody asks for its end. */
    boolean paused() {
        return paused;
    }

    void paused(boolean inForce) {
        paused = inForce;
    }

    /** The name of a process of a manager; no two are alike. */
    String nextRun() {
        return "run-" + ++runs;
    }

    /** Who hears each line that is part of the trace, and whose it is. */
    void onNote(BiConsumer<Integer, String> ear) {
        onNote = ear;
    }

    /** Who holds what. */
    LeaseLedger ledger() {
        return ledger;
    }

    EventQueue agenda() {
        return agenda;
    }

    RandomStream dice(Concern concern) {
        return dice(concern, 0);
    }

    RandomStream dice(Concern concern, int host) {
        RandomStream found = dice[concern.ordinal()][host];
        if (found == null) {
            found = new RandomStream(seed, host == THIRD ? STREAMS_OF_THIRD + concern.ordinal() : 1 + concern.ordinal() * USUAL + host);
            dice[concern.ordinal()][host] = found;
        }
        return found;
    }

    /** What that fault throws for itself while it is on; nobody else's throws depend on it. */
    RandomStream dice(Fault.Kind kind, int host) {
        RandomStream found = faultDice[kind.ordinal()][host];
        if (found == null) {
            // By its name: a kind that is added to the list leaves the others as they were.
            found = new RandomStream(seed, 1000L + kind.name().hashCode() * 31L + host);
            faultDice[kind.ordinal()][host] = found;
        }
        return found;
    }

    /** The same number whenever it is asked for, whatever else happened. */
    long fixed(long what, long number) {
        return RandomStream.mix(RandomStream.mix(seed + what) + number);
    }

    Machine machine(int host) {
        return machines[host];
    }

    HostClock clock(int host) {
        return machines[host].clock();
    }

    boolean on(Fault.Kind kind, int host) {
        return faults[kind.ordinal()][host] > 0;
    }

    /** Who wants to know when a fault begins or ends. */
    void onFault(Runnable told) {
        onFault = told;
    }

    /** Lets that fault last until {@link #close}. */
    void open(Fault.Kind kind, int host) {
        faults[kind.ordinal()][host]++;
        onFault.run();
    }

    void close(Fault.Kind kind, int host) {
        faults[kind.ordinal()][host]--;
        onFault.run();
    }

    /** Lets that fault last from now for that time; of the same kind several may overlap. */
    void open(Fault.Kind kind, int host, long nanos) {
        open(kind, host);
        agenda.after(nanos, () -> close(kind, host));
    }

    /** A number for the trace: cheap, for what happens all the time. */
    void mark(long what) {
        hash = (hash ^ what ^ agenda.now() * 31) * 0x100000001B3L;
        hash ^= hash >>> 29;
    }

    /** An event, an effect, or a line. */
    void mark(int host, Object what) {
        mark(host * 0x9E3779B97F4A7C15L + Trace.of(what));
    }

    /** A line for the listing; it is only made when somebody reads it. */
    void say(int host, Supplier<String> line) {
        if (listing != null) {
            print(host, line.get());
        }
    }

    private void print(int host, String line) {
        if (listing != null) {
            listing.printf(Locale.ROOT, "%12.6f %s %s%n", agenda.now() / 1e9, NAMES[host], line);
        }
    }

    /** A line that is part of the trace itself. */
    void note(int host, String line) {
        mark(host, line);
        print(host, line);
        onNote.accept(host, line);
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
