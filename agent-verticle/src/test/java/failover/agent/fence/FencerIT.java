package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenarios 12, 12b, 13, 15 and 17 on one host: the real script, under each shell, against real processes (E4, E16). */
class FencerIT {

    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final long DW_AND_DRIFT = 1005;
    /** It looks exactly at the time to fire; the rest of the second is for the kill. */
    private static final long LATEST = 500;

    static List<String> shells() {
        return FencerRig.shells();
    }

    private static void armed(FencerChannel link, long deadline, ProcessRef validator) throws IOException {
        link.arm(deadline, validator);
        assertTrue(link.awaitArmed(ANSWER), "the fencer did not arm");
    }

    /** Waits for the fence and checks its times: never before the arithmetic says, verified by the deadline. */
    private static String fenced(FencerRig rig, String what, long deadline, int count) throws IOException {
        FencerRig.await("the fence", () -> rig.fences().size() >= count);
        String line = rig.fences().get(count - 1);
        long verified = FencerRig.value(line, "at_ms");
        long began = verified - FencerRig.value(line, "took_ms");
        System.out.printf("FencerIT %s: from deadline - D_w(1+r) to verified death %d ms, %d ms before the deadline%n", what,
                verified - (deadline - DW_AND_DRIFT), deadline - verified);
        assertTrue(began >= deadline - DW_AND_DRIFT, "too early: " + line);
        assertTrue(verified <= deadline, "after the deadline: " + line);
        assertEquals(1, FencerRig.value(line, "verified"));
        String fired = rig.files.fenced().stream().filter(each -> each.startsWith("event=fired")).toList().get(count - 1);
        assertTrue(FencerRig.value(fired, "late_ms") <= LATEST, "late, and so is whoever must be dead at the deadline: " + fired);
        return line;
    }

    @ParameterizedTest
    @MethodSource("shells")
    void scenario12AnAgentKilledWhileItsValidatorVotesIsFencedByTheDeadline(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            long deadline = rig.in(3000);
            armed(rig.link(agent), deadline, validator);
            assertTrue(rig.once("--check", "--dir", rig.dir.toString()).startsWith("0 failover-fencer: armed: fires in"));
            rig.signal("KILL", agent.pid());
            FencerRig.await("the validator's death", () -> !FencerRig.alive(validator));
            assertTrue(rig.clock.millis() >= deadline - DW_AND_DRIFT, "killed before its time");
            fenced(rig, shell + " agent killed", deadline, 1);
            FencerRig.await("the answer", () -> rig.files.answer().filter(a -> a.deadlineMs() == 0 && !a.armed()).isPresent());
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void scenario13AFrozenAgentGoesWithItsWholeCommandTree(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            // The agent has a child of its own, which has one in a session of its own; and a command in a group, with a grandchild that
            // has lost its parent.
            String nest = rig.sleeper().comm();
            String sleeper = Path.of(System.getProperty("java.io.tmpdir"), nest).toString();
            ProcessRef agent = FencerRig.ref(rig.start("setsid", "sh", "-c",
                    "sh -c 'setsid " + sleeper + " 601 & wait' & while :; do wait; sleep 0.1; done"));
            ProcessRef command = FencerRig.ref(rig.start("setsid", "sh", "-c", "(" + sleeper + " 602 &) ; while :; do " + sleeper
                    + " 603; done"));
            ProcessRef validator = rig.sleeper();
            FencerRig.await("the nest", () -> count(nest) == 4);
            FencerChannel link = rig.link(agent);
            link.command(command);
            long deadline = rig.in(3000);
            armed(link, deadline, validator);
            rig.signal("STOP", agent.pid());
            fenced(rig, shell + " agent frozen", deadline, 1);
            for (ProcessRef dead : List.of(agent, command, validator)) {
                assertFalse(FencerRig.alive(dead), dead + " lives");
            }
            assertEquals(1, count(nest), "only the first sleeper, which is nobody's child but ours");
        }
    }

    /** How many run under that name; the dead whom nobody has collected yet do not count. */
    private static long count(String comm) {
        return ProcessHandle.allProcesses().filter(each -> {
            try {
                String stat = Files.readString(Path.of("/proc/" + each.pid() + "/stat"));
                return stat.contains("(" + comm + ")") && "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
            } catch (IOException gone) {
                return false;
            }
        }).count();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void renewalKeepsItQuietAndADisarmedFencerKillsNobody(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            FencerChannel link = rig.link(agent);
            long first = rig.in(4000);
            armed(link, first, validator);
            link.arm(first + 1000, validator);
            link.arm(first + 2000, validator);
            assertTrue(link.awaitArmed(ANSWER));
            FencerRig.await("the first deadline", () -> rig.clock.millis() > first - DW_AND_DRIFT + 500);
            link.disarm();
            FencerRig.await("the disarming", () -> link.answered(link.nonce(), ANSWER).filter(a -> a.deadlineMs() == 0).isPresent());
            FencerRig.await("the second deadline", () -> rig.clock.millis() > first + 1500);
            assertTrue(FencerRig.alive(agent) && FencerRig.alive(validator));
            assertEquals(List.of(), rig.files.fenced());
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aDamagedThenDeletedLeaseLeavesTheLastGoodDeadline(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            long deadline = rig.in(4000);
            armed(rig.link(agent), deadline, validator);
            Path lease = rig.dir.resolve("lease");
            String whole = Files.readString(lease);
            Files.writeString(lease, whole.substring(0, whole.length() / 2));
            problem(rig, "lease_damaged");
            // Whole but for its end, as of a write that was cut short, or of two.
            Files.writeString(lease, whole.replaceAll("seq=\\d+", "seq=8").replaceAll("end=\\d+\n$", ""));
            FencerRig.await("the refusal of a torn file", () -> rig.log().contains("not seq '8': the file is torn"));
            Files.writeString(lease, whole.replaceAll("seq=\\d+", "seq=8").replaceAll("end=\\d+\n$", "end=7\n"));
            FencerRig.await("the refusal of two in one", () -> rig.log().contains("end is '7', not seq '8'"));
            Files.writeString(lease, whole.replaceAll("seq=\\d+|end=\\d+", "seq=9").replaceAll("seq=9\n$", "end=9\n")
                    .replaceAll("deadline_ms=\\d+", "deadline_ms=" + "9".repeat(14)));
            problem(rig, "lease_too_long");
            Files.delete(lease);
            problem(rig, "lease_missing");
            assertTrue(rig.once("--check", "--dir", rig.dir.toString()).startsWith("1 failover-fencer: impaired: lease_missing"));
            fenced(rig, shell + " lease deleted", deadline, 1);
            assertFalse(FencerRig.alive(agent) || FencerRig.alive(validator));
        }
    }

    private static void problem(FencerRig rig, String word) {
        FencerRig.await(word, () -> rig.files.answer().filter(a -> a.problem().equals(word) && !a.armed()).isPresent());
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aLeaseOfAnotherBootIsRemovedAndAnOlderSeqIsNoWayBack(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell)) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            rig.files.write(new FencerLease("00000000-last-boot", "old", 1, rig.in(1), agent, 0, 0, validator));
            rig.fencer();
            FencerRig.await("the removal", () -> !Files.exists(rig.dir.resolve("lease")));
            FencerChannel link = rig.link(agent);
            long deadline = rig.in(4000);
            armed(link, deadline, validator);
            link.arm(deadline + 10, validator);
            assertTrue(link.awaitArmed(ANSWER));
            rig.files.write(new FencerLease(rig.clock.bootId(), link.nonce(), 1, deadline + 60_000, agent, 0, 0, validator));
            problem(rig, "lease_refused");
            fenced(rig, shell + " older seq", deadline + 10, 1);
            assertFalse(FencerRig.alive(validator));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aNumberGivenAwayAgainIsNotKilled(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef other = rig.sleeper();
            ProcessRef another = rig.sleeper();
            ProcessRef agent = new ProcessRef(other.pid(), other.start() - 1, "", "");
            FencerChannel link = rig.link(agent);
            link.command(new ProcessRef(another.pid(), another.start() - 1, "", ""));
            long deadline = rig.in(2000);
            link.arm(deadline, new ProcessRef(another.pid(), another.start() - 1, "", ""));
            problem(rig, "validator_not_seen");
            assertFalse(link.awaitArmed(Duration.ZERO), "it must not claim to guard what it does not see");
            fenced(rig, shell + " numbers given away", deadline, 1);
            assertTrue(FencerRig.alive(other) && FencerRig.alive(another));
            for (ProcessRef spared : List.of(other, another)) {
                String stat = Files.readString(Path.of("/proc/" + spared.pid() + "/stat"));
                assertFalse(stat.substring(stat.lastIndexOf(')')).startsWith(") T"), "stopped for good: " + stat);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void scenario12bARestartedAgentTakesOverAndNobodyElseCan(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef validator = rig.sleeper();
            ProcessRef elder = rig.sleeper();
            long tick = rig.in(20); // starts are told apart in ticks of 10 ms
            FencerRig.await("the next tick", () -> rig.clock.millis() > tick);
            ProcessRef first = rig.sleeper();
            long deadline = rig.in(5000);
            armed(rig.link(first), deadline, validator);
            rig.signal("KILL", first.pid());
            rig.link(first).disarm();
            FencerRig.await("the refusal of the dead", () -> rig.log().contains("is not running"));
            rig.link(elder).disarm();
            FencerRig.await("the refusal of the elder", () -> rig.log().contains("started before the one"));
            ProcessRef second = rig.sleeper();
            FencerChannel restarted = rig.link(second);
            armed(restarted, deadline, validator);
            restarted.arm(deadline + 2500, validator);
            assertTrue(restarted.awaitArmed(ANSWER));
            FencerRig.await("the first deadline", () -> rig.clock.millis() > deadline);
            assertTrue(FencerRig.alive(validator), "renewed by the restarted agent, yet fenced");
            fenced(rig, shell + " second agent", deadline + 2500, 1);
            assertFalse(FencerRig.alive(validator) || FencerRig.alive(second));
            assertTrue(FencerRig.alive(elder));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aFencerKilledOverADamagedLeaseStillKnowsItWhenItIsBack(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            long deadline = rig.in(4000);
            armed(rig.link(agent), deadline, validator);
            assertTrue(rig.once("--dir", rig.dir.toString()).startsWith("3 failover-fencer: another fencer"));
            rig.fencer.destroyForcibly().waitFor();
            assertTrue(rig.once("--check", "--dir", rig.dir.toString()).startsWith("1 failover-fencer: not running"));
            Files.writeString(rig.dir.resolve("lease"), "half a li");
            rig.fencer();
            fenced(rig, shell + " fencer restarted", deadline, 1);
            assertFalse(FencerRig.alive(agent) || FencerRig.alive(validator));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void scenario17ADeadlineThatPassedWhileTheFencerStoodStillIsActedOnAtOnce(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            long deadline = rig.in(2500);
            armed(rig.link(agent), deadline, validator);
            rig.signal("STOP", rig.fencer.pid());
            FencerRig.await("the deadline", () -> rig.clock.millis() > deadline + 500);
            assertTrue(FencerRig.alive(validator), "somebody else killed it");
            long resumed = rig.clock.millis();
            rig.signal("CONT", rig.fencer.pid());
            FencerRig.await("the fence", () -> rig.fences().size() == 1);
            long took = FencerRig.value(rig.fences().get(0), "at_ms") - resumed;
            System.out.printf("FencerIT %s resumed after the deadline: verified death %d ms after the resume%n", shell, took);
            assertTrue(took <= 1000, rig.fences().toString());
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aValidatorRestartedBehindTheAgentsBackGoesTooButNoStranger(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            ProcessRef stranger = rig.sleeper();
            long deadline = rig.in(3000);
            armed(rig.link(agent), deadline, validator);
            rig.signal("KILL", validator.pid());
            ProcessRef successor = rig.sleeper(validator.comm());
            String line = fenced(rig, shell + " successor", deadline, 1);
            assertFalse(FencerRig.alive(successor), line);
            assertTrue(FencerRig.alive(stranger));
            // Of another service: not the one we guard.
            ProcessRef next = rig.sleeper();
            ProcessRef neighbour = rig.sleeper(validator.comm());
            long later = rig.in(2000);
            rig.link(next).arm(later, new ProcessRef(validator.pid(), validator.start(), validator.comm(), "0::/another.service"));
            fenced(rig, shell + " neighbour", later, 2);
            assertTrue(FencerRig.alive(neighbour));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void itFencesTwiceInARowAndARestartRepeatsNothing(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            String comm = "";
            for (int run = 1; run <= 2; run++) {
                ProcessRef agent = rig.sleeper();
                ProcessRef validator = rig.sleeper();
                comm = validator.comm();
                long deadline = rig.in(2000);
                armed(rig.link(agent), deadline, validator);
                fenced(rig, shell + " run " + run, deadline, run);
                assertFalse(FencerRig.alive(agent) || FencerRig.alive(validator));
            }
            ProcessRef restarted = rig.sleeper(comm);
            rig.fencer.destroyForcibly().waitFor();
            Files.delete(rig.dir.resolve("answer")); // as when it could not be written
            rig.fencer();
            long then = rig.in(1000);
            FencerRig.await("a second of peace", () -> rig.clock.millis() > then);
            assertTrue(FencerRig.alive(restarted), "the validator restarted after the fence is innocent (E14)");
            assertEquals(2, rig.fences().size());
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void wrongArgumentsAreRefusedByName(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell)) {
            assertTrue(rig.once("--poll").startsWith("2 failover-fencer: unknown option --poll"));
            assertTrue(rig.once("--poll-ms", "1000").startsWith("2 failover-fencer: 1000 ms"));
            assertTrue(rig.once("--dw-ms", "1s").startsWith("2 failover-fencer: --dw-ms 1s"));
            assertTrue(rig.once("--dir").startsWith("2 failover-fencer: --dir needs"));
            assertTrue(rig.once("--dir", rig.dir + "/none").startsWith("3 failover-fencer: --dir"));
            assertTrue(rig.once("--help").startsWith("0 usage: failover-fencer"));
        }
    }
}
