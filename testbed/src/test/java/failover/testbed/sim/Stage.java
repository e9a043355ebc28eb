package failover.testbed.sim;

import failover.agent.decision.CommandKind;
import failover.agent.decision.DurableAgentState;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.ManagerOptions;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.testbed.sim.SimCommandRunner.Rigged;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a script can do to the pair while it plays. Hosts are {@link #A}, which is active at the beginning, and {@link #B}. */
final class Stage {
    static final int A = 0;
    static final int B = 1;
    static final int M = SimContext.MANAGER;
    private static final long FOR_EVER = 1_000_000_000_000_000L;
    private static final long SOON = 20_000_000L;

    /** A command that does what it is for, at once. */
    static final Rigged WORKS = new Rigged(SOON, 0, SOON / 2, false);
    /** It says no, in the validator's own words, and nothing happens. */
    static final Rigged REFUSED = new Rigged(SOON, 1, SimCommandRunner.NEVER, false);
    /** It never returns, and nothing happens. */
    static final Rigged HANGS = new Rigged(SimCommandRunner.NEVER, 1, SimCommandRunner.NEVER, false);
    /** It says that it is done, and it is not. */
    static final Rigged LIES = new Rigged(SOON, 0, SimCommandRunner.NEVER, false);

    private final Simulation simulation;
    private final ManagerOptions rules;
    private final List<FailoverResponse> answers = new ArrayList<>();
    private ManagerHost second;
    private DurableManagerState backup;
    private DurableAgentState aside;

    Stage(Simulation simulation, ManagerOptions rules) {
        this.simulation = simulation;
        this.rules = rules;
    }

    /** Never returns, and takes effect after that time, whoever kills it. */
    static Rigged landsLate(double seconds) {
        return new Rigged(SimCommandRunner.NEVER, 1, nanos(seconds), false);
    }

    /** Ends with that status at once, as {@code timeout} or {@code ssh} around it do, and takes effect after that time. */
    static Rigged failsAndLands(int status, double seconds) {
        return new Rigged(nanos(Math.min(0.5, seconds / 2)), status, nanos(seconds), false);
    }

    /** Takes that time, and then takes effect, unless it is killed before. */
    static Rigged slow(double seconds) {
        return new Rigged(nanos(seconds), 0, nanos(seconds) - SOON, true);
    }

    static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    /** Nothing gets from the one to the other. */
    void cut(int from, int to) {
        way(from, to, true);
    }

    void heal(int from, int to) {
        way(from, to, false);
    }

    void cutBoth(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    void healBoth(int one, int other) {
        heal(one, other);
        heal(other, one);
    }

    /** Neither the manager nor the peer. */
    void isolate(int host) {
        cutBoth(host, 1 - host);
        cutBoth(host, M);
    }

    void healAll() {
        healBoth(A, B);
        healBoth(A, M);
        healBoth(B, M);
    }

    private void way(int from, int to, boolean cut) {
        if (from == M) {
            simulation.links().route(to).cutThere(cut);
        } else if (to == M) {
            simulation.links().route(from).cutBack(cut);
        } else {
            agent(from).link().cut(cut);
        }
    }

    /** What the manager sends to that host is so long under way. */
    void slowTo(int host, double seconds) {
        simulation.links().route(host).slowThere(nanos(seconds));
    }

    /** What that host answers to polls is so long under way. */
    void slowFrom(int host, double seconds) {
        simulation.links().route(host).slowBack(nanos(seconds));
    }

    /** The manager's next command of that kind to that host is held so long. */
    void hold(Action action, int host, double seconds) {
        simulation.links().route(host).hold(action, nanos(seconds));
    }

    /** kill -9, and nobody starts it again. */
    void killAgent(int host) {
        agent(host).crash(FOR_EVER);
    }

    void startAgent(int host) {
        agent(host).start();
    }

    void restartAgent(int host, double down) {
        agent(host).crash(nanos(down));
    }

    /** The state file goes as well. */
    void restartAgentWithoutMemory(int host, double down) {
        simulation.world().ledger().forgets(host);
        agent(host).file(null, nanos(down));
    }

    /** Sets a copy of that host's state file aside. */
    void backUpAgent(int host) {
        aside = agent(host).file();
    }

    /** Its agent is away for so long, and starts with that copy, whose ever it was. */
    void restoreAgent(int host, double down) {
        simulation.world().ledger().forgets(host);
        agent(host).file(aside, nanos(down));
    }

    /** Dies right after so many more steps of changes. */
    void killAgentInChange(int host, int steps, double down) {
        agent(host).crashInChange(steps, nanos(down));
    }

    void freezeAgent(int host, double seconds) {
        agent(host).freeze(nanos(seconds));
    }

    /** Its agent's user may not signal its validator. */
    void mayNotKill(int host) {
        agent(host).deadMan().mayNotKill();
    }

    /** The event loop alone: its dead-man goes on. */
    void freezeLoop(int host, double seconds) {
        agent(host).freezeLoop(nanos(seconds));
    }

    /** SIGTERM, and a start so long after it has gone. */
    void stopAgent(int host, double down) {
        agent(host).stop(nanos(down));
    }

    void suspendHost(int host, double seconds) {
        simulation.world().machine(host).suspend(nanos(seconds));
    }

    /** Its virtual machine is paused: a sleep that none of its clocks sees. Who speaks to it meanwhile is not heard. */
    void pauseHost(int host, double seconds) {
        open(Fault.Kind.DROP_TO_SLEEPING_HOST, host, seconds);
        simulation.world().machine(host).pause(nanos(seconds));
    }

    /** The whole host is gone. */
    void powerLoss(int host) {
        isolate(host);
        open(Fault.Kind.FENCER_DEAD, host);
        killAgent(host);
        agent(host).killCommands();
        simulation.validator(host).die(FOR_EVER);
    }

    /** It boots: validator, agent, fencer; the fencer's file was in memory. */
    void powerBack(int host) {
        healBoth(host, 1 - host);
        healBoth(host, M);
        close(Fault.Kind.FENCER_DEAD, host);
        simulation.validator(host).startsAnew();
        startAgent(host);
    }

    void crashValidator(int host, double down) {
        simulation.validator(host).die(nanos(down));
    }

    /** Its supervisor takes at least so long from now on. */
    void validatorStartsSlowly(int host, double seconds) {
        simulation.validator(host).startsSlowly(nanos(seconds));
    }

    /** From now on that host's validator starts with the staked identity. */
    void bootStaked(int host) {
        simulation.validator(host).bootByHand(SimValidator.STAKED);
    }

    /** How set-identity(staked) behaves there from now on. */
    void setting(int host, Rigged how) {
        agent(host).commands().rig(CommandKind.IDENTITY_CHANGE, how);
    }

    /** How set-identity(unstaked) behaves there from now on. */
    void removing(int host, Rigged how) {
        agent(host).commands().rig(CommandKind.IDENTITY_REMOVE, how);
    }

    void command(int host, CommandKind kind, Rigged how) {
        agent(host).commands().rig(kind, how);
    }

    void killManager() {
        simulation.manager().crash(FOR_EVER);
    }

    void startManager() {
        simulation.manager().start();
    }

    void restartManager(double down) {
        simulation.manager().crash(nanos(down));
    }

    /** The same, and P and N are others from then on. */
    void restartManager(double down, double heartbeat, int misses) {
        simulation.manager().goesBy(() -> Setup.withNumbers(rules, Duration.ofNanos(nanos(heartbeat)), misses));
        restartManager(down);
    }

    /** Dies right after so many more effects of a move. */
    void killManagerInMove(int effects, double down) {
        simulation.manager().crashInMove(effects, nanos(down));
    }

    void open(Fault.Kind kind, int host) {
        simulation.world().open(kind, host);
    }

    void close(Fault.Kind kind, int host) {
        simulation.world().close(kind, host);
    }

    void open(Fault.Kind kind, int host, double seconds) {
        simulation.world().open(kind, host, nanos(seconds));
    }

    void lag(int source, long slots) {
        simulation.sources().lag(source, slots);
        open(Fault.Kind.RPC_LAGS, source);
    }

    void stepWall(int host, double seconds) {
        if (host != M) {
            agent(host).jolt();
        }
        simulation.world().clock(host).stepWall(Duration.ofNanos(nanos(seconds)).toMillis());
    }

    /** An operator's failover at the manager. */
    void failover() {
        simulation.manager().failover("maintenance");
    }

    /** The same, with the statement that the active cannot sign. */
    void failoverFenced() {
        simulation.manager().failover("it is dead", true);
    }

    /** Somebody with curl: no epoch, no token. */
    void bare(int host, Action action) {
        if (agent(host).up()) {
            agent(host).ask(new FailoverRequest(action.wire(), "by hand", false, 0, null, 0, 0, false), answers::add, () -> { });
        }
    }

    /** What the agents answered those, oldest first. */
    List<FailoverResponse> answers() {
        return List.copyOf(answers);
    }

    /** B is replaced by a third host, in the manager's configuration and by that host's own; A's still names B, which runs on. */
    void replaceB() {
        AgentHost third = simulation.third();
        third.start();
        simulation.links().lead(B, third);
    }

    /** A second manager of the same configuration starts. */
    void startSecondManager(boolean reachesA, boolean reachesB) {
        second = another("manager2", reachesA, reachesB);
        second.start();
    }

    /** The manager's machine is cloned, id, state file and all. */
    void cloneManager(boolean reachesA, boolean reachesB) {
        second = another("manager1", reachesA, reachesB);
        second.disk().restore(simulation.manager().disk().read());
        second.start();
    }

    private ManagerHost another(String id, boolean reachesA, boolean reachesB) {
        Links its = simulation.otherWays(rules);
        its.route(A).cutThere(!reachesA);
        its.route(B).cutThere(!reachesB);
        return simulation.another(id, rules, its);
    }

    /** Somebody keeps a copy of the manager's state file. */
    void backUpManager() {
        backup = simulation.manager().disk().read();
    }

    /** The manager is away for so long, and starts from that copy. */
    void restoreManager(double down) {
        simulation.manager().crash(nanos(down));
        simulation.manager().disk().restore(backup);
    }

    /** For how long a host that the manager hears just now will have to be silent before it is replaced (E3, E8). */
    Duration silence() {
        return simulation.manager().patience().silence();
    }

    /** That cluster RPC is the RPC of that host's validator. */
    void sourceIsBeside(int source, int host) {
        simulation.sources().beside(source, host);
    }

    /** The newest vote in that host's tower. */
    long tower(int host) {
        return simulation.world().towers().of(host);
    }

    private AgentHost agent(int host) {
        return simulation.agent(host);
    }
}
