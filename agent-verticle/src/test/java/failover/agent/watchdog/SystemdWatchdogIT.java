package failover.agent.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** sd_notify over a real socket, by path and by abstract name; prints what a keepalive costs. */
class SystemdWatchdogIT {
    private static final int MANY = 2000;

    @TempDir
    Path directory;

    private static void listensAndHears(String bound, String told) throws IOException {
        assumeTrue(Epoll.isAvailable(), "no native transport for this machine");
        Socket systemd = Socket.newSocketDomainDgram();
        ByteBuffer buffer = ByteBuffer.allocateDirect(64);
        try {
            systemd.bind(new DomainSocketAddress(bound));
            SystemdWatchdog feeder = new SystemdWatchdog(told);
            feeder.open();
            feeder.feed();
            assertEquals("READY=1\nWATCHDOG=1", read(systemd, buffer));
            long[] took = new long[MANY];
            for (int i = 0; i < MANY; i++) {
                long begun = System.nanoTime();
                feeder.feed();
                took[i] = System.nanoTime() - begun;
                assertEquals("WATCHDOG=1", read(systemd, buffer));
            }
            Arrays.sort(took);
            System.out.printf("keepalive by socket: median %d us, 99%% %d us%n", took[MANY / 2] / 1000, took[MANY * 99 / 100] / 1000);
            feeder.leave(true);
        } finally {
            systemd.close();
        }
    }

    private static String read(Socket systemd, ByteBuffer buffer) throws IOException {
        int length = systemd.read(buffer, 0, buffer.capacity());
        byte[] words = new byte[length];
        buffer.get(0, words);
        return new String(words, StandardCharsets.US_ASCII);
    }

    @Test
    void aPathIsReached() throws IOException {
        String path = directory.resolve("notify").toString();
        listensAndHears(path, path);
    }

    @Test
    void anAbstractNameIsReached() throws IOException {
        String name = "failover-test-" + ProcessHandle.current().pid();
        listensAndHears("\0" + name, "@" + name);
    }

    @Test
    void aSocketThatIsNotThereIsSaidAndOneThatComesBackIsFound() throws IOException {
        assumeTrue(Epoll.isAvailable(), "no native transport for this machine");
        Path path = directory.resolve("notify");
        SystemdWatchdog feeder = new SystemdWatchdog(path.toString());
        assertThrows(IOException.class, feeder::open);
        assertThrows(IOException.class, feeder::feed);
        Socket systemd = Socket.newSocketDomainDgram();
        try {
            systemd.bind(new DomainSocketAddress(path.toFile()));
            feeder.feed();
            assertEquals("READY=1\nWATCHDOG=1", read(systemd, ByteBuffer.allocateDirect(64)));
        } finally {
            systemd.close();
        }
    }
}
