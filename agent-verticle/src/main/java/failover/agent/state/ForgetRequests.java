package failover.agent.state;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests of an operator on this host that the agent forget its manager or its peer (E12): a file in {@code state_dir}, writable for
 * root and the agent's user only, so that the network has no access. The agent polls for it every second and at its start, and removes it
 * once the new bindings are durable. Blocks.
 */
public final class ForgetRequests {
    /** How long the command line waits for a running agent. */
    public static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final String MANAGER = "forget-manager";
    private static final String PEER = "forget-peer";

    private final Path directory;

    public ForgetRequests(Path stateDir) {
        this.directory = stateDir;
    }

    /**
     * What is asked for.
     *
     * @param manager forget the manager
     * @param peer forget the peer
     */
    public record Asked(boolean manager, boolean peer) {
        public boolean any() {
            return manager || peer;
        }
    }

    /** The pending request. */
    public Asked asked() {
        return new Asked(Files.exists(directory.resolve(MANAGER)), Files.exists(directory.resolve(PEER)));
    }

    /** It is done, durably. */
    public void done(Asked asked) throws IOException {
        if (asked.manager()) {
            Files.deleteIfExists(directory.resolve(MANAGER));
        }
        if (asked.peer()) {
            Files.deleteIfExists(directory.resolve(PEER));
        }
    }

    /** The command line: writes the request, waits until a running agent has accepted it, prints the result. Returns the exit code. */
    public int ask(Asked asked, Duration patience, PrintStream out) throws InterruptedException {
        if (!Files.isDirectory(directory)) {
            out.println("There is no state_dir " + directory + ": is this the configuration of the agent on this host?");
            return 1;
        }
        List<Path> words = new ArrayList<>();
        try {
            if (asked.manager()) {
                words.add(leave(MANAGER));
            }
            if (asked.peer()) {
                words.add(leave(PEER));
            }
        } catch (IOException e) {
            out.println(e + ": run this as root or as the agent's user");
            return 1;
        }
        long end = System.nanoTime() + patience.toNanos();
        while (words.stream().anyMatch(Files::exists)) {
            if (System.nanoTime() - end > 0) {
                out.println("The agent has not taken the word within " + patience.toSeconds() + " s. If it does not run, it does so when "
                    + "it starts; else look at its log, or take the word back: rm " + words.get(0));
                return 0;
            }
            java.util.concurrent.TimeUnit.MILLISECONDS.sleep(100);
        }
        String whom = !asked.peer() ? "manager" : !asked.manager() ? "peer" : "manager and its peer";
        out.println("Done: the agent has forgotten its " + whom + ", and binds itself to the next one that it meets.");
        return 0;
    }

    private Path leave(String name) throws IOException {
        Path word = directory.resolve(name);
        try {
            return Files.createFile(word, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            return word;
        } catch (NoSuchFileException e) {
            throw new IOException("state_dir " + directory + " is gone", e);
        }
    }
}
