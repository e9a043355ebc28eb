package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.decision.AgentOptions;
import failover.agent.decision.CommandKind;
import failover.protocol.lease.LeaseTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The simulated fencer, beside a real agent core and a validator that carries the identity. */
class SimFencerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final LeaseTiming NUMBERS = LeaseTiming.of(Duration.ofSeconds(2), 5);

    private final SimContext world = new SimContext(11, null);
    private final Cluster cluster = new Cluster(world);
    private final SimValidator validator = new SimValidator(world, 0, cluster);
    private final AgentHost agent;

    SimFencerTest() {
        AgentHost[] agents = new AgentHost[2];
        Links links = new Links(world, agents, RunClass.NEVER_FREEZE, Duration.ofSeconds(10));
        AgentOptions rules = new AgentOptions(false, true, SimValidator.STAKED, EnumSet.allOf(CommandKind.class), Duration.ofSeconds(30),
                true, false, Duration.ofSeconds(20), Duration.ofSeconds(15), Duration.ofSeconds(5), Duration.ofSeconds(10),
                Duration.ofSeconds(20), Duration.ZERO, 0, AgentOptions.Fencing.BEST_EFFORT, "1.0.0");
        agent = new AgentHost(world, 0, rules, validator, new Sources(world, cluster, new SimValidator[] {validator, validator}, 1), links,
                Mutant.NONE, true);
        agent.pairWith(agent);
        validator.giveAtBegin(SimValidator.STAKED);
        agent.start();
    }

    private SimFencer fencer(boolean present) {
        return new SimFencer(world, 0, present, agent, validator);
    }

    private void until(long nanos) {
        boolean more = true;
        while (more) {
            more = world.agenda().runNext(nanos);
        }
    }

    private long boot() {
        return world.clock(0).read(world.agenda().now()).bootNanos();
    }

    @Test
    void itKillsAgentAndValidatorBeforeTheDeadlineAndRecordsIt() {
        SimFencer fencer = fencer(true);
        until(SECOND);
        long deadline = boot() + 9 * SECOND;
        fencer.arm(deadline, 1, "host0");
        until(8 * SECOND);
        assertTrue(validator.ableToSign() && agent.up());
        until(10 * SECOND);
        assertFalse(validator.ableToSign() || agent.up());
        SimFencer.Fenced done = fencer.fenced().get(0);
        assertEquals(deadline, done.deadline());
        assertTrue(done.verifiedAt() < deadline && done.at() >= deadline - 1_020_000_000L, done.toString());
        until(60 * SECOND);
        assertTrue(agent.up() && validator.running() && !validator.ableToSign());
        assertEquals(1, fencer.fenced().size());
    }

    @Test
    void aRenewedLeaseStandsAndOneThatHasRunOutIsFenced() {
        SimFencer fencer = fencer(true);
        fencer.arm(boot() + 9 * SECOND, 1, "host0");
        for (int i = 1; i <= 30; i++) {
            until(i * 2 * SECOND);
            fencer.arm(boot() + 9 * SECOND, 1, "host0");
        }
        assertTrue(validator.ableToSign());
        until(80 * SECOND);
        assertEquals(1, fencer.fenced().size());
    }

    @Test
    void aFrozenAgentIsFencedAndADisarmedFencerRests() {
        SimFencer fencer = fencer(true);
        fencer.arm(boot() + 9 * SECOND, 1, "host0");
        agent.freeze(600 * SECOND);
        until(10 * SECOND);
        assertFalse(validator.ableToSign());
        until(40 * SECOND);
        fencer.arm(boot() + 9 * SECOND, 1, "host0");
        fencer.disarm();
        until(80 * SECOND);
        assertEquals(1, fencer.fenced().size());
    }

    @Test
    void afterASuspendItActsAtItsFirstLook() {
        SimFencer fencer = fencer(true);
        fencer.arm(boot() + 9 * SECOND, 1, "host0");
        until(2 * SECOND);
        world.machine(0).suspend(300 * SECOND);
        until(301 * SECOND);
        assertFalse(validator.ableToSign());
        until(302 * SECOND + 600_000_000L);
        assertFalse(validator.ableToSign(), "it may sign for the moment the fencer needs, no longer");
        assertEquals(1, fencer.fenced().size());
    }

    @Test
    void itsWordThatItIsArmedComesFromItAlone() {
        List<Boolean> said = new ArrayList<>();
        SimFencer fencer = fencer(true);
        fencer.arm(boot() + 9 * SECOND, 1, "host0");
        fencer.awaitArmed(Duration.ofSeconds(1), said::add);
        SimFencer none = fencer(false);
        none.arm(boot() + 9 * SECOND, 1, "host0");
        none.awaitArmed(Duration.ofSeconds(1), said::add);
        until(2 * SECOND);
        assertEquals(List.of(false, true), said.stream().sorted().toList());
        assertFalse(none.answers());
    }

    @Test
    void aDeadFencerFencesNobodyUntilItIsBack() {
        SimFencer fencer = fencer(true);
        fencer.arm(boot() + 5 * SECOND, 1, "host0");
        world.open(Fault.Kind.FENCER_DEAD, 0, 20 * SECOND);
        until(19 * SECOND);
        assertTrue(validator.ableToSign());
        until(22 * SECOND);
        assertFalse(validator.ableToSign());
    }
}
