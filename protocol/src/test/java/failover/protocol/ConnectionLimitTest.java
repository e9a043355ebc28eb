package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes in at the door, before Vert.x makes anything for it. */
@Timeout(60)
class ConnectionLimitTest {

    private static InetAddress address(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    }

    @Test
    void oneAddressAndAllTogetherHaveTheirNumberAndWhoLeavesMakesRoom() throws Exception {
        ConnectionLimit door = new ConnectionLimit(null, 2, 4);
        assertTrue(door.enter(address(1)) && door.enter(address(1)));
        assertFalse(door.enter(address(1)));
        assertTrue(door.enter(address(2)) && door.enter(address(3)));
        assertFalse(door.enter(address(4)), "four in all");
        door.leave(address(1));
        assertTrue(door.enter(address(4)));
        assertFalse(door.enter(address(5)));
        for (int each : new int[] {1, 2, 3, 4}) {
            door.leave(address(each));
        }
        assertTrue(door.enter(address(5)));
    }

    @Test
    void aPartnerComesInHoweverManyOthersThereAre() throws Exception {
        ConnectionLimit door = new ConnectionLimit(null, 2, 3);
        door.know(Set.of(address(9)));
        for (int i = 0; i < 50; i++) {
            door.enter(address(i));
        }
        assertTrue(door.enter(address(9)) || door.enter(address(9)));
    }

    @Test
    void aVertxWithADoorServesAndCounts() throws Exception {
        Vertx vertx = ConnectionLimit.vertx(new VertxOptions().setPreferNativeTransport(true));
        try {
            ConnectionLimit door = ConnectionLimit.of(vertx).orElseThrow();
            assertTrue(ConnectionLimit.of(Vertx.vertx()).isEmpty());
            HttpServer server = vertx.createHttpServer().requestHandler(request -> request.response().end("ok"))
                .listen(0, "127.0.0.1").await(20, TimeUnit.SECONDS);
            List<Socket> crowd = new ArrayList<>();
            for (int i = 0; i < ConnectionLimit.EACH_ADDRESS + 50; i++) {
                Socket socket = new Socket();
                socket.bind(new InetSocketAddress("127.0.0.7", 0));
                socket.connect(new InetSocketAddress("127.0.0.1", server.actualPort()), 10_000);
                crowd.add(socket);
            }
            assertEquals("ok", ask(server.actualPort()));
            // One too many is closed.
            Socket last = crowd.get(crowd.size() - 1);
            last.setSoTimeout(20_000);
            assertEquals(-1, last.getInputStream().read());
            for (Socket each : crowd) {
                each.close();
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            InetAddress from = InetAddress.getByName("127.0.0.7");
            while (!door.enter(from)) {
                assertTrue(System.nanoTime() < end, "nobody leaves");
            }
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    private static String ask(int port) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }
}
