package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import failover.protocol.Bounds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fencer does not do: obey a lease too long, kill other people's processes, follow links, stop half way, go by a signal. */
class FencerBoundsIT {
    private static final Duration ANSWER = Duration.ofSeconds(5);

    static List<String> shells() {
        return FencerRig.shells();
    }

    private static void problem(FencerRig rig, String word) {
        FencerRig.await(word, () -> rig.files.answer().filter(a -> a.problem().equals(word) && !a.armed()).isPresent());
    }

    /** A sleeper of another user than the one who runs this. */
    private static ProcessRef nobodys(FencerRig rig) throws IOException {
        List<String> command = new ArrayList<>(FencerRig.nobody(false));
        String name = rig.sleeper().comm();
        command.addAll(List.of(Path.of(System.getProperty("java.io.tmpdir"), name).toString(), "604"));
        Process process = rig.start(command.toArray(String[]::new));
        FencerRig.await("the user's sleeper", () -> ProcessRef.of(process.pid()).filter(ref -> ref.comm().equals(name)).isPresent());
        return ProcessRef.of(process.pid()).orElseThrow();
    }

    @Test
    void theLongestLeaseIsTheAgentsAndTheManagersOwn() throws IOException {
        assertTrue(Files.readString(FencerRig.SCRIPT).contains("\nmax_lease_ms=" + Bounds.LONGEST_LEASE_MS + " "),
                "the fencer's --max-lease-ms is not Bounds.LONGEST_LEASE_MS");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aLeaseTooLongIsNamedAndTheNextOneCountsAgain(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            FencerChannel link = rig.link(agent);
            link.arm(rig.in(20_000), validator);
            assertTrue(link.awaitArmed(ANSWER));
            link.arm(rig.in(Bounds.LONGEST_LEASE_MS + 60_000), validator);
            problem(rig, "lease_too_long");
            assertFalse(link.says(ANSWER).capable());
            assertTrue(link.says(ANSWER).problem().contains("lease_too_long"), link.says(ANSWER).problem());
            assertTrue(rig.once("--check", "--dir", rig.dir.toString()).contains("impaired: lease_too_long"));
            link.arm(rig.in(Bounds.LONGEST_LEASE_MS - 1000), validator);
            assertTrue(link.awaitArmed(ANSWER), "the longest lease there is must be taken");
            assertEquals("", rig.files.answer().orElseThrow().problem());
            link.disarm();
            FencerRig.await("the disarming", () -> link.answered(link.nonce(), ANSWER).filter(a -> a.deadlineMs() == 0).isPresent());
            assertTrue(FencerRig.alive(validator));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aProcessOfAnotherUserIsNotKilledWhateverTheLeaseSays(String shell) throws Exception {
        assumeTrue(FencerRig.root(), "needs root, to be two users");
        try (FencerRig rig = new FencerRig(shell).asNobody(true).fencer()) {
            ProcessRef roots = rig.sleeper();
            ProcessRef agent = nobodys(rig);
            FencerChannel link = rig.link(agent);
            link.command(rig.sleeper());
            link.arm(rig.in(2000), roots);
            rig.leaseIsNobodys();
            problem(rig, "validator_of_another_user");
            FencerRig.await("the fence", () -> rig.fences().size() == 1);
            String line = rig.fences().get(0);
            assertEquals(0, FencerRig.value(line, "verified"));
            assertTrue(line.contains("of_another_user=[" + roots.pid() + ":" + roots.start() + ":validator:uid=0"), line);
            assertTrue(FencerRig.alive(roots), "root's process was killed for a lease of nobody's");
            assertFalse(FencerRig.alive(agent), "the agent is its user's own");
            // A successor is known by its name, and so could be anybody's.
            link.command(ProcessRef.NONE);
            ProcessRef next = nobodys(rig);
            rig.link(next).arm(rig.in(2000), new ProcessRef(0, 0, roots.comm(), ""));
            rig.leaseIsNobodys();
            FencerRig.await("the second fence", () -> rig.fences().size() == 2);
            assertTrue(FencerRig.alive(roots), "root's process was killed for its name");
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void theUserNamedAtInstallIsFencedTooAndNobodyElse(String shell) throws Exception {
        assumeTrue(FencerRig.root(), "needs root, to be two users");
        try (FencerRig rig = new FencerRig(shell).asNobody(true).fencer("--uid", "0")) {
            ProcessRef roots = rig.sleeper();
            FencerChannel link = rig.link(nobodys(rig));
            link.arm(rig.in(2000), roots);
            rig.leaseIsNobodys();
            assertTrue(link.awaitArmed(ANSWER));
            FencerRig.await("the fence", () -> rig.fences().size() == 1);
            assertEquals(1, FencerRig.value(rig.fences().get(0), "verified"));
            assertFalse(FencerRig.alive(roots));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void whoMayNotKillSaysSo(String shell) throws Exception {
        assumeTrue(FencerRig.root(), "needs root, to be two users");
        try (FencerRig rig = new FencerRig(shell).asNobody(false).fencer("--uid", "0")) {
            FencerChannel link = rig.link(nobodys(rig));
            link.arm(rig.in(20_000), rig.sleeper());
            rig.leaseIsNobodys();
            problem(rig, "no_permission_for_validator");
            assertFalse(link.awaitArmed(Duration.ZERO));
            assertFalse(link.says(ANSWER).capable());
            link.disarm();
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aDirectoryThatOthersMayWriteIsRefused(String shell) throws Exception {
        assumeTrue(FencerRig.root(), "needs root, to be two users");
        try (FencerRig rig = new FencerRig(shell)) {
            Files.setPosixFilePermissions(rig.dir, PosixFilePermissions.fromString("rwxrwxrwx"));
            String open = rig.once("--dir", rig.dir.toString());
            assertTrue(open.startsWith("3 failover-fencer: --dir " + rig.dir + " may be written by everybody"), open);
            Files.setPosixFilePermissions(rig.dir, PosixFilePermissions.fromString("rwx------"));
            rig.asNobody(false);
            Files.setAttribute(rig.dir, "unix:uid", 1);
            Files.setPosixFilePermissions(rig.dir, PosixFilePermissions.fromString("rwxrwxr-x"));
            String said = rig.once("--dir", rig.dir.toString());
            assertTrue(said.startsWith("3 failover-fencer: --dir " + rig.dir + " belongs to user 1, this fencer runs as 65534"), said);
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void noLinkIsFollowed(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell)) {
            Path keypair = Files.writeString(rig.dir.resolve("keypair.json"), "[1,2,3]\n");
            Files.createSymbolicLink(rig.dir.resolve("answer.new"), keypair);
            Files.createSymbolicLink(rig.dir.resolve("fenced"), keypair);
            rig.fencer();
            FencerChannel link = rig.link(rig.sleeper());
            link.arm(rig.in(2000), rig.sleeper());
            FencerRig.await("the fence", () -> rig.log().contains("event=fenced"));
            assertTrue(rig.log().contains("cannot write " + rig.dir.resolve("fenced")), rig.log());
            assertEquals("[1,2,3]\n", Files.readString(keypair));
            Files.delete(rig.dir.resolve("fenced"));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aFenceBegunIsFinishedBeforeAStopIsObeyed(String shell) throws Exception {
        String real = Files.readString(FencerRig.SCRIPT);
        // The signal comes right behind the first words of the fence.
        String loop = "    while :; do\n        kill_known\n";
        String accident = real.replace(loop, "    kill -s TERM $$\n" + loop);
        assertFalse(accident.equals(real), "the script has changed, and with it where the accident is to happen");
        try (FencerRig rig = new FencerRig(shell).script(accident).fencer()) {
            ProcessRef agent = rig.sleeper();
            ProcessRef validator = rig.sleeper();
            FencerChannel link = rig.link(agent);
            link.arm(rig.in(2000), validator);
            FencerRig.await("its end", () -> !rig.fencer.isAlive());
            assertEquals(1, rig.fences().size(), rig.log());
            assertTrue(rig.log().strip().endsWith("deadline_ms=0 is watched by nobody until the next start"), rig.log());
            assertFalse(FencerRig.alive(agent) || FencerRig.alive(validator));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void theAgentIsStoppedBeforeItCanSeeItsValidatorStopped(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            // So many children that a fence which leaves the agent running would last for a while.
            Process family = rig.start(rig.shell().toString(), "-c", "i=0; while [ $i -lt 150 ]; do sleep 605 & i=$((i+1)); done; wait");
            ProcessRef validator = FencerRig.ref(family);
            FencerRig.await("the family", () -> family.children().count() == 150);
            Path saw = rig.dir.resolve("saw");
            ProcessRef agent = FencerRig.ref(rig.start("sh", "-c", "while read -r line < /proc/" + family.pid()
                    + "/stat; do case $line in *') T '*) : > " + saw + " ;; esac; done"));
            FencerChannel link = rig.link(agent);
            link.arm(rig.in(2500), validator);
            FencerRig.await("the fence", () -> rig.fences().size() == 1);
            assertFalse(Files.exists(saw), "the agent still ran after its validator was stopped");
            assertFalse(FencerRig.alive(agent) || FencerRig.alive(validator));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void signalsThatMeanReloadElsewhereDoNotEndIt(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell).fencer()) {
            for (String signal : List.of("HUP", "USR1", "USR2", "ALRM", "QUIT", "PIPE")) {
                rig.signal(signal, rig.fencer.pid());
            }
            ProcessRef validator = rig.sleeper();
            rig.link(rig.sleeper()).arm(rig.in(2000), validator);
            FencerRig.await("the fence", () -> rig.fences().size() == 1);
            assertTrue(rig.fencer.isAlive());
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aThreadOnItsWayOutCountsAsDeadAndAnyOtherAsAlive(String shell) throws Exception {
        try (FencerRig rig = new FencerRig(shell)) {
            Path proc = Files.createDirectories(rig.dir.resolve("proc"));
            String functions = Files.readString(FencerRig.SCRIPT).replaceAll("(?m)^main \"\\$@\"$", "")
                    .replace("\"/proc/", "\"" + proc + "/").replace("#/proc/", "#" + proc + "/");
            Path lib = Files.writeString(rig.dir.resolve("lib"), functions);
            thread(proc, 41, 41, 'R', 0x400100);
            thread(proc, 42, 42, 'Z', 0x400104);
            thread(proc, 42, 43, 'D', 0x400104);
            thread(proc, 44, 44, 'Z', 0x400104);
            thread(proc, 44, 45, 'S', 0x400140);
            String script = ". " + lib + "; for pid in 41 42 44 46; do if running $pid 100; then echo $pid runs;"
                    + " else echo $pid is gone; fi; done";
            List<String> command = new ArrayList<>(List.of(shell.split(" ")));
            command.addAll(List.of("-c", script));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals("41 runs\n42 is gone\n44 runs\n46 is gone\n", said);
            deleteTree(proc);
        }
    }

    private static void thread(Path proc, int pid, int tid, char state, int flags) throws IOException {
        String stat = tid + " (a b) " + state + " 1 " + pid + " " + pid + " 0 -1 " + flags + " 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n";
        Files.createDirectories(proc.resolve(pid + "/task/" + tid));
        Files.writeString(proc.resolve(pid + "/task/" + tid + "/stat"), stat);
        if (pid == tid) {
            Files.writeString(proc.resolve(pid + "/stat"), stat);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (var all = Files.walk(root)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
