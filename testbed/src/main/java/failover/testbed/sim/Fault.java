package failover.testbed.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One thing that goes wrong, or that somebody does. The whole plan of a run is drawn before the run begins, so that a failing run can be
 * repeated with fewer faults.
 *
 * @param id its number in the plan as it was drawn: what it throws for itself depends on it
 * @param at when, nanoseconds of the world
 * @param kind what
 * @param host 0 or 1: which of the pair it hits, where that matters
 * @param nanos how long
 * @param number how many of something, for kinds that count
 */
record Fault(int id, long at, Kind kind, int host, long nanos, int number) {

    /** What can go wrong. */
    enum Kind {
        VALIDATOR_CRASH(4), VALIDATOR_SICK(4), VALIDATOR_LAGS(2), VALIDATOR_MUTE(2),
        VALIDATOR_UNKILLABLE(3), VALIDATOR_AMBIGUOUS(1),
        SET_REFUSED(3), SET_HUNG(4), SET_LATE(3), SET_SLOW(2), RESTART_FAILS(1), SYMLINK_FAILS(1), RESTORE_FAILS(2), TOWER_BAD(1),
        BACKUP_HANGS(1),
        AGENT_CRASH(3), AGENT_CRASH_IN_CHANGE(6), AGENT_FORGETS(2), MANAGER_CRASH(2), MANAGER_CRASH_IN_MOVE(5),
        AGENT_DISK_FULL(2), MANAGER_DISK_FULL(1),
        POLLS_LOST(2), POLLS_LATE(2), POLLS_TWICE(1), ANSWERS_LOST(5), COMMANDS_LATE(4), PEER_LINK_CUT(2), CLUSTER_BLIND(1),
        OPERATOR(10), TWO_OPERATORS(2), BARE_PASSIVE(2), BARE_ACTIVES(2),
        WALL_STEP(2), MANAGER_WALL_STEP(1), AGENT_FROZEN(3), MANAGER_FROZEN(2),
        /** Cut off from the cluster: its votes do not land, and its slot stands still. */
        VALIDATOR_ISOLATED(1),
        /** On a fork of its own: its votes do not land, its slot goes on, and of others' votes it hears nothing. */
        VALIDATOR_FORKED(1),
        CLUSTER_HALTED(1), RPC_ERROR(1), RPC_LIMITED(1), RPC_FROZEN(1), RPC_LAGS(1), RPC_POOLED(1),
        /** Only where a run's class asks for it. */
        HOST_SILENT(0), HOST_SUSPENDED(0), MANAGER_SUSPENDED(0), MANAGER_LINK_CUT(0),
        /** For ever: nothing starts it again. */
        AGENT_KILLED(0), MANAGER_KILLED(0),
        /** Assumption (3) of safety.md taken away: in no class of its own accord. */
        FENCER_DEAD(0),
        /** set-identity ends with a status that is no answer of the validator's, and what was asked for lands later, or never. */
        SET_FAILS_LATE(5, true),
        /** No thread and no process can be made: commands do not begin. */
        THREADS_GONE(3, true),
        /** A state disk answers nothing until it is well again: that of a host, or the manager's. */
        DISK_HANGS(3, true), MANAGER_DISK_HANGS(3, true),
        /** The agent's state file is gone at its next start; another one is there, an older copy or that of the other host. */
        STATE_LOST(3, true), STATE_RESTORED(2, true), STATE_CLONED(1, true),
        /** The same of the manager, between two moves. */
        MANAGER_STATE_LOST(1, true), MANAGER_STATE_RESTORED(1, true),
        /** For a while there are two managers: another one, or the same one twice. */
        SECOND_MANAGER(1, true), MANAGER_CLONED(1, true),
        /** Somebody sets a clock by hours or days. */
        WALL_JUMP(2, true), MANAGER_WALL_JUMP(1, true),
        /** Names cannot be resolved: no new connection from the manager to that host. */
        DNS_GONE(2, true),
        /** The validator's RPC serves the minimal API only: Agave without {@code --full-rpc-api}. */
        RPC_MINIMAL(2, true),
        /** A source that gives an error from the beginning to the end. */
        SOURCE_NEVER(1, true),
        /** The cluster takes no vote of the identity, whoever sends it. */
        VOTES_LAND_NOWHERE(1, true),
        /** The agent's event loop stands still; its dead-man's thread goes on (E2). */
        LOOP_FROZEN(4, true),
        /** The agent is told to go (SIGTERM), and started again. */
        AGENT_STOPPED(3, true),
        /** The validator's RPC drips: whoever has no limit of its own waits for ever. */
        LOOK_DRIPS(3, true),
        /** Nobody reads the agent's log, or its disk hangs. */
        LOG_HANGS(2, true),
        /** Commands can neither end nor be killed, nor does anybody hear of them, whatever they do at the validator. */
        COMMANDS_STUCK(2, true),
        /** A virtual machine is paused: its boot clock and its wall clock stand still as well. Only where a run's class asks for it. */
        VM_PAUSED(0, true),
        /** What is sent to a host that sleeps is lost: its kernel answers nobody, and whoever sent it gives up. Goes with a sleep. */
        DROP_TO_SLEEPING_HOST(0, true);

        /** How often, against the others. */
        final int weight;
        /** Drawn by dice of its own, so that the plans of seeds that are known stay what they are. */
        final boolean added;

        Kind(int weight) {
            this(weight, false);
        }

        Kind(int weight, boolean added) {
            this.weight = weight;
            this.added = added;
        }
    }

    private static final int ADDED = 100_000;
    private static final long FOR_EVER = 1_000_000_000_000_000L;
    private static final Kind[] KNOWN = Arrays.stream(Kind.values()).filter(kind -> !kind.added).toArray(Kind[]::new);

    /** Drawn beside the plan that its seed had before kinds were added. */
    boolean isAdded() {
        return id >= ADDED;
    }

    Fault lasting(long other) {
        return new Fault(id, at, kind, host, other, number);
    }

    /** What one reads of it. */
    String words() {
        return String.format(Locale.ROOT, "%10.3f s  %-22s %s  %9.3f s  number %d", at / 1e9, kind, host == 0 ? "A" : "B", nanos / 1e9,
                number);
    }

    /**
     * The whole plan of a run, in the order in which it was drawn.
     *
     * @param more for the kinds that were added: with them the plan of a seed is the one it had before, and more
     * @param with kinds that are in it although their class does not have them
     * @param without kinds that it was drawn without when its seed became known
     */
    static List<Fault> plan(RandomStream dice, RandomStream more, RunClass runClass, Set<Kind> with, Set<Kind> without, long until) {
        List<Fault> plan = runClass == RunClass.OBSERVERS_FAIL ? observers(dice, until) : known(dice, runClass, until);
        if (runClass != RunClass.OBSERVERS_FAIL) {
            added(more, runClass, with, without, until, plan);
        }
        return plan;
    }

    private static void added(RandomStream dice, RunClass runClass, Set<Kind> with, Set<Kind> without, long until, List<Fault> plan) {
        List<Kind> chosen = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            boolean possible = kind.added && (runClass.allows(kind) || with.contains(kind)) && !without.contains(kind);
            if (dice.chance(0.35) && possible) {
                chosen.addAll(Collections.nCopies(kind.weight, kind));
            }
        }
        if (chosen.contains(Kind.SOURCE_NEVER)) {
            chosen.removeIf(kind -> kind == Kind.SOURCE_NEVER);
            plan.add(new Fault(ADDED + plan.size(), 0, Kind.SOURCE_NEVER, (int) dice.between(0, 1), FOR_EVER, 1));
        }
        long at = dice.millis(5_000, 30_000);
        while (at < until && !chosen.isEmpty()) {
            Kind kind = chosen.get((int) dice.between(0, chosen.size() - 1));
            long nanos = dice.chance(0.5) ? dice.millis(200, 8_000) : dice.millis(5_000, 40_000);
            plan.add(new Fault(ADDED + plan.size(), at, kind, (int) dice.between(0, 1), nanos, (int) dice.between(1, 9)));
            if (dice.chance(0.5)) {
                plan.add(new Fault(ADDED + plan.size(), at + dice.millis(0, 4_000), Kind.OPERATOR, 0, 1, 1));
            }
            at += dice.chance(0.3) ? dice.millis(0, 600) : dice.millis(2_000, 50_000);
        }
    }

    private static List<Fault> known(RandomStream dice, RunClass runClass, long until) {
        List<Fault> plan = new ArrayList<>();
        // Most runs have trouble of a few kinds only: then it is the combination that is searched, not the average of all.
        boolean[] chosen = new boolean[Kind.values().length];
        for (Kind kind : KNOWN) {
            chosen[kind.ordinal()] = (kind == Kind.OPERATOR || dice.chance(0.45)) && runClass.allows(kind);
        }
        // Only leases and tokens, which are still to come, can tell an old command from a new one where no epoch does (E11, E13): a command
        // by hand beside one that is still on its way, or an agent that has lost its epochs beside either.
        if (chosen[Kind.COMMANDS_LATE.ordinal()]) {
            chosen[Kind.BARE_ACTIVES.ordinal()] = false;
            chosen[Kind.AGENT_FORGETS.ordinal()] = false;
        } else if (chosen[Kind.AGENT_FORGETS.ordinal()]) {
            chosen[Kind.BARE_ACTIVES.ordinal()] = false;
        }
        long at = dice.millis(5_000, 20_000);
        while (at < until) {
            Kind kind = draw(dice, chosen);
            Kind[] extra = runClass.extra();
            if (extra.length > 0 && dice.chance(0.18)) {
                kind = extra[(int) dice.between(0, extra.length - 1)];
                boolean forEver = kind == Kind.AGENT_KILLED || kind == Kind.MANAGER_KILLED;
                kind = forEver && dice.chance(0.8) ? Kind.OPERATOR : kind;
            }
            if (extra.length > 0 && dice.chance(0.12)) {
                storm(dice, runClass, at, plan);
            }
            long nanos = dice.chance(0.5) ? dice.millis(200, 5_000) : dice.millis(5_000, 40_000);
            plan.add(new Fault(plan.size(), at, kind, (int) dice.between(0, 1), nanos, (int) dice.between(1, 9)));
            // Faults come in bunches: a second one at the same time is what breaks rules.
            if (kind == Kind.AGENT_CRASH_IN_CHANGE && dice.chance(0.4)) {
                plan.add(new Fault(plan.size(), at, Kind.SET_HUNG, plan.get(plan.size() - 1).host(), dice.millis(2_000, 20_000), 1));
            }
            if (dice.chance(0.3)) {
                // Nothing is tried harder than a move under trouble.
                plan.add(new Fault(plan.size(), at + dice.millis(0, dice.chance(0.5) ? 1_500 : 6_000), Kind.OPERATOR, 0, 1, 1));
            }
            at += dice.chance(0.4) ? dice.millis(0, 400) : dice.millis(500, 25_000);
        }
        return plan;
    }

    /** All ways to one host fail, not all at once, and with them whatever it and the others would need to notice. */
    private static void storm(RandomStream dice, RunClass runClass, long at, List<Fault> plan) {
        int host = (int) dice.between(0, 1);
        long nanos = dice.millis(12_000, 40_000);
        if (dice.chance(0.5)) {
            plan.add(new Fault(plan.size(), at, Kind.PEER_LINK_CUT, 0, nanos + 30_000_000_000L, 1));
        }
        long cut = at + dice.millis(0, 20_000);
        plan.add(new Fault(plan.size(), cut, dice.chance(0.5) ? Kind.MANAGER_LINK_CUT : Kind.HOST_SILENT, host, nanos, 1));
        Kind[] with = {Kind.SET_HUNG, Kind.SET_REFUSED, Kind.SET_SLOW, Kind.WALL_STEP, Kind.MANAGER_CRASH, Kind.AGENT_CRASH,
            Kind.POLLS_LATE, Kind.VALIDATOR_ISOLATED, Kind.RPC_ERROR, Kind.RPC_FROZEN, Kind.RESTART_FAILS};
        int count = (int) dice.between(0, 4);
        for (int i = 0; i < count; i++) {
            Kind kind = dice.chance(0.3) ? Kind.SET_HUNG : with[(int) dice.between(0, with.length - 1)];
            boolean other = kind == Kind.AGENT_CRASH && dice.chance(0.5);
            boolean brief = kind == Kind.MANAGER_CRASH || kind == Kind.AGENT_CRASH;
            if (runClass.allows(kind)) {
                plan.add(new Fault(plan.size(), Math.max(0, cut + dice.millis(0, 12_000) - 4_000_000_000L), kind, other ? 1 - host : host,
                        brief ? dice.millis(300, 4_000) : nanos, 1));
            }
        }
    }

    /** One observer at a time fails, and is well again before the next. */
    private static List<Fault> observers(RandomStream dice, long until) {
        Kind[] kinds = Arrays.stream(Kind.values()).filter(RunClass.OBSERVERS_FAIL::allows).toArray(Kind[]::new);
        List<Fault> plan = new ArrayList<>();
        long at = dice.millis(45_000, 60_000);
        while (at < until) {
            long nanos = dice.chance(0.5) ? dice.millis(200, 5_000) : dice.millis(5_000, 60_000);
            Kind kind = kinds[(int) dice.between(0, kinds.length - 1)];
            plan.add(new Fault(plan.size(), at, kind, (int) dice.between(0, 1), nanos, (int) dice.between(1, 9)));
            at += nanos * 3 + dice.millis(20_000, 40_000);
        }
        return plan;
    }

    private static Kind draw(RandomStream dice, boolean[] chosen) {
        int total = 0;
        for (Kind kind : Kind.values()) {
            total += chosen[kind.ordinal()] ? kind.weight : 0;
        }
        long left = dice.between(1, total);
        for (Kind kind : Kind.values()) {
            left -= chosen[kind.ordinal()] ? kind.weight : 0;
            if (left <= 0) {
                return kind;
            }
        }
        throw new AssertionError("weights");
    }
}
