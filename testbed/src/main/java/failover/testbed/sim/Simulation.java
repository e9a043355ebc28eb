package failover.testbed.sim;

import failover.manager.decision.ManagerOptions;
import failover.testbed.sim.RandomStream.Concern;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One run: a pair and its manager, five minutes of faults, then peace. After every event at most one validator is able to sign with the
 * staked identity, by the model's truth and not by anybody's report; after the peace exactly one is.
 */
public final class Simulation {
    private static final long TROUBLE = 300_000_000_000L;
    /** The longest fault, the latest effect, and then what a pair needs: cooldown, age of a process, a failed move or two. */
    private static final long PEACE = 270_000_000_000L;

    /** A fault that is armed at the end of the troubles goes off as long after it as one that lasts, or never. */
    private static final long LONGEST = 40_000_000_000L;

    private static final long USUAL_COOLDOWN = 60_000_000_000L;

    private final SimContext world;
    private final RunClass runClass;
    private final SimValidator[] validators = new SimValidator[2];
    private final AgentHost[] agents = new AgentHost[2];
    private final ManagerHost manager;
    private final Links links;
    private final Cluster cluster;
    private final Sources sources;
    private final List<Fault> plan;
    private final Totals totals = new Totals();
    private final long seed;
    private final Setup setup;
    private final boolean mutated;
    private SimValidator third;
    private Nemesis chaos;
    /** For so long a host that wakes may sign: its fencer's need, or that of its own fence. */
    private final long moment;
    private long bothSince = -1;
    private long both;

    private Simulation(SimContext world, long seed, RunClass runClass, Mutant mutant, List<Fault> plan, Setup setup) {
        this.seed = seed;
        this.runClass = runClass;
        this.plan = plan;
        this.world = world;
        ManagerOptions rules = setup.manager();
        this.setup = setup;
        this.mutated = mutant != Mutant.NONE;
        links = new Links(world, agents, runClass, rules.silence());
        cluster = new Cluster(world);
        // A bare become_active, as an original manager sends it, goes by no age.
        world.towers().begin(cluster, !runClass.answering(), mutant.is(Mutant.TOWER_COPIED_EARLY));
        for (int i = 0; i < 2; i++) {
            validators[i] = new SimValidator(world, i, cluster);
        }
        sources = new Sources(world, cluster, validators, rules.policy().sources().size());
        for (int i = 0; i < 2; i++) {
            agents[i] = new AgentHost(world, i, mutant.rules(setup.agents().get(i)), validators[i], sources, links, mutant,
                    setup.identityKnown());
            SimFencer fencer = new SimFencer(world, i, setup.fencers().get(i), agents[i], validators[i]);
            agents[i].deadMan().fencer(fencer);
            if (setup.agents().get(i).watchdog() != null) {
                agents[i].watchedBy(new SimWatchdog(world, i, setup.agents().get(i).watchdog(), agents[i], validators[i]));
            }
            AgentHost agent = agents[i];
            SimValidator validator = validators[i];
            world.machine(i).onSleep(() -> {
                validator.look();
                agent.jolt();
            });
        }
        agents[0].pairWith(agents[1]);
        agents[1].pairWith(agents[0]);
        validators[0].giveAtBegin(SimValidator.STAKED);
        if (setup.symlinks()) {
            validators[0].boot(SimValidator.STAKED);
        }
        // No clock tells a virtual machine that it was paused: where nobody reaches it, it signs to the end of its lease.
        moment = (runClass == RunClass.VM_PAUSES ? rules.policy().numbers().lease() : rules.policy().numbers().fenceLead()).toNanos()
                + 500_000_000L;
        if (runClass == RunClass.VM_PAUSES) {
            world.ledger().afterPause(moment);
        }
        manager = new ManagerHost(world, "manager1", rules, links, sources, cluster, mutant, totals);
        world.onFault(this::lookAtFaults);
    }

    /** A pair of that setup, to which nothing happens but what is done to it. Begun by {@link #begin}, played by {@link #step}. */
    static Simulation scripted(SimContext world, RunClass runClass, Mutant mutant, Setup setup) {
        return new Simulation(world, 0, runClass, mutant, List.of(), setup);
    }

    SimContext world() {
        return world;
    }

    AgentHost agent(int host) {
        return agents[host];
    }

    SimValidator validator(int host) {
        return validators[host];
    }

    ManagerHost manager() {
        return manager;
    }

    Links links() {
        return links;
    }

    Sources sources() {
        return sources;
    }

    /** A third host with validator and agent: not yet anybody's peer, nor known to the manager. */
    AgentHost third() {
        third = new SimValidator(world, SimContext.THIRD, cluster);
        SimValidator[] all = {validators[0], validators[1], null, third};
        AgentHost agent = new AgentHost(world, SimContext.THIRD, setup.agents().get(1), third,
                new Sources(world, cluster, all, sources.count()), links, Mutant.NONE, setup.identityKnown());
        agent.deadMan().fencer(new SimFencer(world, SimContext.THIRD, setup.fencers().get(1), agent, third));
        agent.pairWith(agents[0]);
        return agent;
    }

    /** Another manager of the same configuration, of that id and with ways of its own; it does not run yet. */
    ManagerHost another(String id, ManagerOptions rules, Links its) {
        return new ManagerHost(world, id, rules, its, sources, cluster, Mutant.NONE, totals);
    }

    Links otherWays(ManagerOptions rules) {
        return new Links(world, agents, runClass, rules.silence());
    }

    private void lookAtFaults() {
        world.ledger().look();
        cluster.look();
        sources.look();
        validators[0].look();
        validators[1].look();
    }

    /**
     * Plays one run.
     *
     * @param seed the same seed gives the same run
     * @param runClass what may happen
     * @param mutant the rule that is taken away
     * @param listing gets a line for each thing of note; may be {@code null}
     */
    public static RunResult run(long seed, RunClass runClass, Mutant mutant, PrintStream listing) {
        return run(seed, runClass, mutant, plan(seed, runClass), listing);
    }

    /** The faults of that run. */
    static List<Fault> plan(long seed, RunClass runClass) {
        return plan(seed, runClass, Set.of());
    }

    /** Without the kinds that were added: what seeds that are known once meant. */
    static List<Fault> planBefore(long seed, RunClass runClass) {
        return plan(seed, runClass, Set.of()).stream().filter(fault -> !fault.isAdded()).toList();
    }

    /** The same with kinds that the class does not have. */
    static List<Fault> plan(long seed, RunClass runClass, Set<Fault.Kind> with) {
        return plan(seed, runClass, with, Set.of());
    }

    /** Without the newest kinds: what seeds meant that became known before those. */
    static List<Fault> planWithoutNewest(long seed, RunClass runClass) {
        return plan(seed, runClass, Set.of(), RunClass.NEWEST);
    }

    private static List<Fault> plan(long seed, RunClass runClass, Set<Fault.Kind> with, Set<Fault.Kind> without) {
        return Fault.plan(new RandomStream(seed, 1 + Concern.FAULTS.ordinal() * 3L), new RandomStream(seed, 900), runClass, with, without,
                TROUBLE);
    }

    /** The same with other faults. */
    static RunResult run(long seed, RunClass runClass, Mutant mutant, List<Fault> plan, PrintStream listing) {
        SimContext world = new SimContext(seed, listing);
        return new Simulation(world, seed, runClass, mutant, plan, Setup.drawn(world.dice(Concern.CONFIGURATION), runClass)).play();
    }

    /** The agents start. */
    void begin() {
        agents[0].start();
        agents[1].start();
    }

    /** The next event before {@code end}, and a look at the model's truth after it; false when there is none. */
    boolean step(long end) {
        boolean more = world.agenda().runNext(end);
        check();
        return more && world.violation() == null;
    }

    private RunResult play() {
        chaos = new Nemesis(world, manager, agents, validators, links, sources, runClass, totals,
                id -> another(id, setup.manager(), otherWays(setup.manager())));
        // What is so from the beginning is so before anybody asks: a source that never tells has not told once either.
        plan.stream().filter(fault -> fault.at() == 0).forEach(chaos::begin);
        begin();
        manager.start();
        if (runClass == RunClass.OTHER_NUMBERS) {
            RandomStream numbers = world.dice(Concern.NUMBERS);
            manager.goesBy(() -> Setup.otherNumbers(setup.manager(), numbers));
        }
        Operator operator = new Operator(world, manager, TROUBLE);
        if (runClass == RunClass.PAUSES) {
            operator.start();
        } else {
            operator.resumes();
        }
        plan.stream().filter(fault -> fault.at() > 0).forEach(fault -> world.agenda().after(fault.at(), () -> chaos.begin(fault)));
        world.agenda().after(TROUBLE + LONGEST, chaos::disarm);
        totals.faults = plan.size();
        long end = TROUBLE + PEACE + Math.max(0, setup.manager().failoverCooldown().toNanos() - USUAL_COOLDOWN);
        try {
            playUntil(end);
            LivenessChecker aftermath = new LivenessChecker(world, runClass, setup, manager, agents, validators, chaos, totals);
            if (world.violation() == null && aftermath.tipAhead()) {
                playUntil(end + LivenessChecker.TIP_GIVEN_UP.toNanos());
            }
            if (world.violation() == null) {
                aftermath.check();
            }
            // A rule that is missing must be noticed for what it is worth, not for what a broken one does to this.
            if (world.violation() == null && !mutated) {
                boolean first = validators[0].ableToSign();
                aftermath.loseTheActive(until -> playUntilTheOther(first ? 1 : 0, until));
            }
        } catch (RuntimeException | AssertionError e) {
            // In a real shell it would have been caught and logged, the event lost: here it is a failing run with its seed.
            world.violated("thrown: " + e + " at " + List.of(e.getStackTrace()).subList(0, Math.min(3, e.getStackTrace().length)));
        }
        if (bothSince >= 0) {
            both += world.agenda().now() - bothSince;
        }
        totals.events = world.agenda().done();
        String violation = world.violation() == null ? null
                : String.format(java.util.Locale.ROOT, "%s at %.6f s", world.violation(), world.violatedAt() / 1e9);
        return new RunResult(seed, violation, world.hash(), Duration.ofNanos(world.agenda().now()), Duration.ofNanos(both), totals);
    }

    private void playUntil(long until) {
        while (world.violation() == null && world.agenda().runNext(until)) {
            check();
        }
    }

    private void playUntilTheOther(int host, long until) {
        while (world.violation() == null && !validators[host].ableToSign() && world.agenda().runNext(until)) {
            check();
        }
    }

    private void check() {
        boolean one = validators[0].ableToSign();
        boolean other = validators[1].ableToSign();
        if (one) {
            world.ledger().able(0);
        }
        if (other) {
            world.ledger().able(1);
        }
        if (!setup.symlinks() && (validators[0].bootStaked() || validators[1].bootStaked())) {
            world.violated("INV-10: the boot identity on a disk is the staked one");
        }
        boolean more = third != null && third.ableToSign();
        if (more) {
            world.ledger().able(SimContext.THIRD);
        }
        boolean two = one && other || more && (one || other);
        if (two && runClass.sleeps() && bothSince >= 0 && world.agenda().now() - bothSince > moment) {
            world.violated("INV-1: after a suspend two validators are able to sign for longer than the fence needs");
        } else if (two && runClass.demanding() && !runClass.sleeps()) {
            world.violated("INV-1: two validators are able to sign with the staked identity");
        } else if (two && bothSince < 0) {
            bothSince = world.agenda().now();
            world.note(SimContext.MANAGER, "two validators are able to sign");
        } else if (!two && bothSince >= 0) {
            both += world.agenda().now() - bothSince;
            bothSince = -1;
        }
    }
}
