package failover.agent.fence;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The real fencer under one shell, with real processes for what it guards. */
final class FencerRig implements AutoCloseable {

    static final Path SCRIPT = Path.of("..", "deploy", "fencer", "failover-fencer").toAbsolutePath().normalize();
    private static final AtomicInteger NAMES = new AtomicInteger();

    final Path dir;
    final BootClock clock = BootClock.system();
    final LeaseFile files;
    private final List<String> shell;
    private final List<Process> started = new ArrayList<>();
    private final List<Path> copies = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private List<String> before = List.of();
    private Path script = SCRIPT;
    Process fencer;

    FencerRig(String shell) throws IOException {
        // In memory, as in service: a busy disk is none of the fencer's business.
        Path memory = Path.of("/dev/shm");
        this.dir = Files.createTempDirectory(Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir")), "fencer");
        this.files = new LeaseFile(dir);
        this.shell = List.of(shell.split(" "));
    }

    /** The shells of this machine: what runs as /bin/sh, and the others it must run under where they are installed. */
    static List<String> shells() {
        List<String> found = new ArrayList<>();
        for (String name : List.of("dash", "busybox sh")) {
            if (Files.isExecutable(Path.of("/bin", name.split(" ")[0])) || Files.isExecutable(Path.of("/usr/bin", name.split(" ")[0]))) {
                found.add(name);
            }
        }
        return found.isEmpty() ? List.of("sh") : found;
    }

    static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The user that is nobody, perhaps with the right to signal others. */
    static List<String> nobody(boolean mayKill) {
        List<String> words = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        if (mayKill) {
            words.addAll(List.of("--inh-caps=+kill", "--ambient-caps=+kill"));
        }
        return words;
    }

    /** The directory and the fencer are that user's from here on. For root only. */
    FencerRig asNobody(boolean mayKill) throws IOException {
        before = nobody(mayKill);
        Files.setAttribute(dir, "unix:uid", 65534);
        Files.setAttribute(dir, "unix:gid", 65534);
        return this;
    }

    /** Whoever wrote the lease, it is that user's: this test is root, and no other user could read it. */
    FencerRig leaseIsNobodys() throws IOException {
        Files.setAttribute(dir.resolve("lease"), "unix:uid", 65534);
        return this;
    }

    /** Another text of the script: the real one with an accident put in. */
    FencerRig script(String text) throws IOException {
        script = dir.resolve("script");
        Files.writeString(script, text);
        return this;
    }

    FencerRig fencer(String... more) throws IOException {
        List<String> command = new ArrayList<>();
        if (root()) {
            command.addAll(List.of("nice", "-n", "-20")); // as its unit does
        }
        command.addAll(before);
        command.addAll(shell);
        command.add(script.toString());
        if (options.isEmpty()) {
            options.addAll(List.of(more));
        }
        command.addAll(List.of("--dir", dir.toString()));
        command.addAll(options);
        fencer = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve("log").toFile())).start();
        started.add(fencer);
        await("the fencer's answer", () -> files.answer().filter(answer -> answer.fencerPid() == fencer.pid()).isPresent());
        return this;
    }

    /** Runs the script to its end; its exit status and its one line. */
    String once(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(shell);
        command.add(SCRIPT.toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        // One that should have ended and watches instead.
        CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS).execute(process::destroyForcibly);
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
        return process.waitFor() + " " + said;
    }

    /** A process of a name no other has: successors are known by their names, and this machine has other sleepers. */
    ProcessRef sleeper() throws IOException {
        return sleeper("fv" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet());
    }

    ProcessRef sleeper(String name) throws IOException {
        return ref(start(copy("/bin/sleep", name).toString(), "600"));
    }

    /** A shell of a name no other has: a fence takes all of its validator's name along, and this machine has other shells. */
    Path shell() throws IOException {
        return copy("/bin/sh", "fs" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet());
    }

    private Path copy(String program, String name) throws IOException {
        Path copy = Path.of(System.getProperty("java.io.tmpdir"), name);
        if (!Files.exists(copy)) {
            Files.copy(Path.of(program), copy);
            copies.add(copy);
        }
        return copy;
    }

    Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        started.add(process);
        return process;
    }

    /** What is known of a child once it runs its program (until then it bears the JVM's helper's name). */
    static ProcessRef ref(Process process) {
        await("the start of " + process.pid(), () -> ProcessRef.of(process.pid()).filter(found -> !found.comm().equals("java")
                && !found.comm().equals("jspawnhelper")).isPresent());
        return ProcessRef.of(process.pid()).orElseThrow();
    }

    FencerChannel link(ProcessRef agent) throws IOException {
        return new FencerChannel(files, clock, agent);
    }

    long in(long millis) throws IOException {
        return clock.millis() + millis;
    }

    void signal(String name, long pid) throws IOException, InterruptedException {
        if (new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid).start().waitFor() != 0) {
            fail("kill -s " + name + " " + pid + " failed");
        }
    }

    /** Whether it may still run its program: what is on its way out (PF_EXITING, 4), or out and not yet collected, may not. */
    static boolean alive(ProcessRef process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[19]) == process.start() && !"Z".equals(fields[0]) && !"X".equals(fields[0])
                    && (Long.parseLong(fields[6]) & 4) == 0;
        } catch (IOException gone) {
            return false;
        }
    }

    List<String> fences() throws IOException {
        return files.fenced().stream().filter(line -> line.startsWith("event=fenced")).toList();
    }

    String log() throws IOException {
        return Files.readString(dir.resolve("log"));
    }

    static long value(String line, String key) {
        for (String word : line.split(" ")) {
            if (word.startsWith(key + "=")) {
                return Long.parseLong(word.substring(key.length() + 1));
            }
        }
        throw new AssertionError("no " + key + " in " + line);
    }

    /** A condition that reads files. */
    interface Condition {
        boolean holds() throws IOException;
    }

    static void await(String what, Condition condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        try {
            while (!condition.holds()) {
                if (System.nanoTime() - end >= 0) {
                    fail("waited 20 s for " + what);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        } catch (IOException e) {
            throw new AssertionError("while waiting for " + what, e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Process process : started) {
            process.destroyForcibly();
        }
        for (Process process : started) {
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
        for (Path copy : copies) {
            Files.deleteIfExists(copy);
        }
        try (var left = Files.list(dir)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(dir);
    }
}
