package failover.agent.watchdog;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * sd_notify: one datagram to the socket that systemd names. Java 17 has no datagram sockets of that family; netty's native transport,
 * which the agent brings along, has: one system call on the caller's thread, no child process, no event loop. The socket does not block:
 * where systemd does not read, the keepalive fails.
 */
final class SystemdWatchdog implements WatchdogDevice {
    private static final byte[] KEEPALIVE = "WATCHDOG=1".getBytes(StandardCharsets.US_ASCII);
    /** The unit is up, and its watchdog runs, from the first keepalive on and not before (Type=notify). */
    private static final byte[] FIRST = "READY=1\nWATCHDOG=1".getBytes(StandardCharsets.US_ASCII);
    private final String address;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST.length);
    private Socket socket;
    private boolean ready;

    /** To that NOTIFY_SOCKET: a path, or an abstract name that begins with {@code @}. */
    SystemdWatchdog(String notifySocket) {
        this.address = notifySocket.startsWith("@") ? "\0" + notifySocket.substring(1) : notifySocket;
    }

    @Override
    public void open() throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("watchdog: netty's native transport, by which systemd is told, cannot be loaded here ("
                    + Epoll.unavailabilityCause() + "); use the fencer instead");
        }
        Socket fresh = Socket.newSocketDomainDgram();
        try {
            fresh.connect(new DomainSocketAddress(address));
        } catch (IOException e) {
            fresh.close();
            throw new IOException("watchdog: NOTIFY_SOCKET leads nowhere: " + e.getMessage(), e);
        }
        socket = fresh;
    }

    @Override
    public void feed() throws IOException {
        if (socket == null) {
            open();
        }
        byte[] words = ready ? KEEPALIVE : FIRST;
        buffer.clear();
        buffer.put(words);
        try {
            if (socket.write(buffer, 0, words.length) != words.length) {
                throw new IOException("systemd does not read its notifications");
            }
            ready = true;
        } catch (IOException e) {
            // The next keepalive tries a new one: a manager that was executed anew may listen on another socket of the same name.
            leave(false);
            throw e;
        }
    }

    /** systemd sees the process end and stops the units bound to it: nothing to send. */
    @Override
    public void leave(boolean safe) throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
