package failover.testbed.soak;

import failover.testbed.lab.FrozenDisk;
import failover.testbed.lab.Lab;
import failover.testbed.lab.NotHere;
import failover.testbed.lab.UnreadPipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A running lab with manager and fencers, and what can be taken from it besides: a disk of its own under each agent's state_dir, a reader
 * of each agent's output that may stop reading, the manager's state with an old copy of it. One thread uses it.
 */
final class Rig implements AutoCloseable {
    private static final List<String> HOSTS = List.of("a", "b");

    private final Lab lab = Lab.create().withFencer().withManager();
    private final Map<String, FrozenDisk> disks = new TreeMap<>();
    private final Map<String, UnreadPipe> pipes = new TreeMap<>();
    private final Set<String> paused = new HashSet<>();
    private final Path directory;

    private Rig(Path directory) {
        this.directory = directory;
    }

    /**
     * Builds and starts it. Where the machine allows no disks of its own, they are left out, which is said.
     *
     * @param fullRpc the validators serve Agave's full RPC API; else the minimal one, which is the rule
     */
    static Rig start(boolean fullRpc, Consumer<String> say) {
        Rig rig;
        try {
            rig = new Rig(Files.createTempDirectory("soak"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            rig.begin(fullRpc, say);
            return rig;
        } catch (RuntimeException | Error e) {
            rig.close();
            throw e;
        }
    }

    private void begin(boolean fullRpc, Consumer<String> say) {
        if (fullRpc) {
            lab.validatorOptions("--full-rpc-api");
        }
        lab.configure("manager", json -> json.put("failover_cooldown", "1s"));
        for (String host : HOSTS) {
            try {
                FrozenDisk disk = FrozenDisk.on(directory.resolve(host));
                disks.put(host, disk);
                lab.configure("agent-" + host, json -> json.put("state_dir", disk.directory().resolve("state").toString()));
            } catch (NotHere e) {
                say.accept("left out, the disk of host " + host + " neither hangs nor is full: " + e.getMessage());
            }
            lab.under("agent-" + host, () -> {
                Path home = lab.directory().resolve(host);
                UnreadPipe pipe = UnreadPipe.in(home, home.resolve("agent.log"));
                pipes.put(host, pipe);
                return pipe.prefix();
            });
        }
        lab.start();
    }

    Lab lab() {
        return lab;
    }

    /** The manager's state as it is now is what a backup will have brought back. */
    void backUp() {
        copy(state(), directory.resolve("backup"));
    }

    void pause(String host) {
        paused.add(host);
        lab.suspendHost(host);
    }

    /** From {@link #pause} to {@link #mend}. */
    boolean machineStandsStill() {
        return !paused.isEmpty();
    }

    void logIsUnread(String host) {
        pipes.get(host).stopReading();
    }

    void diskHangs(String host) {
        if (disks.containsKey(host)) {
            disks.get(host).freeze();
        }
    }

    void diskIsFull(String host) {
        if (disks.containsKey(host)) {
            disks.get(host).fill();
        }
    }

    /** It is killed, and comes back without its state, or with what {@link #backUp} kept. */
    void managerComesBack(boolean restored) {
        lab.manager().kill();
        remove(state());
        if (restored) {
            copy(directory.resolve("backup"), state());
        }
        lab.manager().start();
    }

    private Path state() {
        return lab.directory().resolve("manager-state");
    }

    /** Disks and pipes are as at the start, and machines that were paused run again. Gives those that did. */
    Set<String> mend() {
        disks.values().forEach(FrozenDisk::thaw);
        disks.values().forEach(FrozenDisk::free);
        pipes.values().forEach(UnreadPipe::read);
        Set<String> ran = new HashSet<>(paused);
        paused.forEach(lab::resumeHost);
        paused.clear();
        return ran;
    }

    private static void copy(Path from, Path to) {
        remove(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                copyIfThere(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the manager is just writing has another name in a moment. */
    private static void copyIfThere(Path file, Path to) throws IOException {
        try {
            Files.copy(file, to);
        } catch (NoSuchFileException ignored) {
            // It is copied, or will be next time, under that name.
        }
    }

    private static void remove(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        disks.values().forEach(FrozenDisk::thaw);
        lab.close();
        pipes.values().forEach(UnreadPipe::close);
        disks.values().forEach(FrozenDisk::close);
        remove(directory);
    }
}
