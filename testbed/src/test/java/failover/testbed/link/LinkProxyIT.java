package failover.testbed.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.Simulators;
import failover.testbed.lab.Await;
import failover.testbed.link.LinkProxy.Way;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinkProxyIT {
    private final Vertx vertx = Simulators.vertx();
    private final AtomicInteger received = new AtomicInteger();
    private LinkProxy link;

    @BeforeEach
    void start() throws Exception {
        int port = vertx.createNetServer().connectHandler(socket -> socket.handler(bytes -> {
            received.addAndGet(bytes.length());
            socket.write(bytes);
        })).listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS).actualPort();
        link = LinkProxy.open(vertx, 0, port);
    }

    @AfterEach
    void close() {
        link.close();
        vertx.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", link.port());
        socket.setSoTimeout(400);
        return socket;
    }

    private static long echo(Socket socket) throws IOException {
        long begin = System.nanoTime();
        socket.getOutputStream().write('x');
        assertEquals('x', socket.getInputStream().read());
        return (System.nanoTime() - begin) / 1_000_000;
    }

    @Test
    void bytesPassBothWays() throws IOException {
        try (Socket socket = connect()) {
            echo(socket);
        }
        Await.until("the connection is gone", Duration.ofSeconds(2), () -> link.state().getInteger("connections") == 0);
    }

    @Test
    void aDelayIsAddedEachWay() throws IOException {
        link.delay(60);
        try (Socket socket = connect()) {
            long ms = echo(socket);
            assertTrue(ms >= 120 && ms < 350, ms + " ms");
        }
    }

    @Test
    void aCutOfTheWayToTheTargetKeepsTheBytesFromIt() throws IOException {
        try (Socket socket = connect()) {
            echo(socket);
            link.cut(Way.TO);
            assertThrows(SocketTimeoutException.class, () -> echo(socket));
            assertEquals(1, received.get());
            link.clear();
            assertEquals('x', socket.getInputStream().read(), "held bytes arrive after the cut");
        }
    }

    @Test
    void aCutOfTheWayBackLetsTheTargetHear() throws IOException {
        try (Socket socket = connect()) {
            link.cut(Way.FROM);
            assertThrows(SocketTimeoutException.class, () -> echo(socket));
            assertEquals(1, received.get());
        }
    }

    @Test
    void aBlackHoleAcceptsAndSaysNothingUntilItIsCleared() throws IOException {
        link.blackHole();
        try (Socket socket = connect()) {
            assertThrows(SocketTimeoutException.class, () -> echo(socket));
            assertEquals(0, received.get());
            link.clear();
            assertEquals(-1, socket.getInputStream().read());
        }
        try (Socket socket = connect()) {
            echo(socket);
        }
    }

    @Test
    void aRefusingLinkRefusesAndComesBackOnItsPort() throws IOException {
        int port = link.port();
        try (Socket socket = connect()) {
            echo(socket);
            link.refuse();
            assertEquals(-1, socket.getInputStream().read());
            assertThrows(ConnectException.class, this::connect);
        }
        link.clear();
        assertEquals(port, link.port());
        try (Socket socket = connect()) {
            echo(socket);
        }
    }

    @Test
    void aThrottledLinkTakesItsTime() throws IOException {
        link.throttle(20_000);
        try (Socket socket = connect()) {
            socket.setSoTimeout(5000);
            long begin = System.nanoTime();
            socket.getOutputStream().write(new byte[6_000]);
            assertEquals(6_000, socket.getInputStream().readNBytes(6_000).length);
            long ms = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(ms > 200 && ms < 2000, ms + " ms");
        }
    }

    @Test
    void aResetClosesConnectionsAndServesNewOnes() throws IOException {
        try (Socket socket = connect()) {
            echo(socket);
            link.reset();
            assertEquals(-1, socket.getInputStream().read());
        }
        try (Socket socket = connect()) {
            echo(socket);
        }
    }

    @Test
    void commandsAreWordsAndNonsenseIsNone() {
        assertTrue(link.command("cut", "to"));
        assertTrue(link.state().getBoolean("cut_to"));
        assertFalse(link.state().getBoolean("cut_from"));
        assertTrue(link.command("delay", "5"));
        assertFalse(link.command("delay", ""));
        assertFalse(link.command("cut", "sideways"));
        assertFalse(link.command("explode", ""));
        assertTrue(link.command("clear", ""));
        assertEquals(0, link.state().getInteger("delay_ms"));
    }
}
