package failover.testbed.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds and ends all processes of a lab, wherever they have gone: each inherits a mark in its environment. */
final class Marked {
    static final String NAME = "FAILOVER_LAB";
    /** On each host of a lab there is one more, the lab's with the host's name behind it. */
    static final String HOST = "FAILOVER_LAB_HOST";

    private Marked() {
    }

    /** The pids of living processes that carry the mark, read from /proc. */
    static List<Long> find(String mark) {
        return find(NAME, mark);
    }

    /** The same of another variable. */
    static List<Long> find(String name, String mark) {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (carries(process, name, mark)) {
                    found.add(Long.valueOf(String.valueOf(process.getFileName())));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("/proc cannot be listed", e);
        }
        return found;
    }

    private static boolean carries(Path process, String name, String mark) {
        try {
            String environment = new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1);
            return ("\0" + environment).contains("\0" + name + "=" + mark + "\0");
        } catch (IOException e) {
            // It ended meanwhile, or it is another user's.
            return false;
        }
    }

    /** SIGKILL until none is left: one of them may be forking while we look. */
    static void killAll(String mark) {
        for (int round = 0; round < 20; round++) {
            List<Long> pids = find(mark);
            if (pids.isEmpty()) {
                return;
            }
            pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }
}
