package failover.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Whether a directory is writable for this user (and root) only: any other user with write access could replace one of our files by a
 * symbolic link and make us overwrite its target. Blocks.
 */
public final class PrivateDirectory {

    private PrivateDirectory() {
    }

    /**
     * Why this directory is not to be used, with what would do; {@code null} when it is ours. A directory of root, or one that only our
     * own primary group may write too, counts as ours.
     *
     * @throws IOException when that cannot be read
     */
    public static String objection(Path directory) throws IOException {
        int owner = number(directory, "unix:uid");
        int us = ourNumber("Uid:");
        if (owner != us && owner != 0) {
            return "it belongs to uid " + owner + ", and this program runs as uid " + us + ": its owner could have other files overwritten;"
                    + " chown it to the user this program runs as";
        }
        Set<PosixFilePermission> modes = Files.getPosixFilePermissions(directory);
        if (modes.contains(PosixFilePermission.OTHERS_WRITE)) {
            return "everybody may write in it, and could have other files overwritten; chmod 0700 " + directory;
        }
        boolean ourGroup = number(directory, "unix:gid") == ourNumber("Gid:");
        if (modes.contains(PosixFilePermission.GROUP_WRITE) && !ourGroup) {
            return "a group that is not this program's own may write in it, and could have other files overwritten; chmod 0700 "
                    + directory;
        }
        return null;
    }

    /** The effective one, the second of four. */
    private static int ourNumber(String line) throws IOException {
        for (String each : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
            if (each.startsWith(line)) {
                return Integer.parseInt(each.substring(line.length()).strip().split("\\s+")[1]);
            }
        }
        throw new IOException("/proc/self/status does not say who this program runs as: is /proc mounted?");
    }

    private static int number(Path path, String attribute) throws IOException {
        return (Integer) Files.getAttribute(path, attribute);
    }
}
