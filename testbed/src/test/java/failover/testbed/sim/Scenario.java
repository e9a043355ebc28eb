package failover.testbed.sim;

import failover.agent.decision.AgentOptions;
import failover.manager.decision.ManagerOptions;
import failover.manager.decision.Policy;
import failover.protocol.lease.LeaseTiming;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A scripted run of the simulated pair: a configuration, what happens at which second, and what is expected of it. It is the same world
 * with the same checks after every event as that of the random runs. A is active at the beginning; within the first ten seconds it has
 * its lease, so that scripts begin at a later second.
 */
final class Scenario {
    private final String name;
    private Duration heartbeat = Duration.ofSeconds(2);
    private int misses = 5;
    private int sources = 1;
    private Policy.VoteEvidence evidence = Policy.VoteEvidence.AUTO;
    private Policy.Fencing fencing = Policy.Fencing.BEST_EFFORT;
    private boolean holdWhileVoting;
    private final boolean[] fencers = new boolean[2];
    private boolean watchdogs;
    private boolean symlinks;
    private boolean restarts;
    private double cooldown = 300;
    private Duration commandTimeout = Duration.ofSeconds(5);
    private double[] rates;
    private double slot = 0.4;
    private RunClass judgedAs = RunClass.NEVER_FREEZE;
    private boolean managerRuns = true;
    private boolean watchLease;
    private double end = 120;
    private final List<Scene> scenes = new ArrayList<>();
    private final List<Function<Play, String>> expectations = new ArrayList<>();

    private record Scene(double at, Consumer<Stage> work) {
    }

    private Scenario(String name) {
        this.name = name;
    }

    static Scenario of(String name) {
        return new Scenario(name);
    }

    String name() {
        return name;
    }

    /** P and N. */
    Scenario heartbeat(double seconds, int missesBeforeFailover) {
        heartbeat = Duration.ofNanos(Stage.nanos(seconds));
        misses = missesBeforeFailover;
        return this;
    }

    /** How many cluster RPCs the manager asks, none to two. */
    Scenario sources(int count) {
        sources = count;
        return this;
    }

    /** Nobody looks at votes: the leases alone decide. */
    Scenario evidenceOff() {
        evidence = Policy.VoteEvidence.OFF;
        return this;
    }

    Scenario evidenceRequired() {
        evidence = Policy.VoteEvidence.REQUIRED;
        return this;
    }

    Scenario fencingRequired() {
        fencing = Policy.Fencing.REQUIRED;
        return this;
    }

    Scenario holdWhileVoting() {
        holdWhileVoting = true;
        return this;
    }

    /** A fencer on each host. */
    Scenario fencers() {
        return fencer(Stage.A).fencer(Stage.B);
    }

    Scenario fencer(int host) {
        fencers[host] = true;
        return this;
    }

    /** A watchdog on each host, in the fencer's place. */
    Scenario watchdogs() {
        watchdogs = true;
        return this;
    }

    /** The operator's commands switch the boot identity. */
    Scenario symlinks() {
        symlinks = true;
        return this;
    }

    Scenario restartCommand() {
        restarts = true;
        return this;
    }

    Scenario commandTimeout(double seconds) {
        commandTimeout = Duration.ofNanos(Stage.nanos(seconds));
        return this;
    }

    /** How long a slot takes. */
    Scenario slots(double seconds) {
        slot = seconds;
        return this;
    }

    Scenario cooldown(double seconds) {
        cooldown = seconds;
        return this;
    }

    /** The rates of the clocks of A, B and M; otherwise chance has them anywhere within the bound. */
    Scenario clocks(double a, double b, double m) {
        rates = new double[] {a, b, m};
        return this;
    }

    /** Two signers are a violation unless that class allows them for a moment, or does not demand the promise. */
    Scenario judgedAs(RunClass runClass) {
        judgedAs = runClass;
        return this;
    }

    /** The manager does not run until it is started. */
    Scenario withoutManager() {
        managerRuns = false;
        return this;
    }

    Scenario watchingTheLease() {
        watchLease = true;
        return this;
    }

    LeaseTiming numbers() {
        return LeaseTiming.of(heartbeat, misses);
    }

    Scenario at(double second, Consumer<Stage> work) {
        scenes.add(new Scene(second, work));
        return this;
    }

    /** How long it is played. */
    Scenario until(double second) {
        end = second;
        return this;
    }

    /** {@code null} when all is well, else what is not. */
    Scenario expect(Function<Play, String> expectation) {
        expectations.add(expectation);
        return this;
    }

    /** That host, and nobody else, is able to sign at every instant of that time; "" is nobody. */
    Scenario signs(String who, double from, double to) {
        return expect(play -> play.signersDuring(from, to).stream().allMatch(who::equals) ? null
                : "able to sign from " + from + " to " + to + " s: " + play.signersDuring(from, to) + ", expected " + who);
    }

    /** Nothing changes hands. */
    Scenario stays() {
        return expect(play -> play.signersDuring(0, end).stream().allMatch("A"::equals) ? null
                : "A does not stay: " + play.signersDuring(0, end)).moves(0);
    }

    /** Moves that the manager begins. */
    Scenario moves(long count) {
        return expect(play -> play.moves() == count ? null : play.moves() + " moves, expected " + count);
    }

    Scenario completed(long count) {
        return expect(play -> play.completed() == count ? null : play.completed() + " moves completed, expected " + count);
    }

    /** That host is able to sign from an instant within these seconds on, and was not between {@code after} and then. */
    Scenario promoted(int host, double after, double low, double high) {
        return expect(play -> {
            double at = play.promoted(host, after);
            return at >= low && at <= high ? null : "host " + host + " promoted at " + at + " s, expected " + low + " to " + high;
        });
    }

    /** Nobody is able to sign for that long at most. */
    Scenario gap(double most) {
        return expect(play -> play.longestGap(0) <= most ? null : "nobody can sign for " + play.longestGap(0) + " s, expected " + most);
    }

    Scenario verdict(String verdict, double from, double to) {
        return expect(play -> play.verdictDuring(verdict, from, to) ? null
                : "verdict " + play.verdictAt(to) + " at " + to + " s, expected " + verdict + " from " + from + " s on");
    }

    /** "A", "B" or "M" says it at least once. */
    Scenario says(String who, String words) {
        return expect(play -> play.said(who, words) > 0 ? null : who + " never says: " + words);
    }

    Scenario neverSays(String who, String words) {
        return expect(play -> play.said(who, words) == 0 ? null : who + " says: " + words);
    }

    /** What operators are answered, as HTTP status codes. */
    Scenario operatorsAreAnswered(Integer... codes) {
        return expect(play -> play.operatorsAnswers().equals(List.of(codes)) ? null
                : "operators are answered " + play.operatorsAnswers() + ", expected " + List.of(codes));
    }

    /** Plays it; {@code seed} chooses delays and clocks, and nothing else. */
    Play play(Mutant mutant, long seed, PrintStream listing) {
        SimContext world = new SimContext(seed, listing, rates);
        world.slotNanos(Stage.nanos(slot));
        Setup setup = setup();
        Simulation simulation = Simulation.scripted(world, judgedAs, mutant, setup);
        Play play = new Play(simulation);
        Stage stage = new Stage(simulation, setup.manager());
        simulation.begin();
        if (managerRuns) {
            stage.startManager();
        }
        scenes.forEach(scene -> world.agenda().after(Stage.nanos(scene.at), () -> {
            world.note(SimContext.MANAGER, "SCENE " + scene.at);
            scene.work.accept(stage);
        }));
        play.look();
        while (simulation.step(Stage.nanos(end))) {
            play.look();
            if (watchLease && world.agenda().now() > 10_000_000_000L) {
                play.lookAtLease();
            }
        }
        play.ended();
        return play;
    }

    /** What is not as it should be; {@code null} when all is well. */
    static String trouble(Scenario scenario, Play play) {
        if (play.violation() != null) {
            return play.violation();
        }
        return scenario.expectations.stream().map(each -> each.apply(play)).filter(trouble -> trouble != null).findFirst().orElse(null);
    }

    String trouble(Mutant mutant, long seed) {
        return trouble(this, play(mutant, seed, null));
    }

    private Setup setup() {
        List<String> names = List.of("rpc0", "rpc1").subList(0, sources);
        Policy policy = new Policy(numbers(), names, evidence, fencing, holdWhileVoting);
        ManagerOptions rules = Setup.managerRules(policy, misses, true, Duration.ofNanos(Stage.nanos(cooldown)), SimValidator.STAKED);
        List<AgentOptions> agents = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            AgentOptions usual = Setup.agentRules(rules, i == 0, SimValidator.STAKED, Setup.configured(symlinks, restarts), true);
            agents.add(new AgentOptions(usual.dryRun(), usual.activeOnStart(), usual.configuredIdentity(), usual.configured(),
                    usual.managerTimeout(), usual.peerConfigured(), usual.checkInternetWhenIsolated(), usual.minProcessUptime(),
                    usual.towerBackupInterval(), commandTimeout, usual.demotionTimeout(), usual.promotionTimeout(),
                    usual.fenceTimeout(), usual.maxTowerLagSlots(), usual.fencing(),
                    watchdogs ? Setup.watchdog(numbers()) : null, usual.version()));
        }
        return new Setup(true, rules, agents, List.of(fencers[0], fencers[1]), symlinks);
    }
}
