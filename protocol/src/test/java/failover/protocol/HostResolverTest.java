package failover.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.config.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A name server that is away, or that changes its mind, at the moment in which a connection is wanted. */
@Timeout(60)
class HostResolverTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<Future<InetAddress>> says = new AtomicReference<>();
    private Vertx vertx = Vertx.vertx();
    private final HostResolver names = new HostResolver(vertx, name -> {
        asked.incrementAndGet();
        return says.get();
    }, now::get);

    @AfterEach
    void end() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    /** The name servers that Vert.x has read at the start are gone, others have come; or the host knows the name without any. */
    @Test
    void whatVertxCannotResolveTheHostItselfMayKnow() throws Exception {
        String own = InetAddress.getLocalHost().getHostName();
        Vertx late = Vertx.vertx(new VertxOptions().setAddressResolverOptions(HostResolver.options().setHostsValue(Buffer.buffer("\n"))
            .setServers(List.of("127.0.0.1:9")).setMaxQueries(1)));
        try {
            Promise<InetAddress> found = Promise.promise();
            late.runOnContext(now -> new HostResolver(late).address(own).onComplete(found));
            assertEquals(InetAddress.getByName(own), found.future().await(30, TimeUnit.SECONDS));
            Promise<InetAddress> unknown = Promise.promise();
            late.runOnContext(now -> new HostResolver(late).address("no-such-host.invalid").onComplete(unknown));
            assertThrows(UnknownHostException.class, () -> unknown.future().await(50, TimeUnit.SECONDS));
        } finally {
            late.close().await(10, TimeUnit.SECONDS);
        }
    }

    private static InetAddress address(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    }

    private void says(int last) throws UnknownHostException {
        says.set(Future.succeededFuture(address(last)));
    }

    private String found() throws Exception {
        return names.address("agent-a").await(10, TimeUnit.SECONDS).getHostAddress();
    }

    private void later() {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_001));
    }

    @ParameterizedTest
    @CsvSource({"http://10.0.0.5:8080, 10.0.0.5", "http://[::1]:8080, [0:0:0:0:0:0:0:1]",
        "http://[2001:db8::7]:1, [2001:db8:0:0:0:0:0:7]",
        "http://[::ffff:10.0.0.7]:1, 10.0.0.7"})
    void anAddressAsksNobody(String url, String address) throws Exception {
        Endpoint endpoint = Endpoint.parse(url);
        assertEquals(address, names.server(endpoint).await(10, TimeUnit.SECONDS).host());
        assertEquals(0, asked.get());
        assertFalse(endpoint.byName());
        assertTrue(Endpoint.parse("http://agent-a:8080").byName());
    }

    @Test
    void aChangeIsSeenWithinASecondAndNothingIsAskedBefore() throws Exception {
        says(1);
        assertEquals("10.0.0.1", found());
        says(2);
        assertEquals("10.0.0.1", found());
        assertEquals(1, asked.get());
        later();
        assertEquals("10.0.0.2", found());
    }

    @Test
    void whereNobodyAnswersOrSaysNoTheLastGoodAddressServesOn() throws Exception {
        says(1);
        found();
        later();
        says.set(Future.failedFuture(new UnknownHostException("SERVFAIL")));
        assertEquals("10.0.0.1", found());
        says.set(Promise.<InetAddress>promise().future());
        for (int i = 0; i < 3; i++) {
            later();
            long begun = System.nanoTime();
            assertEquals("10.0.0.1", found());
            assertTrue(System.nanoTime() - begun < 5_000_000_000L);
        }
        assertEquals(3, asked.get(), "one question at a time");
        assertEquals("10.0.0.1", names.last("agent-a").orElseThrow().getHostAddress());
    }

    @Test
    void anAnswerThatComesLateCountsForTheNext() throws Exception {
        says(1);
        found();
        later();
        Promise<InetAddress> late = Promise.promise();
        says.set(late.future());
        assertEquals("10.0.0.1", found());
        late.complete(address(2));
        assertEquals("10.0.0.2", found());
    }

    @Test
    void aNameThatWasNeverFoundFailsWithTheReasonAndIsAskedAgain() throws Exception {
        says.set(Future.failedFuture("SERVFAIL"));
        String why = assertThrows(UnknownHostException.class, this::found).getMessage();
        assertEquals("agent-a cannot be resolved: SERVFAIL", why);
        says(3);
        assertEquals("10.0.0.3", found());
    }

    @Test
    void whatALookUpThrowsIsAFailure() throws Exception {
        HostResolver throwing = new HostResolver(vertx, name -> {
            throw new IllegalStateException("x");
        }, now::get);
        assertThrows(UnknownHostException.class, () -> throwing.address("a").await(10, TimeUnit.SECONDS));
    }

    @Test
    void anEditedHostsFileIsSeen(@TempDir Path directory) throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"), "10.0.0.1 agent-a\n");
        Vertx real = Vertx.vertx(new VertxOptions().setAddressResolverOptions(HostResolver.options().setHostsPath(hosts.toString())));
        try {
            HostResolver byHosts = new HostResolver(real);
            assertEquals("10.0.0.1", byHosts.address("agent-a").await(10, TimeUnit.SECONDS).getHostAddress());
            Files.writeString(hosts, "10.0.0.2 agent-a\n");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!byHosts.address("agent-a").await(10, TimeUnit.SECONDS).getHostAddress().equals("10.0.0.2")) {
                assertTrue(System.nanoTime() < end, "the edit is not seen");
                real.timer(50, TimeUnit.MILLISECONDS).await(10, TimeUnit.SECONDS);
            }
        } finally {
            real.close().await(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aMuteNameServerDoesNotHoldAConnectionToAKnownHost(@TempDir Path directory) throws Exception {
        DatagramSocket mute = vertx.createDatagramSocket().listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
        Path hosts = Files.writeString(directory.resolve("hosts"), "10.0.0.1 agent-a\n");
        Vertx real = Vertx.vertx(new VertxOptions().setAddressResolverOptions(HostResolver.options().setHostsPath(hosts.toString())
            .setServers(List.of("127.0.0.1:" + mute.localAddress().port()))));
        try {
            HostResolver byHosts = new HostResolver(real);
            byHosts.address("agent-a").await(10, TimeUnit.SECONDS);
            // Gone from the file: from now on the name server is asked, and says nothing.
            Files.writeString(hosts, "\n");
            for (int i = 0; i < 4; i++) {
                real.timer(1_100, TimeUnit.MILLISECONDS).await(10, TimeUnit.SECONDS);
                long begun = System.nanoTime();
                assertEquals("10.0.0.1", byHosts.address("agent-a").await(10, TimeUnit.SECONDS).getHostAddress());
                assertTrue(System.nanoTime() - begun < 3_000_000_000L);
            }
        } finally {
            real.close().await(10, TimeUnit.SECONDS);
        }
    }
}
