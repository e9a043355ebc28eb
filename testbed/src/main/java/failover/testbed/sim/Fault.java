package failover.testbed.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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
        /** A state disk answers nothing until it is well again, that of a host or of the manager. */
        DISK_HANGS(0, true),
        /** The validator's RPC serves the minimal API only: Agave without {@code --full-rpc-api}. */
        RPC_MINIMAL(0, true),
        /** A virtual machine is paused: its boot clock and its wall clock stand still as well. */
        VM_PAUSED(0, true),
        /** What is sent to a host that sleeps is lost: its kernel answers nobody, and whoever sent it gives up. */
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

    private static final Kind[] KNOWN = Arrays.stream(Kind.values()).filter(kind -> !kind.added).toArray(Kind[]::new);

    Fault lasting(long other) {
        return new Fault(id, at, kind, host, other, number);
    }

    /** What one reads of it. */
    String words() {
        return String.format(Locale.ROOT, "%10.3f s  %-22s %s  %9.3f s  number %d", at / 1e9, kind, host == 0 ? "A" : "B", nanos / 1e9,
                number);
    }

    /** The whole plan of a run, in the order in which it was drawn. */
    static List<Fault> plan(Dice dice, RunClass runClass, long until) {
        if (runClass == RunClass.OBSERVERS_FAIL) {
            return observers(dice, until);
        }
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
    private static void storm(Dice dice, RunClass runClass, long at, List<Fault> plan) {
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
    private static List<Fault> observers(Dice dice, long until) {
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

    private static Kind draw(Dice dice, boolean[] chosen) {
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
