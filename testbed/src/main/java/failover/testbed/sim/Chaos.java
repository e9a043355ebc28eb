package failover.testbed.sim;

import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;

/** Lets the faults of a plan happen. */
final class Chaos {
    private static final long FOR_EVER = 1_000_000_000_000_000L;

    private final World world;
    private final ManagerHost manager;
    private final AgentHost[] agents;
    private final SimValidator[] validators;
    private final Links links;
    private final Sources sources;
    private final RunClass runClass;
    private final Totals totals;
    private boolean forEver;

    Chaos(World world, ManagerHost manager, AgentHost[] agents, SimValidator[] validators, Links links, Sources sources,
            RunClass runClass, Totals totals) {
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
                if (mayGo(host) && agents[host].mayForget()) {
                    world.ledger().forgets(host);
                    agents[host].forget();
                    agents[host].crash(down);
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
                stepWall(World.MANAGER, fault);
                break;
            case AGENT_FROZEN:
                if (mayGo(host)) {
                    agents[host].freeze(answering ? down : fault.nanos() * 2);
                }
                break;
            case MANAGER_FROZEN:
                manager.freeze(down);
                break;
            case HOST_SUSPENDED:
                world.machine(host).suspend(fault.nanos() * 3);
                break;
            case MANAGER_SUSPENDED:
                world.machine(World.MANAGER).suspend(fault.nanos() * 3);
                break;
            case MANAGER_DISK_FULL:
                world.open(fault.kind(), World.MANAGER, fault.nanos());
                break;
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

    /** An agent may go away: where all hosts answer, when nobody misses it; else where a fencer stands behind it, or is required. */
    private boolean mayGo(int host) {
        return runClass.answering() ? !links.mustBeHeard(host) : agents[host].guarded() || runClass.unguarded();
    }

    private void stepWall(int host, Fault fault) {
        if (host < 2) {
            agents[host].jolt();
        }
        world.clock(host).stepWall(new Dice(fault.nanos(), fault.id()).between(-60_000, 60_000));
    }

    private void bare(int host, Action action) {
        // A host that has never obeyed a manager takes a silent peer for a passive one, as the original does: the hosts answer, here.
        boolean original = action == Action.BECOME_ACTIVE && agents[host].epoch() == 0;
        if (agents[host].up() && !original) {
            agents[host].ask(new FailoverRequest(action.wire(), "by hand", false, 0, null, 0, 0, false), response -> { }, () -> { });
        }
    }
}
