package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A resolver of its own for one program, in a mount namespace: {@link #NAME} is this machine, until it falls silent; then questions arrive
 * somewhere and are never answered, as when the name server is cut off.
 */
public final class MuteResolver implements AutoCloseable {
    /** Resolves to 127.0.0.1. */
    public static final String NAME = "host.lab";

    private final Path hosts;
    private final Path configuration;
    private final DatagramSocket silent;

    private MuteResolver(Path hosts, Path configuration, DatagramSocket silent) {
        this.hosts = hosts;
        this.configuration = configuration;
        this.silent = silent;
    }

    /** With its files in that directory; without the right to mount or to take the port 53 the test is skipped and says why. */
    public static MuteResolver in(Path directory) {
        BashRunner.Result may = BashRunner.run(List.of("unshare", "-m", "true"));
        Needs.orSkip(may.exit() == 0 ? "" : "a mount namespace cannot be had here: " + may.error().strip());
        try {
            String address = "127.53." + ProcessHandle.current().pid() % 250 + "." + (1 + System.nanoTime() % 250);
            DatagramSocket silent = new DatagramSocket(null);
            try {
                silent.bind(new InetSocketAddress(InetAddress.getByName(address), 53));
            } catch (IOException e) {
                silent.close();
                Needs.orSkip("port 53 of " + address + " cannot be had here: " + e.getMessage());
            }
            MuteResolver made = new MuteResolver(directory.resolve("hosts"), directory.resolve("resolv.conf"), silent);
            Files.writeString(made.hosts, "127.0.0.1 localhost " + NAME + "\n");
            Files.writeString(made.configuration, "nameserver " + address + "\noptions timeout:5 attempts:5\n");
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program is started by, so that it resolves so; it replaces this, so the process is the program's. What Java has resolved it
     * keeps for a second only. */
    public List<String> prefix() {
        return List.of("unshare", "-m", "sh", "-c", "mount --bind '" + hosts + "' /etc/hosts && mount --bind '" + configuration
            + "' /etc/resolv.conf && export JAVA_TOOL_OPTIONS=\"${JAVA_TOOL_OPTIONS:-} -Dsun.net.inetaddr.ttl=1\" && exec \"$@\"", "sh");
    }

    /** From now on the name is nowhere, and asking for it takes for ever. */
    public void fallSilent() throws IOException {
        Files.writeString(hosts, "127.0.0.1 localhost\n"); // in place: the file is mounted
    }

    @Override
    public void close() {
        silent.close();
    }
}
