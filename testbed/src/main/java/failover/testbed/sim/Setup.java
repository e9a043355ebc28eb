package failover.testbed.sim;

import failover.agent.decision.AgentOptions;
import failover.agent.decision.CommandKind;
import failover.manager.decision.ManagerOptions;
import failover.manager.decision.Policy;
import failover.protocol.lease.LeaseTiming;
import failover.protocol.lease.WatchdogTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the pair of one run is configured.
 *
 * @param identityKnown both agents know which identity is the staked one; else the original's rules apply, and whoever lies is believed
 * @param manager what the manager goes by
 * @param agents what each agent goes by
 * @param fencers which host has one
 * @param symlinks the operator's commands switch the boot identity, which is the staked one on the active (E14)
 */
record Setup(boolean identityKnown, ManagerOptions manager, List<AgentOptions> agents, List<Boolean> fencers, boolean symlinks) {

    /** What chance makes of it. */
    static Setup drawn(RandomStream dice, RunClass runClass) {
        boolean identityKnown = dice.chance(0.9) | !runClass.answering();
        ManagerOptions rules = managerRules(dice, runClass);
        // A boot identity that is the staked one is the original's, and its risk is the operator's (E14).
        boolean symlinks = dice.chance(0.15) & runClass.answering();
        Set<CommandKind> configured = configured(symlinks, dice.chance(0.5));
        boolean internet = dice.chance(0.5);
        List<AgentOptions> agents = new ArrayList<>();
        List<Boolean> fencers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String identity = identityKnown || i == 0 && dice.chance(0.5) ? SimValidator.STAKED : null;
            AgentOptions agent = agentRules(rules, i == 0, identity, configured, internet);
            agents.add(runClass.watchdog() ? agent.withWatchdog(watchdog(rules.policy().numbers())) : agent);
            fencers.add(runClass.fencer(dice.chance(0.6)));
        }
        return new Setup(identityKnown, rules, agents, fencers, symlinks);
    }

    /** One that fits into such a lease (E1), as an operator would choose it. */
    static WatchdogTiming watchdog(LeaseTiming numbers) {
        long fence = numbers.fence().toMillis();
        return new WatchdogTiming(Duration.ofMillis(Math.min(900, fence * 9 / 20)), Duration.ofMillis(Math.min(1000, fence / 2)));
    }

    /** The shortest and the longest of what settings may have, with a lease and a fence by hand or derived. */
    private static ManagerOptions extremeRules(RandomStream dice) {
        int[] pair = dice.one(new int[] {400, 25}, new int[] {400, 12}, new int[] {10_000, 3}, new int[] {1_000, 30}, new int[] {5_000, 5},
                new int[] {500, 8});
        Duration heartbeat = Duration.ofMillis(pair[0]);
        LeaseTiming numbers = byHand(LeaseTiming.of(heartbeat, pair[1]), heartbeat, pair[1], dice);
        Policy policy = new Policy(numbers, List.of("rpc0", "rpc1"), dice.one(Policy.VoteEvidence.OFF, Policy.VoteEvidence.AUTO,
                Policy.VoteEvidence.REQUIRED), Policy.Fencing.BEST_EFFORT, false);
        return managerRules(policy, pair[1], true, Duration.ofSeconds(dice.one(0, 300)), SimValidator.STAKED,
                Duration.ofSeconds(dice.one(2, 5)));
    }

    private static LeaseTiming byHand(LeaseTiming derived, Duration heartbeat, int misses, RandomStream dice) {
        Optional<Duration> lease = dice.chance(0.5) ? Optional.empty()
                : Optional.of(Duration.ofMillis(dice.between(derived.lease().toMillis() * 8 / 10, derived.lease().toMillis())));
        Optional<Duration> fence = dice.chance(0.5) ? Optional.empty()
                : Optional.of(Duration.ofMillis(dice.between(derived.fence().toMillis() / 2, derived.fence().toMillis())));
        try {
            return LeaseTiming.of(heartbeat, misses, lease, fence);
        } catch (IllegalArgumentException refused) {
            // A manager with such settings does not start.
            return derived;
        }
    }

    private static ManagerOptions managerRules(RandomStream dice, RunClass runClass) {
        if (runClass == RunClass.EXTREME_NUMBERS) {
            return extremeRules(dice);
        }
        boolean quick = dice.chance(0.3);
        Duration heartbeat = Duration.ofSeconds(quick ? 1 : dice.one(2, 2, 5));
        int misses = heartbeat.toSeconds() == 5 ? 3 : 5;
        LeaseTiming numbers = LeaseTiming.of(heartbeat, misses);
        List<String> sources = dice.chance(0.5) ? List.of("rpc0") : List.of("rpc0", "rpc1");
        // Where nobody looks at votes, it is the leases alone that keep the promise.
        boolean blind = runClass != RunClass.OBSERVERS_FAIL && dice.chance(runClass == RunClass.FENCER_FAILS ? 1 : 0.4);
        Policy policy = new Policy(numbers, sources, blind ? Policy.VoteEvidence.OFF
                : dice.chance(0.5) ? Policy.VoteEvidence.AUTO : Policy.VoteEvidence.REQUIRED,
                runClass.unguarded() ? Policy.Fencing.REQUIRED : Policy.Fencing.BEST_EFFORT, false);
        boolean roles = dice.chance(0.8);
        return managerRules(policy, misses, roles, Duration.ofSeconds(dice.one(0, 30, 60)), dice.chance(0.5) ? SimValidator.STAKED : null);
    }

    /** The same manager with a heartbeat and a patience that chance draws. */
    static ManagerOptions otherNumbers(ManagerOptions rules, RandomStream dice) {
        Duration heartbeat = Duration.ofMillis(dice.one(500, 1000, 2000, 5000));
        return withNumbers(rules, heartbeat, (int) dice.between(heartbeat.toMillis() == 500 ? 6 : 3, 8));
    }

    /** The same manager with P and N. */
    static ManagerOptions withNumbers(ManagerOptions rules, Duration heartbeat, int misses) {
        Policy old = rules.policy();
        Policy policy = new Policy(LeaseTiming.of(heartbeat, misses), old.sources(), old.evidence(), old.fencing(), old.holdWhileVoting());
        return managerRules(policy, misses, rules.rolesConfigured(), rules.failoverCooldown(), rules.stakedIdentity());
    }

    /** A manager of that policy; everything else as it usually is. */
    static ManagerOptions managerRules(Policy policy, int misses, boolean rolesConfigured, Duration cooldown, String identity) {
        return managerRules(policy, misses, rolesConfigured, cooldown, identity, Duration.ofSeconds(2));
    }

    private static ManagerOptions managerRules(Policy policy, int misses, boolean rolesConfigured, Duration cooldown, String identity,
            Duration requestTimeout) {
        LeaseTiming numbers = policy.numbers();
        Duration silence = numbers.grantorWait().compareTo(numbers.silence()) > 0 ? numbers.grantorWait() : numbers.silence();
        return new ManagerOptions(false, rolesConfigured, "http://a:8080", "http://b:8080", numbers.heartbeat(), misses, 100,
                Duration.ofSeconds(5), requestTimeout, 3, Duration.ofSeconds(20), cooldown, Duration.ofSeconds(10),
                Duration.ofSeconds(20), silence, policy, identity);
    }

    static Set<CommandKind> configured(boolean symlinks, boolean restart) {
        Set<CommandKind> kinds = EnumSet.of(CommandKind.TOWER_BACKUP, CommandKind.TOWER_RESTORE, CommandKind.IDENTITY_CHANGE,
                CommandKind.IDENTITY_REMOVE);
        if (symlinks) {
            kinds.add(CommandKind.ACTIVE_SYMLINK);
            kinds.add(CommandKind.PASSIVE_SYMLINK);
        }
        if (restart) {
            kinds.add(CommandKind.VALIDATOR_RESTART);
        }
        return kinds;
    }

    /** An agent that fits that manager. */
    static AgentOptions agentRules(ManagerOptions rules, boolean active, String identity, Set<CommandKind> configured, boolean internet) {
        return new AgentOptions(false, active, identity, configured, Duration.ofSeconds(30), true, internet, rules.minProcessUptime(),
                Duration.ofSeconds(15), Duration.ofSeconds(5), rules.demotionTimeout(), rules.promotionTimeout(),
                Duration.ZERO, 0, AgentOptions.Fencing.BEST_EFFORT, "1.0.0");
    }
}
