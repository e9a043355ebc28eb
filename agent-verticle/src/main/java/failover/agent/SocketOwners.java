package failover.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Which process listens on a TCP port, by /proc. Blocks; another user's processes cannot be seen into and own nothing then. */
final class SocketOwners {
    private static final String LISTEN = "0A";

    private SocketOwners() {
    }

    /** The inodes of the sockets that listen on that port, over IPv4 and IPv6. */
    static Set<String> listening(Path proc, int port) {
        Set<String> inodes = new HashSet<>();
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        for (String table : new String[] {"net/tcp", "net/tcp6"}) {
            try (Stream<String> lines = Files.lines(proc.resolve(table), StandardCharsets.US_ASCII)) {
                lines.forEach(line -> {
                    String[] field = line.trim().split("\\s+");
                    if (field.length > 9 && field[1].endsWith(suffix) && field[3].equals(LISTEN)) {
                        inodes.add(field[9]);
                    }
                });
            } catch (IOException | java.io.UncheckedIOException ignored) {
                // A machine without IPv6 lacks the second table.
            }
        }
        return inodes;
    }

    /** Whether the process has one of those sockets open. */
    static boolean owns(Path proc, long pid, Set<String> inodes) {
        if (inodes.isEmpty()) {
            return false;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(proc.resolve(pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (isOneOf(descriptor, inodes)) {
                    return true;
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return false;
        }
        return false;
    }

    private static boolean isOneOf(Path descriptor, Set<String> inodes) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:[") && inodes.contains(target.substring(8, target.length() - 1));
        } catch (IOException e) {
            return false;
        }
    }
}
