package failover.testbed.sim;

import failover.agent.decision.DurableAgentState;
import failover.manager.decision.DurableManagerState;
import failover.manager.decision.Policy;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import java.util.Set;
import java.util.function.Function;

/** Lets the faults of a plan happen. */
final class Nemesis {
    private static final long FOR_EVER = 1_000_000_000_000_000L;
    /** Milliseconds. */
    private static final long HOUR = 3_600_000;

    private final SimContext world;
    private final ManagerHost manager;
    private final AgentHost[] agents;
    private final SimValidator[] validators;
    private final Links links;
    private final Sources sources;
    private final RunClass runClass;
    private final Totals totals;
    /** Makes another manager of that id, with ways of its own; it does not run yet. */
    private final Function<String, ManagerHost> managers;
    private boolean forEver;
    private boolean otherManager;

    Nemesis(SimContext world, ManagerHost manager, AgentHost[] agents, SimValidator[] validators, Links links, Sources sources,
            RunClass runClass, Totals totals, Function<String, ManagerHost> managers) {
        this.managers = managers;
        this.totals = totals;
        this.world = world;
        this.manager = manager;
        this.agents = agents;
        this.validators = validators;
        this.links = links;
        this.sources = sources;
        this.runClass = runClass;
    }

    void begin(Fault fault) {
        int host = fault.host();
        world.note(host, "FAULT " + fault.id() + " " + fault.kind() + " " + fault.nanos() / 1_000_000 + " ms");
        boolean answering = runClass.answering();
        long down = answering ? Math.min(fault.nanos(), links.longestRestart()) : fault.nanos();
        switch (fault.kind()) {
            case VALIDATOR_CRASH:
                validators[host].die(fault.nanos());
                break;
            case AGENT_CRASH:
                if (mayGo(host)) {
                    agents[host].crash(down);
                }
                break;
            case AGENT_KILLED:
                if (mayGo(host)) {
                    forEver = true;
                    totals.agentsKilled += agents[host].up() && !agents[host].guarded() ? 1 : 0;
                    totals.guardedKilled += agents[host].up() && agents[host].guarded() ? 1 : 0;
                    agents[host].crash(FOR_EVER);
                }
                break;
            case MANAGER_KILLED:
                forEver = true;
                totals.managersKilled += manager.up() ? 1 : 0;
                manager.crash(FOR_EVER);
                break;
            case AGENT_CRASH_IN_CHANGE:
                if (answering || mayGo(host)) {
                    agents[host].crashInChange(fault.number(), down);
                }
                break;
            case AGENT_FORGETS:
                if (mayGo(host) && agents[host].ears().mayForget()) {
                    startWith(host, null, down);
                }
                break;
            case MANAGER_CRASH:
                manager.crash(fault.nanos());
                break;
            case MANAGER_CRASH_IN_MOVE:
                manager.crashInMove(fault.number(), fault.nanos());
                break;
            case OPERATOR:
                manager.failover("maintenance");
                break;
            case TWO_OPERATORS:
                manager.failover("first operator");
                world.agenda().after(fault.nanos() / 100, () -> manager.failover("second operator"));
                break;
            case BARE_PASSIVE:
                bare(host, Action.BECOME_PASSIVE);
                break;
            case BARE_ACTIVES:
                // Two operators who know nothing of each other, and no manager: it is E13 that keeps them apart.
                manager.crash(Math.max(20_000_000_000L, fault.nanos()));
                world.agenda().after(8_000_000_000L, () -> bare(host, Action.BECOME_ACTIVE));
                world.agenda().after(8_000_000_000L + fault.number() * fault.number() * 300_000L,
                        () -> bare(1 - host, Action.BECOME_ACTIVE));
                break;
            case HOST_SILENT:
            case MANAGER_LINK_CUT:
                world.open(fault.kind(), host, fault.nanos() * 2);
                break;
            case WALL_STEP:
                stepWall(host, fault);
                break;
            case MANAGER_WALL_STEP:
                stepWall(SimContext.MANAGER, fault);
                break;
            case AGENT_FROZEN:
                if (mayGo(host)) {
                    agents[host].freeze(answering ? down : fault.nanos() * 2);
                }
                break;
            case LOOP_FROZEN:
                agents[host].freezeLoop(fault.nanos());
                break;
            case AGENT_STOPPED:
                stopAgent(host, Math.min(down, 5_000_000_000L));
                break;
            case MANAGER_FROZEN:
                manager.freeze(down);
                break;
            case HOST_SUSPENDED:
                if (fault.number() % 2 == 0) {
                    world.open(Fault.Kind.DROP_TO_SLEEPING_HOST, host, fault.nanos() * 3);
                }
                world.machine(host).suspend(fault.nanos() * 3);
                break;
            case MANAGER_SUSPENDED:
                world.machine(SimContext.MANAGER).suspend(fault.nanos() * 3);
                break;
            case MANAGER_DISK_FULL:
                // A start that it does not take has the number of the next one: two processes of one start.
                otherManager = true;
                world.open(fault.kind(), SimContext.MANAGER, fault.nanos());
                break;
            case FENCER_DEAD:
                // Where it hurts: beside the voter, whose agent stands still as well.
                int voter = validators[1].ableToSign() ? 1 : 0;
                world.open(fault.kind(), voter, fault.nanos() * 3);
                agents[voter].freeze(fault.nanos() * 3);
                break;
            case DISK_HANGS:
                if (agents[host].up() || !runClass.answering()) {
                    world.open(fault.kind(), host, fault.nanos());
                }
                break;
            case MANAGER_DISK_HANGS:
                world.open(Fault.Kind.DISK_HANGS, SimContext.MANAGER, fault.nanos());
                break;
            case STATE_LOST:
            case STATE_RESTORED:
            case STATE_CLONED:
                if (mayGo(host)) {
                    stateOf(host, fault, down);
                }
                break;
            case MANAGER_STATE_LOST:
            case MANAGER_STATE_RESTORED:
                stateOfManager(fault);
                break;
            case SECOND_MANAGER:
            case MANAGER_CLONED:
                secondManager(fault);
                break;
            case WALL_JUMP:
                jumpWall(host, fault);
                break;
            case MANAGER_WALL_JUMP:
                jumpWall(SimContext.MANAGER, fault);
                break;
            case SOURCE_NEVER:
                world.open(Fault.Kind.RPC_ERROR, host);
                break;
            case VM_PAUSED:
                if (dice(fault).chance(0.7)) {
                    world.open(Fault.Kind.DROP_TO_SLEEPING_HOST, host, fault.nanos() * 3);
                }
                world.machine(host).pause(fault.nanos() * 3);
                break;
            case VOTES_LAND_NOWHERE:
            case CLUSTER_BLIND:
            case CLUSTER_HALTED:
            case PEER_LINK_CUT:
                // There is one of it.
                world.open(fault.kind(), 0, fault.nanos());
                break;
            case RPC_LAGS:
                sources.lag(host, fault.number() * 10L);
                world.open(fault.kind(), host, fault.nanos());
                break;
            default:
                world.open(fault.kind(), host, fault.nanos());
        }
    }

    /** What was to happen at some step of a change or a move, and has not by now, will not. */
    void disarm() {
        manager.crashInMove(0, 0);
        agents[0].crashInChange(0, 0);
        agents[1].crashInChange(0, 0);
    }

    /** Some program has been killed for ever: that all is well in the end cannot be demanded. */
    boolean forEver() {
        return forEver;
    }

    /** The agents may obey another manager, or start of it, than the one that is left: it lost its memory, or there were several. */
    boolean otherManager() {
        return otherManager;
    }

    /** An agent may go away: where all hosts answer, when nobody misses it; else where a fencer stands behind it, or is required. */
    private boolean mayGo(int host) {
        boolean guarded = agents[host].guarded() || runClass.unguarded();
        // Whoever dies while its disk hangs does not come back before that is well again.
        boolean back = guarded && !runClass.answering() || !world.on(Fault.Kind.DISK_HANGS, host);
        return back && (runClass.answering() ? !links.mustBeHeard(host) : guarded);
    }

    private static RandomStream dice(Fault fault) {
        return new RandomStream(fault.nanos(), fault.id());
    }

    private void stepWall(int host, Fault fault) {
        stepWall(host, dice(fault).between(-60_000, 60_000));
    }

    /** By hours, or by days. */
    private void jumpWall(int host, Fault fault) {
        RandomStream dice = dice(fault);
        long most = dice.chance(0.5) ? 6 * HOUR : 72 * HOUR;
        stepWall(host, dice.between(-most, most));
    }

    private void stepWall(int host, long millis) {
        if (host < 2) {
            agents[host].jolt();
        }
        world.clock(host).stepWall(millis);
    }

    /** Its agent starts with no state, with an older one, or with that of the other host, until somebody puts its own in place again. */
    private void stateOf(int host, Fault fault, long down) {
        DurableAgentState own = agents[host].file();
        DurableAgentState other = agents[1 - host].file();
        boolean itsOwn = own != null && other != null && !own.hostId().equals(other.hostId());
        if (fault.kind() == Fault.Kind.STATE_LOST) {
            startWith(host, null, down);
        } else if (itsOwn) {
            if (fault.kind() == Fault.Kind.STATE_CLONED) {
                startWith(host, other, down);
            }
            world.agenda().after(fault.nanos(), () -> putBack(host, own, down));
        }
    }

    private void putBack(int host, DurableAgentState own, long down) {
        if (mayGo(host) && agents[host].up()) {
            startWith(host, own, down);
        } else {
            world.agenda().after(1_000_000_000L, () -> putBack(host, own, down));
        }
    }

    private void startWith(int host, DurableAgentState file, long down) {
        world.ledger().forgets(host);
        agents[host].file(file, down);
    }

    /** In a move it is its state file that knows what is on its way; between two it is a copy like any other. */
    private void stateOfManager(Fault fault) {
        DurableManagerState then = manager.disk().read();
        Set<String> told = manager.examiner().worked();
        long when = fault.kind() == Fault.Kind.MANAGER_STATE_RESTORED ? fault.nanos() : 0;
        world.agenda().after(when, () -> {
            DurableManagerState now = manager.disk().read();
            if (manager.up() && now != null && now.intent() == null && (then == null || then.intent() == null) && !manager.moves()) {
                otherManager = true;
                manager.crash(2_000_000_000L);
                world.ledger().managerForgets();
                boolean restored = fault.kind() == Fault.Kind.MANAGER_STATE_RESTORED;
                // A pause is that of the file.
                world.paused(world.paused() && restored && then != null && then.pause() != null);
                manager.disk().restore(restored ? then : null);
                manager.examiner().remembers(restored && then != null ? told : Set.of());
            }
        });
    }

    /** Whoever has not gone after ten seconds is killed, where that may happen to an agent at all. */
    private void stopAgent(int host, long down) {
        agents[host].stop(down);
        world.agenda().after(10_000_000_000L, () -> {
            if (agents[host].up() && !agents[host].listens() && mayGo(host)) {
                agents[host].crash(down);
            }
        });
    }

    private void secondManager(Fault fault) {
        boolean clone = fault.kind() == Fault.Kind.MANAGER_CLONED;
        // Where votes are not looked at, nothing but its links keeps a copy from making two active (safety.md, "Residue").
        if (clone && (!manager.up() || manager.rules().policy().evidence() == Policy.VoteEvidence.OFF)) {
            return;
        }
        world.ledger().severalManagers();
        otherManager = true;
        ManagerHost other = managers.apply(clone ? "manager1" : "manager" + (fault.id() + 2));
        // One that reaches one host only finds the other silent, and that is none of those runs in which none is. A copy that does so, its
        // original reaching the other host only, is what nobody can stand (safety.md, "Residue").
        boolean partly = !clone && !runClass.answering();
        other.links().route(0).cutThere(fault.number() % 3 == 1 && partly);
        other.links().route(1).cutThere(fault.number() % 3 == 2 && partly);
        other.disk().restore(clone ? manager.disk().read() : null);
        other.examiner().remembers(clone ? manager.examiner().worked() : Set.of());
        long end = world.agenda().now() + fault.nanos() * 2;
        // Whose disk hangs for longer than it lives never starts.
        other.disk().whenItAnswers(() -> {
            if (world.agenda().now() < end) {
                other.start();
            }
        });
        world.agenda().after(fault.nanos() * 2, () -> other.crash(FOR_EVER));
    }

    private void bare(int host, Action action) {
        // A host that has never obeyed a manager takes a silent peer for a passive one, as the original does: the hosts answer, here.
        boolean original = action == Action.BECOME_ACTIVE && !agents[host].ears().managed();
        if (agents[host].up() && !original) {
            if (action == Action.BECOME_ACTIVE) {
                world.towers().orderedByHand(host);
            }
            agents[host].ask(new FailoverRequest(action.wire(), "by hand", false, 0, null, 0, 0, false), response -> { }, () -> { });
        }
    }
}
