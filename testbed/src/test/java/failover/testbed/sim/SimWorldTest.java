package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.ClockReading;
import failover.protocol.wire.FinalTower;
import failover.protocol.wire.VoteReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the simulated world is made of: each thing by itself. */
class SimWorldTest {
    private static final long SECOND = 1_000_000_000L;

    private final SimContext world = new SimContext(7, null);
    private final Cluster cluster = new Cluster(world);
    private final SimValidator[] validators = {new SimValidator(world, 0, cluster), new SimValidator(world, 1, cluster)};
    private final Sources sources = new Sources(world, cluster, validators, 2);
    private final List<String> seen = new ArrayList<>();

    SimWorldTest() {
        world.onFault(() -> {
            cluster.look();
            sources.look();
            validators[0].look();
            validators[1].look();
        });
        world.machine(0).onSleep(validators[0]::look);
        validators[0].giveAtBegin(SimValidator.STAKED);
    }

    private void until(long nanos) {
        boolean more = true;
        while (more) {
            more = world.agenda().runNext(nanos);
        }
    }

    private void see(String what) {
        seen.add(what + "@" + world.agenda().now() / SECOND);
    }

    @Test
    void inASuspendTheMonotonicClockStandsStillAndWallAndBootClockGoOn() {
        ClockReading before = world.clock(0).read(0);
        world.machine(0).suspend(300 * SECOND);
        until(301 * SECOND);
        ClockReading after = world.clock(0).read(world.agenda().now());
        assertEquals(1, after.since(before.nanos()).toSeconds(), 1);
        assertEquals(301, (after.wallMillis() - before.wallMillis()) / 1000.0, 2);
        assertEquals(301, (after.bootNanos() - before.bootNanos()) / 1e9, 2);
        assertEquals(0, after.bootNanos() % 10_000_000);
        assertEquals(301, after.longestSince(before).toSeconds(), 2);
    }

    @Test
    void ratesStayWithinTheBoundAndAStepMovesTheWallClockOnly() {
        for (long seed = 0; seed < 200; seed++) {
            assertEquals(1, new SimContext(seed, null).clock(0).rate(), 0.005);
        }
        ClockReading before = world.clock(1).read(SECOND);
        world.clock(1).stepWall(-60_000);
        ClockReading after = world.clock(1).read(SECOND);
        assertEquals(new ClockReading(before.nanos(), before.wallMillis() - 60_000, before.bootNanos()), after);
    }

    @Test
    void timersStandStillWhileTheHostSleeps() {
        world.machine(0).after(5 * SECOND, () -> see("timer"));
        world.machine(0).after(20 * SECOND, () -> see("late timer"));
        world.agenda().after(2 * SECOND, () -> world.machine(0).suspend(10 * SECOND));
        until(60 * SECOND);
        assertEquals(List.of("timer@15", "late timer@30"), seen);
    }

    @Test
    void aFrozenProgramWorksOffWhatWaitedInItsOrderAfterTheThaw() {
        SimProcess program = new SimProcess(world, 0);
        program.after(SECOND, () -> program.freeze(10 * SECOND));
        program.after(3 * SECOND, () -> see("timer"));
        world.agenda().after(2 * SECOND, () -> program.arrive(() -> see("request")));
        program.after(12 * SECOND, () -> see("after"));
        until(60 * SECOND);
        assertEquals(List.of("request@11", "timer@11", "after@12"), seen);
    }

    @Test
    void aProgramThatIsKilledWhileFrozenDoesNothingMore() {
        SimProcess program = new SimProcess(world, 0);
        program.freeze(10 * SECOND);
        program.after(SECOND, () -> see("timer"));
        world.agenda().after(5 * SECOND, program::die);
        world.agenda().after(6 * SECOND, () -> program.after(SECOND, () -> see("next life")));
        until(60 * SECOND);
        assertEquals(List.of("next life@7"), seen);
    }

    @Test
    void votesLandWhateverHappensToTheAgentAndNotFromAnIsolatedValidator() {
        until(20 * SECOND);
        VoteReport voting = sources.ofSource(0);
        assertTrue(voting.slot() - voting.lastVote() <= 12, voting.toString());
        world.open(Fault.Kind.VALIDATOR_ISOLATED, 0, 60 * SECOND);
        until(40 * SECOND);
        VoteReport first = sources.ofSource(1);
        until(50 * SECOND);
        VoteReport then = sources.ofSource(0);
        assertEquals(first.lastVote(), then.lastVote(), "no vote of an isolated validator lands");
        assertTrue(then.slot() - first.slot() >= 24, "while the cluster goes on");
        assertTrue(sources.ofHost(0).slot() < voting.slot() + 2, "its own slot stands still");
        assertEquals(then.lastVote(), sources.ofHost(1).lastVote());
        until(100 * SECOND);
        assertTrue(sources.ofSource(0).lastVote() > then.lastVote() + 40, "after the healing they land again");
    }

    @Test
    void aHaltedClusterShowsNeitherSlotsNorVotes() {
        until(20 * SECOND);
        world.open(Fault.Kind.CLUSTER_HALTED, 0, 30 * SECOND);
        VoteReport before = sources.ofSource(0);
        until(45 * SECOND);
        assertEquals(before, sources.ofSource(0));
        until(70 * SECOND);
        assertEquals(before.slot() + 50, sources.ofSource(0).slot(), 1);
    }

    @Test
    void sourcesErrLimitFreezeLagAndComeFromPoolsButEachAnswerIsOfOneNode() {
        until(100 * SECOND);
        VoteReport right = sources.ofSource(0);
        world.open(Fault.Kind.RPC_ERROR, 0, SECOND);
        assertNotNull(sources.ofSource(0).error());
        assertEquals(right, sources.ofSource(1));
        until(102 * SECOND);
        world.open(Fault.Kind.RPC_FROZEN, 0, 20 * SECOND);
        VoteReport frozen = sources.ofSource(0);
        until(120 * SECOND);
        assertEquals(frozen, sources.ofSource(0));
        until(130 * SECOND);
        sources.lag(1, 100);
        world.open(Fault.Kind.RPC_LAGS, 1, SECOND);
        VoteReport lagging = sources.ofSource(1);
        assertEquals(cluster.slot() - 100, lagging.slot());
        assertEquals(cluster.lastVote(cluster.slot() - 100), lagging.lastVote());
        until(140 * SECOND);
        world.open(Fault.Kind.RPC_POOLED, 0, SECOND);
        world.open(Fault.Kind.RPC_LIMITED, 1, SECOND);
        List<Long> slots = new ArrayList<>();
        int limited = 0;
        for (int i = 0; i < 50; i++) {
            slots.add(sources.ofSource(0).slot());
            limited += sources.ofSource(1).error() == null ? 0 : 1;
        }
        assertEquals(2, slots.stream().distinct().count());
        assertTrue(limited > 25 && limited < 50, "limited " + limited);
    }

    @Test
    void aForkedHostHearsNoVotesOfOthersAndIsNoWitness() {
        until(20 * SECOND);
        world.open(Fault.Kind.VALIDATOR_FORKED, 1, 60 * SECOND);
        until(22 * SECOND);
        VoteReport first = sources.ofHost(1);
        until(40 * SECOND);
        VoteReport then = sources.ofHost(1);
        assertEquals(first.lastVote(), then.lastVote());
        assertTrue(then.slot() - first.slot() >= 40);
        assertTrue(sources.ofSource(0).lastVote() > then.lastVote() + 20, "the cluster knows better");
    }

    @Test
    void aSleepingValidatorCannotSignAndItsVotesStop() {
        world.machine(0).suspend(60 * SECOND);
        until(30 * SECOND);
        assertTrue(!validators[0].ableToSign());
        VoteReport first = sources.ofSource(0);
        assertTrue(first.slot() - first.lastVote() > 60);
        until(90 * SECOND);
        assertTrue(validators[0].ableToSign());
        assertTrue(cluster.slot() - sources.ofSource(0).lastVote() <= 12);
        assertEquals(Duration.ofSeconds(60).toNanos(), world.clock(0).slept(world.agenda().now()));
    }

    /** The whole of it is a pause of the virtual machine: no clock of it has seen it, and its timers neither. */
    @Test
    void inAPauseOfTheVirtualMachineAllThreeClocksStandStill() {
        ClockReading before = world.clock(0).read(0);
        world.machine(0).after(10 * SECOND, () -> see("timer"));
        world.machine(0).pause(300 * SECOND);
        until(301 * SECOND);
        ClockReading after = world.clock(0).read(world.agenda().now());
        assertEquals(1, after.longestSince(before).toMillis() / 1000.0, 0.1);
        until(320 * SECOND);
        assertEquals(List.of("timer@310"), seen);
        assertEquals(20, world.clock(0).read(world.agenda().now()).longestSince(before).toMillis() / 1000.0, 0.2);
        long boot = world.clock(0).read(world.agenda().now()).bootNanos();
        assertEquals(world.agenda().now(), world.clock(0).worldAtBoot(boot), 20_000_000);
    }

    /** A disk that hangs gives no answer, and does what it was asked for once it is well. */
    @Test
    void aDiskThatHangsAnswersWhenItIsWellAgain() {
        SimDisk<String> disk = new SimDisk<>(world, new SimProcess(world, 0), Fault.Kind.AGENT_DISK_FULL, 0);
        world.open(Fault.Kind.DISK_HANGS, 0);
        disk.write("new", error -> see("written"));
        disk.whenItAnswers(() -> see("read"));
        until(60 * SECOND);
        assertEquals(List.of(), seen);
        assertNull(disk.read());
        world.close(Fault.Kind.DISK_HANGS, 0);
        until(62 * SECOND);
        assertEquals(Set.of("written@60", "read@60"), Set.copyOf(seen));
        assertEquals("new", disk.read());
    }

    /** INV-2: what a manager was handed goes with whoever it promotes next, there or back; who promotes by hand was handed nothing. */
    @Test
    void noPromotionGoesOnWithATowerOlderThanTheOneThatItsManagerHas() {
        world.towers().begin(cluster, true, false);
        world.towers().granted(Duration.ofSeconds(10));
        until(20 * SECOND);
        world.towers().taken(1);
        assertNull(world.violation());
        world.towers().ordered(1, cluster.slot() + 1);
        world.towers().ordered(1, 0);
        world.towers().taken(1);
        assertNull(world.violation(), "by hand");
        world.towers().ordered(1, cluster.slot());
        world.towers().install(1, new FinalTower(cluster.slot(), ""), false);
        world.towers().taken(1);
        assertNull(world.violation());
        world.towers().ordered(1, cluster.slot() + 1);
        world.towers().notInstalled(1);
        world.towers().taken(1);
        assertNull(world.violation(), "a disk that takes nothing");
        world.towers().ordered(1, cluster.slot() + 1);
        world.towers().taken(1);
        assertTrue(world.violation().startsWith("INV-2"), world.violation());
    }
}
