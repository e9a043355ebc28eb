package failover.agent.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;

/** Which process listens on a TCP port, by /proc. Blocks; another user's processes cannot be seen into and own nothing then. */
final class SocketOwners {
    private static final String LISTEN = "0A";

    private SocketOwners() {
    }

    /** The inodes of the sockets that listen on that port, over IPv4 and IPv6. */
    static Set<String> listening(Path proc, int port) {
        Set<String> inodes = new HashSet<>();
        rows(proc, port).forEach(field -> inodes.add(field[9]));
        return inodes;
    }

    /**
     * The user who listens on that port of this host, when it is none of those who may.
     *
     * @param host as written: {@code localhost}, or an address; for any other name the answer is unknown
     * @param trusted by number
     */
    static Optional<Long> stranger(Path proc, String host, int port, LongPredicate trusted) {
        List<Long> users = new ArrayList<>();
        for (String[] field : rows(proc, port)) {
            if (isMeant(host, field[1].substring(0, field[1].indexOf(':')))) {
                users.add(Long.parseLong(field[7]));
            }
        }
        return users.stream().anyMatch(trusted::test) ? Optional.empty() : users.stream().findFirst();
    }

    /** Whether who connects to that host may reach a listener on that address, as /proc writes it. */
    private static boolean isMeant(String host, String address) {
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        boolean loopback = plain.equals("localhost") || plain.startsWith("127.") || plain.equals("::1");
        if (address.matches("0+")) {
            return loopback;
        }
        if (plain.equals("localhost")) {
            return isMeant("127.0.0.1", address) || isMeant("::1", address);
        }
        boolean literal = plain.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
        String wanted = literal ? hex(plain) : "";
        // A socket of IPv6 takes connections of IPv4 as well, under an address that is written so.
        return !wanted.isEmpty() && (address.equals(wanted) || address.equals(mapped() + wanted));
    }

    /** What stands before an address of IPv4 in one of IPv6, ::ffff:, in the same writing. */
    private static String mapped() {
        return "0000000000000000" + (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "FFFF0000" : "0000FFFF");
    }

    /** An address in words of 32 bits, each in this machine's order, as /proc/net/tcp has it. */
    private static String hex(String literal) {
        try {
            byte[] bytes = InetAddress.getByName(literal).getAddress();
            ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            StringBuilder text = new StringBuilder();
            while (words.hasRemaining()) {
                text.append(String.format(Locale.ROOT, "%08X", words.getInt()));
            }
            return text.toString();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    /** The kernel lists those that listen first: what stands behind them may be many thousands, and is not read. */
    private static List<String[]> rows(Path proc, int port) {
        List<String[]> rows = new ArrayList<>();
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        for (String table : new String[] {"net/tcp", "net/tcp6"}) {
            try (BufferedReader lines = Files.newBufferedReader(proc.resolve(table), StandardCharsets.US_ASCII)) {
                lines.readLine();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] field = line.trim().split("\\s+");
                    if (field.length <= 9 || !field[3].equals(LISTEN)) {
                        break;
                    }
                    if (field[1].endsWith(suffix)) {
                        rows.add(field);
                    }
                }
            } catch (IOException ignored) {
                // A machine without IPv6 lacks the second table.
            }
        }
        return rows;
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
